/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hearth-record-disk.h"

#include "record/hearth-record-delete.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <stdatomic.h>
#include <sys/statvfs.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("record")

#define TICKS_A_SYNC 3 /* 750 ms, and what a sync itself takes: within the second that may be lost */
#define TICKS_A_LOOK 4 /* at the free space */
#define FOLDER_MODE 0755

struct _HearthRecordDisk {
  int root;
  void (*changed) (gpointer user_data);
  gpointer user_data;
  GThread *reader, *syncer;
  _Atomic guint64 syncs_begun;

  GMutex mutex; /* guards all below */
  GCond cond;
  GPtrArray *recorders;
  gboolean quitting, sync_wanted;
  guint64 reserve_bytes;
  guint opening; /* folders on their way */
  HearthRecordDiskStatistics statistics;
  guint idle;
};

/* ---- telling ------------------------------------------------------------------------------------------ */

static gboolean
on_told (gpointer user_data)
{
  HearthRecordDisk *self = user_data;

  g_mutex_lock (&self->mutex);
  self->idle = 0;
  g_mutex_unlock (&self->mutex);
  self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

/* Under the mutex. */
static void
tell (HearthRecordDisk *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add (on_told, self);
}

/* ---- reading all rings ----------------------------------------------------------------------------------- */

static gboolean
has_room (HearthRecordDisk *self)
{
  struct statvfs status;
  guint64 reserve;

  g_mutex_lock (&self->mutex);
  reserve = self->reserve_bytes;
  g_mutex_unlock (&self->mutex);
  return fstatvfs (self->root, &status) < 0 || (guint64) status.f_bavail * status.f_frsize > reserve;
}

/* TRUE: somebody waits for a sync. */
static gboolean
tick (GPtrArray *recorders, const HearthRecorderTurn *turn)
{
  gboolean waiting = FALSE;

  for (guint i = 0; i < recorders->len; i++)
    waiting |= hearth_recorder_tick (g_ptr_array_index (recorders, i), turn);
  return waiting;
}

static GPtrArray *
dup_recorders (HearthRecordDisk *self)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) hearth_recorder_unref);

  for (guint i = 0; i < self->recorders->len; i++)
    g_ptr_array_add (copy, hearth_recorder_ref (g_ptr_array_index (self->recorders, i)));
  return copy;
}

/* Under the mutex. */
static void
finish_tick (HearthRecordDisk *self, gboolean waiting, gint64 took_us)
{
  for (guint i = self->recorders->len; i-- > 0;)
    if (hearth_recorder_is_done (g_ptr_array_index (self->recorders, i)))
      g_ptr_array_remove_index (self->recorders, i);
  self->statistics.ticks++;
  self->statistics.longest_tick_us = MAX (self->statistics.longest_tick_us, took_us);
  if (waiting || self->statistics.ticks % TICKS_A_SYNC == 0 || self->recorders->len == 0) {
    self->sync_wanted = TRUE;
    g_cond_broadcast (&self->cond);
  }
  tell (self);
}

/* Under the mutex: waits for the next turn. FALSE: it is over. */
static gboolean
wait_turn (HearthRecordDisk *self, gint64 *turn_us)
{
  while (self->recorders->len == 0 && !self->quitting)
    g_cond_wait (&self->cond, &self->mutex);
  *turn_us = MAX (*turn_us + HEARTH_RECORD_TICK_MS * 1000, g_get_monotonic_time ());
  while (!self->quitting && g_cond_wait_until (&self->cond, &self->mutex, *turn_us))
    ;
  return !self->quitting;
}

static gpointer
run_reader (gpointer user_data)
{
  HearthRecordDisk *self = user_data;
  gint64 turn_us = g_get_monotonic_time ();
  gboolean room = TRUE, going_on = TRUE;

  for (guint n = 0; going_on; n++) {
    g_autoptr (GPtrArray) recorders = NULL;
    HearthRecorderTurn turn;
    gboolean waiting;
    gint64 began_us;

    g_mutex_lock (&self->mutex);
    going_on = wait_turn (self, &turn_us); /* once more before the end: nothing stays in the rings */
    recorders = dup_recorders (self);
    turn = (HearthRecorderTurn){ .syncs_begun = &self->syncs_begun, .synced = self->statistics.syncs };
    g_mutex_unlock (&self->mutex);

    began_us = g_get_monotonic_time ();
    if (n % TICKS_A_LOOK == 0)
      room = has_room (self);
    turn.room = room;
    waiting = tick (recorders, &turn);
    g_mutex_lock (&self->mutex);
    finish_tick (self, waiting, g_get_monotonic_time () - began_us);
    g_mutex_unlock (&self->mutex);
  }
  return NULL;
}

/* ---- syncing -------------------------------------------------------------------------------------------------- */

static void
sync_disk (HearthRecordDisk *self)
{
  gint64 began_us = g_get_monotonic_time (), took_us;

  if (syncfs (self->root) < 0)
    hearth_warning ("the recordings' disk cannot be synced, a power cut would cost more than a second: %s", g_strerror (errno));
  took_us = g_get_monotonic_time () - began_us;
  g_mutex_lock (&self->mutex);
  self->statistics.syncs++;
  self->statistics.longest_sync_us = MAX (self->statistics.longest_sync_us, took_us);
  g_mutex_unlock (&self->mutex);
}

static gpointer
run_syncer (gpointer user_data)
{
  HearthRecordDisk *self = user_data;

  g_mutex_lock (&self->mutex);
  for (;;) {
    while (!self->sync_wanted && !self->quitting)
      g_cond_wait (&self->cond, &self->mutex);
    if (!self->sync_wanted)
      break;
    self->sync_wanted = FALSE;
    g_mutex_unlock (&self->mutex);
    atomic_fetch_add (&self->syncs_begun, 1);
    sync_disk (self);
    g_mutex_lock (&self->mutex);
  }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* ---- from outside ------------------------------------------------------------------------------------------------ */

HearthRecordDisk *
hearth_record_disk_new (const char *folder, void (*changed) (gpointer user_data), gpointer user_data, GError **error)
{
  HearthRecordDisk *self;
  int root = -1;

  if (g_mkdir_with_parents (folder, FOLDER_MODE) == 0)
    root = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) {
    hearth_error_set_errno (error, errno, "opening the recordings' folder %s (HEARTH_RECORDINGS_DIR or the setting "
                            "recordings.folder names another)", folder);
    return NULL;
  }
  self = g_new0 (HearthRecordDisk, 1);
  self->root = root;
  self->changed = changed;
  self->user_data = user_data;
  self->recorders = g_ptr_array_new_with_free_func ((GDestroyNotify) hearth_recorder_unref);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  hearth_record_delete_leftovers (root);
  self->reader = g_thread_new ("record", run_reader, self);
  self->syncer = g_thread_new ("sync", run_syncer, self);
  return self;
}

void
hearth_record_disk_free (HearthRecordDisk *self)
{
  const HearthRecorderTurn last = { .room = TRUE, .synced = G_MAXUINT64, .syncs_begun = &self->syncs_begun };

  g_mutex_lock (&self->mutex);
  while (self->opening > 0)
    g_cond_wait (&self->cond, &self->mutex);
  self->quitting = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->reader);
  g_thread_join (self->syncer);
  syncfs (self->root);
  tick (self->recorders, &last); /* manifests that waited for that */
  if (self->idle != 0)
    g_source_remove (self->idle);
  g_ptr_array_unref (self->recorders);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  close (self->root);
  g_free (self);
}

typedef struct {
  HearthRecordDisk *disk;
  HearthRecorder *recorder;
} Opening;

/* Mending an index may mean to read a whole recording. */
static void
open_folder (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Opening *opening = data;
  HearthRecordDisk *self = opening->disk;
  g_autoptr (GError) error = NULL;
  HearthRecordFiles *files = hearth_record_files_open (self->root, hearth_recorder_get_id (opening->recorder), &error);

  if (files != NULL)
    hearth_recorder_take_files (opening->recorder, files);
  else
    hearth_recorder_fail (opening->recorder, error->message);
  g_mutex_lock (&self->mutex);
  if (files != NULL)
    g_ptr_array_add (self->recorders, hearth_recorder_ref (opening->recorder));
  self->opening--;
  tell (self);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  hearth_recorder_unref (opening->recorder);
  g_free (opening);
}

void
hearth_record_disk_add (HearthRecordDisk *self, HearthRecorder *recorder)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
  Opening *opening = g_new0 (Opening, 1);

  opening->disk = self;
  opening->recorder = hearth_recorder_ref (recorder);
  g_mutex_lock (&self->mutex);
  self->opening++;
  g_mutex_unlock (&self->mutex);
  g_task_set_task_data (task, opening, opening_free);
  g_task_run_in_thread (task, open_folder);
}

void
hearth_record_disk_set_reserve (HearthRecordDisk *self, guint64 bytes)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  self->reserve_bytes = bytes;
}

gboolean
hearth_record_disk_delete (HearthRecordDisk *self, const char *id, GError **error)
{
  return hearth_record_delete (self->root, id, error);
}

void
hearth_record_disk_get_statistics (HearthRecordDisk *self, HearthRecordDiskStatistics *statistics)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  *statistics = self->statistics;
}
