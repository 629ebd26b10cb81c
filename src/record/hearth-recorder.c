/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hearth-recorder.h"

#include "record/hearth-record-gaps.h"
#include "record/hearth-ring-start.h"

#include <hearth/error.h>
#include <hearth/log.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

HEARTH_LOG_TOPIC ("record")

#define STILL_US 1500000   /* a stream that stands for so long has a gap */
#define BEGIN_US 5000000   /* for so long a first random access point is waited for */
#define ENDED_US 10000000  /* a stream that has ended may come back by another ring: its process was restarted */
#define PIECE (4u << 20)   /* at most so much a write: between them the ring is looked at */

struct _HearthRecorder {
  gatomicrefcount refs;
  char *id;
  gint64 from_us;

  GMutex mutex; /* guards all up to the next line of this kind */
  HearthRecordFiles *new_files;
  HearthRingReader *new_reader;
  guint64 new_ring, fed_ring; /* the last one given */
  char *stop;
  gint64 until_us;
  gboolean new_until;
  HearthRecorderStatus status;
  HearthRecordingManifest *shown; /* a copy for the other threads */

  /* The disk's thread's alone. */
  HearthRecordFiles *files;
  HearthRecordingManifest *manifest;
  HearthRingReader *reader;
  guint64 ring, rap_n;
  gboolean began; /* of this ring bytes are, or were, taken */
  guint took_rings;
  gboolean full, manifest_due;
  gboolean changed;      /* more than bytes and duration, since it was shown */
  guint64 waiting_sync;  /* the sync that the new manifest waits for; 0: none */
  gboolean spliced; /* since bytes last came */
  gint64 ring_since_us;               /* CLOCK_MONOTONIC */
  gint64 moved_us;                    /* when bytes were last read: CLOCK_MONOTONIC */
  gint64 moved_utc_us;                /* the last of them came then or up to a tick later */
  gint64 looked_utc_us;               /* the tick before this one */
  gint64 ended_patience_us;
  HearthRecorderState state;
  guint64 lost_bytes;
};

const char *
hearth_recorder_state_to_string (HearthRecorderState state)
{
  static const char *const names[] = { "opening", "waiting", "recording", "disk-full", "finished", "failed" };

  return names[state];
}

/* ---- what others see --------------------------------------------------------------------------------- */

static void
show (HearthRecorder *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->status.bytes = self->manifest->bytes;
  self->status.duration_us = self->manifest->duration_us;
  self->status.lost_bytes = self->lost_bytes;
  if (self->status.state == self->state && !self->changed)
    return;
  self->changed = FALSE;
  self->status.version++;
  self->status.state = self->state;
  self->status.n_gaps = self->manifest->gaps->len;
  self->status.started_us = self->manifest->started_us;
  self->status.ended_us = self->manifest->ended_us;
  hearth_recording_set_string (&self->status.end, self->manifest->end);
  if (self->state == HEARTH_RECORDER_DISK_FULL)
    hearth_recording_set_string (&self->status.text, "the disk is full: delete recordings, and this one goes on");
  else if (self->state != HEARTH_RECORDER_FAILED)
    hearth_recording_set_string (&self->status.text, "");
  g_clear_pointer (&self->shown, hearth_recording_manifest_free);
  self->shown = hearth_recording_manifest_copy (self->manifest);
}

void
hearth_recorder_get_status (HearthRecorder *self, HearthRecorderStatus *status)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  *status = self->status;
  status->text = g_strdup (self->status.text);
  status->end = g_strdup (self->status.end);
}

void
hearth_recorder_status_clear (HearthRecorderStatus *status)
{
  g_clear_pointer (&status->text, g_free);
  g_clear_pointer (&status->end, g_free);
}

HearthRecordingManifest *
hearth_recorder_dup_manifest (HearthRecorder *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  return hearth_recording_manifest_copy (self->shown);
}

/* ---- gaps ---------------------------------------------------------------------------------------------- */

static void
open_gap (HearthRecorder *self, const char *cause)
{
  if (hearth_record_gaps_open (self->manifest, self->moved_utc_us, hearth_record_files_get_size (self->files), cause)) {
    hearth_notice ("recording %s: something is missing: %s", self->id, cause);
    self->manifest_due = TRUE;
  }
}

/* A disk that was full for so short that the ring still had everything has cost nothing. */
static void
close_gap (HearthRecorder *self, gint64 now_utc_us)
{
  if (!self->spliced && hearth_record_gaps_is_by_disk (self->manifest))
    self->manifest_due |= hearth_record_gaps_forget (self->manifest);
  else
    self->manifest_due |= hearth_record_gaps_close (self->manifest, now_utc_us);
  self->spliced = FALSE;
}

/* Not the recording's fault, and not its end: it goes on when there is room. */
static void
stop_for_disk (HearthRecorder *self, GError *error)
{
  gboolean full = g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT);

  if (!self->full)
    hearth_warning ("recording %s: %s", self->id, error->message);
  self->full = TRUE;
  open_gap (self, full ? HEARTH_RECORDING_DISK_FULL : HEARTH_RECORDING_DISK_ERROR);
}

/* ---- into a ring ------------------------------------------------------------------------------------------ */

static gboolean
splice_here (HearthRecorder *self)
{
  g_autoptr (GError) error = NULL;

  self->spliced = TRUE;
  if (hearth_record_files_splice (self->files, self->ring, hearth_ring_reader_get_position (self->reader), &error))
    return TRUE;
  stop_for_disk (self, error);
  return FALSE;
}

/* The recorder, or the box, was away: the same ring goes on at the byte where the file ends. */
static void
go_on (HearthRecorder *self, guint64 next)
{
  guint64 oldest = hearth_ring_reader_get_oldest (self->reader);

  hearth_ring_reader_seek (self->reader, next);
  if (next >= oldest && hearth_ring_reader_get_position (self->reader) == next)
    return;
  self->lost_bytes += oldest > next ? oldest - next : 0;
  open_gap (self, HEARTH_RECORDING_RECORDER_STOPPED);
  splice_here (self);
}

/* Where the first byte comes from. FALSE: not yet. */
static gboolean
begin (HearthRecorder *self, gint64 now_us)
{
  guint64 ring, next, position;
  gboolean patient = now_us - self->ring_since_us < BEGIN_US;

  if (hearth_record_files_get_next (self->files, &ring, &next) && ring == self->ring) {
    go_on (self, next);
  } else if (hearth_record_files_get_size (self->files) > 0) { /* another ring: all that it has is new */
    open_gap (self, hearth_record_gaps_get_new_ring_cause (self->took_rings == 0 ? hearth_record_files_get_found_us (self->files) : 0));
    hearth_ring_reader_seek (self->reader, 0);
    splice_here (self);
  } else {
    if (!hearth_ring_start_find (self->reader, self->from_us, patient, &position))
      return FALSE;
    hearth_ring_reader_seek (self->reader, position);
    self->manifest->started_us = hearth_ring_start_get_utc (self->reader, position);
    self->moved_utc_us = self->manifest->started_us;
    self->manifest_due = TRUE;
    splice_here (self);
  }
  self->began = !self->full;
  self->took_rings += self->began;
  return self->began;
}

/* When the old ring is read to its end: its writer is gone. FALSE: there is no other. */
static gboolean
change_ring (HearthRecorder *self, gint64 now_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (self->new_reader == NULL)
    return FALSE;
  g_clear_pointer (&self->reader, hearth_ring_reader_free);
  self->reader = g_steal_pointer (&self->new_reader);
  self->ring = self->new_ring;
  self->rap_n = 0;
  self->began = FALSE;
  self->ring_since_us = now_us;
  return TRUE;
}

/* ---- out of a ring --------------------------------------------------------------------------------------------- */

/* What was overwritten while it was written out is taken back. */
static void
take_overrun (HearthRecorder *self, guint64 size, guint64 position)
{
  g_autoptr (GError) error = NULL;
  guint64 now_at = hearth_ring_reader_get_position (self->reader);

  if (!hearth_record_files_cut (self->files, size, &error)) {
    stop_for_disk (self, error);
    return;
  }
  self->lost_bytes += now_at > position ? now_at - position : 0;
  open_gap (self, self->full ? HEARTH_RECORDING_DISK_FULL : HEARTH_RECORDING_OVERRUN);
  splice_here (self);
}

static HearthRingRead
copy_piece (HearthRecorder *self, gint64 now_us, gint64 now_utc_us)
{
  guint64 size = hearth_record_files_get_size (self->files), position = hearth_ring_reader_get_position (self->reader);
  g_autoptr (GError) error = NULL;
  const guint8 *bytes;
  gsize n_bytes, n_written;
  HearthRingRead result = hearth_ring_reader_peek (self->reader, &bytes, &n_bytes);

  if (result == HEARTH_RING_READ_OK) {
    hearth_record_files_write (self->files, bytes, MIN (n_bytes, PIECE), &n_written, &error);
    result = hearth_ring_reader_consume (self->reader, n_written);
  }
  if (result == HEARTH_RING_READ_OVERRUN) {
    take_overrun (self, size, position);
    return self->full ? HEARTH_RING_READ_EMPTY : HEARTH_RING_READ_OK;
  }
  if (result != HEARTH_RING_READ_OK)
    return result;
  if (n_written > 0) {
    close_gap (self, now_utc_us);
    self->moved_us = now_us;
    self->moved_utc_us = MAX (self->looked_utc_us, self->moved_utc_us);
  }
  if (error != NULL)
    stop_for_disk (self, error);
  return error != NULL ? HEARTH_RING_READ_EMPTY : HEARTH_RING_READ_OK;
}

static void
take_raps (HearthRecorder *self)
{
  g_autoptr (GError) error = NULL;
  guint64 n = self->rap_n, position = hearth_ring_reader_get_position (self->reader);
  HearthRingRap rap;

  while (hearth_ring_reader_next_rap (self->reader, &n, &rap) && rap.position < position) {
    self->rap_n = n;
    hearth_record_files_add_rap (self->files, &rap);
  }
  if (!hearth_record_files_flush (self->files, &error))
    stop_for_disk (self, error);
}

/* TRUE: the ring is read to its end, and nothing more will come. */
static gboolean
drain (HearthRecorder *self, gint64 now_us, gint64 now_utc_us)
{
  HearthRingRead result = HEARTH_RING_READ_OK;

  if (!self->began && !begin (self, now_us))
    return FALSE;
  while (result == HEARTH_RING_READ_OK && !self->full)
    result = copy_piece (self, now_us, now_utc_us);
  take_raps (self);
  if (result == HEARTH_RING_READ_CORRUPT)
    hearth_warning ("recording %s: its ring is broken; waiting for another", self->id);
  if (result == HEARTH_RING_READ_CORRUPT)
    g_clear_pointer (&self->reader, hearth_ring_reader_free);
  return result == HEARTH_RING_READ_ENDED;
}

/* ---- the disk's thread -------------------------------------------------------------------------------------------- */

/* The folder's own past, where it has one; what it is by name may be newer in what we were given. */
static void
take_past (HearthRecorder *self)
{
  g_autoptr (HearthRecordingManifest) past = hearth_record_files_steal_manifest (self->files);

  self->manifest_due = TRUE;
  self->moved_utc_us = g_get_real_time ();
  if (past == NULL)
    return;
  if (past->finished) { /* it ended just before hearthd, who wants it again, heard so */
    hearth_recording_manifest_free (self->manifest);
    self->manifest = g_steal_pointer (&past);
    self->manifest_due = FALSE;
    self->changed = TRUE;
    return;
  }
  self->manifest->started_us = past->started_us;
  g_array_unref (self->manifest->gaps);
  self->manifest->gaps = g_array_ref (past->gaps);
  if (hearth_record_files_get_found_us (self->files) > 0)
    self->moved_utc_us = hearth_record_files_get_found_us (self->files);
}

static void
take_orders (HearthRecorder *self, gint64 now_us)
{
  g_mutex_lock (&self->mutex);
  if (self->new_until) {
    self->manifest->until_us = self->until_us;
    self->manifest_due = TRUE;
  }
  self->new_until = FALSE;
  if (self->files == NULL)
    self->files = g_steal_pointer (&self->new_files);
  else
    now_us = 0;
  g_mutex_unlock (&self->mutex);
  if (self->files == NULL || now_us == 0)
    return;
  self->moved_us = now_us;
  take_past (self);
}

static char *
dup_end (HearthRecorder *self, gboolean ended, gint64 now_us, gint64 now_utc_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  if (self->stop != NULL)
    return g_strdup (self->stop);
  if (self->manifest->until_us > 0 && now_utc_us >= self->manifest->until_us)
    return g_strdup ("time");
  return ended && now_us - self->moved_us >= self->ended_patience_us ? g_strdup ("stream-ended") : NULL;
}

static void
finish (HearthRecorder *self, const char *end, gint64 now_utc_us)
{
  close_gap (self, now_utc_us);
  hearth_recording_set_string (&self->manifest->end, end);
  self->manifest->finished = TRUE;
  self->manifest->ended_us = now_utc_us;
  self->manifest_due = TRUE;
  g_clear_pointer (&self->reader, hearth_ring_reader_free);
}

static void
commit (HearthRecorder *self)
{
  g_autoptr (GError) error = NULL;

  self->waiting_sync = 0;
  if (hearth_record_files_commit_manifest (self->files, &error))
    return;
  hearth_warning ("recording %s: %s", self->id, error->message);
  self->manifest_due = TRUE;
}

/* The new manifest takes the old one's place once it is on the disk: a power cut leaves one or the other. */
static void
keep_manifest (HearthRecorder *self, const HearthRecorderTurn *turn)
{
  g_autoptr (GError) error = NULL;

  if (self->waiting_sync != 0 && turn->synced >= self->waiting_sync)
    commit (self);
  if (!self->manifest_due)
    return;
  if (!hearth_record_files_write_manifest (self->files, self->manifest, &error)) { /* stays due */
    if (!self->full)
      hearth_warning ("recording %s: %s", self->id, error->message);
    return;
  }
  self->manifest_due = FALSE;
  if (hearth_record_files_has_manifest (self->files))
    self->waiting_sync = atomic_load (turn->syncs_begun) + 1;
  else
    commit (self);
}

static void
follow (HearthRecorder *self, gboolean room, gint64 now_us, gint64 now_utc_us)
{
  g_autofree char *end = NULL;
  gboolean ended = FALSE;

  if (room) {
    self->full = FALSE;
    do
      ended = self->reader != NULL && drain (self, now_us, now_utc_us);
    while (!self->full && change_ring (self, now_us));
  } else {
    g_autoptr (GError) error = g_error_new_literal (HEARTH_ERROR, HEARTH_ERROR_LIMIT, "the disk is full; delete recordings");

    stop_for_disk (self, error);
  }
  self->looked_utc_us = now_utc_us;
  if (now_us - self->moved_us > STILL_US && !self->full && !ended)
    open_gap (self, HEARTH_RECORDING_NO_PACKETS);
  self->manifest->bytes = hearth_record_files_get_size (self->files);
  self->manifest->duration_us = hearth_record_files_get_duration_us (self->files);
  if (self->full)
    self->state = HEARTH_RECORDER_DISK_FULL;
  else
    self->state = hearth_record_gaps_is_open (self->manifest) || self->reader == NULL ? HEARTH_RECORDER_WAITING
                                                                                      : HEARTH_RECORDER_RECORDING;
  end = dup_end (self, ended, now_us, now_utc_us);
  if (end != NULL)
    finish (self, end, now_utc_us);
}

gboolean
hearth_recorder_tick (HearthRecorder *self, const HearthRecorderTurn *turn)
{
  gint64 now_us = g_get_monotonic_time (), now_utc_us = g_get_real_time ();

  take_orders (self, now_us);
  if (self->files == NULL)
    return FALSE;
  if (!self->manifest->finished)
    follow (self, turn->room, now_us, now_utc_us);
  self->changed |= self->manifest_due;
  keep_manifest (self, turn);
  if (self->manifest->finished && !self->manifest_due && self->waiting_sync == 0)
    self->state = HEARTH_RECORDER_FINISHED;
  show (self);
  return self->waiting_sync != 0;
}

gboolean
hearth_recorder_is_done (HearthRecorder *self)
{
  return self->state == HEARTH_RECORDER_FINISHED;
}

/* ---- from outside ---------------------------------------------------------------------------------------------------- */

HearthRecorder *
hearth_recorder_new (HearthRecordingManifest *manifest, gint64 from_us)
{
  HearthRecorder *self = g_new0 (HearthRecorder, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->mutex);
  self->id = g_strdup (manifest->id);
  self->from_us = from_us;
  self->manifest = manifest;
  self->manifest->started_us = g_get_real_time ();
  self->shown = hearth_recording_manifest_copy (manifest);
  self->status.text = g_strdup ("");
  self->status.end = g_strdup ("");
  self->status.version = 1;
  self->ended_patience_us = ENDED_US;
  return self;
}

HearthRecorder *
hearth_recorder_ref (HearthRecorder *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hearth_recorder_unref (HearthRecorder *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->new_files, hearth_record_files_free);
  g_clear_pointer (&self->new_reader, hearth_ring_reader_free);
  g_clear_pointer (&self->files, hearth_record_files_free);
  g_clear_pointer (&self->reader, hearth_ring_reader_free);
  hearth_recording_manifest_free (self->manifest);
  hearth_recording_manifest_free (self->shown);
  hearth_recorder_status_clear (&self->status);
  g_mutex_clear (&self->mutex);
  g_free (self->stop);
  g_free (self->id);
  g_free (self);
}

const char *
hearth_recorder_get_id (HearthRecorder *self)
{
  return self->id;
}

void
hearth_recorder_take_files (HearthRecorder *self, HearthRecordFiles *files)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->new_files = files;
}

void
hearth_recorder_fail (HearthRecorder *self, const char *text)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->status.state = HEARTH_RECORDER_FAILED;
  self->status.version++;
  hearth_recording_set_string (&self->status.text, text);
}

/* A memfd's inode is its own for as long as it lives, whoever holds it; with the boot's id it never comes again. */
guint64
hearth_recorder_identify_ring (int ring_fd)
{
  static gsize once;
  static guint64 boot = G_GUINT64_CONSTANT (14695981039346656037); /* FNV-1a */
  struct stat status;

  if (g_once_init_enter (&once)) {
    g_autofree char *id = NULL;

    g_file_get_contents ("/proc/sys/kernel/random/boot_id", &id, NULL, NULL);
    for (const char *c = id; c != NULL && *c != '\0'; c++)
      boot = (boot ^ (guint8) *c) * G_GUINT64_CONSTANT (1099511628211);
    g_once_init_leave (&once, 1);
  }
  if (fstat (ring_fd, &status) < 0)
    return 0;
  return ((boot ^ status.st_ino) * G_GUINT64_CONSTANT (1099511628211)) | 1;
}

void
hearth_recorder_set_ended_patience (HearthRecorder *self, gint64 us)
{
  self->ended_patience_us = us;
}

gboolean
hearth_recorder_feed (HearthRecorder *self, int ring_fd, GError **error)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  guint64 ring = hearth_recorder_identify_ring (ring_fd);
  HearthRingReader *reader;

  if (ring == self->fed_ring)
    return TRUE;
  reader = hearth_ring_reader_new (ring_fd, error);
  if (reader == NULL)
    return FALSE;
  g_clear_pointer (&self->new_reader, hearth_ring_reader_free);
  self->new_reader = reader;
  self->new_ring = self->fed_ring = ring;
  return TRUE;
}

void
hearth_recorder_stop (HearthRecorder *self, const char *end)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  hearth_recording_set_string (&self->stop, end);
}

void
hearth_recorder_set_until (HearthRecorder *self, gint64 until_us)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->until_us = until_us;
  self->new_until = TRUE;
}
