/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-worker-link.h"

G_BEGIN_DECLS

/**
 * SECTION:stream-worker
 *
 * hearth-stream as hearthd sees it: tv.hearth.internal.Stream1, the streams that
 * are open, the list of services. Main thread.
 *
 * Liveness. While a stream is open two slots of the progress page are busy. Slot
 * 0 beats in each push, and every 250 ms by a timer as long as no push has been
 * running for 200 ms: a thread that is stuck in a push (ring, analyser) stops the
 * beats, silence on the network does not. A plug-in's thread that is stuck in the
 * plug-in's own code cannot be told from silence; it is told as NoPackets, and the
 * leg is changed for that. Slot 1 beats by the timer alone: it is the main loop's.
 * A stopped process beats in neither.
 */
typedef struct _HearthStreamWorker HearthStreamWorker;

HearthStreamWorker *hearth_stream_worker_new (const HearthWorkerArguments *arguments);
void hearth_stream_worker_free (HearthStreamWorker *self);
/* Returns the process's exit status. */
int hearth_stream_worker_run (HearthStreamWorker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthStreamWorker, hearth_stream_worker_free)

G_END_DECLS
