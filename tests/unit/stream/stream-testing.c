/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream-testing.h"

#include "dbus/tv.hearth.internal.Manager1.h"

#include <glib/gstdio.h>
#include <hearth/error.h>
#include <unistd.h>

#define OBJECT_PATH "/tv/hearth/internal"
#define STREAM1 "tv.hearth.internal.Stream1"
#define PATIENCE_S 30

static gboolean
on_too_long (gpointer user_data)
{
  g_error ("nothing has come for %d s", PATIENCE_S);
  return G_SOURCE_REMOVE;
}

void
fake_hearthd_turn (void)
{
  guint watchdog = g_timeout_add_seconds (PATIENCE_S, on_too_long, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (watchdog);
}

/* ---- Manager1 ---------------------------------------------------------------------------- */

static gboolean
on_hello (HearthDBusInternalManager1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, const char *role,
          const char *instance, const char *token, const char *version, GVariant *holds, GVariant *handles, gpointer user_data)
{
  FakeHearthd *self = user_data;

  g_assert_cmpstr (role, ==, "stream");
  g_assert_cmpstr (instance, ==, "test");
  g_clear_pointer (&self->holds, g_variant_unref);
  self->holds = g_variant_ref (holds);
  g_set_object (&self->hold_fds, fds);
  g_set_object (&self->connection, g_dbus_method_invocation_get_connection (call));
  self->hellos++;
  hearth_dbus_internal_manager1_complete_hello (skeleton, call, NULL, g_variant_new_parsed ("@a{sv} {}"));
  return TRUE;
}

static gboolean
on_put_services (HearthDBusInternalManager1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, GVariant *data, guint64 bytes,
                 guint services, GVariant *oddities, guint n_oddities, GVariant *details, gpointer user_data)
{
  FakeHearthd *self = user_data;

  g_clear_pointer (&self->services, g_variant_unref);
  self->services = g_variant_ref (g_dbus_method_invocation_get_parameters (call));
  g_set_object (&self->service_fds, fds);
  hearth_dbus_internal_manager1_complete_put_services (skeleton, call, NULL);
  return TRUE;
}

static gboolean
on_list_failed (HearthDBusInternalManager1 *skeleton, GDBusMethodInvocation *call, const char *error, const char *text,
                gpointer user_data)
{
  FakeHearthd *self = user_data;

  g_clear_pointer (&self->list_failed, g_variant_unref);
  self->list_failed = g_variant_ref (g_dbus_method_invocation_get_parameters (call));
  hearth_dbus_internal_manager1_complete_list_failed (skeleton, call);
  return TRUE;
}

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *name,
           GVariant *parameters, gpointer user_data)
{
  FakeHearthd *self = user_data;
  const char *id, *word, *error;

  if (g_str_equal (name, "StreamState")) {
    g_variant_get (parameters, "(&s&s&s&s)", &id, &word, &error, NULL);
    g_ptr_array_add (self->signals, g_strdup_printf ("state %s %s %s", id, word, error));
  } else if (g_str_equal (name, "StreamStage")) {
    gint64 time_us;

    g_variant_get (parameters, "(&s&sx)", &id, &word, &time_us);
    g_assert_cmpint (time_us, >, 0);
    g_assert_cmpint (time_us, <=, g_get_monotonic_time ());
    g_ptr_array_add (self->signals, g_strdup_printf ("stage %s %s", id, word));
  }
}

static gboolean
on_connection (GDBusServer *server, GDBusConnection *connection, gpointer user_data)
{
  g_autoptr (HearthDBusInternalManager1) skeleton = hearth_dbus_internal_manager1_skeleton_new ();

  g_signal_connect (skeleton, "handle-hello", G_CALLBACK (on_hello), user_data);
  g_signal_connect (skeleton, "handle-put-services", G_CALLBACK (on_put_services), user_data);
  g_signal_connect (skeleton, "handle-list-failed", G_CALLBACK (on_list_failed), user_data);
  g_assert_true (g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (skeleton), connection, OBJECT_PATH, NULL));
  ((FakeHearthd *) user_data)->subscription = g_dbus_connection_signal_subscribe (
    connection, NULL, STREAM1, NULL, OBJECT_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal, user_data, NULL);
  g_object_set_data_full (G_OBJECT (connection), "manager", g_steal_pointer (&skeleton), g_object_unref);
  return TRUE;
}

/* ---- coming and going ----------------------------------------------------------------------- */

void
fake_hearthd_come_back (FakeHearthd *self)
{
  g_autofree char *address = g_strconcat ("unix:path=", self->socket, NULL);
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GError) error = NULL;
  guint hellos = self->hellos;

  self->server =
    g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER, guid, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->server, "new-connection", G_CALLBACK (on_connection), self);
  g_dbus_server_start (self->server);
  while (self->worker != NULL && self->hellos == hellos)
    fake_hearthd_turn ();
}

static void
drop_connection (FakeHearthd *self)
{
  g_dbus_connection_signal_unsubscribe (self->connection, self->subscription); /* some may be under way to the main loop */
  g_clear_object (&self->connection);
}

void
fake_hearthd_go (FakeHearthd *self)
{
  g_dbus_server_stop (self->server);
  g_clear_object (&self->server);
  g_unlink (self->socket);
  g_assert_true (g_dbus_connection_close_sync (self->connection, NULL, NULL));
  drop_connection (self);
}

void
fake_hearthd_start (FakeHearthd *self)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearth-stream", NULL);
  g_autoptr (GError) error = NULL;

#ifdef __SANITIZE_ADDRESS__ /* its leak check attaches to the process as a debugger does, which confinement forbids */
  g_subprocess_launcher_setenv (launcher, "HEARTH_DUMPABLE", "1", TRUE);
  g_subprocess_launcher_setenv (launcher, "HEARTH_CONFINE", "0", TRUE);
#endif
  self->folder = g_dir_make_tmp ("hearth-stream-XXXXXX", NULL);
  self->socket = g_build_filename (self->folder, "hearthd.sock", NULL);
  self->signals = g_ptr_array_new_with_free_func (g_free);
  hearth_error_quark (); /* registers the names of errors, before the first one comes */
  fake_hearthd_come_back (self);
  self->worker = g_subprocess_launcher_spawn (launcher, &error, program, "--instance", "test", "--socket", self->socket, NULL);
  g_assert_no_error (error);
  while (self->hellos == 0)
    fake_hearthd_turn ();
}

void
fake_hearthd_wait_for_fall (FakeHearthd *self)
{
  g_assert_true (g_subprocess_wait (self->worker, NULL, NULL));
  g_assert_false (g_subprocess_get_successful (self->worker));
  g_clear_object (&self->worker);
}

static void
quit_worker (FakeHearthd *self)
{
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (self->connection, NULL, OBJECT_PATH, "tv.hearth.internal.Worker1", "Quit", NULL, NULL,
                                 G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

  g_assert_nonnull (reply);
  g_assert_true (g_subprocess_wait_check (self->worker, NULL, NULL));
  g_clear_object (&self->worker);
}

void
fake_hearthd_stop (FakeHearthd *self)
{
  if (self->worker != NULL)
    quit_worker (self);
  drop_connection (self);
  g_dbus_server_stop (self->server);
  g_clear_object (&self->server);
  g_clear_pointer (&self->holds, g_variant_unref);
  g_clear_object (&self->hold_fds);
  g_clear_pointer (&self->services, g_variant_unref);
  g_clear_object (&self->service_fds);
  g_clear_pointer (&self->list_failed, g_variant_unref);
  g_ptr_array_unref (self->signals);
  g_unlink (self->socket);
  g_rmdir (self->folder);
  g_free (self->socket);
  g_free (self->folder);
}

/* ---- calls --------------------------------------------------------------------------------------- */

typedef struct {
  GVariant *reply;
  GUnixFDList *fds;
  GError *error;
  gboolean done;
} Call;

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->reply =
    g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &call->fds, result, &call->error);
  call->done = TRUE;
}

/* Through the main loop, so that signals keep their order with replies. */
static void
call_stream (FakeHearthd *self, const char *method, GVariant *parameters, GUnixFDList *fds, Call *call)
{
  g_dbus_connection_call_with_unix_fd_list (self->connection, NULL, OBJECT_PATH, STREAM1, method, parameters, NULL,
                                            G_DBUS_CALL_FLAGS_NONE, -1, fds, NULL, on_called, call);
  while (!call->done)
    fake_hearthd_turn ();
}

GVariant *
fake_hearthd_call (FakeHearthd *self, const char *method, GVariant *parameters, GUnixFDList *fds, GUnixFDList **out_fds)
{
  Call call = { 0 };

  call_stream (self, method, parameters, fds, &call);
  g_assert_no_error (call.error);
  if (out_fds != NULL)
    *out_fds = call.fds;
  else
    g_clear_object (&call.fds);
  return call.reply;
}

void
fake_hearthd_call_fails (FakeHearthd *self, const char *method, GVariant *parameters, int code)
{
  Call call = { 0 };

  call_stream (self, method, parameters, NULL, &call);
  g_assert_error (call.error, HEARTH_ERROR, code);
  g_clear_error (&call.error);
}

HearthRingReader *
fake_hearthd_open (FakeHearthd *self, const char *id, const char *what)
{
  return fake_hearthd_open_with (self, id, what, "{'ring-bytes': <uint32 1>}");
}

HearthRingReader *
fake_hearthd_open_with (FakeHearthd *self, const char *id, const char *what, const char *options)
{
  g_autofree char *uri = g_strconcat ("test:", what, NULL);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = fake_hearthd_call (
    self, "Open", g_variant_new ("(sss@a{sv})", id, uri, "channel1", g_variant_new_parsed (options)), NULL, &fds);
  HearthRingReader *reader;
  gint32 index;
  int fd;

  g_variant_get (reply, "(ha{sv})", &index, NULL);
  fd = g_unix_fd_list_get (fds, index, &error);
  g_assert_no_error (error);
  reader = hearth_ring_reader_new (fd, &error);
  g_assert_no_error (error);
  close (fd);
  return reader;
}

gboolean
fake_hearthd_has (FakeHearthd *self, const char *word)
{
  return g_ptr_array_find_with_equal_func (self->signals, word, g_str_equal, NULL);
}

void
fake_hearthd_wait_for (FakeHearthd *self, const char *word)
{
  while (!fake_hearthd_has (self, word))
    fake_hearthd_turn ();
}

GVariant *
fake_hearthd_get_stream (FakeHearthd *self, const char *id)
{
  g_autoptr (GVariant) reply = fake_hearthd_call (self, "GetStreams", NULL, NULL, NULL);
  g_autoptr (GVariant) streams = g_variant_get_child_value (reply, 0);

  for (gsize i = 0; i < g_variant_n_children (streams); i++) {
    g_autoptr (GVariant) stream = g_variant_get_child_value (streams, i);
    const char *its_id = "";

    g_variant_lookup (stream, "id", "&s", &its_id);
    if (g_str_equal (its_id, id))
      return g_steal_pointer (&stream);
  }
  g_error ("there is no stream %s", id);
}
