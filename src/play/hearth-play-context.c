/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-play-context.h"

const char *
hearth_stage_get_name (HearthStage stage)
{
  static const char *const names[HEARTH_STAGE_N] = { "tables", "random-access-point", "first-decoded",
                                                     "first-shown", "sound", "normal-speed" };

  return stage < HEARTH_STAGE_N ? names[stage] : "";
}

typedef struct {
  HearthPlayContext *context;
  HearthNews news;
} Letter;

static gboolean
on_letter (gpointer data)
{
  Letter *letter = data;

  letter->context->news (&letter->news, letter->context->user_data);
  return G_SOURCE_REMOVE;
}

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_free (letter->news.text);
  g_free (letter);
}

void
hearth_play_context_tell (HearthPlayContext *self, HearthNewsKind kind, guint detail, gint64 time_us, const char *text)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->context = self;
  letter->news.kind = kind;
  letter->news.serial = (guint) g_atomic_int_get (&self->serial);
  letter->news.detail = detail;
  letter->news.time_us = time_us > 0 ? time_us : g_get_monotonic_time ();
  letter->news.text = g_strdup (text);
  /* Always by the loop, also from the main thread: nobody is called back inside a call of his. */
  g_idle_add_full (G_PRIORITY_DEFAULT, on_letter, letter, letter_free);
}

void
hearth_play_context_tell_picture (HearthPlayContext *self, guint32 serial, const HearthPictureKind *picture)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->context = self;
  letter->news = (HearthNews){ .kind = HEARTH_NEWS_PICTURE, .serial = serial, .time_us = g_get_monotonic_time (), .picture = *picture };
  g_idle_add_full (G_PRIORITY_DEFAULT, on_letter, letter, letter_free);
}

void
hearth_play_context_stage (HearthPlayContext *self, HearthStage stage, gint64 time_us)
{
  if ((g_atomic_int_or (&self->stages, 1u << stage) & (1u << stage)) == 0)
    hearth_play_context_tell (self, HEARTH_NEWS_STAGE, stage, time_us, NULL);
}

void
hearth_play_context_set_serial (HearthPlayContext *self, guint32 serial)
{
  g_atomic_int_set (&self->serial, serial);
  g_atomic_int_set (&self->stages, 0);
  g_atomic_int_set (&self->decoded, 0);
  g_atomic_int_set (&self->errors, 0);
  g_atomic_int_set (&self->sound_us, 0);
}

void
hearth_play_context_beat (gpointer data)
{
  HearthPlayContext *self = data;

  if (self->progress == NULL)
    return;
  hearth_progress_beat (self->progress, HEARTH_PROGRESS_PLAY_READ);
  hearth_progress_beat (self->progress, HEARTH_PROGRESS_PLAY_DECODE);
}

void
hearth_play_context_beat_sound (HearthPlayContext *self)
{
  if (self->progress != NULL)
    hearth_progress_beat (self->progress, HEARTH_PROGRESS_PLAY_SOUND);
}

void
hearth_play_context_set_sound_rests (HearthPlayContext *self, gboolean rests)
{
  hearth_play_context_beat_sound (self);
  g_atomic_int_set (&self->sound_rests, rests);
}
