/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-playback.h"

#include <unistd.h>

/* Who stops in the last twentieth, or the last seconds, has seen it: next time it begins anew. */
#define NEAR_END_US (10 * G_USEC_PER_SEC)
#define NEAR_END_PART 20

struct _HearthPlayback {
  HearthRecordings *recordings;
  char *id, *title;
  gboolean paused, moving, growing;
  gboolean adopted; /* the recording has not been seen since */
  gint64 position_us; /* at since_us, CLOCK_MONOTONIC, while it moves */
  gint64 since_us;
};

HearthPlayback *
hearth_playback_new (HearthRecordings *recordings, const char *id, gint64 position_us, GError **error)
{
  const HearthRecording *recording = hearth_recordings_find (recordings, id, error);
  HearthPlayback *self;

  if (recording == NULL)
    return NULL;
  self = g_new0 (HearthPlayback, 1);
  self->recordings = recordings;
  self->id = g_strdup (id);
  self->title = g_strdup (hearth_recording_get_title (recording));
  self->position_us = position_us >= 0 ? position_us : recording->note.position_us;
  return self;
}

static void
set_position (HearthPlayback *self, gint64 position_us)
{
  self->position_us = position_us;
  self->since_us = g_get_monotonic_time ();
}

HearthPlayback *
hearth_playback_adopt (HearthRecordings *recordings, GVariant *holds, const char *state)
{
  const char *id = "";
  HearthPlayback *self;
  gint64 position_us = 0;

  g_variant_lookup (holds, "recording", "&s", &id);
  g_variant_lookup (holds, "position", "x", &position_us);
  if (*id == '\0')
    return NULL;
  self = g_new0 (HearthPlayback, 1);
  self->recordings = recordings;
  self->id = g_strdup (id);
  self->adopted = self->growing = TRUE; /* whether it still grows is told once it was read */
  g_variant_lookup (holds, "paused", "b", &self->paused);
  self->moving = g_str_equal (state, "playing");
  set_position (self, position_us);
  return self;
}

/* Remembers where it was left. */
void
hearth_playback_free (HearthPlayback *self)
{
  HearthRecording *recording = hearth_recordings_find (self->recordings, self->id, NULL);
  gint64 position_us = hearth_playback_get_position_us (self), near_end_us;

  if (recording != NULL) {
    near_end_us = MIN (NEAR_END_US, recording->manifest->duration_us / NEAR_END_PART);
    recording->note.position_us = position_us < recording->manifest->duration_us - near_end_us ? position_us : 0;
    hearth_recordings_keep_note (self->recordings, recording);
  }
  g_free (self->id);
  g_free (self->title);
  g_free (self);
}

const char *
hearth_playback_get_id (HearthPlayback *self)
{
  return self->id;
}

const char *
hearth_playback_get_title (HearthPlayback *self)
{
  const HearthRecording *recording = self->title == NULL ? hearth_recordings_find (self->recordings, self->id, NULL) : NULL;

  if (recording != NULL) /* one that was adopted */
    self->title = g_strdup (hearth_recording_get_title (recording));
  return self->title != NULL ? self->title : "";
}

gboolean
hearth_playback_is_paused (HearthPlayback *self)
{
  return self->paused;
}

gint64
hearth_playback_get_duration_us (HearthPlayback *self)
{
  const HearthRecording *recording = hearth_recordings_find (self->recordings, self->id, NULL);

  return recording != NULL ? recording->manifest->duration_us : 0;
}

gint64
hearth_playback_get_position_us (HearthPlayback *self)
{
  return self->position_us + (self->moving && !self->paused ? g_get_monotonic_time () - self->since_us : 0);
}

void
hearth_playback_show (HearthPlayback *self, HearthDBusPlayer1 *face)
{
  hearth_dbus_player1_set_recording (face, self != NULL ? self->id : "");
  hearth_dbus_player1_set_paused (face, self != NULL && self->paused);
}

gboolean
hearth_playback_open (HearthPlayback *self, HearthPlayWorker *worker, guint serial, const char *language, GError **error)
{
  const HearthRecording *recording = hearth_recordings_find (self->recordings, self->id, error);
  GVariantDict options;
  int fds[2];

  if (recording == NULL || !hearth_recordings_open_files (self->recordings, self->id, fds, error))
    return FALSE;
  set_position (self, hearth_playback_get_position_us (self));
  self->moving = FALSE;
  self->growing = hearth_recording_is_running (recording);
  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "recording", "s", self->id);
  g_variant_dict_insert (&options, "position", "x", self->position_us);
  g_variant_dict_insert (&options, "growing", "b", self->growing);
  g_variant_dict_insert (&options, "paused", "b", self->paused);
  g_variant_dict_insert (&options, "audio", "s", language);
  hearth_play_worker_open_recording (worker, serial, fds, g_variant_dict_end (&options));
  close (fds[0]);
  close (fds[1]);
  return TRUE;
}

void
hearth_playback_seek (HearthPlayback *self, HearthPlayWorker *worker, gint64 position_us)
{
  gint64 duration_us = hearth_playback_get_duration_us (self);

  set_position (self, CLAMP (position_us, 0, MAX (duration_us, 0)));
  hearth_play_worker_seek (worker, self->position_us);
}

void
hearth_playback_set_paused (HearthPlayback *self, HearthPlayWorker *worker, gboolean paused)
{
  if (self->paused == paused)
    return;
  set_position (self, hearth_playback_get_position_us (self));
  self->paused = paused;
  hearth_play_worker_set_paused (worker, paused);
}

void
hearth_playback_take_state (HearthPlayback *self, const char *state)
{
  gboolean ended = g_str_equal (state, "ended");

  set_position (self, ended ? hearth_playback_get_duration_us (self) : hearth_playback_get_position_us (self));
  self->moving = g_str_equal (state, "playing");
}

void
hearth_playback_recording_changed (HearthPlayback *self, HearthPlayWorker *worker)
{
  const HearthRecording *recording = hearth_recordings_find (self->recordings, self->id, NULL);

  if (recording == NULL && self->adopted) /* still being read */
    return;
  self->adopted = FALSE;
  if (!self->growing || (recording != NULL && hearth_recording_is_running (recording)))
    return;
  self->growing = FALSE;
  hearth_play_worker_set_growing (worker, FALSE);
}
