/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/tv.hearth.Player1.h"
#include "hearthd/player/hearth-play-worker.h"
#include "hearthd/recordings/hearth-recordings.h"

G_BEGIN_DECLS

/**
 * SECTION:playback
 *
 * A recording that a view plays: which, where in it, paused or not. Where
 * somebody stops is remembered with the recording. Main thread.
 */
typedef struct _HearthPlayback HearthPlayback;

/* @position_us -1: where somebody stopped. Errors: NOT_FOUND. */
HearthPlayback *hearth_playback_new (HearthRecordings *recordings, const char *id, gint64 position_us, GError **error);
/* Of a player that went on while hearthd was away: @holds as hearth-play-worker.h says, @state what it does. The recording need not have
 * been read yet. (nullable): it plays none. */
HearthPlayback *hearth_playback_adopt (HearthRecordings *recordings, GVariant *holds, const char *state);
void hearth_playback_free (HearthPlayback *self);
const char *hearth_playback_get_id (HearthPlayback *self);
const char *hearth_playback_get_title (HearthPlayback *self);
gboolean hearth_playback_is_paused (HearthPlayback *self);
gint64 hearth_playback_get_duration_us (HearthPlayback *self);
/* As the clock has it since the player last said that it plays. */
gint64 hearth_playback_get_position_us (HearthPlayback *self);

/* On the bus; @self (nullable): nothing is played. */
void hearth_playback_show (HearthPlayback *self, HearthDBusPlayer1 *face);

/* Tells @worker to play it, from where it is. Errors: NOT_FOUND, IO. */
gboolean hearth_playback_open (HearthPlayback *self, HearthPlayWorker *worker, guint serial, const char *language, GError **error);
void hearth_playback_seek (HearthPlayback *self, HearthPlayWorker *worker, gint64 position_us);
void hearth_playback_set_paused (HearthPlayback *self, HearthPlayWorker *worker, gboolean paused);
/* From the worker: "playing", "ended" ... */
void hearth_playback_take_state (HearthPlayback *self, const char *state);
/* The recording may have ended. */
void hearth_playback_recording_changed (HearthPlayback *self, HearthPlayWorker *worker);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthPlayback, hearth_playback_free)

G_END_DECLS
