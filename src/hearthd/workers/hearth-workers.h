/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/workers/hearth-worker.h"

G_BEGIN_DECLS

/**
 * SECTION:workers
 *
 * All workers, hearthd's private socket, and the book by which a restarted
 * hearthd knows its workers again (<runtime>/workers.ini: token, pid and start
 * time of each). Main thread.
 */
typedef struct _HearthWorkers HearthWorkers;

typedef struct {
  /* Calls of workers that carry their lists; @worker is the caller. */
  void (*put_services) (HearthWorker *worker, int fd, guint64 bytes, guint services, GVariant *oddities, guint n_oddities,
                        GVariant *details, gpointer user_data);
  void (*list_failed) (HearthWorker *worker, const char *error, const char *text, gpointer user_data);
  /* @call: to be answered, also later: as Manager1.PutGuide. */
  void (*put_guide) (HearthWorker *worker, GBytes *batch, GDBusMethodInvocation *call, gpointer user_data);
  void (*changed) (HearthWorker *worker, const char *reason, gpointer user_data); /* for System1.WorkerChanged */
} HearthWorkersFuncs;

/* Reads the book. Errors: IO, PERMISSION_DENIED when the runtime folder cannot be used. */
HearthWorkers *hearth_workers_new (const HearthWorkersFuncs *funcs, gpointer user_data, GError **error);
/* Takes the private socket, from another hearthd too: only who owns the bus name may. Once, before the first worker is added. */
gboolean hearth_workers_listen (HearthWorkers *workers, GError **error);
/* Stops nothing: workers outlive hearthd unless hearth_workers_stop_all() was called. */
void hearth_workers_free (HearthWorkers *workers);
/* Starts one, or waits for a living one of the book to say Hello and adopts it. (transfer none), owned by @workers. */
HearthWorker *hearth_workers_add (HearthWorkers *workers, const HearthWorkerSpec *spec);
/* Asks it to quit, kills it after 2 s, forgets it. */
void hearth_workers_remove (HearthWorkers *workers, HearthWorker *worker);
/* Ends all, waits at most 2 s. */
void hearth_workers_stop_all (HearthWorkers *workers);
/* Looks at progress while anybody wants it; costs two wakes a second, so only while something plays. @more: 1 or -1, by each view. */
void hearth_workers_add_watching (HearthWorkers *workers, gint more);
/* The same for the recordings. */
void hearth_workers_set_watching_for_recordings (HearthWorkers *workers, gboolean watching);
GPtrArray *hearth_workers_get_all (HearthWorkers *workers); /* borrowed, of HearthWorker */
/* For all that run and all that come. */
void hearth_workers_set_debug (HearthWorkers *workers, const char *levels);

G_END_DECLS
