/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearth-worker: hosts one plug-in that is neither network nor display; today the platform's. */
#include "config.h"

#include "base/hearth-plugin-host.h"
#include "base/hearth-worker-link.h"
#include "worker/hearth-platform-host.h"

#include <hearth/log.h>
#include <stdlib.h>

HEARTH_LOG_TOPIC ("worker")

#ifdef PLATFORM_GENERIC_BUILTIN
extern const HearthPluginDescriptor hearth_plugin_platform_generic;
#endif

const HearthPluginDescriptor *const hearth_plugin_builtins[] = {
#ifdef PLATFORM_GENERIC_BUILTIN
  &hearth_plugin_platform_generic,
#endif
  NULL,
};

static GVariant *
dup_holds (GUnixFDList *fds, gpointer user_data)
{
  HearthPlatformHost *host = user_data;
  GVariantDict holds;

  g_variant_dict_init (&holds, NULL);
  if (hearth_platform_host_get_plugin (host) != NULL)
    g_variant_dict_insert (&holds, "plugin", "s", hearth_platform_host_get_plugin (host));
  return g_variant_dict_end (&holds);
}

/* hearthd names the plug-in by Platform1.Start once it has heard Hello. */
static void
on_connected (HearthWorkerLink *link, GVariant *settings, gpointer user_data)
{
}

int
main (int argc, char **argv)
{
  static const HearthWorkerLinkFuncs funcs = { .dup_holds = dup_holds, .connected = on_connected };
  g_autoptr (HearthPlatformHost) host = NULL;
  g_autoptr (GError) error = NULL;
  HearthWorkerArguments arguments;
  HearthWorkerLink *link;
  int status;

  hearth_worker_init (&arguments, "worker", &argc, &argv);
  host = hearth_platform_host_new ();
  link = hearth_worker_link_new (&arguments, &funcs, host);
  if (!hearth_confine (HEARTH_CONFINE_PLATFORM, &error)) { /* before any plug-in: loading one only maps files */
    hearth_error ("hearth-worker cannot start: %s", error->message);
    return EXIT_FAILURE;
  }
  hearth_worker_link_export (link, hearth_platform_host_get_skeleton (host));
  status = hearth_worker_link_run (link);
  hearth_worker_link_free (link);
  hearth_worker_arguments_clear (&arguments);
  return status;
}
