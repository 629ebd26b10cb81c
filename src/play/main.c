/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-worker-link.h"
#include "play/hearth-play-service.h"

#include <errno.h>
#include <gst/gst.h>
#include <hearth/log.h>
#include <string.h>
#include <sys/resource.h>

HEARTH_LOG_TOPIC ("play")

#define NICE (-10)

static GVariant *
on_dup_holds (GUnixFDList *fds, gpointer user_data)
{
  return hearth_play_service_describe (*(HearthPlayService **) user_data);
}

static void
on_connected (HearthWorkerLink *link, GVariant *settings, gpointer user_data)
{
  hearth_play_service_take_settings (*(HearthPlayService **) user_data, settings);
}

static const HearthWorkerLinkFuncs link_funcs = { .dup_holds = on_dup_holds, .connected = on_connected };

/* "--network": plays internet addresses too, and so is confined less. */
static gboolean
take_network (int *argc, char **argv)
{
  for (int i = 1; i < *argc; i++)
    if (strcmp (argv[i], "--network") == 0) {
      memmove (argv + i, argv + i + 1, (*argc - i) * sizeof *argv);
      (*argc)--;
      return TRUE;
    }
  return FALSE;
}

/* Without its registry of plug-ins: the live path uses none but a sound card's, and whoever needs one loads it by name
 * (hearth_plugins_load). Making a registry takes seconds and reading one megabytes; and plug-ins that nobody asked for do harm:
 * udpsrc's makes GDBus misread descriptors. */
static gboolean
start_gstreamer (GError **error)
{
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  if (gst_init_check (NULL, NULL, error))
    return TRUE;
  hearth_error_translate (error, "starting GStreamer");
  return FALSE;
}

/* Pictures and sound before all else, where we may (RLIMIT_NICE, or root): a box has other things to do too. */
static void
go_ahead (void)
{
  if (setpriority (PRIO_PROCESS, 0, NICE) < 0)
    hearth_debug ("runs like everything else: %s", g_strerror (errno));
}

int
main (int argc, char **argv)
{
  HearthWorkerArguments arguments;
  gboolean internet = take_network (&argc, argv);
  g_autoptr (GError) error = NULL;
  HearthPlayService *service = NULL;
  HearthWorkerLink *link;
  int status;

  hearth_worker_init (&arguments, "play", &argc, &argv);
  go_ahead ();
  link = hearth_worker_link_new (&arguments, &link_funcs, &service);
  if (start_gstreamer (&error))
    service = hearth_play_service_new (internet, hearth_worker_link_get_progress (link), &error);
  if (service == NULL || !hearth_confine (internet ? HEARTH_CONFINE_PLAY_NETWORK : HEARTH_CONFINE_PLAY, &error)) {
    hearth_error ("hearth-play cannot start: %s", error->message);
    return EXIT_FAILURE;
  }
  hearth_worker_link_export (link, hearth_play_service_get_skeleton (service));
  status = hearth_worker_link_run (link);
  hearth_play_service_free (service);
  hearth_worker_link_free (link);
  hearth_worker_arguments_clear (&arguments);
  return status;
}
