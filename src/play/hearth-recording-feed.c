/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-recording-feed.h"

#include "recording/hearth-recording-index.h"

#include <errno.h>
#include <fcntl.h>
#include <hearth/log.h>
#include <sys/stat.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("recording-feed")

#define RING_BYTES (24u << 20)
#define AHEAD_BYTES (6u << 20)               /* of what is read: over a second at 40 Mbit/s; sound and picture stand no further apart */
#define PIECE (64 * HEARTH_RING_PACKET)
#define LOOK_US 40000                        /* a reader that has enough, a recording that has no more yet */
#define TABLES_BEFORE (4096 * HEARTH_RING_PACKET) /* tables come every 100 ms: ETSI TR 101 290, 5.2.1 */
#define TABLES_WITHIN (32u << 20)

struct _HearthRecordingFeed {
  int stream, index;
  HearthRecordingIndex *entries;
  off_t index_bytes; /* of the file, when it was read */
  gint growing;      /* atomic */

  HearthRingWriter *writer; /* NULL: at rest. The thread's until it is joined */
  HearthRingWaiter *waiters[HEARTH_RING_READERS];
  HearthRingSession *session;
  GThread *thread;
  gint stopped; /* atomic */
  guint64 offset; /* the thread's */
};

/* ---- the index ------------------------------------------------------------------------------ */

static gboolean
load_index (HearthRecordingFeed *self, GError **error)
{
  HearthRecordingIndex *entries;
  struct stat status;

  if (fstat (self->index, &status) == 0 && self->entries != NULL && status.st_size == self->index_bytes)
    return TRUE;
  entries = hearth_recording_index_load (self->index, self->stream, error);
  if (entries == NULL)
    return FALSE;
  g_clear_pointer (&self->entries, hearth_recording_index_free);
  self->entries = entries;
  self->index_bytes = status.st_size;
  return TRUE;
}

/* Up to the last point, and what lies behind that by the rate up to there. */
gint64
hearth_recording_feed_get_duration_us (HearthRecordingFeed *self)
{
  const HearthRecordingEntry *last;
  struct stat status;

  if (!load_index (self, NULL) || fstat (self->stream, &status) < 0)
    return 0;
  last = hearth_recording_index_get_last_rap (self->entries);
  if (last == NULL || last->offset == 0 || (guint64) status.st_size < last->offset)
    return last != NULL ? last->media_us : 0;
  return last->media_us + (gint64) ((status.st_size - last->offset) * ((double) last->media_us / last->offset));
}

/* ---- tables ----------------------------------------------------------------------------------- */

typedef struct {
  HearthRingWriter *writer;
  gboolean found;
} Tables;

static void
on_tables (const guint8 *pat, gsize n_pat, const guint8 *section, gsize n_pmt, const HearthTsPmt *pmt, gpointer user_data)
{
  Tables *tables = user_data;

  if (!tables->found)
    hearth_ring_writer_set_tables (tables->writer, pat, n_pat, section, n_pmt);
  tables->found = TRUE;
}

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
}

static void
on_pcr (guint64 pcr_27mhz, gboolean discontinuity, guint64 position, gpointer user_data)
{
}

/* The tables in force at @offset, so that nobody needs to wait for the next ones. */
static void
find_tables (HearthRecordingFeed *self, guint64 offset)
{
  static const HearthTsAnalyserFuncs funcs = { .tables = on_tables, .rap = on_rap, .pcr = on_pcr };
  Tables tables = { .writer = self->writer };
  g_autoptr (HearthTsAnalyser) analyser = hearth_ts_analyser_new (0, &funcs, &tables);
  guint64 at = offset > TABLES_BEFORE ? offset - TABLES_BEFORE : 0, end = offset + TABLES_WITHIN;
  guint8 piece[PIECE];
  gssize n;

  while (!tables.found && at < end && (n = pread (self->stream, piece, sizeof piece, at)) >= HEARTH_RING_PACKET) {
    hearth_ts_analyser_push (analyser, piece, n / HEARTH_RING_PACKET, at);
    at += n / HEARTH_RING_PACKET * HEARTH_RING_PACKET;
  }
}

/* ---- the thread ---------------------------------------------------------------------------------- */

/* FALSE: there is no more, or not yet. */
static gboolean
feed_piece (HearthRecordingFeed *self)
{
  guint8 piece[PIECE];
  gssize n = TEMP_FAILURE_RETRY (pread (self->stream, piece, sizeof piece, self->offset));

  n -= n > 0 ? n % HEARTH_RING_PACKET : 0;
  if (n < HEARTH_RING_PACKET)
    return FALSE;
  hearth_ring_writer_write (self->writer, piece, n);
  self->offset += n;
  return TRUE;
}

static gpointer
run (gpointer user_data)
{
  HearthRecordingFeed *self = user_data;

  while (g_atomic_int_get (&self->stopped) == 0) {
    gboolean growing = g_atomic_int_get (&self->growing) != 0; /* before the file is looked at: then its end is the end */
    guint64 ahead = hearth_ring_writer_get_head (self->writer) - hearth_ring_session_get_read (self->session);

    if (ahead < AHEAD_BYTES && feed_piece (self))
      continue;
    if (ahead < AHEAD_BYTES && !growing) {
      hearth_ring_writer_set_ended (self->writer, TRUE);
      break;
    }
    g_usleep (LOOK_US);
  }
  return NULL;
}

void
hearth_recording_feed_halt (HearthRecordingFeed *self)
{
  if (self->thread != NULL) {
    g_atomic_int_set (&self->stopped, 1);
    g_thread_join (g_steal_pointer (&self->thread));
  }
  for (guint i = 0; i < HEARTH_RING_READERS; i++) {
    if (self->waiters[i] != NULL && self->writer != NULL)
      hearth_ring_writer_remove_waiter (self->writer, self->waiters[i]);
    g_clear_pointer (&self->waiters[i], hearth_ring_waiter_free);
  }
  g_clear_pointer (&self->session, hearth_ring_session_unref);
  g_clear_pointer (&self->writer, hearth_ring_writer_free);
}

/* ---- playing ---------------------------------------------------------------------------------------- */

static gboolean
make_ring (HearthRecordingFeed *self, GError **error)
{
  int fds[2 * HEARTH_RING_READERS];

  self->writer = hearth_ring_writer_new ("recording", RING_BYTES, error);
  if (self->writer == NULL)
    return FALSE;
  find_tables (self, self->offset);
  for (guint i = 0; i < HEARTH_RING_READERS; i++) {
    self->waiters[i] = hearth_ring_waiter_new (error);
    if (self->waiters[i] == NULL)
      return FALSE;
    hearth_ring_writer_add_waiter (self->writer, self->waiters[i]);
    fds[2 * i] = hearth_ring_waiter_get_page_fd (self->waiters[i]);
    fds[2 * i + 1] = hearth_ring_waiter_get_event_fd (self->waiters[i]);
  }
  self->session = hearth_ring_session_new (hearth_ring_writer_get_fd (self->writer), fds, G_N_ELEMENTS (fds), 0, error);
  return self->session != NULL;
}

HearthRingSession *
hearth_recording_feed_play (HearthRecordingFeed *self, gint64 position_us, gint64 *skip_us, GError **error)
{
  const HearthRecordingEntry *entry;

  hearth_recording_feed_halt (self);
  if (!load_index (self, error))
    return NULL;
  entry = hearth_recording_index_find_time (self->entries, position_us);
  self->offset = entry != NULL ? entry->offset : 0;
  *skip_us = entry != NULL ? MAX (position_us - entry->media_us, 0) : 0;
  hearth_debug ("plays from byte %" G_GUINT64_FORMAT ", %" G_GINT64_FORMAT " ms behind it", self->offset, *skip_us / 1000);
  if (!make_ring (self, error)) {
    hearth_recording_feed_halt (self);
    return NULL;
  }
  hearth_ring_session_set_recorded (self->session);
  g_atomic_int_set (&self->stopped, 0);
  self->thread = g_thread_new ("recording", run, self);
  return hearth_ring_session_ref (self->session);
}

void
hearth_recording_feed_set_growing (HearthRecordingFeed *self, gboolean growing)
{
  g_atomic_int_set (&self->growing, growing);
}

HearthRecordingFeed *
hearth_recording_feed_new (int stream_fd, int index_fd, gboolean growing, GError **error)
{
  g_autoptr (HearthRecordingFeed) self = g_new0 (HearthRecordingFeed, 1);

  self->stream = fcntl (stream_fd, F_DUPFD_CLOEXEC, 3);
  self->index = fcntl (index_fd, F_DUPFD_CLOEXEC, 3);
  self->growing = growing;
  if (self->stream < 0 || self->index < 0) {
    hearth_error_set_errno (error, errno, "holding the recording's files");
    return NULL;
  }
  return load_index (self, error) ? g_steal_pointer (&self) : NULL;
}

void
hearth_recording_feed_free (HearthRecordingFeed *self)
{
  hearth_recording_feed_halt (self);
  g_clear_pointer (&self->entries, hearth_recording_index_free);
  if (self->stream >= 0)
    close (self->stream);
  if (self->index >= 0)
    close (self->index);
  g_free (self);
}
