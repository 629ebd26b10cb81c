/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-play-context.h"
#include "play/hearth-ring-session.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * SECTION:pipeline
 *
 * The live path, built once, kept for the life of the process:
 *
 *   hearthringsrc ! hearthavdec ! hearthlinksink
 *                 ! hearthavaudio ! hearthpace ! a sound card
 *
 * Its running time is CLOCK_MONOTONIC, always: whoever gives a buffer a time
 * means that clock. Main thread.
 */
typedef struct _HearthPipeline HearthPipeline;

HearthPipeline *hearth_pipeline_new (HearthPlayContext *context, GError **error);
void hearth_pipeline_free (HearthPipeline *self);

/* At rest nothing of the stream before comes out any more: then serial and time may be set anew. */
void hearth_pipeline_halt (HearthPipeline *self);
void hearth_pipeline_play (HearthPipeline *self, HearthRingSession *session);
void hearth_pipeline_reselect (HearthPipeline *self);

const char *hearth_pipeline_get_decoder_name (HearthPipeline *self);
const char *hearth_pipeline_get_audio_sink_name (HearthPipeline *self);
guint64 hearth_pipeline_get_copied_bytes (HearthPipeline *self);

/* Shared with the path for addresses: a pipeline by CLOCK_MONOTONIC; sound from decoder's pad to card. */
GstElement *hearth_pipeline_make_bare (const char *name);
gboolean hearth_pipeline_add_sound (GstElement *pipeline, HearthPlayContext *context, GstElement **decoder, GstElement **card);
gboolean hearth_pipeline_add_picture (GstElement *pipeline, HearthPlayContext *context, GstElement **decoder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthPipeline, hearth_pipeline_free)

G_END_DECLS
