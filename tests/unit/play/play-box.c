/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play-testing.h"

#include "dbus/tv.hearth.internal.Manager1.h"
#include "dbus/tv.hearth.internal.Play1.h"
#include "frames-testing.h"

#include <drm_fourcc.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATH "/tv/hearth/internal"
#define REFRESH_US 10000 /* the pretended display's */

struct _TestBox {
  char *folder, *socket;
  GDBusServer *server;
  GDBusConnection *connection, *heard; /* that said Hello; whose signals are heard */
  guint subscription;
  HearthDBusInternalManager1 *manager;
  GSubprocess *process;
  HearthFramesConsumer *shell;
  GQueue waiting; /* HearthFrame, by time */
  HearthFrame on_glass;
  gboolean has_glass;
  GHashTable *pools; /* number -> HearthFramePool, borrowed mappings */
  guint refresh;
  GArray *shown;
  guint32 serial;
  char *state, *reason;
  GVariant *picture;
  GHashTable *stages; /* "serial/name" -> gint64 */
  HearthRingWaiter *waiters[2];
  HearthRingWriter *ring;
};

/* ---- hearthd --------------------------------------------------------------------------------- */

static gboolean
on_hello (HearthDBusInternalManager1 *manager, GDBusMethodInvocation *call, GUnixFDList *fds, const char *role,
          const char *instance, const char *token, const char *version, GVariant *holds, GVariant *handles, gpointer user_data)
{
  TestBox *self = user_data;

  g_assert_cmpstr (role, ==, "play");
  g_set_object (&self->connection, g_dbus_method_invocation_get_connection (call));
  hearth_dbus_internal_manager1_complete_hello (manager, call, NULL, g_variant_new ("a{sv}", NULL));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *name,
           GVariant *parameters, gpointer user_data)
{
  TestBox *self = user_data;
  const char *a, *b, *c;
  guint32 serial;
  gint64 time_us;

  if (g_str_equal (name, "State")) {
    g_variant_get (parameters, "(u&s&s&s)", &serial, &a, &b, &c);
    if (serial != self->serial)
      return;
    g_test_message ("%u: %s %s %s", serial, a, b, c);
    g_free (self->state);
    g_free (self->reason);
    self->state = g_strdup (a);
    self->reason = g_strdup (b);
  } else if (g_str_equal (name, "Stage")) {
    g_variant_get (parameters, "(u&sx)", &serial, &a, &time_us);
    g_hash_table_replace (self->stages, g_strdup_printf ("%u/%s", serial, a), g_memdup2 (&time_us, sizeof time_us));
  } else if (g_str_equal (name, "Picture")) {
    g_clear_pointer (&self->picture, g_variant_unref);
    g_variant_get (parameters, "(u@a{sv})", &serial, &self->picture);
  }
}

GVariant *
test_box_get_picture (TestBox *self)
{
  return self->picture;
}

static gboolean
on_connection (GDBusServer *server, GDBusConnection *connection, gpointer user_data)
{
  TestBox *self = user_data;

  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->manager), connection, PATH, NULL);
  g_assert_null (self->heard);
  self->heard = g_object_ref (connection);
  self->subscription = g_dbus_connection_signal_subscribe (connection, NULL, "tv.hearth.internal.Play1", NULL, PATH, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  return TRUE;
}

/* ---- the shell ---------------------------------------------------------------------------------- */

static gboolean
on_add_pool (HearthFramesConsumer *link, const HearthFramePool *pool, gpointer user_data, GError **error)
{
  TestBox *self = user_data;

  g_hash_table_insert (self->pools, GUINT_TO_POINTER (pool->pool), (gpointer) pool);
  return TRUE;
}

static void
on_drop_pool (HearthFramesConsumer *link, guint32 pool, gpointer user_data)
{
  TestBox *self = user_data;

  if (self->has_glass && self->on_glass.pool == pool)
    self->has_glass = FALSE;
  g_hash_table_remove (self->pools, GUINT_TO_POINTER (pool));
}

static void
log_shown (TestBox *self, const HearthFrame *frame, gint64 now_us)
{
  TestShown entry = { .serial = frame->serial, .pts90k = frame->pts90k, .present_us = frame->present_us, .shown_us = now_us };
  const HearthFramePool *pool = g_hash_table_lookup (self->pools, GUINT_TO_POINTER (frame->pool));

  if (pool != NULL && pool->mappings != NULL)
    entry.coded = hearth_frames_read_barcode (pool->mappings[frame->index] + pool->offset[0] +
                                                (gsize) frame->crop.y * pool->stride[0] + frame->crop.x,
                                              pool->stride[0], frame->crop.width, frame->crop.height, 1, &entry.channel, &entry.frame);
  g_array_append_val (self->shown, entry);
}

static void
show (TestBox *self, HearthFrame *frame, gint64 now_us)
{
  log_shown (self, frame, now_us);
  hearth_frames_consumer_shown (self->shell, frame, now_us);
  if (self->has_glass)
    hearth_frames_consumer_release (self->shell, self->on_glass.pool, self->on_glass.index);
  self->on_glass = *frame;
  self->has_glass = TRUE;
  g_free (frame);
}

static void
drop_frame (TestBox *self, HearthFrame *frame)
{
  hearth_frames_consumer_dropped (self->shell, frame);
  hearth_frames_consumer_release (self->shell, frame->pool, frame->index);
  g_free (frame);
}

/* The newest that is due is shown; older ones were too late. */
static gboolean
on_refresh (gpointer user_data)
{
  TestBox *self = user_data;
  gint64 now_us = g_get_monotonic_time ();
  HearthFrame *due = NULL;

  for (;;) {
    const HearthFrame *next = g_queue_peek_head (&self->waiting);

    if (next == NULL || next->present_us > now_us + REFRESH_US / 2)
      break;
    if (due != NULL)
      drop_frame (self, due);
    due = g_queue_pop_head (&self->waiting);
  }
  if (due != NULL)
    show (self, due, now_us);
  return G_SOURCE_CONTINUE;
}

static void
on_frame (HearthFramesConsumer *link, const HearthFrame *frame, gpointer user_data)
{
  TestBox *self = user_data;

  g_queue_push_tail (&self->waiting, g_memdup2 (frame, sizeof *frame));
}

static void
on_flush (HearthFramesConsumer *link, guint32 serial, gpointer user_data)
{
  TestBox *self = user_data;
  guint n = self->waiting.length;

  for (guint i = 0; i < n; i++) {
    HearthFrame *frame = g_queue_pop_head (&self->waiting);

    if (frame->serial < serial)
      drop_frame (self, frame);
    else
      g_queue_push_tail (&self->waiting, frame);
  }
}

static void
on_clear (HearthFramesConsumer *link, gpointer user_data)
{
  TestBox *self = user_data;

  if (self->has_glass)
    hearth_frames_consumer_release (self->shell, self->on_glass.pool, self->on_glass.index);
  self->has_glass = FALSE;
}

static void
on_closed (HearthFramesConsumer *link, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
}

static const HearthFramesConsumerFuncs shell_funcs = { .add_pool = on_add_pool, .drop_pool = on_drop_pool, .frame = on_frame,
                                                       .flush = on_flush, .clear = on_clear, .closed = on_closed };

void
test_box_drop_shell (TestBox *self)
{
  g_clear_pointer (&self->shell, hearth_frames_consumer_free);
  g_clear_handle_id (&self->refresh, g_source_remove);
  g_queue_clear_full (&self->waiting, g_free);
  g_hash_table_remove_all (self->pools);
  self->has_glass = FALSE;
}

/* ---- calls -------------------------------------------------------------------------------------- */

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GVariant *
call_with_fds (TestBox *self, const char *method, GVariant *parameters, GUnixFDList *fds)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *reply;

  g_dbus_connection_call_with_unix_fd_list (self->connection, NULL, PATH, "tv.hearth.internal.Play1", method, parameters, NULL,
                                            G_DBUS_CALL_FLAGS_NONE, 5000, fds, NULL, on_called, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  reply = g_dbus_connection_call_with_unix_fd_list_finish (self->connection, NULL, result, &error);
  g_assert_no_error (error);
  return reply;
}

GVariant *
test_box_call (TestBox *self, const char *method, GVariant *parameters)
{
  return call_with_fds (self, method, parameters, NULL);
}

void
test_box_connect_shell (TestBox *self)
{
  const HearthFramesCaps caps = { .memory = HEARTH_MEMORY_MEMFD, .n_fourccs = 2,
                                  .fourccs = { DRM_FORMAT_YUV420, HEARTH_FORMAT_YUV420_10LE } };
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  int pair[2];

  test_box_drop_shell (self);
  testing_pair (pair);
  self->shell = hearth_frames_consumer_new (pair[0], &caps, &shell_funcs, self, &error);
  g_assert_no_error (error);
  self->refresh = g_timeout_add_full (G_PRIORITY_HIGH, REFRESH_US / 1000, on_refresh, self, NULL);
  g_unix_fd_list_append (fds, pair[1], NULL);
  close (pair[1]);
  reply = call_with_fds (self, "SetLink", g_variant_new ("(h)", 0), fds);
}

static void
drop_waiters (TestBox *self)
{
  for (guint i = 0; i < 2; i++) {
    if (self->waiters[i] != NULL && self->ring != NULL)
      hearth_ring_writer_remove_waiter (self->ring, self->waiters[i]);
    g_clear_pointer (&self->waiters[i], hearth_ring_waiter_free);
  }
  self->ring = NULL;
}

guint32
test_box_open (TestBox *self, HearthRingWriter *ring, gboolean resume)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) reply = NULL;
  GVariantBuilder waiters, options;

  drop_waiters (self);
  self->ring = ring;
  g_unix_fd_list_append (fds, hearth_ring_writer_get_fd (ring), NULL);
  g_variant_builder_init (&waiters, G_VARIANT_TYPE ("ah"));
  for (guint i = 0; i < 2; i++) {
    self->waiters[i] = hearth_ring_waiter_new (NULL);
    hearth_ring_writer_add_waiter (ring, self->waiters[i]);
    g_unix_fd_list_append (fds, hearth_ring_waiter_get_page_fd (self->waiters[i]), NULL);
    g_unix_fd_list_append (fds, hearth_ring_waiter_get_event_fd (self->waiters[i]), NULL);
    g_variant_builder_add (&waiters, "h", 1 + 2 * i);
    g_variant_builder_add (&waiters, "h", 2 + 2 * i);
  }
  g_variant_builder_init (&options, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&options, "{sv}", "channel", g_variant_new_string ("abcdefghijklmnop"));
  g_variant_builder_add (&options, "{sv}", "resume", g_variant_new_boolean (resume));
  self->serial += resume ? 0 : 1;
  reply = call_with_fds (self, "Open", g_variant_new ("(uhaha{sv})", self->serial, 0, &waiters, &options), fds);
  return self->serial;
}

guint32
test_box_open_uri (TestBox *self, const char *uri)
{
  GVariantBuilder options;

  drop_waiters (self);
  g_variant_builder_init (&options, G_VARIANT_TYPE ("a{sv}"));
  self->serial++;
  g_variant_unref (test_box_call (self, "OpenUri", g_variant_new ("(usa{sv})", self->serial, uri, &options)));
  return self->serial;
}

void
test_box_stop (TestBox *self)
{
  g_autoptr (GVariant) reply = NULL;

  self->serial++;
  reply = test_box_call (self, "Stop", g_variant_new ("(u)", self->serial));
  drop_waiters (self);
}

/* ---- the box -------------------------------------------------------------------------------------- */

static gboolean
is_connected (TestBox *self, gpointer data)
{
  return self->connection != NULL;
}

static void
start_process (TestBox *self, const char *const *environment, gboolean internet)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearth-play", NULL);
  g_autofree char *socket = g_build_filename (self->folder, "hearthd.sock", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_setenv (launcher, "HEARTH_AUDIO_SINK", "null", FALSE);
  g_subprocess_launcher_setenv (launcher, "ASAN_OPTIONS", "detect_leaks=0", TRUE); /* a confined process cannot be traced */
  for (guint i = 0; environment != NULL && environment[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (environment[i], "=", 2);

    g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
  }
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, "--socket", socket, internet ? "--network" : NULL, NULL);
  g_assert_no_error (error);
}

TestBox *
test_box_new (const char *const *environment, gboolean internet)
{
  TestBox *self = g_new0 (TestBox, 1);
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("hearth-play-XXXXXX", NULL);
  address = g_strdup_printf ("unix:path=%s/hearthd.sock", self->folder);
  self->manager = hearth_dbus_internal_manager1_skeleton_new ();
  g_signal_connect (self->manager, "handle-hello", G_CALLBACK (on_hello), self);
  self->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->server, "new-connection", G_CALLBACK (on_connection), self);
  g_dbus_server_start (self->server);
  self->pools = g_hash_table_new (NULL, NULL);
  self->shown = g_array_new (FALSE, TRUE, sizeof (TestShown));
  self->stages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->state = g_strdup ("");
  self->reason = g_strdup ("");
  start_process (self, environment, internet);
  g_assert_true (test_box_wait (self, is_connected, NULL, 10000));
  return self;
}

void
test_box_free (TestBox *self)
{
  g_autofree char *socket = g_build_filename (self->folder, "hearthd.sock", NULL);

  g_subprocess_send_signal (self->process, SIGTERM);
  g_assert_true (g_subprocess_wait (self->process, NULL, NULL));
  g_assert_true (g_subprocess_get_successful (self->process));
  test_box_drop_shell (self);
  drop_waiters (self);
  g_dbus_server_stop (self->server);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->manager));
  g_object_unref (self->manager);
  g_object_unref (self->server);
  if (self->heard != NULL) /* what it said last is perhaps not delivered yet */
    g_dbus_connection_signal_unsubscribe (self->heard, self->subscription);
  g_clear_object (&self->heard);
  g_clear_object (&self->connection);
  g_object_unref (self->process);
  g_hash_table_unref (self->pools);
  g_hash_table_unref (self->stages);
  g_array_unref (self->shown);
  g_unlink (socket);
  g_rmdir (self->folder);
  g_free (self->folder);
  g_clear_pointer (&self->picture, g_variant_unref);
  g_free (self->state);
  g_free (self->reason);
  g_free (self);
}

GPid
test_box_get_pid (TestBox *self)
{
  return atoi (g_subprocess_get_identifier (self->process));
}

GArray *
test_box_get_shown (TestBox *self)
{
  return self->shown;
}

const char *
test_box_get_state (TestBox *self)
{
  return self->state;
}

const char *
test_box_get_reason (TestBox *self)
{
  return self->reason;
}

gint64
test_box_get_stage (TestBox *self, const char *stage)
{
  g_autofree char *key = g_strdup_printf ("%u/%s", self->serial, stage);
  gint64 *time_us = g_hash_table_lookup (self->stages, key);

  return time_us != NULL ? *time_us : 0;
}

static gboolean
on_time_up (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE; /* test_box_wait() removes it */
}

/* All that a check looks at changes in the main thread. */
gboolean
test_box_wait (TestBox *self, gboolean (*check) (TestBox *self, gpointer data), gpointer data, guint max_ms)
{
  gboolean time_up = FALSE, done;
  guint timeout = g_timeout_add (max_ms, on_time_up, &time_up);

  while (!(done = check (self, data)) && !time_up)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
  return done;
}

static gboolean
never (TestBox *self, gpointer data)
{
  return FALSE;
}

void
test_box_run (TestBox *self, guint ms)
{
  test_box_wait (self, never, NULL, ms);
}
