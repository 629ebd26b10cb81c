/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <hearth/error.h>

G_BEGIN_DECLS

/**
 * SECTION:stream
 *
 * An open service as hearthd holds it: its ring's descriptor, its state, who
 * reads it. The ring outlives the process that writes it. Main thread.
 *
 * Signals:
 *   "ring": there is a ring, or a new one in the place of the old
 *   "state": state or reason changed
 *   "stage" (const char *name, gint64 time_us): the first time each, CLOCK_MONOTONIC
 */
#define HEARTH_TYPE_STREAM (hearth_stream_get_type ())
G_DECLARE_FINAL_TYPE (HearthStream, hearth_stream, HEARTH, STREAM, GObject)

HearthStream *hearth_stream_new (const char *id, const char *network, const char *channel, const char *uri);
const char *hearth_stream_get_id (HearthStream *stream);
const char *hearth_stream_get_network (HearthStream *stream);
const char *hearth_stream_get_channel (HearthStream *stream);
const char *hearth_stream_get_uri (HearthStream *stream);
int hearth_stream_get_ring_fd (HearthStream *stream); /* borrowed; -1: not yet */
const char *hearth_stream_get_state (HearthStream *stream);
/* Short error name, "" when all is well, and the words for it. */
const char *hearth_stream_get_reason (HearthStream *stream);
const char *hearth_stream_get_reason_text (HearthStream *stream);
/* CLOCK_MONOTONIC µs, 0: not reached. */
gint64 hearth_stream_get_stage (HearthStream *stream, const char *name);

/* For the network that feeds it. */
void hearth_stream_add_use (HearthStream *stream);
gboolean hearth_stream_end_use (HearthStream *stream); /* TRUE: that was the last one */
gboolean hearth_stream_is_used (HearthStream *stream);
/* It is only kept ahead of a zap, and has one user; TRUE: that is new. */
gboolean hearth_stream_set_ahead (HearthStream *stream, gboolean ahead);
gboolean hearth_stream_is_ahead (HearthStream *stream);
void hearth_stream_take_ring (HearthStream *stream, int fd);
void hearth_stream_set_state (HearthStream *stream, const char *state, const char *reason, const char *text);
void hearth_stream_set_stage (HearthStream *stream, const char *name, gint64 time_us);

G_END_DECLS
