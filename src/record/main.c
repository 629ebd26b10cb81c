/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearth-record: rings to disk. It loads nobody's plug-ins, reads no address, and only writes into the recordings' folder. */
#include "base/hearth-worker-link.h"
#include "record/hearth-record-service.h"

#include <hearth/log.h>
#include <stdlib.h>

HEARTH_LOG_TOPIC ("record")

static GVariant *
on_dup_holds (GUnixFDList *fds, gpointer user_data)
{
  return hearth_record_service_describe (user_data);
}

static void
on_connected (HearthWorkerLink *link, GVariant *settings, gpointer user_data)
{
  hearth_record_service_tell_all (user_data);
}

static const HearthWorkerLinkFuncs link_funcs = { .dup_holds = on_dup_holds, .connected = on_connected };

int
main (int argc, char **argv)
{
  g_autoptr (HearthRecordService) service = NULL;
  g_autoptr (GError) error = NULL;
  HearthWorkerArguments arguments;
  HearthWorkerLink *link;
  int status;

  hearth_worker_init (&arguments, "record", &argc, &argv);
  service = hearth_record_service_new ();
  link = hearth_worker_link_new (&arguments, &link_funcs, service);
  if (!hearth_confine (HEARTH_CONFINE_RECORD, &error)) {
    hearth_error ("hearth-record cannot start: %s", error->message);
    return EXIT_FAILURE;
  }
  hearth_worker_link_export (link, hearth_record_service_get_skeleton (service));
  status = hearth_worker_link_run (link);
  g_clear_pointer (&service, hearth_record_service_free); /* the rest of the rings */
  hearth_worker_link_free (link);
  hearth_worker_arguments_clear (&arguments);
  return status;
}
