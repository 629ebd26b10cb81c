/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/workers/hearth-worker.h"

G_BEGIN_DECLS

/* Between hearth-worker.c and hearth-workers.c. */

/* What the book says of a process that may still live. */
typedef struct {
  int pid;
  guint64 start_ticks; /* /proc/<pid>/stat, field 22: a pid used again differs */
} HearthWorkerRecord;

/* @token: given to the process, or the book's. @saved: told when token or pid change and the book must be written. */
HearthWorker *hearth_worker_new (const HearthWorkerSpec *spec, const char *socket, const char *token,
                                 void (*saved) (gpointer user_data), gpointer user_data);
void hearth_worker_start (HearthWorker *worker);
/* TRUE when @record's process lives: it is then waited for, and killed and replaced when it does not come in time. */
gboolean hearth_worker_await_adoption (HearthWorker *worker, const HearthWorkerRecord *record);
const char *hearth_worker_get_token (HearthWorker *worker);
gboolean hearth_worker_get_record (HearthWorker *worker, HearthWorkerRecord *record);
/* Hello was right. */
void hearth_worker_take_connection (HearthWorker *worker, GDBusConnection *connection, GVariant *holds, GUnixFDList *fds);
/* For good: Quit, then SIGKILL after 2 s; no restart. */
void hearth_worker_stop (HearthWorker *worker);
gboolean hearth_worker_is_alive (HearthWorker *worker);
void hearth_worker_watch (HearthWorker *worker, gint64 now_us, gint64 excused_us);
gboolean hearth_worker_is_connection (HearthWorker *worker, GDBusConnection *connection);

G_END_DECLS
