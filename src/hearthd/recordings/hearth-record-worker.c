/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/recordings/hearth-record-worker.h"

#include "hearthd/workers/hearth-worker-call.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("recordings")

#define INTERFACE "tv.hearth.internal.Record1"
#define TIMEOUT_MS 10000

struct _HearthRecordWorker {
  HearthWorker *worker;
  const HearthRecordWorkerFuncs *funcs;
  gpointer user_data;
  GCancellable *cancellable;
  GDBusConnection *subscribed;
  guint subscription;
};

/* ---- hearing ------------------------------------------------------------------------------- */

static void
on_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
           GVariant *parameters, gpointer user_data)
{
  HearthRecordWorker *self = user_data;
  const char *id, *state;

  if (g_str_equal (signal, "State") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssa{sv})"))) {
    g_autoptr (GVariant) details = NULL;

    g_variant_get (parameters, "(&s&s@a{sv})", &id, &state, &details);
    self->funcs->state (id, state, details, self->user_data);
  } else if (g_str_equal (signal, "Progress") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(a(stx))"))) {
    g_autoptr (GVariantIter) iter = NULL;
    guint64 bytes;
    gint64 duration_us;

    g_variant_get (parameters, "(a(stx))", &iter);
    while (g_variant_iter_next (iter, "(&stx)", &id, &bytes, &duration_us))
      self->funcs->progress (id, bytes, duration_us, self->user_data);
  }
}

static void
unsubscribe (HearthRecordWorker *self)
{
  if (self->subscribed != NULL)
    g_dbus_connection_signal_unsubscribe (self->subscribed, self->subscription);
  g_clear_object (&self->subscribed);
}

static void
on_connected (HearthWorker *worker, GVariant *holds, GUnixFDList *fds, gpointer user_data)
{
  HearthRecordWorker *self = user_data;

  unsubscribe (self);
  self->subscribed = g_object_ref (hearth_worker_get_connection (worker));
  self->subscription = g_dbus_connection_signal_subscribe (self->subscribed, NULL, INTERFACE, NULL, HEARTH_WORKER_PATH, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, on_signal, self, NULL);
  self->funcs->connected (self->user_data);
}

static void
on_lost (HearthWorker *worker, const char *reason, gpointer user_data)
{
  unsubscribe (user_data);
}

/* ---- telling --------------------------------------------------------------------------------- */

static void
on_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (reply == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    hearth_warning ("hearth-record does not take %s: %s", (const char *) user_data, error->message);
}

static void
tell (HearthRecordWorker *self, const char *method, GVariant *parameters, GUnixFDList *fds)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (parameters);

  const HearthWorkerCall call = { .interface = INTERFACE, .method = method, .parameters = owned, .fds = fds, .timeout_ms = TIMEOUT_MS,
                                  .cancellable = self->cancellable };

  if (hearth_record_worker_is_connected (self))
    hearth_worker_call (self->worker, &call, on_told, (gpointer) g_intern_string (method));
}

void
hearth_record_worker_set_folder (HearthRecordWorker *self, const char *folder, guint64 reserve_bytes)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "reserve-bytes", "t", reserve_bytes);
  tell (self, "SetFolder", g_variant_new ("(s@a{sv})", folder, g_variant_dict_end (&options)), NULL);
}

void
hearth_record_worker_set_reserve (HearthRecordWorker *self, guint64 reserve_bytes)
{
  tell (self, "SetReserve", g_variant_new ("(t)", reserve_bytes), NULL);
}

void
hearth_record_worker_begin (HearthRecordWorker *self, const HearthRecording *recording)
{
  const HearthRecordingManifest *manifest = recording->manifest;
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "channel", "s", manifest->channel);
  g_variant_dict_insert (&details, "number", "s", manifest->number);
  g_variant_dict_insert (&details, "name", "s", manifest->name);
  g_variant_dict_insert (&details, "network", "s", manifest->network);
  g_variant_dict_insert (&details, "leg", "u", manifest->leg);
  g_variant_dict_insert (&details, "title", "s", manifest->title);
  g_variant_dict_insert (&details, "description", "s", manifest->description);
  g_variant_dict_insert (&details, "until", "x", manifest->until_us);
  g_variant_dict_insert (&details, "from", "x", recording->from_us);
  tell (self, "Begin", g_variant_new ("(s@a{sv})", manifest->id, g_variant_dict_end (&details)), NULL);
}

void
hearth_record_worker_feed (HearthRecordWorker *self, const char *id, int ring_fd)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int index = g_unix_fd_list_append (fds, ring_fd, NULL);

  if (index >= 0)
    tell (self, "Feed", g_variant_new ("(sh)", id, index), fds);
}

void
hearth_record_worker_set_until (HearthRecordWorker *self, const char *id, gint64 until_us)
{
  tell (self, "SetUntil", g_variant_new ("(sx)", id, until_us), NULL);
}

void
hearth_record_worker_stop (HearthRecordWorker *self, const char *id)
{
  tell (self, "Stop", g_variant_new ("(s)", id), NULL);
}

typedef struct {
  HearthRecordWorker *self;
  char *id;
  gpointer call;
} Deletion;

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Deletion *deletion = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (error != NULL)
    hearth_error_translate (&error, "deleting the recording");
  if (!g_cancellable_is_cancelled (deletion->self->cancellable))
    deletion->self->funcs->deleted (deletion->id, error, deletion->call, deletion->self->user_data);
  g_clear_error (&error);
  g_free (deletion->id);
  g_free (deletion);
}

void
hearth_record_worker_delete (HearthRecordWorker *self, const char *id, gpointer call)
{
  const HearthWorkerCall question = { .interface = INTERFACE, .method = "Delete", .parameters = g_variant_new ("(s)", id),
                                      .timeout_ms = TIMEOUT_MS };
  Deletion *deletion = g_new0 (Deletion, 1);

  deletion->self = self;
  deletion->id = g_strdup (id);
  deletion->call = call;
  hearth_worker_call (self->worker, &question, on_deleted, deletion);
}

/* ---- the worker ----------------------------------------------------------------------------------- */

HearthRecordWorker *
hearth_record_worker_new (HearthWorkers *workers, const HearthRecordWorkerFuncs *funcs, gpointer user_data)
{
  const HearthWorkerSpec spec = { .role = "record", .instance = "main", .core = TRUE, .user = HEARTH_RECORD_USER };
  HearthRecordWorker *self = g_new0 (HearthRecordWorker, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->worker = g_object_ref (hearth_workers_add (workers, &spec));
  g_signal_connect (self->worker, "connected", G_CALLBACK (on_connected), self);
  g_signal_connect (self->worker, "lost", G_CALLBACK (on_lost), self);
  return self;
}

void
hearth_record_worker_free (HearthRecordWorker *self)
{
  g_cancellable_cancel (self->cancellable);
  unsubscribe (self);
  g_signal_handlers_disconnect_by_data (self->worker, self);
  g_object_unref (self->worker);
  g_object_unref (self->cancellable);
  g_free (self);
}

gboolean
hearth_record_worker_is_connected (HearthRecordWorker *self)
{
  return hearth_worker_get_connection (self->worker) != NULL;
}
