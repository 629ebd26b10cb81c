/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include "base/hearth-progress.h"

G_BEGIN_DECLS

/**
 * SECTION:worker
 *
 * One worker process as hearthd sees it: started, watched by pidfd and by its
 * progress, started again, adopted after hearthd's own restart. Main thread.
 *
 * Core workers are never given up. Who had worked for two seconds is started
 * at once; who falls before that at once three times, then after 1, 2, 4 ...
 * 30 s. From the fourth fall within a minute on each start is a step more
 * careful.
 * Optional ones are disabled after three falls in sixty seconds.
 */
typedef enum {
  HEARTH_WORKER_STOPPED = 0,
  HEARTH_WORKER_STARTING,   /* runs, has not said Hello */
  HEARTH_WORKER_RUNNING,    /* connected */
  HEARTH_WORKER_RESTARTING, /* waits to be started again */
  HEARTH_WORKER_DISABLED,   /* an optional one that fell too often */
} HearthWorkerState;

#define HEARTH_TYPE_WORKER (hearth_worker_get_type ())
G_DECLARE_FINAL_TYPE (HearthWorker, hearth_worker, HEARTH, WORKER, GObject)

/*
 * Signals:
 *   "connected" (GVariant *holds, GUnixFDList *fds): Hello came: fresh, or adopted with what it holds
 *   "lost" (const char *reason): it ended; what it did must be set up again at the next "connected". A line that only breaks is
 *     followed by another "connected" or, 3 s later, by the end
 *   "changed": state, for the bus
 */
typedef struct {
  const char *role;     /* "stream": the program is hearth-<role> */
  const char *instance;
  const char *const *arguments; /* (nullable): more, NULL-terminated; copied */
  gboolean core;
  const char *user; /* (nullable): drop to this user, where it exists and hearthd is root */
} HearthWorkerSpec;

const char *hearth_worker_get_name (HearthWorker *worker); /* "<role>-<instance>" */
const char *hearth_worker_get_role (HearthWorker *worker);
const char *hearth_worker_get_instance (HearthWorker *worker);
HearthWorkerState hearth_worker_get_state (HearthWorker *worker);
const char *hearth_worker_state_to_string (HearthWorkerState state);
GDBusConnection *hearth_worker_get_connection (HearthWorker *worker); /* (nullable) */
HearthProgress *hearth_worker_get_progress (HearthWorker *worker);    /* (nullable) */
guint hearth_worker_get_careful (HearthWorker *worker);
/* It lived before this hearthd did. */
gboolean hearth_worker_is_adopted (HearthWorker *worker);
guint hearth_worker_get_restarts (HearthWorker *worker);
GVariant *hearth_worker_describe (HearthWorker *worker); /* floating a{sv} of System1.GetWorkers */
/* The command line (NULL-terminated, copied) of the next start. @now: where it differs, a process that runs is ended and started
 * again with it, one that waits is started. */
void hearth_worker_set_arguments (HearthWorker *worker, const char *const *arguments, gboolean now);
/* Kills it for cause; it is started again. */
void hearth_worker_kill (HearthWorker *worker, const char *reason);

G_END_DECLS
