/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/recordings/hearth-recording.h"
#include "hearthd/workers/hearth-workers.h"

G_BEGIN_DECLS

/**
 * SECTION:record-worker
 *
 * hearth-record: its calls and what it tells. Main thread.
 */
#define HEARTH_RECORD_USER "hearth-record" /* whose the recordings are, where hearthd is root */

typedef struct _HearthRecordWorker HearthRecordWorker;

typedef struct {
  /* There, or there again: it must be told everything; what it has it passes over. */
  void (*connected) (gpointer user_data);
  /* @details: a{sv} of Record1.State. */
  void (*state) (const char *id, const char *state, GVariant *details, gpointer user_data);
  void (*progress) (const char *id, guint64 bytes, gint64 duration_us, gpointer user_data);
  /* Delete was answered; @error NULL: it is gone. */
  void (*deleted) (const char *id, const GError *error, gpointer call, gpointer user_data);
} HearthRecordWorkerFuncs;

HearthRecordWorker *hearth_record_worker_new (HearthWorkers *workers, const HearthRecordWorkerFuncs *funcs, gpointer user_data);
void hearth_record_worker_free (HearthRecordWorker *self);
gboolean hearth_record_worker_is_connected (HearthRecordWorker *self);
/* Each does nothing while it is not connected. */
void hearth_record_worker_set_folder (HearthRecordWorker *self, const char *folder, guint64 reserve_bytes);
void hearth_record_worker_set_reserve (HearthRecordWorker *self, guint64 reserve_bytes);
void hearth_record_worker_begin (HearthRecordWorker *self, const HearthRecording *recording);
void hearth_record_worker_feed (HearthRecordWorker *self, const char *id, int ring_fd);
void hearth_record_worker_set_until (HearthRecordWorker *self, const char *id, gint64 until_us);
void hearth_record_worker_stop (HearthRecordWorker *self, const char *id);
/* @call comes back with "deleted". */
void hearth_record_worker_delete (HearthRecordWorker *self, const char *id, gpointer call);

G_END_DECLS
