/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/workers/hearth-worker.h"

G_BEGIN_DECLS

#define HEARTH_WORKER_PATH "/tv/hearth/internal" /* where every worker shows its interface */

typedef struct {
  const char *interface; /* "tv.hearth.internal...." */
  const char *method;
  GVariant *parameters;  /* (nullable): floating or borrowed */
  GUnixFDList *fds;      /* (nullable) */
  int timeout_ms;        /* 0: GDBus's own */
  GCancellable *cancellable; /* (nullable) */
} HearthWorkerCall;

/**
 * hearth_worker_call:
 * @worker: connected
 * @callback: (nullable): its source object is the connection
 *
 * Asks a worker. All of hearthd's questions whose answer matters go through here: an answer
 * of another type than the interface's XML has for it, which would end
 * whoever unpacks it, is an error (%HEARTH_ERROR_CORRUPT), told in the log.
 */
void hearth_worker_call (HearthWorker *worker, const HearthWorkerCall *call, GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full). @fds: (nullable). Errors: CORRUPT, those of the method, GIO's. */
GVariant *hearth_worker_call_finish (GAsyncResult *result, GUnixFDList **fds, GError **error);

G_END_DECLS
