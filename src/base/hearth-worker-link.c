/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/hearth-worker-link.h"

#include "base/hearth-paths.h"
#include "dbus/tv.hearth.internal.Worker1.h"

#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("worker")

#define OBJECT_PATH "/tv/hearth/internal"
#define ORPHAN_S 30       /* a worker without hearthd for that long ends */
#define RETRY_MS 100      /* hearthd is started again at once; so is the try */
#define EXIT_VERSION 75   /* EX_TEMPFAIL: another version's hearthd; start me anew */
#define HELLO_TIMEOUT_MS 5000

struct _HearthWorkerLink {
  char *role, *instance, *socket;
  const HearthWorkerLinkFuncs *funcs;
  gpointer user_data;

  GMainLoop *loop;
  int status;
  HearthProgress *progress;
  GPtrArray *skeletons; /* GDBusInterfaceSkeleton */
  GDBusConnection *connection;
  GCancellable *cancellable;
  guint retry, orphaned;
  gboolean refused; /* the last failure was told already */
};

static char *token; /* given once to the process, needed at each Hello */

/* ---- the process ------------------------------------------------------------- */

static void
read_token (void)
{
  const char *variable = g_getenv ("HEARTH_TOKEN_FD");
  char buffer[65] = "";
  int fd;
  gssize n;

  if (variable == NULL)
    return;
  fd = atoi (variable);
  n = fd > STDERR_FILENO ? read (fd, buffer, sizeof buffer - 1) : -1;
  if (n > 0)
    token = g_strndup (buffer, n);
  if (fd > STDERR_FILENO)
    close (fd);
  g_unsetenv ("HEARTH_TOKEN_FD");
}

void
hearth_worker_init (HearthWorkerArguments *arguments, const char *role, int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "instance", 0, 0, G_OPTION_ARG_STRING, &arguments->instance, "Which one of its role this is", "NAME" },
    { "socket", 0, 0, G_OPTION_ARG_FILENAME, &arguments->socket, "hearthd's private socket", "PATH" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
    { NULL },
  };

  setlocale (LC_ALL, "");
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", FALSE); /* a box has no desktop's proxy settings; see HACKING.md */
  memset (arguments, 0, sizeof *arguments);
  arguments->role = role;
  g_option_context_set_summary (context, "A worker of hearthd, which starts it; of no use alone.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    fprintf (stderr, "%s: %s\n", g_get_prgname (), error->message);
    exit (2);
  }
  if (version) {
    printf ("%s %s\n", g_get_prgname (), PACKAGE_VERSION);
    exit (0);
  }
  if (arguments->instance == NULL)
    arguments->instance = g_strdup ("main");
  if (arguments->socket == NULL)
    arguments->socket = hearth_paths_dup_socket ();
  read_token ();
  if (g_strcmp0 (g_getenv ("HEARTH_DUMPABLE"), "1") != 0)
    prctl (PR_SET_DUMPABLE, 0); /* no other process of this user looks into a worker */
}

void
hearth_worker_arguments_clear (HearthWorkerArguments *arguments)
{
  g_clear_pointer (&arguments->instance, g_free);
  g_clear_pointer (&arguments->socket, g_free);
}

/* ---- Worker1 ------------------------------------------------------------------- */

static gboolean
on_set_debug (HearthDBusInternalWorker1 *skeleton, GDBusMethodInvocation *call, const char *levels, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (hearth_log_set_levels (levels, &error))
    hearth_dbus_internal_worker1_complete_set_debug (skeleton, call);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_ping (HearthDBusInternalWorker1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  hearth_dbus_internal_worker1_complete_ping (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_quit (HearthDBusInternalWorker1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthWorkerLink *self = user_data;

  hearth_dbus_internal_worker1_complete_quit (skeleton, call);
  hearth_worker_link_quit (self, EXIT_SUCCESS);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static GDBusInterfaceSkeleton *
make_worker_skeleton (HearthWorkerLink *self)
{
  HearthDBusInternalWorker1 *skeleton = hearth_dbus_internal_worker1_skeleton_new ();

  g_signal_connect (skeleton, "handle-set-debug", G_CALLBACK (on_set_debug), self);
  g_signal_connect (skeleton, "handle-ping", G_CALLBACK (on_ping), self);
  g_signal_connect (skeleton, "handle-quit", G_CALLBACK (on_quit), self);
  return G_DBUS_INTERFACE_SKELETON (skeleton);
}

/* ---- the connection --------------------------------------------------------------- */

static void try_connect (HearthWorkerLink *self);

static gboolean
on_retry (gpointer user_data)
{
  HearthWorkerLink *self = user_data;

  self->retry = 0;
  try_connect (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_orphaned (gpointer user_data)
{
  HearthWorkerLink *self = user_data;

  self->orphaned = 0;
  hearth_notice ("no hearthd for %d s: this worker ends", ORPHAN_S);
  hearth_worker_link_quit (self, EXIT_SUCCESS);
  return G_SOURCE_REMOVE;
}

static void
retry_later (HearthWorkerLink *self)
{
  if (self->orphaned == 0)
    self->orphaned = g_timeout_add_seconds (ORPHAN_S, on_orphaned, self);
  if (self->retry == 0)
    self->retry = g_timeout_add (RETRY_MS, on_retry, self);
}

static void
drop_connection (HearthWorkerLink *self)
{
  for (guint i = 0; i < self->skeletons->len; i++) {
    GDBusInterfaceSkeleton *skeleton = g_ptr_array_index (self->skeletons, i);

    if (g_dbus_interface_skeleton_get_object_path (skeleton) != NULL)
      g_dbus_interface_skeleton_unexport (skeleton);
  }
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
}

static void
on_closed (GDBusConnection *connection, gboolean remote_peer_vanished, GError *error, gpointer user_data)
{
  HearthWorkerLink *self = user_data;

  hearth_notice ("hearthd is gone%s%s; going on without it", error != NULL ? ": " : "", error != NULL ? error->message : "");
  drop_connection (self);
  if (self->funcs->disconnected != NULL)
    self->funcs->disconnected (self, self->user_data);
  retry_later (self);
}

/* @error: consumed. */
static void
on_failed (HearthWorkerLink *self, GError *error)
{
  g_autoptr (GError) owned = error;

  if (g_error_matches (owned, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  drop_connection (self);
  if (g_error_matches (owned, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED) ||
      g_error_matches (owned, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED)) {
    g_dbus_error_strip_remote_error (owned);
    hearth_warning ("hearthd does not want this worker: %s", owned->message);
    hearth_worker_link_quit (self, EXIT_VERSION);
    return;
  }
  if (!self->refused)
    hearth_info ("cannot reach hearthd at %s yet: %s", self->socket, owned->message);
  self->refused = TRUE;
  retry_later (self);
}

static void
on_hello (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HearthWorkerLink *self = user_data;
  g_autoptr (GVariant) settings = NULL;
  g_autoptr (GVariant) reply = NULL;
  GError *error = NULL;

  reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), NULL, result, &error);
  if (reply == NULL) {
    on_failed (self, error);
    return;
  }
  g_clear_handle_id (&self->orphaned, g_source_remove);
  self->refused = FALSE;
  g_variant_get (reply, "(@a{sv})", &settings);
  hearth_debug ("hearthd knows this worker as %s/%s", self->role, self->instance);
  self->funcs->connected (self, settings, self->user_data);
}

static void
add_progress (HearthWorkerLink *self, GVariantDict *holds, GUnixFDList *fds)
{
  g_autoptr (GError) error = NULL;
  int index = g_unix_fd_list_append (fds, hearth_progress_get_fd (self->progress), &error);

  if (index >= 0)
    g_variant_dict_insert (holds, "progress", "h", index);
  else
    hearth_warning ("the progress page cannot be shared: %s", error->message);
}

static void
say_hello (HearthWorkerLink *self)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) given = g_variant_ref_sink (self->funcs->dup_holds (fds, self->user_data));
  GVariantDict holds;
  GVariantBuilder handles;

  g_variant_dict_init (&holds, given);
  add_progress (self, &holds, fds);
  g_variant_builder_init (&handles, G_VARIANT_TYPE ("ah"));
  for (int i = 0; i < g_unix_fd_list_get_length (fds); i++)
    g_variant_builder_add (&handles, "h", i);
  g_dbus_connection_call_with_unix_fd_list (
    self->connection, NULL, OBJECT_PATH, "tv.hearth.internal.Manager1", "Hello",
    g_variant_new ("(ssss@a{sv}ah)", self->role, self->instance, token != NULL ? token : "", PACKAGE_VERSION,
                   g_variant_dict_end (&holds), &handles),
    G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, HELLO_TIMEOUT_MS, fds, self->cancellable, on_hello, self);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HearthWorkerLink *self = user_data;
  GError *error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_finish (result, &error);

  if (connection == NULL) {
    on_failed (self, error);
    return;
  }
  self->connection = connection;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  for (guint i = 0; i < self->skeletons->len; i++) {
    g_autoptr (GError) export_error = NULL;

    if (!g_dbus_interface_skeleton_export (g_ptr_array_index (self->skeletons, i), connection, OBJECT_PATH, &export_error))
      hearth_error ("exporting to hearthd: %s", export_error->message);
  }
  g_dbus_connection_start_message_processing (connection);
  say_hello (self);
}

static void
try_connect (HearthWorkerLink *self)
{
  g_autofree char *escaped = g_dbus_address_escape_value (self->socket);
  g_autofree char *address = g_strconcat ("unix:path=", escaped, NULL);

  /* Messages are held back until everything is exported, or an early call finds no object. */
  g_dbus_connection_new_for_address (address,
                                     G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                       G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                     NULL, self->cancellable, on_connected, self);
}

/* ---- from outside ------------------------------------------------------------------ */

HearthWorkerLink *
hearth_worker_link_new (const HearthWorkerArguments *arguments, const HearthWorkerLinkFuncs *funcs, gpointer user_data)
{
  HearthWorkerLink *self = g_new0 (HearthWorkerLink, 1);

  hearth_error_quark (); /* registers our errors, or hearthd's refusal of the first Hello would be an unknown one */
  self->role = g_strdup (arguments->role);
  self->instance = g_strdup (arguments->instance);
  self->socket = g_strdup (arguments->socket);
  self->funcs = funcs;
  self->user_data = user_data;
  self->loop = g_main_loop_new (NULL, FALSE);
  self->progress = hearth_progress_new ();
  self->cancellable = g_cancellable_new ();
  self->skeletons = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->skeletons, make_worker_skeleton (self));
  return self;
}

void
hearth_worker_link_free (HearthWorkerLink *self)
{
  g_cancellable_cancel (self->cancellable);
  while (g_main_context_iteration (NULL, FALSE)) /* lets cancelled calls come back before their user_data goes */
    ;
  drop_connection (self);
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_handle_id (&self->orphaned, g_source_remove);
  g_ptr_array_unref (self->skeletons);
  g_object_unref (self->cancellable);
  hearth_progress_free (self->progress);
  g_main_loop_unref (self->loop);
  g_free (self->role);
  g_free (self->instance);
  g_free (self->socket);
  g_free (self);
}

void
hearth_worker_link_export (HearthWorkerLink *self, GDBusInterfaceSkeleton *skeleton)
{
  g_ptr_array_add (self->skeletons, g_object_ref (skeleton));
}

GDBusConnection *
hearth_worker_link_get_connection (HearthWorkerLink *self)
{
  return self->connection;
}

HearthProgress *
hearth_worker_link_get_progress (HearthWorkerLink *self)
{
  return self->progress;
}

static gboolean
on_terminated (gpointer user_data)
{
  hearth_worker_link_quit (user_data, EXIT_SUCCESS);
  return G_SOURCE_CONTINUE;
}

int
hearth_worker_link_run (HearthWorkerLink *self)
{
  guint term = g_unix_signal_add (SIGTERM, on_terminated, self);
  guint interrupt = g_unix_signal_add (SIGINT, on_terminated, self);

  try_connect (self);
  g_main_loop_run (self->loop);
  if (self->connection != NULL)
    g_dbus_connection_flush_sync (self->connection, NULL, NULL); /* the answer to Quit */
  g_source_remove (term);
  g_source_remove (interrupt);
  return self->status;
}

void
hearth_worker_link_quit (HearthWorkerLink *self, int status)
{
  self->status = status;
  g_main_loop_quit (self->loop);
}
