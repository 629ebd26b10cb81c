/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/hearth-paths.h"
#include "base/hearth-plugin-host.h"
#include "hearthd/hearth-daemon.h"

#include <glib-unix.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

HEARTH_LOG_TOPIC ("hearthd")

#define EXIT_NAME_TAKEN 3

/* hearthd hosts no plug-ins. */
const HearthPluginDescriptor *const hearth_plugin_builtins[] = { NULL };

typedef struct {
  GMainLoop *loop;
  HearthDaemon *daemon;
  int status;
} Run;

static gboolean
on_terminated (gpointer user_data)
{
  g_main_loop_quit (((Run *) user_data)->loop);
  return G_SOURCE_CONTINUE;
}

static void
on_name_acquired (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;

  if (!hearth_daemon_start (run->daemon, &error)) {
    hearth_error ("%s", error->message);
    run->status = EXIT_FAILURE;
    g_main_loop_quit (run->loop);
    return;
  }
#ifdef HAVE_SYSTEMD
  sd_notify (0, "READY=1");
#endif
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer user_data)
{
  Run *run = user_data;

  hearth_error ("the name %s is another hearthd's, or the bus is gone", name);
  run->status = EXIT_NAME_TAKEN;
  g_main_loop_quit (run->loop);
}

static GDBusConnection *
connect_to_bus (GError **error)
{
  const char *address = g_getenv ("HEARTH_BUS");
  GDBusConnection *connection;

  if (address != NULL && *address != '\0')
    connection = g_dbus_connection_new_for_address_sync (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, error);
  else
    connection = g_bus_get_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (connection == NULL)
    hearth_error_translate (error, "connecting to %s", address != NULL ? address : "the system bus (HEARTH_BUS names another)");
  return connection;
}

static void
parse_arguments (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean version = FALSE;
  const GOptionEntry entries[] = { { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL }, { NULL } };

  g_option_context_set_summary (context, "Hearth's control: decides, remembers, starts all the other processes.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error) || *argc > 1) {
    fprintf (stderr, "hearthd: %s\n", error != NULL ? error->message : "takes no arguments");
    exit (2);
  }
  if (version) {
    printf ("hearthd %s\n", PACKAGE_VERSION);
    exit (EXIT_SUCCESS);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  Run run = { 0 };
  guint name;

  setlocale (LC_ALL, "");
  parse_arguments (&argc, &argv);
  prctl (PR_SET_DUMPABLE, 0);
  connection = connect_to_bus (&error);
  if (connection != NULL)
    run.daemon = hearth_daemon_new (connection, &error);
  if (run.daemon == NULL) {
    hearth_error ("%s", error->message);
    return EXIT_FAILURE;
  }
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  run.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_terminated, &run);
  g_unix_signal_add (SIGINT, on_terminated, &run);
  name = g_bus_own_name_on_connection (connection, "tv.hearth.Hearth1", G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, on_name_acquired,
                                       on_name_lost, &run, NULL);
  g_main_loop_run (run.loop);
  hearth_daemon_stop (run.daemon);
  g_bus_unown_name (name);
  hearth_daemon_free (run.daemon);
  g_main_loop_unref (run.loop);
  return run.status;
}
