/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker for tests of hearthd's care for workers; its argument says how it behaves:
 *   good    says Hello and beats while it lives
 *   falls   ends with status 7 before it says anything
 *   mute    never says Hello
 *   deaf    says Hello, then hears neither calls nor SIGTERM
 *   wrong   answers Platform1.Describe with a text, where a dictionary belongs */
#include "base/hearth-worker-link.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char *mode;

static GVariant *
dup_holds (GUnixFDList *fds, gpointer user_data)
{
  GVariantDict holds;

  g_variant_dict_init (&holds, NULL);
  g_variant_dict_insert (&holds, "mode", "s", mode);
  g_variant_dict_insert (&holds, "pid", "u", (guint32) getpid ());
  return g_variant_dict_end (&holds);
}

static gboolean
on_beat (gpointer user_data)
{
  hearth_progress_beat (hearth_worker_link_get_progress (user_data), 0);
  return G_SOURCE_CONTINUE;
}

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method, GVariant *parameters,
         GDBusMethodInvocation *call, gpointer user_data)
{
  static const char *const elements[] = { "one", NULL };

  if (strcmp (method, "Describe") == 0)
    g_dbus_method_invocation_return_value (call, g_variant_new ("(s)", "a box"));
  else
    g_dbus_method_invocation_return_value (call, g_variant_new ("(^as)", elements));
}

static void
be_wrong (GDBusConnection *connection)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_call };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (
    "<node><interface name='tv.hearth.internal.Platform1'><method name='Describe'><arg type='s' direction='out'/></method>"
    "<method name='GetDecoders'><arg type='as' direction='out'/></method></interface></node>", NULL);

  g_dbus_connection_register_object (connection, "/tv/hearth/internal", node->interfaces[0], &vtable, NULL, NULL, NULL);
}

static void
on_connected (HearthWorkerLink *link, GVariant *settings, gpointer user_data)
{
  if (strcmp (mode, "deaf") == 0) {
    signal (SIGTERM, SIG_IGN);
    for (;;)
      pause ();
  }
  if (strcmp (mode, "wrong") == 0)
    be_wrong (hearth_worker_link_get_connection (link));
}

int
main (int argc, char **argv)
{
  static const HearthWorkerLinkFuncs funcs = { .dup_holds = dup_holds, .connected = on_connected };
  HearthWorkerArguments arguments;
  HearthWorkerLink *link;
  int status = 7;

  prctl (PR_SET_PDEATHSIG, SIGKILL); /* of the test itself: nothing stays when one fails */
  if (getppid () == 1) /* it has failed already */
    return 0;
  hearth_worker_init (&arguments, "fake", &argc, &argv);
  mode = argc > 1 ? argv[1] : "good";
  if (strcmp (mode, "falls") == 0) {
    hearth_worker_arguments_clear (&arguments);
    return status;
  }
  while (strcmp (mode, "mute") == 0)
    pause ();
  link = hearth_worker_link_new (&arguments, &funcs, NULL);
  hearth_progress_set_busy (hearth_worker_link_get_progress (link), 0, TRUE);
  g_timeout_add (100, on_beat, link);
  status = hearth_worker_link_run (link);
  hearth_worker_link_free (link);
  hearth_worker_arguments_clear (&arguments);
  return status;
}
