/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/networks/hearth-network-object.h"

#include "base/hearth-fds.h"
#include "dbus/tv.hearth.internal.Stream1.h"
#include "hearthd/workers/hearth-worker-call.h"

#include <hearth/log.h>
#include <string.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("networks")

#define INTERFACE "tv.hearth.internal.Stream1"
#define CALL_TIMEOUT_MS 5000
#define SWEEP_S 10 /* all other workers are back by then, or never */

struct _HearthNetworkObject {
  char *name, *kind, *path;
  GVariant *settings; /* a{sv} */
  HearthBus *bus;
  HearthWorkers *workers;
  HearthWorker *worker;
  const HearthNetworkObjectFuncs *funcs;
  gpointer user_data;

  HearthDBusNetwork1 *face;
  GHashTable *streams; /* id -> HearthStream */
  guint next_stream;
  GVariant *oddities; /* a(uss), (nullable) */
  guint n_oddities;
  HearthServiceList *list; /* (nullable): of a broadcast network, whose worker begins its rescans with it */
  guint guide_hours;
  gboolean has_list; /* stored or fetched: a restarted worker need not fetch it */
  gboolean scanning;
  GVariant *scan_result; /* (nullable): told once its list is in the channels */
  GCancellable *cancellable;
  guint subscription, sweep;
  GDBusConnection *subscribed; /* whose signals are heard */
};

/* ---- talking to the worker -------------------------------------------------------------- */

static void
call (HearthNetworkObject *self, const char *method, GVariant *parameters, GUnixFDList *fds, GAsyncReadyCallback callback,
      gpointer user_data)
{
  const HearthWorkerCall question = { .interface = INTERFACE, .method = method, .parameters = parameters, .fds = fds,
                                      .timeout_ms = CALL_TIMEOUT_MS, .cancellable = self->cancellable };

  hearth_worker_call (self->worker, &question, callback, user_data);
}

const char *
hearth_network_object_get_setting (HearthNetworkObject *self, const char *key)
{
  const char *text = "";

  g_variant_lookup (self->settings, key, "&s", &text);
  return text;
}

gboolean
hearth_network_object_is_connected (HearthNetworkObject *self)
{
  return hearth_worker_get_connection (self->worker) != NULL;
}

static void
set_list_state (HearthNetworkObject *self, const char *state, const char *reason, const char *text)
{
  hearth_dbus_network1_set_state (self->face, state);
  hearth_dbus_network1_set_reason (self->face, reason);
  hearth_dbus_network1_set_reason_text (self->face, text);
}

static void
on_start_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HearthNetworkObject *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (reply != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  hearth_error_translate (&error, "starting network %s", self->name);
  hearth_warning ("%s", error->message);
  set_list_state (self, "failed", hearth_error_get_name ((HearthError) error->code), error->message);
}

/* ---- streams ------------------------------------------------------------------------------ */

typedef struct {
  HearthNetworkObject *network;
  HearthStream *stream;
} Opening;

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Opening *opening = user_data;
  g_autoptr (HearthStream) stream = opening->stream;
  g_autoptr (GError) error = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, &fds, &error);
  gint32 index = -1;
  int fd = -1;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (reply != NULL) {
    g_variant_get (reply, "(h@a{sv})", &index, NULL);
    fd = hearth_fds_dup (fds, index, &error);
  }
  if (fd >= 0) {
    hearth_stream_take_ring (stream, fd);
    return;
  }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED)) /* the worker fell: it opens again once it is back */
    return;
  hearth_error_translate (&error, "opening the stream");
  hearth_stream_set_state (stream, "failed", hearth_error_get_name ((HearthError) error->code), error->message);
}

/* What the entry says about how to fetch it (EXTVLCOPT, KODIPROP, user agents) goes along: the worker may not have the list. */
static void
call_open (HearthNetworkObject *self, HearthStream *stream, GVariant *attributes)
{
  Opening *opening = g_new0 (Opening, 1);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (attributes != NULL)
    g_variant_dict_insert_value (&options, "attributes", attributes);
  g_variant_dict_insert (&options, "use", "s", hearth_stream_is_ahead (stream) ? "prefetch" : "live");
  opening->network = self;
  opening->stream = g_object_ref (stream);
  call (self, "Open",
        g_variant_new ("(sss@a{sv})", hearth_stream_get_id (stream), hearth_stream_get_uri (stream),
                       hearth_stream_get_channel (stream), g_variant_dict_end (&options)),
        NULL, on_opened, opening);
}

static HearthStream *
open_stream (HearthNetworkObject *self, const char *channel, const char *uri, GVariant *attributes, gboolean ahead)
{
  g_autofree char *id = g_strdup_printf ("%s-%u", self->name, self->next_stream++);
  HearthStream *stream = hearth_stream_new (id, self->name, channel, uri);

  if (attributes != NULL)
    g_object_set_data_full (G_OBJECT (stream), "attributes", g_variant_ref (attributes), (GDestroyNotify) g_variant_unref);
  hearth_stream_add_use (stream);
  g_hash_table_insert (self->streams, g_strdup (id), g_object_ref (stream));
  hearth_stream_set_ahead (stream, ahead);
  if (hearth_network_object_is_connected (self))
    call_open (self, stream, attributes);
  return stream;
}

HearthStream *
hearth_network_object_open (HearthNetworkObject *self, const char *channel, const char *uri, GVariant *attributes)
{
  return open_stream (self, channel, uri, attributes, FALSE);
}

HearthStream *
hearth_network_object_open_ahead (HearthNetworkObject *self, const char *channel, const char *uri, GVariant *attributes)
{
  return open_stream (self, channel, uri, attributes, TRUE);
}

void
hearth_network_object_set_ahead (HearthNetworkObject *self, HearthStream *stream, gboolean ahead)
{
  if (hearth_stream_set_ahead (stream, ahead) && hearth_network_object_is_connected (self))
    call (self, "SetUse", g_variant_new ("(ss)", hearth_stream_get_id (stream), hearth_stream_is_ahead (stream) ? "prefetch" : "live"), NULL,
          NULL, NULL);
}

void
hearth_network_object_close (HearthNetworkObject *self, HearthStream *stream)
{
  if (!hearth_stream_end_use (stream) || g_hash_table_lookup (self->streams, hearth_stream_get_id (stream)) != stream)
    return;
  if (hearth_network_object_is_connected (self))
    call (self, "Close", g_variant_new ("(s)", hearth_stream_get_id (stream)), NULL, NULL, NULL);
  g_hash_table_remove (self->streams, hearth_stream_get_id (stream));
}

HearthStream *
hearth_network_object_find_stream (HearthNetworkObject *self, const char *channel, const char *uri)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (hearth_stream_get_channel (value), channel) && g_str_equal (hearth_stream_get_uri (value), uri)) {
      hearth_stream_add_use (value);
      hearth_network_object_set_ahead (self, value, FALSE); /* somebody asks for it */
      return g_object_ref (value);
    }
  return NULL;
}

GList *
hearth_network_object_get_streams (HearthNetworkObject *self)
{
  return g_hash_table_get_values (self->streams);
}

void
hearth_network_object_add_waiter (HearthNetworkObject *self, HearthStream *stream, guint waiter, int page_fd, int event_fd)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int page = g_unix_fd_list_append (fds, page_fd, NULL), event = g_unix_fd_list_append (fds, event_fd, NULL);

  if (hearth_network_object_is_connected (self) && page >= 0 && event >= 0)
    call (self, "AddWaiter", g_variant_new ("(suhh)", hearth_stream_get_id (stream), waiter, page, event), fds, NULL, NULL);
}

void
hearth_network_object_remove_waiter (HearthNetworkObject *self, HearthStream *stream, guint waiter)
{
  if (hearth_network_object_is_connected (self))
    call (self, "RemoveWaiter", g_variant_new ("(su)", hearth_stream_get_id (stream), waiter), NULL, NULL, NULL);
}

/* Streams that an adopted worker held and nobody has asked for since: their users are gone. */
static gboolean
on_sweep (gpointer user_data)
{
  HearthNetworkObject *self = user_data;
  g_autoptr (GList) streams = hearth_network_object_get_streams (self);

  self->sweep = 0;
  for (GList *l = streams; l != NULL; l = l->next)
    if (!hearth_stream_is_used (l->data)) {
      hearth_stream_add_use (l->data);
      hearth_network_object_close (self, l->data);
    }
  return G_SOURCE_REMOVE;
}

/* ---- the worker comes, speaks, goes ----------------------------------------------------------- */

static void
adopt_stream (HearthNetworkObject *self, GVariant *held, GUnixFDList *fds)
{
  const char *id = "", *channel = "", *uri = "", *state = "connecting", *reason = "", *text = "";
  g_autoptr (HearthStream) stream = NULL;
  gint32 index = -1;
  int fd;

  g_variant_lookup (held, "id", "&s", &id);
  g_variant_lookup (held, "channel", "&s", &channel);
  g_variant_lookup (held, "uri", "&s", &uri);
  g_variant_lookup (held, "state", "&s", &state);
  g_variant_lookup (held, "reason", "&s", &reason);
  g_variant_lookup (held, "reason-text", "&s", &text);
  if (*id == '\0' || g_hash_table_contains (self->streams, id) || !g_variant_lookup (held, "ring", "h", &index))
    return;
  fd = hearth_fds_dup (fds, index, NULL);
  if (fd < 0)
    return;
  stream = hearth_stream_new (id, self->name, channel, uri);
  hearth_stream_take_ring (stream, fd);
  hearth_stream_set_state (stream, state, reason, text);
  g_hash_table_insert (self->streams, g_strdup (id), g_steal_pointer (&stream));
  if (g_str_has_prefix (id, self->name) && id[strlen (self->name)] == '-')
    self->next_stream = MAX (self->next_stream, (guint) g_ascii_strtoull (id + strlen (self->name) + 1, NULL, 10) + 1);
}

static void
finish_scan (HearthNetworkObject *self)
{
  g_autoptr (GVariant) result = g_steal_pointer (&self->scan_result);

  self->scanning = FALSE;
  if (result != NULL)
    hearth_dbus_network1_emit_scan_finished (self->face, result);
}

/* No list comes. */
static void
end_scan_without_list (HearthNetworkObject *self, GVariant *words, const char *reason, const char *text)
{
  set_list_state (self, self->has_list ? "ready" : "failed", self->has_list ? "" : reason, self->has_list ? "" : text);
  g_clear_pointer (&self->scan_result, g_variant_unref);
  self->scan_result = g_variant_ref_sink (words);
  finish_scan (self);
}

static void
take_scan_news (HearthNetworkObject *self, const char *signal, GVariant *words)
{
  gboolean cancelled = FALSE;

  if (g_str_equal (signal, "ScanProgress")) {
    self->scanning = TRUE;
    hearth_dbus_network1_emit_scan_progress (self->face, words);
  }
  if (!g_str_equal (signal, "ScanFinished"))
    return;
  g_variant_lookup (words, "cancelled", "b", &cancelled);
  if (cancelled) {
    end_scan_without_list (self, words, "Cancelled", "The scan was cancelled.");
    return;
  }
  g_clear_pointer (&self->scan_result, g_variant_unref);
  self->scan_result = g_variant_ref (words); /* its list is under way behind it */
}

static void
on_worker_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
                  GVariant *parameters, gpointer user_data)
{
  HearthNetworkObject *self = user_data;
  const char *id, *word, *reason, *text;
  HearthStream *stream;
  gint64 time_us;

  if (g_str_equal (signal, "StreamState") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssss)"))) {
    g_variant_get (parameters, "(&s&s&s&s)", &id, &word, &reason, &text);
    stream = g_hash_table_lookup (self->streams, id);
    if (stream != NULL)
      hearth_stream_set_state (stream, word, reason, text);
  } else if (g_str_equal (signal, "StreamStage") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssx)"))) {
    g_variant_get (parameters, "(&s&sx)", &id, &word, &time_us);
    stream = g_hash_table_lookup (self->streams, id);
    if (stream != NULL)
      hearth_stream_set_stage (stream, word, time_us);
  } else if (g_str_has_prefix (signal, "Scan") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(a{sv})"))) {
    g_autoptr (GVariant) words = g_variant_get_child_value (parameters, 0);

    take_scan_news (self, signal, words);
  } else if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(a{sv})"))) {
    g_autoptr (GVariant) words = g_variant_get_child_value (parameters, 0);

    if (g_str_equal (signal, "GuideState"))
      self->funcs->guide_state (self, words, self->user_data);
    else if (g_str_equal (signal, "BroadcastTime"))
      self->funcs->broadcast_time (self, words, self->user_data);
  }
}

static void
unsubscribe (HearthNetworkObject *self)
{
  if (self->subscribed != NULL)
    g_dbus_connection_signal_unsubscribe (self->subscribed, self->subscription);
  g_clear_object (&self->subscribed);
}

/* Streams that were open when the worker fell are opened again; each gets a new ring. */
static void
open_again (HearthNetworkObject *self, GHashTable *held)
{
  g_autoptr (GList) streams = hearth_network_object_get_streams (self);

  for (GList *l = streams; l != NULL; l = l->next)
    if (!g_hash_table_contains (held, hearth_stream_get_id (l->data)))
      call_open (self, l->data, g_object_get_data (l->data, "attributes"));
}

static void
on_worker_connected (HearthWorker *worker, GVariant *holds, GUnixFDList *fds, gpointer user_data)
{
  HearthNetworkObject *self = user_data;
  g_autoptr (GHashTable) held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GVariant) streams = g_variant_lookup_value (holds, "streams", G_VARIANT_TYPE ("aa{sv}"));

  unsubscribe (self);
  self->subscribed = g_object_ref (hearth_worker_get_connection (worker));
  self->subscription = g_dbus_connection_signal_subscribe (self->subscribed, NULL, INTERFACE, NULL, HEARTH_WORKER_PATH, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, on_worker_signal, self, NULL);
  call (self, "Start", g_variant_new ("(s@a{sv})", self->kind, self->settings), NULL, on_start_done, self);
  call (self, "SetGuidePeriod", g_variant_new ("(u)", self->guide_hours), NULL, NULL, NULL);
  for (gsize i = 0; streams != NULL && i < g_variant_n_children (streams); i++) {
    g_autoptr (GVariant) stream = g_variant_get_child_value (streams, i);
    const char *id;

    adopt_stream (self, stream, fds);
    if (g_variant_lookup (stream, "id", "&s", &id))
      g_hash_table_add (held, g_strdup (id));
  }
  if (self->list != NULL) {
    g_autoptr (GVariant) services = hearth_service_list_dup_variant (self->list);

    call (self, "TakeServices", g_variant_new_tuple (&services, 1), NULL, NULL, NULL);
  }
  open_again (self, held);
  if (g_hash_table_size (held) > 0 && self->sweep == 0)
    self->sweep = g_timeout_add_seconds (SWEEP_S, on_sweep, self);
  if (!self->has_list)
    hearth_network_object_refresh (self);
  self->funcs->ready (self, self->user_data);
}

static void
on_worker_lost (HearthWorker *worker, const char *reason, gpointer user_data)
{
  HearthNetworkObject *self = user_data;
  g_autoptr (GList) streams = hearth_network_object_get_streams (self);

  unsubscribe (self);
  for (GList *l = streams; l != NULL; l = l->next)
    hearth_stream_set_state (l->data, "reconnecting", "", "");
  if (self->scanning)
    end_scan_without_list (self, g_variant_new_parsed ("{'cancelled': <true>, 'reason': <'Plugin'>}"), "Plugin",
                           "The network's process ended during the scan; scan again.");
}

/* ---- the list ---------------------------------------------------------------------------------- */

void
hearth_network_object_refresh (HearthNetworkObject *self)
{
  set_list_state (self, "loading", "", "");
  if (hearth_network_object_is_connected (self))
    call (self, "Refresh", NULL, NULL, NULL, NULL);
}

/* Lists of playlists are the worker's own to read again, and large. */
static void
keep_list (HearthNetworkObject *self, HearthServiceList *list)
{
  HearthServiceEntry entry;

  g_clear_pointer (&self->list, hearth_service_list_unref);
  if (hearth_service_list_get_size (list) == 0)
    return;
  hearth_service_list_get (list, 0, &entry);
  if (g_str_has_prefix (entry.uri, "dvb://"))
    self->list = hearth_service_list_ref (list);
}

void
hearth_network_object_put_services (HearthNetworkObject *self, int fd, guint64 bytes, GVariant *oddities, guint n_oddities,
                                    GVariant *details)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HearthServiceList) list = hearth_service_list_new_for_fd (fd, bytes, &error);
  g_autoptr (GVariant) urls = g_variant_lookup_value (details, "guide-urls", G_VARIANT_TYPE ("as"));

  if (list == NULL) {
    hearth_network_object_list_failed (self, hearth_error_get_name ((HearthError) error->code), error->message);
    return;
  }
  g_clear_pointer (&self->oddities, g_variant_unref);
  self->oddities = g_variant_ref (oddities);
  self->n_oddities = n_oddities;
  self->has_list = TRUE;
  keep_list (self, list);
  self->funcs->list (self, list, self->user_data);
  hearth_dbus_network1_set_services (self->face, hearth_service_list_get_size (list));
  hearth_dbus_network1_set_refreshed (self->face, g_get_real_time ());
  if (urls != NULL) {
    g_autofree const char **strings = g_variant_get_strv (urls, NULL);

    hearth_dbus_network1_set_guide_urls (self->face, strings);
  }
  set_list_state (self, "ready", "", "");
  finish_scan (self);
}

void
hearth_network_object_list_failed (HearthNetworkObject *self, const char *error, const char *text)
{
  hearth_warning ("the list of network %s could not be read: %s", self->name, text);
  set_list_state (self, "failed", error, text);
  finish_scan (self);
}

void
hearth_network_object_set_stored_list (HearthNetworkObject *self, HearthServiceList *list)
{
  self->has_list = TRUE;
  keep_list (self, list);
  hearth_dbus_network1_set_services (self->face, hearth_service_list_get_size (list));
  set_list_state (self, "ready", "", "");
}

/* ---- Network1 ------------------------------------------------------------------------------------ */

static gboolean
on_handle_refresh (HearthDBusNetwork1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthNetworkObject *self = user_data;

  hearth_network_object_refresh (self);
  hearth_dbus_network1_complete_refresh (face, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get_settings (HearthDBusNetwork1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  hearth_dbus_network1_complete_get_settings (face, invocation, ((HearthNetworkObject *) user_data)->settings);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_set_settings (HearthDBusNetwork1 *face, GDBusMethodInvocation *invocation, GVariant *settings, gpointer user_data)
{
  HearthNetworkObject *self = user_data;

  g_variant_unref (self->settings);
  self->settings = g_variant_ref (settings);
  self->funcs->settings (self, settings, self->user_data);
  if (hearth_network_object_is_connected (self)) {
    call (self, "Start", g_variant_new ("(s@a{sv})", self->kind, self->settings), NULL, on_start_done, self);
    hearth_network_object_refresh (self);
  }
  hearth_dbus_network1_complete_set_settings (face, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get_oddities (HearthDBusNetwork1 *face, GDBusMethodInvocation *invocation, guint limit, gpointer user_data)
{
  HearthNetworkObject *self = user_data;
  GVariantBuilder builder;
  gsize n = self->oddities != NULL ? MIN (g_variant_n_children (self->oddities), limit) : 0;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(uss)"));
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) oddity = g_variant_get_child_value (self->oddities, i);

    g_variant_builder_add_value (&builder, oddity);
  }
  hearth_dbus_network1_complete_get_oddities (face, invocation, g_variant_builder_end (&builder), self->n_oddities);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_forwarded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (reply != NULL) {
    g_dbus_method_invocation_return_value (invocation, reply);
    return;
  }
  hearth_error_translate (&error, "asking the network's worker");
  g_dbus_method_invocation_take_error (invocation, error);
}

/* The worker's answer is the caller's. */
static gboolean
forward (HearthNetworkObject *self, GDBusMethodInvocation *invocation, const char *method, GVariant *parameters)
{
  g_autoptr (GVariant) owned = parameters != NULL ? g_variant_ref_sink (parameters) : NULL;

  if (hearth_network_object_is_connected (self))
    call (self, method, owned, NULL, on_forwarded, invocation);
  else
    g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_BUSY,
                                           "the worker of network %s is being started: try again", self->name);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get_streams (HearthDBusNetwork1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  return forward (user_data, invocation, "GetStreams", NULL);
}

static gboolean
on_handle_scan (HearthDBusNetwork1 *face, GDBusMethodInvocation *invocation, GVariant *options, gpointer user_data)
{
  return forward (user_data, invocation, "Scan", g_variant_new ("(@a{sv})", options));
}

static gboolean
on_handle_cancel_scan (HearthDBusNetwork1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  return forward (user_data, invocation, "CancelScan", NULL);
}

static gboolean
on_handle_get_tuners (HearthDBusNetwork1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  return forward (user_data, invocation, "GetTuners", NULL);
}

void
hearth_network_object_collect_guide (HearthNetworkObject *self, gboolean anew, GDBusMethodInvocation *invocation)
{
  g_autoptr (GVariant) parameters = g_variant_ref_sink (g_variant_new_parsed ("({'anew': <%b>},)", anew));

  if (invocation != NULL)
    forward (self, invocation, "CollectGuide", parameters);
  else if (hearth_network_object_is_connected (self))
    call (self, "CollectGuide", parameters, NULL, NULL, NULL);
}

void
hearth_network_object_set_guide_period (HearthNetworkObject *self, guint hours)
{
  self->guide_hours = hours;
  if (hearth_network_object_is_connected (self))
    call (self, "SetGuidePeriod", g_variant_new ("(u)", hours), NULL, NULL, NULL);
}

/* ---- the object -------------------------------------------------------------------------------------- */

static void
make_face (HearthNetworkObject *self)
{
  g_autoptr (GError) error = NULL;

  self->face = hearth_dbus_network1_skeleton_new ();
  hearth_dbus_network1_set_name (self->face, self->name);
  hearth_dbus_network1_set_kind (self->face, self->kind);
  hearth_dbus_network1_set_guide_urls (self->face, (const char *const[]){ NULL });
  set_list_state (self, "starting", "", "");
  g_signal_connect (self->face, "handle-refresh", G_CALLBACK (on_handle_refresh), self);
  g_signal_connect (self->face, "handle-get-settings", G_CALLBACK (on_handle_get_settings), self);
  g_signal_connect (self->face, "handle-set-settings", G_CALLBACK (on_handle_set_settings), self);
  g_signal_connect (self->face, "handle-get-oddities", G_CALLBACK (on_handle_get_oddities), self);
  g_signal_connect (self->face, "handle-get-streams", G_CALLBACK (on_handle_get_streams), self);
  g_signal_connect (self->face, "handle-scan", G_CALLBACK (on_handle_scan), self);
  g_signal_connect (self->face, "handle-cancel-scan", G_CALLBACK (on_handle_cancel_scan), self);
  g_signal_connect (self->face, "handle-get-tuners", G_CALLBACK (on_handle_get_tuners), self);
  if (!hearth_bus_export (self->bus, self->path, G_DBUS_INTERFACE_SKELETON (self->face), &error))
    hearth_error ("%s", error->message);
}

HearthNetworkObject *
hearth_network_object_new (const char *name, const char *kind, GVariant *settings, HearthBus *bus, HearthWorkers *workers,
                           const HearthNetworkObjectFuncs *funcs, gpointer user_data)
{
  HearthNetworkObject *self = g_new0 (HearthNetworkObject, 1);
  const HearthWorkerSpec spec = { .role = "stream", .instance = name, .core = TRUE, .user = "hearth-stream" };

  self->name = g_strdup (name);
  self->kind = g_strdup (kind);
  self->path = g_strconcat ("/tv/hearth/network/", name, NULL);
  self->settings = g_variant_ref_sink (settings);
  self->bus = bus;
  self->workers = workers;
  self->funcs = funcs;
  self->user_data = user_data;
  self->cancellable = g_cancellable_new ();
  self->streams = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  make_face (self);
  self->worker = g_object_ref (hearth_workers_add (workers, &spec));
  g_signal_connect (self->worker, "connected", G_CALLBACK (on_worker_connected), self);
  g_signal_connect (self->worker, "lost", G_CALLBACK (on_worker_lost), self);
  return self;
}

void
hearth_network_object_free (HearthNetworkObject *self)
{
  g_clear_handle_id (&self->sweep, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  unsubscribe (self);
  g_signal_handlers_disconnect_by_data (self->worker, self);
  hearth_workers_remove (self->workers, self->worker);
  g_object_unref (self->worker);
  hearth_bus_unexport (self->bus, self->path);
  g_signal_handlers_disconnect_by_data (self->face, self);
  g_object_unref (self->face);
  g_hash_table_unref (self->streams);
  g_clear_pointer (&self->oddities, g_variant_unref);
  g_clear_pointer (&self->scan_result, g_variant_unref);
  g_clear_pointer (&self->list, hearth_service_list_unref);
  g_variant_unref (self->settings);
  g_object_unref (self->cancellable);
  g_free (self->name);
  g_free (self->kind);
  g_free (self->path);
  g_free (self);
}

const char *
hearth_network_object_get_name (HearthNetworkObject *self)
{
  return self->name;
}

const char *
hearth_network_object_get_kind (HearthNetworkObject *self)
{
  return self->kind;
}

HearthWorker *
hearth_network_object_get_worker (HearthNetworkObject *self)
{
  return self->worker;
}
