/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "headend/channels.h"

/* A channel's content: the access units of one loop, encoded. Immutable; any thread. */
typedef struct {
  guint frame;      /* video: its number in the loop; audio: the same of its stream */
  gint64 pts90k;    /* in the loop; frame 0 of each stream has 0 */
  gint64 dts90k;    /* may be negative */
  gboolean key;
  const guint8 *data;
  gsize n_bytes;
} HeadendUnit;

typedef struct {
  guint n_units;
  HeadendUnit *units; /* in decoding order */
} HeadendStream;

typedef struct {
  const HeadendChannel *channel;
  HeadendStream video, audio[HEADEND_MAX_AUDIO];
  GVariant *content; /* owns the data */
} HeadendLoop;

/* Loads it from the cache folder @folder; where it isn't there, makes it first, which takes some seconds of ffmpeg's time.
 * A kill leaves no half content. Blocks; any thread. Errors: NOT_FOUND (ffmpeg is missing), FAILED (ffmpeg's message), IO. */
HeadendLoop *headend_loop_get (const HeadendChannel *channel, const char *folder, GCancellable *cancellable, GError **error);
void headend_loop_free (HeadendLoop *self);
gboolean headend_loop_is_made (const HeadendChannel *channel, const char *folder);
/* <cache dir>/headend, made. (transfer full); Errors: IO. */
char *headend_loop_dup_folder (GError **error);
/* The folder of this channel's content. */
char *headend_loop_dup_path (const HeadendChannel *channel, const char *folder, const char *file);

/* Steps of making, public for the tests. */
/* The access units of the only video stream of @ts: times normalised to frame 0 at 0. FALSE: not what ffmpeg should make. */
gboolean headend_units_from_ts (GBytes *ts, guint fps, GArray *units);
/* Cuts a raw stream of sync frames into units of the loop, taking its middle: [n, 2n) of 3n frames. */
gboolean headend_units_from_audio (GBytes *stream, HeadendAudio audio, GArray *units);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendLoop, headend_loop_free)
