/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-play-worker.h"

#include "hearthd/workers/hearth-worker-call.h"

#include <errno.h>
#include <hearth/log.h>
#include <sys/socket.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("player")

#define PLAY_INTERFACE "tv.hearth.internal.Play1"
#define TIMEOUT_MS 5000

struct _HearthPlayWorker {
  HearthWorkers *workers;
  HearthWorker *worker;
  const HearthPlayWorkerFuncs *funcs;
  gpointer user_data;
  gboolean heard; /* it has said Hello once */
  GDBusConnection *subscribed;
  guint subscription;
};

/* ---- hearing --------------------------------------------------------------------------------- */

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
           GVariant *parameters, gpointer user_data)
{
  HearthPlayWorker *self = user_data;
  const char *word, *reason, *text;
  guint serial;
  gint64 time_us;

  if (g_str_equal (signal, "Stage") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(usx)"))) {
    g_variant_get (parameters, "(u&sx)", &serial, &word, &time_us);
    self->funcs->stage (self, serial, word, time_us, self->user_data);
  } else if (g_str_equal (signal, "State") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(usss)"))) {
    g_variant_get (parameters, "(u&s&s&s)", &serial, &word, &reason, &text);
    self->funcs->state (self, serial, word, reason, text, self->user_data);
  } else if (g_str_equal (signal, "Tracks") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(u)"))) {
    g_variant_get (parameters, "(u)", &serial);
    self->funcs->tracks (self, serial, self->user_data);
  } else if (g_str_equal (signal, "Picture") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})"))) {
    g_autoptr (GVariant) picture = NULL;

    g_variant_get (parameters, "(u@a{sv})", &serial, &picture);
    self->funcs->picture (self, serial, picture, self->user_data);
  }
}

static void
unsubscribe (HearthPlayWorker *self)
{
  if (self->subscribed != NULL)
    g_dbus_connection_signal_unsubscribe (self->subscribed, self->subscription);
  g_clear_object (&self->subscribed);
}

static void
on_connected (HearthWorker *worker, GVariant *holds, GUnixFDList *fds, gpointer user_data)
{
  HearthPlayWorker *self = user_data;
  const char *channel = "", *state = "stopped", *reason = "", *text = "";
  gboolean has_link = FALSE;
  guint serial = 0;

  unsubscribe (self);
  self->subscribed = g_object_ref (hearth_worker_get_connection (worker));
  self->subscription = g_dbus_connection_signal_subscribe (self->subscribed, NULL, PLAY_INTERFACE, NULL, HEARTH_WORKER_PATH, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  self->heard = TRUE;
  g_variant_lookup (holds, "serial", "u", &serial);
  g_variant_lookup (holds, "channel", "&s", &channel);
  g_variant_lookup (holds, "state", "&s", &state);
  g_variant_lookup (holds, "reason", "&s", &reason);
  g_variant_lookup (holds, "reason-text", "&s", &text);
  g_variant_lookup (holds, "link", "b", &has_link);
  self->funcs->connected (self, serial, channel, state, reason, text, has_link, holds, self->user_data);
}

static void
on_lost (HearthWorker *worker, const char *reason, gpointer user_data)
{
  HearthPlayWorker *self = user_data;

  unsubscribe (self);
  self->heard = TRUE; /* whom we awaited is gone; its successor comes fresh */
  self->funcs->lost (self, self->user_data);
}

/* ---- telling ---------------------------------------------------------------------------------- */

static void
on_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (reply == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    hearth_warning ("hearth-play does not take %s: %s", (const char *) user_data, error->message);
}

static void
tell (HearthPlayWorker *self, const char *method, GVariant *parameters, GUnixFDList *fds)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (parameters);
  const HearthWorkerCall call = { .interface = PLAY_INTERFACE, .method = method, .parameters = owned, .fds = fds, .timeout_ms = TIMEOUT_MS };

  if (hearth_play_worker_is_connected (self))
    hearth_worker_call (self->worker, &call, on_told, (gpointer) g_intern_string (method));
}

void
hearth_play_worker_set_link (HearthPlayWorker *self, int link_fd)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int index = g_unix_fd_list_append (fds, link_fd, NULL);

  if (index >= 0)
    tell (self, "SetLink", g_variant_new ("(h)", index), fds);
}

gboolean
hearth_play_worker_link_up (HearthPlayWorker *self, HearthOutput *output, const char *view)
{
  int ends[2];

  if (!hearth_play_worker_is_connected (self) || !hearth_output_is_connected (output))
    return FALSE;
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) {
    hearth_error ("no frame link: %s", g_strerror (errno));
    return FALSE;
  }
  hearth_output_add_view (output, view, ends[1]);
  hearth_play_worker_set_link (self, ends[0]);
  close (ends[0]); /* the messages hold duplicates */
  close (ends[1]);
  return TRUE;
}

void
hearth_play_worker_open (HearthPlayWorker *self, guint serial, const int descriptors[5], GVariant *options)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) owned = g_variant_ref_sink (options);
  GVariantBuilder waiters;

  g_variant_builder_init (&waiters, G_VARIANT_TYPE ("ah"));
  for (guint i = 0; i < 5; i++) {
    if (g_unix_fd_list_append (fds, descriptors[i], NULL) < 0)
      hearth_warning ("no descriptors left to open a ring");
    if (i > 0)
      g_variant_builder_add (&waiters, "h", i);
  }
  tell (self, "Open", g_variant_new ("(uhah@a{sv})", serial, 0, &waiters, owned), fds);
}

void
hearth_play_worker_open_uri (HearthPlayWorker *self, guint serial, const char *uri, GVariant *options)
{
  tell (self, "OpenUri", g_variant_new ("(us@a{sv})", serial, uri, options), NULL);
}

void
hearth_play_worker_open_recording (HearthPlayWorker *self, guint serial, const int descriptors[2], GVariant *options)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) owned = g_variant_ref_sink (options);

  if (g_unix_fd_list_append (fds, descriptors[0], NULL) == 0 && g_unix_fd_list_append (fds, descriptors[1], NULL) == 1)
    tell (self, "OpenRecording", g_variant_new ("(uhh@a{sv})", serial, 0, 1, owned), fds);
  else
    hearth_warning ("no descriptors left to open a recording");
}

void
hearth_play_worker_seek (HearthPlayWorker *self, gint64 position_us)
{
  tell (self, "Seek", g_variant_new ("(x)", position_us), NULL);
}

void
hearth_play_worker_set_paused (HearthPlayWorker *self, gboolean paused)
{
  tell (self, "SetPaused", g_variant_new ("(b)", paused), NULL);
}

void
hearth_play_worker_set_growing (HearthPlayWorker *self, gboolean growing)
{
  tell (self, "SetGrowing", g_variant_new ("(b)", growing), NULL);
}

void
hearth_play_worker_stop (HearthPlayWorker *self, guint serial)
{
  tell (self, "Stop", g_variant_new ("(u)", serial), NULL);
}

void
hearth_play_worker_set_volume (HearthPlayWorker *self, double volume, gboolean mute)
{
  tell (self, "SetVolume", g_variant_new ("(db)", volume, mute), NULL);
}

static void
on_passed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (reply != NULL) {
    g_dbus_method_invocation_return_value (invocation, reply);
    return;
  }
  hearth_error_translate (&error, "%s", g_dbus_method_invocation_get_method_name (invocation));
  g_dbus_method_invocation_take_error (invocation, error);
}

void
hearth_play_worker_pass (HearthPlayWorker *self, const char *method, GVariant *parameters, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) owned = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;
  const HearthWorkerCall call = { .interface = PLAY_INTERFACE, .method = method, .parameters = owned, .timeout_ms = TIMEOUT_MS };

  if (hearth_play_worker_is_connected (self))
    hearth_worker_call (self->worker, &call, on_passed, invocation);
  else
    g_dbus_method_invocation_return_error_literal (invocation, HEARTH_ERROR, HEARTH_ERROR_BUSY,
                                                   "the player is being started: try again");
}

/* ---- the worker ---------------------------------------------------------------------------------- */

HearthPlayWorker *
hearth_play_worker_new (HearthWorkers *workers, const char *instance, gboolean internet, const HearthPlayWorkerFuncs *funcs,
                        gpointer user_data)
{
  HearthPlayWorker *self = g_new0 (HearthPlayWorker, 1);
  const char *with_network[] = { "--network", NULL };
  const HearthWorkerSpec spec = {
    .role = "play", .instance = instance, .arguments = internet ? with_network : NULL, .core = TRUE, .user = "hearth-play"
  };

  self->workers = workers;
  self->funcs = funcs;
  self->user_data = user_data;
  self->worker = g_object_ref (hearth_workers_add (workers, &spec));
  g_signal_connect (self->worker, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (self->worker, "lost", G_CALLBACK (on_lost), self);
  return self;
}

void
hearth_play_worker_free (HearthPlayWorker *self)
{
  unsubscribe (self);
  g_signal_handlers_disconnect_by_data (self->worker, self);
  hearth_workers_remove (self->workers, self->worker);
  g_object_unref (self->worker);
  g_free (self);
}

gboolean
hearth_play_worker_is_connected (HearthPlayWorker *self)
{
  return hearth_worker_get_connection (self->worker) != NULL;
}

gboolean
hearth_play_worker_is_awaited (HearthPlayWorker *self)
{
  return !self->heard && hearth_worker_is_adopted (self->worker);
}

guint
hearth_play_worker_get_restarts (HearthPlayWorker *self)
{
  return hearth_worker_get_restarts (self->worker);
}
