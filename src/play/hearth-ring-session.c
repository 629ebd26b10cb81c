/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-ring-session.h"

#include "play/hearth-codecs.h"

#include <string.h>

struct _HearthRingSession {
  gatomicrefcount refs;
  guint16 program; /* wanted; 0: that of the ring's tables */
  HearthRingReader *reader; /* never moved: a pattern for the others */
  HearthRingWaiter *waiters[HEARTH_RING_READERS];
  gint stopped; /* atomic */

  GMutex mutex; /* guards all below, and the duplication of reader */
  GCond started_cond;
  gboolean has_pmt;
  HearthTsPmt pmt;
  gint chosen[HEARTH_RING_READERS];
  char language[4];
  gboolean started;
  guint64 start;
  gint64 reference90k;
  guint64 read; /* the furthest reader's position */
  gboolean recorded;
};

static gboolean
take_waiters (HearthRingSession *self, const int *waiters, guint n_waiters, GError **error)
{
  for (guint i = 0; i < HEARTH_RING_READERS && 2 * i + 1 < n_waiters; i++) {
    self->waiters[i] = hearth_ring_waiter_new_for_fds (waiters[2 * i], waiters[2 * i + 1], error);
    if (self->waiters[i] == NULL)
      return FALSE;
  }
  return TRUE;
}

/* The ring has the tables of its head, so that nobody needs to wait for the next ones. */
static void
take_tables (HearthRingSession *self)
{
  guint8 pat[1024], pmt[1024];
  gsize n_pat = sizeof pat, n_pmt = sizeof pmt;
  guint32 generation;

  if (hearth_ring_reader_get_tables (self->reader, pat, &n_pat, pmt, &n_pmt, &generation))
    self->has_pmt = hearth_ts_pmt_parse (&self->pmt, pmt, n_pmt) &&
                    (self->program == 0 || self->pmt.program_number == self->program);
}

HearthRingSession *
hearth_ring_session_new (int ring_fd, const int *waiters, guint n_waiters, guint16 program, GError **error)
{
  g_autoptr (HearthRingSession) self = g_new0 (HearthRingSession, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->started_cond);
  self->program = program;
  self->reference90k = HEARTH_TS_NO_TIME;
  for (guint i = 0; i < HEARTH_RING_READERS; i++)
    self->chosen[i] = -1;
  self->reader = hearth_ring_reader_new (ring_fd, error);
  if (self->reader == NULL || !take_waiters (self, waiters, n_waiters, error))
    return NULL;
  take_tables (self);
  return g_steal_pointer (&self);
}

HearthRingSession *
hearth_ring_session_ref (HearthRingSession *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hearth_ring_session_unref (HearthRingSession *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < HEARTH_RING_READERS; i++)
    g_clear_pointer (&self->waiters[i], hearth_ring_waiter_free);
  g_clear_pointer (&self->reader, hearth_ring_reader_free);
  g_cond_clear (&self->started_cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

HearthRingReader *
hearth_ring_session_dup_reader (HearthRingSession *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  return hearth_ring_reader_dup (self->reader);
}

HearthRingWaiter *
hearth_ring_session_get_waiter (HearthRingSession *self, guint reader)
{
  return self->waiters[reader];
}

/* The ring's writer has chosen one of several programmes, and keeps its tables. */
guint16
hearth_ring_session_get_program (HearthRingSession *self, HearthRingReader *reader)
{
  guint8 pat[1024], section[1024];
  gsize n_pat = sizeof pat, n_section = sizeof section;
  g_autofree HearthTsPmt *pmt = NULL;
  guint32 generation;

  if (self->program != 0)
    return self->program;
  if (!hearth_ring_reader_get_tables (reader, pat, &n_pat, section, &n_section, &generation))
    return 0;
  pmt = g_new (HearthTsPmt, 1);
  return hearth_ts_pmt_parse (pmt, section, n_section) ? pmt->program_number : 0;
}

void
hearth_ring_session_stop (HearthRingSession *self)
{
  g_atomic_int_set (&self->stopped, 1);
  for (guint i = 0; i < HEARTH_RING_READERS; i++)
    if (self->waiters[i] != NULL)
      hearth_ring_waiter_kick (self->waiters[i]);
  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->started_cond);
  g_mutex_unlock (&self->mutex);
}

gboolean
hearth_ring_session_is_stopped (HearthRingSession *self)
{
  return g_atomic_int_get (&self->stopped) != 0;
}

/* ---- tables ------------------------------------------------------------------------------------ */

static gboolean
same_streams (const HearthTsPmt *a, const HearthTsPmt *b)
{
  if (a->n_streams != b->n_streams || a->pcr_pid != b->pcr_pid || a->program_number != b->program_number)
    return FALSE;
  for (guint i = 0; i < a->n_streams; i++)
    if (a->streams[i].pid != b->streams[i].pid || a->streams[i].codec != b->streams[i].codec ||
        memcmp (a->streams[i].language, b->streams[i].language, sizeof a->streams[i].language) != 0)
      return FALSE;
  return TRUE;
}

gboolean
hearth_ring_session_set_pmt (HearthRingSession *self, const HearthTsPmt *pmt)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (self->has_pmt && same_streams (pmt, &self->pmt))
    return FALSE;
  self->pmt = *pmt;
  self->has_pmt = TRUE;
  return TRUE;
}

gboolean
hearth_ring_session_get_pmt (HearthRingSession *self, HearthTsPmt *pmt)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (self->has_pmt)
    *pmt = self->pmt;
  return self->has_pmt;
}

void
hearth_ring_session_choose (HearthRingSession *self, guint reader, gint pid)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->chosen[reader] = pid;
}

void
hearth_ring_session_set_language (HearthRingSession *self, const char *language)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  g_strlcpy (self->language, language, sizeof self->language);
}

/* How well a stream suits; 0: not at all. Commentary for the blind is for those who ask for it. */
static guint
rate_stream (HearthRingSession *self, guint reader, const HearthTsStream *stream)
{
  gboolean kind = reader == HEARTH_RING_VIDEO ? hearth_ts_codec_is_video (stream->codec) : hearth_ts_codec_is_audio (stream->codec);

  if (!kind)
    return 0;
  if (self->chosen[reader] == (gint) stream->pid)
    return 100;
  return 1 + (hearth_codecs_can_decode (stream->codec) ? 8 : 0) +
         (self->language[0] != '\0' && strcmp (stream->language, self->language) == 0 ? 4 : 0) + (stream->audio_type == 0 ? 2 : 0);
}

const HearthTsStream *
hearth_ring_session_select (HearthRingSession *self, guint reader, const HearthTsPmt *pmt)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  const HearthTsStream *best = NULL;
  guint best_rate = 0;

  if (self->chosen[reader] == -2)
    return NULL;
  for (guint i = 0; i < pmt->n_streams; i++) {
    guint rate = rate_stream (self, reader, &pmt->streams[i]);

    if (rate > best_rate) {
      best_rate = rate;
      best = &pmt->streams[i];
    }
  }
  return best;
}

/* ---- the start ----------------------------------------------------------------------------------- */

void
hearth_ring_session_set_start (HearthRingSession *self, guint64 position, gint64 pts90k)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->started = TRUE;
  self->start = position;
  if (self->reference90k == HEARTH_TS_NO_TIME)
    self->reference90k = pts90k;
  g_cond_broadcast (&self->started_cond);
}

gboolean
hearth_ring_session_wait_start (HearthRingSession *self, gint64 max_us, guint64 *position)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (!self->started && !hearth_ring_session_is_stopped (self))
    g_cond_wait_until (&self->started_cond, &self->mutex, g_get_monotonic_time () + max_us);
  *position = self->start;
  return self->started;
}

void
hearth_ring_session_set_read (HearthRingSession *self, guint64 position)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->read = MAX (self->read, position);
}

guint64
hearth_ring_session_get_read (HearthRingSession *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  return self->read;
}

void
hearth_ring_session_set_recorded (HearthRingSession *self)
{
  self->recorded = TRUE;
}

gboolean
hearth_ring_session_is_recorded (HearthRingSession *self)
{
  return self->recorded;
}

gint64
hearth_ring_session_get_reference (HearthRingSession *self, gint64 seen90k)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (self->reference90k == HEARTH_TS_NO_TIME)
    self->reference90k = seen90k;
  return self->reference90k;
}
