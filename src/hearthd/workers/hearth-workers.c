/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "hearthd/workers/hearth-workers.h"

#include "base/hearth-fds.h"
#include "base/hearth-guide-batch.h"
#include "base/hearth-paths.h"
#include "dbus/tv.hearth.internal.Manager1.h"
#include "hearthd/workers/hearth-worker-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("workers")

#define OBJECT_PATH "/tv/hearth/internal"
#define STRANGER "hearth-stranger" /* a connection's data: the timer that ends it */
#define MAX_STRANGERS 32
#define HELLO_SECONDS 5
#define WATCH_MS 400 /* a stall of a second is found within 1.4 s */

struct _HearthWorkers {
  const HearthWorkersFuncs *funcs;
  gpointer user_data;
  char *socket, *book_path;
  GKeyFile *book;     /* as found at the start */
  GPtrArray *workers; /* HearthWorker */
  GPtrArray *leaving; /* removed ones that have not ended yet */
  GDBusServer *server;
  HearthDBusInternalManager1 *manager; /* one for all peers: a connection holds no reference to what is exported on it */
  GPtrArray *connections; /* every peer, also before its Hello */
  guint watch;
  gint64 watched_us, excused_us; /* CLOCK_MONOTONIC: when on_watch() last looked; before when a stall counts for nothing */
  gint watching; /* views in which something plays */
  gboolean recordings_watch;
  char *debug; /* log levels for workers that come later; NULL: as they were started */
};

/* ---- the book ------------------------------------------------------------------------ */

/* At once, not when idle: hearthd may die before that. */
static void
save_book (gpointer user_data)
{
  HearthWorkers *self = user_data;
  g_autoptr (GKeyFile) book = g_key_file_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  for (guint i = 0; i < self->workers->len; i++) {
    HearthWorker *worker = g_ptr_array_index (self->workers, i);
    const char *name = hearth_worker_get_name (worker);
    HearthWorkerRecord record;

    if (!hearth_worker_get_record (worker, &record))
      continue;
    g_key_file_set_string (book, name, "token", hearth_worker_get_token (worker));
    g_key_file_set_integer (book, name, "pid", record.pid);
    g_key_file_set_uint64 (book, name, "start-ticks", record.start_ticks);
  }
  text = g_key_file_to_data (book, &length, NULL);
  if (!g_file_set_contents_full (self->book_path, text, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    hearth_warning ("the book of workers cannot be written, so a restarted hearthd would not know them: %s", error->message);
}

static gboolean
look_up_record (HearthWorkers *self, const char *name, HearthWorkerRecord *record, char **token)
{
  *token = g_key_file_get_string (self->book, name, "token", NULL);
  record->pid = g_key_file_get_integer (self->book, name, "pid", NULL);
  record->start_ticks = g_key_file_get_uint64 (self->book, name, "start-ticks", NULL);
  return *token != NULL && record->pid > 0;
}

/* ---- Manager1 ---------------------------------------------------------------------------- */

static HearthWorker *
find_by_name (HearthWorkers *self, const char *role, const char *instance)
{
  for (guint i = 0; i < self->workers->len; i++) {
    HearthWorker *worker = g_ptr_array_index (self->workers, i);

    if (g_str_equal (hearth_worker_get_role (worker), role) && g_str_equal (hearth_worker_get_instance (worker), instance))
      return worker;
  }
  return NULL;
}

static HearthWorker *
find_by_call (HearthWorkers *self, GDBusMethodInvocation *call)
{
  GDBusConnection *connection = g_dbus_method_invocation_get_connection (call);

  for (guint i = 0; i < self->workers->len; i++) {
    HearthWorker *worker = g_ptr_array_index (self->workers, i);

    if (hearth_worker_is_connection (worker, connection))
      return worker;
  }
  return NULL;
}

static gboolean
same_token (const char *a, const char *b)
{
  gsize length = strlen (a);
  guint8 different = 0;

  if (length != strlen (b))
    return FALSE;
  for (gsize i = 0; i < length; i++) /* takes the same time wherever they differ */
    different |= (guint8) (a[i] ^ b[i]);
  return different == 0;
}

static void
tell_debug (HearthWorkers *self, HearthWorker *worker)
{
  GDBusConnection *connection = hearth_worker_get_connection (worker);

  if (connection != NULL)
    g_dbus_connection_call (connection, NULL, OBJECT_PATH, "tv.hearth.internal.Worker1", "SetDebug",
                            g_variant_new ("(s)", self->debug), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

/* ---- strangers: whoever has connected and not yet said who it is. The socket is open to all users of the box, so there is room for
 * so many of them at a time, each for so long. */

static guint
count_strangers (HearthWorkers *self)
{
  guint n = 0;

  for (guint i = 0; i < self->connections->len; i++)
    n += g_object_get_data (g_ptr_array_index (self->connections, i), STRANGER) != NULL ? 1 : 0;
  return n;
}

static gboolean
on_stranger_late (gpointer user_data)
{
  GDBusConnection *connection = user_data;

  hearth_info ("a peer that did not say Hello within %u s is shown out", HELLO_SECONDS);
  g_object_set_data (G_OBJECT (connection), STRANGER, NULL);
  g_dbus_connection_close (connection, NULL, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
begin_stranger (GDBusConnection *connection)
{
  const guint timer = g_timeout_add_seconds (HELLO_SECONDS, on_stranger_late, connection);

  g_object_set_data (G_OBJECT (connection), STRANGER, GUINT_TO_POINTER (timer));
}

/* Has said Hello, or has gone. */
static void
end_stranger (GDBusConnection *connection)
{
  const guint timer = GPOINTER_TO_UINT (g_object_steal_data (G_OBJECT (connection), STRANGER));

  if (timer != 0)
    g_source_remove (timer);
}

static gboolean
on_hello (HearthDBusInternalManager1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, const char *role,
          const char *instance, const char *token, const char *version, GVariant *holds, GVariant *handles, gpointer user_data)
{
  HearthWorkers *self = user_data;
  HearthWorker *worker = find_by_name (self, role, instance);
  g_autoptr (GUnixFDList) held = fds != NULL ? g_object_ref (fds) : g_unix_fd_list_new ();
  GVariantDict settings;

  if (worker == NULL || !same_token (token, hearth_worker_get_token (worker))) {
    hearth_warning ("a stranger says it is %s-%s", role, instance);
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED,
                                           "hearthd did not start this %s-%s", role, instance);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  if (!g_str_equal (version, PACKAGE_VERSION)) {
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                                           "hearthd is version %s, this worker %s", PACKAGE_VERSION, version);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  g_variant_dict_init (&settings, NULL);
  g_variant_dict_insert (&settings, "careful", "u", hearth_worker_get_careful (worker));
  end_stranger (g_dbus_method_invocation_get_connection (call));
  hearth_dbus_internal_manager1_complete_hello (skeleton, call, NULL, g_variant_dict_end (&settings));
  hearth_worker_take_connection (worker, g_dbus_method_invocation_get_connection (call), holds, held);
  if (self->debug != NULL)
    tell_debug (self, worker);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_put_services (HearthDBusInternalManager1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, GVariant *data,
                 guint64 bytes, guint services, GVariant *oddities, guint n_oddities, GVariant *details, gpointer user_data)
{
  HearthWorkers *self = user_data;
  HearthWorker *worker = find_by_call (self, call);
  g_autoptr (GError) error = NULL;
  int fd = hearth_fds_dup (fds, g_variant_get_handle (data), &error);

  if (worker == NULL || fd < 0) {
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s",
                                           worker == NULL ? "say Hello first" : error->message);
  } else {
    hearth_dbus_internal_manager1_complete_put_services (skeleton, call, NULL);
    self->funcs->put_services (worker, fd, bytes, services, oddities, n_oddities, details, self->user_data);
  }
  if (fd >= 0)
    close (fd);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_list_failed (HearthDBusInternalManager1 *skeleton, GDBusMethodInvocation *call, const char *error, const char *text,
                gpointer user_data)
{
  HearthWorkers *self = user_data;
  HearthWorker *worker = find_by_call (self, call);

  hearth_dbus_internal_manager1_complete_list_failed (skeleton, call);
  if (worker != NULL)
    self->funcs->list_failed (worker, error, text, self->user_data);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_put_guide (HearthDBusInternalManager1 *skeleton, GDBusMethodInvocation *call, GVariant *data, gpointer user_data)
{
  HearthWorkers *self = user_data;
  HearthWorker *worker = find_by_call (self, call);
  g_autoptr (GBytes) batch = g_variant_get_data_as_bytes (data);

  if (worker == NULL || g_bytes_get_size (batch) > HEARTH_GUIDE_BATCH_MAX_BYTES)
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s",
                                           worker == NULL ? "say Hello first" : "the batch is too large");
  else
    self->funcs->put_guide (worker, batch, call, self->user_data);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_peer_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  HearthWorkers *self = user_data;

  g_signal_handlers_disconnect_by_data (connection, self);
  end_stranger (connection);
  g_dbus_interface_skeleton_unexport_from_connection (G_DBUS_INTERFACE_SKELETON (self->manager), connection);
  g_ptr_array_remove_fast (self->connections, connection);
}

static gboolean
on_new_connection (GDBusServer *server, GDBusConnection *connection, gpointer user_data)
{
  HearthWorkers *self = user_data;
  g_autoptr (GError) error = NULL;

  if (count_strangers (self) >= MAX_STRANGERS) {
    hearth_warning ("%u peers have not said Hello: no more are let in", MAX_STRANGERS);
    return FALSE;
  }
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->manager), connection, OBJECT_PATH, &error)) {
    hearth_error ("exporting to a worker: %s", error->message);
    return FALSE;
  }
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  g_signal_connect (connection, "closed", G_CALLBACK (on_peer_closed), self);
  g_ptr_array_add (self->connections, g_object_ref (connection));
  begin_stranger (connection);
  return TRUE;
}

static HearthDBusInternalManager1 *
make_manager (HearthWorkers *self)
{
  HearthDBusInternalManager1 *manager = hearth_dbus_internal_manager1_skeleton_new ();

  g_signal_connect (manager, "handle-hello", G_CALLBACK (on_hello), self);
  g_signal_connect (manager, "handle-put-services", G_CALLBACK (on_put_services), self);
  g_signal_connect (manager, "handle-put-guide", G_CALLBACK (on_put_guide), self);
  g_signal_connect (manager, "handle-list-failed", G_CALLBACK (on_list_failed), self);
  return manager;
}

gboolean
hearth_workers_listen (HearthWorkers *self, GError **error)
{
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autofree char *escaped = g_dbus_address_escape_value (self->socket);
  g_autofree char *address = g_strconcat ("unix:path=", escaped, NULL);

  g_unlink (self->socket); /* of a hearthd that died */
  self->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, error);
  if (self->server == NULL) {
    hearth_error_translate (error, "listening for workers at %s", self->socket);
    return FALSE;
  }
  chmod (self->socket, 0666); /* workers have users of their own; the token decides who is one */
  g_signal_connect (self->server, "new-connection", G_CALLBACK (on_new_connection), self);
  g_dbus_server_start (self->server);
  return TRUE;
}

/* ---- from outside --------------------------------------------------------------------------- */

HearthWorkers *
hearth_workers_new (const HearthWorkersFuncs *funcs, gpointer user_data, GError **error)
{
  HearthWorkers *self = g_new0 (HearthWorkers, 1);
  g_autofree char *runtime = hearth_paths_dup_runtime ();

  self->funcs = funcs;
  self->user_data = user_data;
  self->workers = g_ptr_array_new_with_free_func (g_object_unref);
  self->leaving = g_ptr_array_new_with_free_func (g_object_unref);
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);
  self->socket = hearth_paths_dup_socket ();
  self->book_path = g_build_filename (runtime, "workers.ini", NULL);
  self->book = g_key_file_new ();
  self->manager = make_manager (self);
  if (g_mkdir_with_parents (runtime, 0755) < 0) {
    hearth_error_set_errno (error, errno, "making the runtime folder %s", runtime);
    hearth_workers_free (self);
    return NULL;
  }
  g_key_file_load_from_file (self->book, self->book_path, G_KEY_FILE_NONE, NULL); /* none at the first start */
  return self;
}

void
hearth_workers_free (HearthWorkers *self)
{
  g_clear_handle_id (&self->watch, g_source_remove);
  if (self->server != NULL) {
    g_signal_handlers_disconnect_by_data (self->server, self); /* a peer that just came keeps the server a little longer */
    g_dbus_server_stop (self->server);
  }
  g_clear_object (&self->server);
  for (guint i = 0; i < self->connections->len; i++) {
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->connections, i), self);
    end_stranger (g_ptr_array_index (self->connections, i));
  }
  g_signal_handlers_disconnect_by_data (self->manager, self);
  if (self->connections->len > 0)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->manager));
  g_object_unref (self->manager);
  g_ptr_array_unref (self->connections);
  for (guint i = 0; i < self->workers->len; i++) /* somebody may hold one longer */
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->workers, i), self);
  for (guint i = 0; i < self->leaving->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->leaving, i), self);
  g_ptr_array_unref (self->workers);
  g_ptr_array_unref (self->leaving);
  g_key_file_unref (self->book);
  g_free (self->socket);
  g_free (self->book_path);
  g_free (self->debug);
  g_free (self);
}

static void
on_worker_changed (HearthWorker *worker, const char *reason, gpointer user_data)
{
  HearthWorkers *self = user_data;

  self->funcs->changed (worker, reason, self->user_data);
  if (hearth_worker_get_state (worker) == HEARTH_WORKER_STOPPED)
    g_ptr_array_remove_fast (self->leaving, worker);
}

HearthWorker *
hearth_workers_add (HearthWorkers *self, const HearthWorkerSpec *spec)
{
  g_autofree char *name = g_strdup_printf ("%s-%s", spec->role, spec->instance);
  g_autofree char *token = NULL;
  HearthWorkerRecord record;
  gboolean known = look_up_record (self, name, &record, &token);
  HearthWorker *worker = hearth_worker_new (spec, self->socket, token, save_book, self);

  g_signal_connect (worker, "changed", G_CALLBACK (on_worker_changed), self);
  g_ptr_array_add (self->workers, worker);
  if (!known || !hearth_worker_await_adoption (worker, &record))
    hearth_worker_start (worker);
  return worker;
}

void
hearth_workers_remove (HearthWorkers *self, HearthWorker *worker)
{
  g_ptr_array_add (self->leaving, g_object_ref (worker));
  g_ptr_array_remove (self->workers, worker);
  hearth_worker_stop (worker);
  save_book (self);
}

static gboolean
any_alive (HearthWorkers *self)
{
  for (guint i = 0; i < self->leaving->len; i++)
    if (hearth_worker_is_alive (g_ptr_array_index (self->leaving, i)))
      return TRUE;
  return FALSE;
}

void
hearth_workers_stop_all (HearthWorkers *self)
{
  while (self->workers->len > 0)
    hearth_workers_remove (self, g_ptr_array_index (self->workers, self->workers->len - 1));
  while (any_alive (self)) /* ends: each is killed after 2 s */
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
on_watch (gpointer user_data)
{
  HearthWorkers *self = user_data;
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->watched_us > 2 * WATCH_MS * 1000) /* we stood too: the machine was suspended or overrun, nobody is to blame */
    self->excused_us = now_us;
  self->watched_us = now_us;
  for (guint i = 0; i < self->workers->len; i++)
    hearth_worker_watch (g_ptr_array_index (self->workers, i), now_us, self->excused_us);
  return G_SOURCE_CONTINUE;
}

static void
update_watch (HearthWorkers *self)
{
  gboolean watching = self->watching > 0 || self->recordings_watch;

  if (!watching) {
    g_clear_handle_id (&self->watch, g_source_remove);
  } else if (self->watch == 0) {
    self->watched_us = g_get_monotonic_time ();
    self->watch = g_timeout_add (WATCH_MS, on_watch, self);
  }
}

void
hearth_workers_add_watching (HearthWorkers *self, gint more)
{
  self->watching += more;
  update_watch (self);
}

void
hearth_workers_set_watching_for_recordings (HearthWorkers *self, gboolean watching)
{
  self->recordings_watch = watching;
  update_watch (self);
}

GPtrArray *
hearth_workers_get_all (HearthWorkers *self)
{
  return self->workers;
}

void
hearth_workers_set_debug (HearthWorkers *self, const char *levels)
{
  g_free (self->debug);
  self->debug = g_strdup (levels);
  for (guint i = 0; i < self->workers->len; i++)
    tell_debug (self, g_ptr_array_index (self->workers, i));
}
