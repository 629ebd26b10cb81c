/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-ring-session.h"

#include <hearth/error.h>

G_BEGIN_DECLS

/**
 * SECTION:recording-feed
 *
 * A recording as a ring: its file is read into a ring of this process's own,
 * a little ahead of who plays it, so that all behind it is the same as for
 * television. A place in it is found by the index. Main thread.
 */
typedef struct _HearthRecordingFeed HearthRecordingFeed;

/* @growing: it is still being recorded: its end is no end. Descriptors are duplicated. Errors: CORRUPT where nothing can be
 * played of it, IO. */
HearthRecordingFeed *hearth_recording_feed_new (int stream_fd, int index_fd, gboolean growing, GError **error);
void hearth_recording_feed_free (HearthRecordingFeed *self);
/* The recording ended: so will the feed, when it gets there. */
void hearth_recording_feed_set_growing (HearthRecordingFeed *self, gboolean growing);
/* How long it is by now. */
gint64 hearth_recording_feed_get_duration_us (HearthRecordingFeed *self);

/* A session that begins at the last random access point at or before @position_us; @skip_us: what lies between them. What was
 * played before is fed no more. (transfer full). Errors: IO, CORRUPT. */
HearthRingSession *hearth_recording_feed_play (HearthRecordingFeed *self, gint64 position_us, gint64 *skip_us, GError **error);
void hearth_recording_feed_halt (HearthRecordingFeed *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRecordingFeed, hearth_recording_feed_free)

G_END_DECLS
