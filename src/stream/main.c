/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-stream-worker.h"

int
main (int argc, char **argv)
{
  HearthWorkerArguments arguments;
  HearthStreamWorker *worker;
  int status;

  hearth_worker_init (&arguments, "stream", &argc, &argv);
  worker = hearth_stream_worker_new (&arguments);
  status = hearth_stream_worker_run (worker);
  hearth_stream_worker_free (worker);
  hearth_worker_arguments_clear (&arguments);
  return status;
}
