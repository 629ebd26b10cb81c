/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-stream-worker.h"

#include "dbus/tv.hearth.internal.Manager1.h"
#include "dbus/tv.hearth.internal.Stream1.h"
#include "stream/hearth-open-stream.h"

#include <glib/gstdio.h>
#include <hearth/log.h>
#include <stdlib.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("stream")

#define LOOK_EVERY_MS 250
#define STUCK_PUSH_US 200000
#define MOST_STREAMS 256u
#define CALL_TIMEOUT_MS 30000 /* hearthd reads a list of 100,000 before it answers */
#define GUIDE_AGAIN_S 2
#define OBJECT_PATH "/tv/hearth/internal"

enum { SLOT_MAIN = 1 }; /* beside HEARTH_PROGRESS_STREAM_INGEST */

struct _HearthStreamWorker {
  HearthWorkerLink *link;
  HearthDBusInternalStream1 *face;
  HearthNetworkRunner *runner;
  GHashTable *streams; /* id (borrowed) -> HearthOpenStream */
  guint looking;       /* the timer; 0 while no stream is open */
  gint64 looked_us;    /* when it last fired */
  HearthList *list;    /* read, not taken by hearthd yet */
  GError *list_error;  /* the same of a failure */
  GBytes *guide;       /* a batch of events that hearthd has not taken yet */
  const GBytes *guide_under_way; /* which is it, only to compare; NULL: none is */
  guint guide_again;   /* a timer: what hearthd could not take is told again */
  gboolean ending;     /* its plug-in hangs */
  GCancellable *cancellable;
};

/* ---- streams ----------------------------------------------------------------------------- */

static void
on_state (HearthOpenStream *stream, const HearthVerdict *verdict, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  hearth_dbus_internal_stream1_emit_stream_state (self->face, hearth_open_stream_get_id (stream),
                                                  hearth_verdict_get_state_name (verdict), verdict->reason, verdict->text);
}

static void
on_stage (HearthOpenStream *stream, const char *stage, gint64 time_us, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  hearth_dbus_internal_stream1_emit_stream_stage (self->face, hearth_open_stream_get_id (stream), stage, time_us);
}

static const HearthOpenStreamFuncs stream_funcs = { .state = on_state, .stage = on_stage };

static void
on_told_all (GObject *connection, GAsyncResult *result, gpointer user_data)
{
  _exit (EXIT_FAILURE); /* nothing is tidied up: the thread that hangs may hold any lock */
}

/* hearthd would find it too, a second later. */
static void
end_for_stuck_plugin (HearthStreamWorker *self)
{
  if (self->ending)
    return;
  self->ending = TRUE;
  hearth_error ("the network's plug-in hangs: this process ends, to be started anew");
  g_dbus_connection_flush (hearth_worker_link_get_connection (self->link), NULL, on_told_all, NULL);
}

static gboolean
on_look (gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  HearthProgress *progress = hearth_worker_link_get_progress (self->link);
  const gint64 now_us = g_get_monotonic_time ();
  const gboolean stopped = now_us - self->looked_us > 3 * LOOK_EVERY_MS * 1000; /* all of us: by a signal, or a busy box */
  gboolean stuck = FALSE, hangs = FALSE;
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream)) {
    gint64 pushing_since_us = hearth_open_stream_get_pushing_since (stream);

    if (stopped)
      hearth_open_stream_excuse (stream, now_us);
    hangs = !hearth_open_stream_look (stream, now_us) || hangs;
    stuck = stuck || (pushing_since_us != 0 && now_us - pushing_since_us > STUCK_PUSH_US);
  }
  self->looked_us = now_us;
  if (hangs)
    end_for_stuck_plugin (self);
  if (!stuck && !hangs)
    hearth_progress_beat (progress, HEARTH_PROGRESS_STREAM_INGEST);
  hearth_progress_beat (progress, SLOT_MAIN);
  return G_SOURCE_CONTINUE;
}

/* Busy, and a timer, exactly while something is open. */
static void
update_busy (HearthStreamWorker *self)
{
  HearthProgress *progress = hearth_worker_link_get_progress (self->link);
  const gboolean busy = g_hash_table_size (self->streams) > 0;

  if (busy == (self->looking != 0))
    return;
  hearth_progress_set_busy (progress, HEARTH_PROGRESS_STREAM_INGEST, busy);
  hearth_progress_set_busy (progress, SLOT_MAIN, busy);
  self->looked_us = g_get_monotonic_time ();
  if (busy)
    self->looking = g_timeout_add (LOOK_EVERY_MS, on_look, self);
  else
    g_clear_handle_id (&self->looking, g_source_remove);
}

static void
close_stream (HearthStreamWorker *self, HearthOpenStream *stream)
{
  hearth_open_stream_disconnect (stream, self->runner);
  g_hash_table_remove (self->streams, hearth_open_stream_get_id (stream));
  hearth_open_stream_free (stream);
  update_busy (self);
}

static HearthOpenStream *
find_stream (HearthStreamWorker *self, const char *id, GError **error)
{
  HearthOpenStream *stream = g_hash_table_lookup (self->streams, id);

  if (stream == NULL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "no stream %s is open", id);
  return stream;
}

/* ---- the plug-in ----------------------------------------------------------------------------- */

/* With other settings: the streams stay, with their rings, and are connected again. */
static gboolean
start (HearthStreamWorker *self, const char *kind, GVariant *settings, GError **error)
{
  GHashTableIter iter;
  gpointer stream;
  gboolean started;

  if (hearth_network_runner_runs (self->runner, kind, settings))
    return TRUE;
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    hearth_open_stream_disconnect (stream, self->runner);
  hearth_network_runner_stop (self->runner);
  started = hearth_network_runner_start (self->runner, kind, settings, error);
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream)) {
    g_autoptr (GError) open_error = NULL;

    if (!hearth_open_stream_connect (stream, self->runner, &open_error))
      hearth_open_stream_fail (stream, open_error);
  }
  return started;
}

/* ---- the list of services ---------------------------------------------------------------------- */

static void on_list_told (GObject *source, GAsyncResult *result, gpointer user_data);

static void
call_manager (HearthStreamWorker *self, const char *method, GVariant *parameters, GUnixFDList *fds)
{
  g_dbus_connection_call_with_unix_fd_list (hearth_worker_link_get_connection (self->link), NULL, OBJECT_PATH,
                                            "tv.hearth.internal.Manager1", method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE,
                                            CALL_TIMEOUT_MS, fds, self->cancellable, on_list_told, self);
}

/* What was read is kept until hearthd has it: it may be away just now. */
static void
tell_list (HearthStreamWorker *self)
{
  if (hearth_worker_link_get_connection (self->link) == NULL)
    return;
  if (self->list != NULL) {
    g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
    int index = g_unix_fd_list_append (fds, self->list->fd, NULL);

    if (index >= 0)
      call_manager (self, "PutServices",
                    g_variant_new ("(htu@a(uss)u@a{sv})", index, self->list->n_bytes, self->list->n_services, self->list->oddities,
                                   self->list->n_oddities, self->list->details),
                    fds);
  } else if (self->list_error != NULL) {
    call_manager (self, "ListFailed",
                  g_variant_new ("(ss)", hearth_error_get_name ((HearthError) self->list_error->code), self->list_error->message),
                  NULL);
  }
}

static void
on_list_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), NULL, result, &error);
  HearthStreamWorker *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return; /* told again once hearthd is back */
  if (reply == NULL) {
    hearth_error_translate (&error, "giving hearthd the list of services");
    hearth_warning ("%s", error->message);
  }
  g_clear_pointer (&self->list, hearth_list_free);
  g_clear_error (&self->list_error);
}

static void
on_list (HearthList *list, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  g_clear_pointer (&self->list, hearth_list_free);
  g_clear_error (&self->list_error);
  self->list = list;
  hearth_info ("list of %u services, %" G_GUINT64_FORMAT " bytes, %u oddities", list->n_services, list->n_bytes, list->n_oddities);
  tell_list (self);
}

static void
on_list_failed (const GError *error, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  g_clear_pointer (&self->list, hearth_list_free);
  g_clear_error (&self->list_error);
  self->list_error = g_error_copy (error);
  hearth_warning ("%s", error->message);
  tell_list (self);
}

static void
on_scan_progress (GVariant *progress, gpointer user_data)
{
  hearth_dbus_internal_stream1_emit_scan_progress (((HearthStreamWorker *) user_data)->face, progress);
}

static void
on_scan_finished (GVariant *result, gpointer user_data)
{
  hearth_dbus_internal_stream1_emit_scan_finished (((HearthStreamWorker *) user_data)->face, result);
}

/* ---- the guide --------------------------------------------------------------------------------------- */

static void tell_guide (HearthStreamWorker *self);

static gboolean
on_guide_again (gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  self->guide_again = 0;
  tell_guide (self);
  return G_SOURCE_REMOVE;
}

/* A batch that is wrong will not be better the next time; all else may pass. */
static gboolean
is_hopeless (const GError *error)
{
  return g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT) || g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

static void
on_guide_told (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  HearthStreamWorker *self = user_data;
  gboolean same;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  same = self->guide_under_way == self->guide;
  self->guide_under_way = NULL;
  if (reply == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED)) {
    hearth_error_translate (&error, "giving hearthd events of the guide");
    hearth_warning ("%s", error->message);
  }
  if (!same) { /* another plug-in's is waiting by now */
    tell_guide (self);
    return;
  }
  if (reply == NULL && !is_hopeless (error)) {
    if (self->guide_again == 0)
      self->guide_again = g_timeout_add_seconds (GUIDE_AGAIN_S, on_guide_again, self);
    return;
  }
  g_clear_pointer (&self->guide, g_bytes_unref);
  hearth_network_runner_guide_sent (self->runner);
}

/* One at a time. */
static void
tell_guide (HearthStreamWorker *self)
{
  GDBusConnection *connection = hearth_worker_link_get_connection (self->link);

  if (connection == NULL || self->guide == NULL || self->guide_under_way != NULL)
    return;
  self->guide_under_way = self->guide;
  g_dbus_connection_call (connection, NULL, OBJECT_PATH, "tv.hearth.internal.Manager1", "PutGuide",
                          g_variant_new ("(@ay)", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, self->guide, TRUE)), NULL,
                          G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, self->cancellable, on_guide_told, self);
}

static void
on_guide_batch (GBytes *batch, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  g_clear_pointer (&self->guide, g_bytes_unref); /* of a plug-in that was stopped */
  self->guide = batch;
  tell_guide (self);
}

static void
on_guide_state (GVariant *state, gpointer user_data)
{
  hearth_dbus_internal_stream1_emit_guide_state (((HearthStreamWorker *) user_data)->face, state);
}

static void
on_broadcast_time (GVariant *time, gpointer user_data)
{
  hearth_dbus_internal_stream1_emit_broadcast_time (((HearthStreamWorker *) user_data)->face, time);
}

static const HearthNetworkRunnerFuncs runner_funcs = { .list = on_list, .list_failed = on_list_failed, .scan_progress = on_scan_progress,
                                                       .scan_finished = on_scan_finished, .guide_batch = on_guide_batch,
                                                       .guide_state = on_guide_state, .broadcast_time = on_broadcast_time };

/* ---- Stream1 -------------------------------------------------------------------------------------- */

/* @error: consumed. */
static gboolean
refuse (GDBusMethodInvocation *call, GError *error)
{
  g_dbus_method_invocation_take_error (call, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_start (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, const char *plugin, GVariant *settings,
                 gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  GError *error = NULL;

  if (!start (self, plugin, settings, &error)) {
    hearth_warning ("%s", error->message);
    return refuse (call, error);
  }
  hearth_dbus_internal_stream1_complete_start (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_refresh (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  hearth_network_runner_refresh (self->runner);
  hearth_dbus_internal_stream1_complete_refresh (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_scan (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, GVariant *options, gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  GError *error = NULL;

  if (!hearth_network_runner_scan (self->runner, options, &error))
    return refuse (call, error);
  hearth_dbus_internal_stream1_complete_scan (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_cancel_scan (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  hearth_network_runner_cancel_scan (self->runner);
  hearth_dbus_internal_stream1_complete_cancel_scan (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get_tuners (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  hearth_dbus_internal_stream1_complete_get_tuners (face, call, hearth_network_runner_describe_tuners (self->runner));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_collect_guide (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, GVariant *options, gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  GError *error = NULL;
  gboolean anew = FALSE;

  g_variant_lookup (options, "anew", "b", &anew);
  if (!hearth_network_runner_collect_guide (self->runner, anew, &error))
    return refuse (call, error);
  hearth_dbus_internal_stream1_complete_collect_guide (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_set_guide_period (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, guint hours, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  hearth_network_runner_set_guide_period (self->runner, hours);
  hearth_dbus_internal_stream1_complete_set_guide_period (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_take_services (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, GVariant *services, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  hearth_network_runner_take_list (self->runner, services);
  hearth_dbus_internal_stream1_complete_take_services (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static HearthOpenStream *
open_stream (HearthStreamWorker *self, const char *id, const char *uri, const char *channel, GVariant *options, GError **error)
{
  HearthOpenStream *stream;

  if (*id == '\0' || g_hash_table_contains (self->streams, id)) {
    g_set_error (error, HEARTH_ERROR, *id == '\0' ? HEARTH_ERROR_INVALID_ARGUMENT : HEARTH_ERROR_EXISTS,
                 "a stream needs an id of its own, and “%s” is none", id);
    return NULL;
  }
  if (g_hash_table_size (self->streams) >= MOST_STREAMS) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "%u streams of this network are open, and that is the most", MOST_STREAMS);
    return NULL;
  }
  stream = hearth_open_stream_new (id, uri, channel, options, hearth_worker_link_get_progress (self->link), &stream_funcs, self,
                                   error);
  if (stream == NULL)
    return NULL;
  g_hash_table_insert (self->streams, (gpointer) hearth_open_stream_get_id (stream), stream);
  update_busy (self); /* before a push can count */
  if (hearth_open_stream_connect (stream, self->runner, error))
    return stream;
  close_stream (self, stream);
  return NULL;
}

static gboolean
on_handle_open (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, GUnixFDList *no_fds, const char *id, const char *uri,
                const char *channel, GVariant *options, gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  GError *error = NULL;
  HearthOpenStream *stream = open_stream (self, id, uri, channel, options, &error);
  int index = -1;

  if (stream != NULL)
    index = g_unix_fd_list_append (fds, hearth_ring_writer_get_fd (hearth_open_stream_get_ring (stream)), &error);
  if (index < 0) {
    if (stream != NULL)
      close_stream (self, stream);
    hearth_error_translate (&error, "opening stream %s", id);
    hearth_info ("%s", error->message);
    return refuse (call, error);
  }
  hearth_dbus_internal_stream1_complete_open (face, call, fds, g_variant_new_handle (index), g_variant_new_parsed ("@a{sv} {}"));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_set_use (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, const char *id, const char *use, gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  GError *error = NULL;
  HearthOpenStream *stream = find_stream (self, id, &error);

  if (stream == NULL)
    return refuse (call, error);
  hearth_open_stream_set_use (stream, self->runner, use);
  hearth_dbus_internal_stream1_complete_set_use (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_close (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, const char *id, gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  GError *error = NULL;
  HearthOpenStream *stream = find_stream (self, id, &error);

  if (stream == NULL)
    return refuse (call, error);
  close_stream (self, stream);
  hearth_dbus_internal_stream1_complete_close (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static int
get_fd (GUnixFDList *fds, GVariant *handle, GError **error)
{
  int index = g_variant_get_handle (handle);

  if (fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (fds))
    return g_unix_fd_list_get (fds, index, error);
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a waiter comes with the descriptors of its page and event");
  return -1;
}

static gboolean
on_handle_add_waiter (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, GUnixFDList *fds, const char *id, guint waiter,
                      GVariant *page, GVariant *event, gpointer user_data)
{
  GError *error = NULL;
  HearthOpenStream *stream = find_stream (user_data, id, &error);
  int page_fd = stream != NULL ? get_fd (fds, page, &error) : -1;
  int event_fd = page_fd >= 0 ? get_fd (fds, event, &error) : -1;
  gboolean added = event_fd >= 0 && hearth_open_stream_add_waiter (stream, waiter, page_fd, event_fd, &error);

  if (page_fd >= 0)
    g_close (page_fd, NULL);
  if (event_fd >= 0)
    g_close (event_fd, NULL);
  if (!added)
    return refuse (call, error);
  hearth_dbus_internal_stream1_complete_add_waiter (face, call, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_remove_waiter (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, const char *id, guint waiter,
                         gpointer user_data)
{
  GError *error = NULL;
  HearthOpenStream *stream = find_stream (user_data, id, &error);

  if (stream != NULL && !hearth_open_stream_remove_waiter (stream, waiter))
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "stream %s has no waiter %u", id, waiter);
  if (error != NULL)
    return refuse (call, error);
  hearth_dbus_internal_stream1_complete_remove_waiter (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get_streams (HearthDBusInternalStream1 *face, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  const gint64 now_us = g_get_monotonic_time ();
  GVariantBuilder streams;
  GHashTableIter iter;
  gpointer stream;

  g_variant_builder_init (&streams, G_VARIANT_TYPE ("aa{sv}"));
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    g_variant_builder_add_value (&streams, hearth_open_stream_describe (stream, now_us));
  hearth_dbus_internal_stream1_complete_get_streams (face, call, g_variant_builder_end (&streams));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- hearthd ------------------------------------------------------------------------------------------ */

static GVariant *
dup_holds (GUnixFDList *fds, gpointer user_data)
{
  HearthStreamWorker *self = user_data;
  const char *kind = hearth_network_runner_get_kind (self->runner);
  GVariantBuilder streams;
  GVariantDict holds;
  GHashTableIter iter;
  gpointer stream;

  g_variant_builder_init (&streams, G_VARIANT_TYPE ("aa{sv}"));
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    g_variant_builder_add_value (&streams, hearth_open_stream_describe_held (stream, fds));
  g_variant_dict_init (&holds, NULL);
  g_variant_dict_insert (&holds, "plugin", "s", kind != NULL ? kind : "");
  g_variant_dict_insert_value (&holds, "streams", g_variant_builder_end (&streams));
  return g_variant_dict_end (&holds);
}

static void
on_connected (HearthWorkerLink *link, GVariant *settings, gpointer user_data)
{
  HearthStreamWorker *self = user_data;

  tell_list (self);
  tell_guide (self);
  hearth_network_runner_tell_guide (self->runner);
}

static const HearthWorkerLinkFuncs link_funcs = { .dup_holds = dup_holds, .connected = on_connected };

HearthStreamWorker *
hearth_stream_worker_new (const HearthWorkerArguments *arguments)
{
  HearthStreamWorker *self = g_new0 (HearthStreamWorker, 1);

  self->streams = g_hash_table_new (g_str_hash, g_str_equal);
  self->cancellable = g_cancellable_new ();
  self->runner = hearth_network_runner_new (&runner_funcs, self);
  self->link = hearth_worker_link_new (arguments, &link_funcs, self);
  self->face = hearth_dbus_internal_stream1_skeleton_new ();
  g_signal_connect (self->face, "handle-start", G_CALLBACK (on_handle_start), self);
  g_signal_connect (self->face, "handle-refresh", G_CALLBACK (on_handle_refresh), self);
  g_signal_connect (self->face, "handle-scan", G_CALLBACK (on_handle_scan), self);
  g_signal_connect (self->face, "handle-cancel-scan", G_CALLBACK (on_handle_cancel_scan), self);
  g_signal_connect (self->face, "handle-get-tuners", G_CALLBACK (on_handle_get_tuners), self);
  g_signal_connect (self->face, "handle-collect-guide", G_CALLBACK (on_handle_collect_guide), self);
  g_signal_connect (self->face, "handle-set-guide-period", G_CALLBACK (on_handle_set_guide_period), self);
  g_signal_connect (self->face, "handle-take-services", G_CALLBACK (on_handle_take_services), self);
  g_signal_connect (self->face, "handle-open", G_CALLBACK (on_handle_open), self);
  g_signal_connect (self->face, "handle-set-use", G_CALLBACK (on_handle_set_use), self);
  g_signal_connect (self->face, "handle-close", G_CALLBACK (on_handle_close), self);
  g_signal_connect (self->face, "handle-add-waiter", G_CALLBACK (on_handle_add_waiter), self);
  g_signal_connect (self->face, "handle-remove-waiter", G_CALLBACK (on_handle_remove_waiter), self);
  g_signal_connect (self->face, "handle-get-streams", G_CALLBACK (on_handle_get_streams), self);
  hearth_worker_link_export (self->link, G_DBUS_INTERFACE_SKELETON (self->face));
  return self;
}

void
hearth_stream_worker_free (HearthStreamWorker *self)
{
  g_autoptr (GList) streams = g_hash_table_get_values (self->streams);

  for (GList *l = streams; l != NULL; l = l->next)
    close_stream (self, l->data);
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->guide_again, g_source_remove);
  hearth_network_runner_free (self->runner);
  hearth_worker_link_free (self->link); /* lets our cancelled calls come back */
  g_signal_handlers_disconnect_by_data (self->face, self);
  g_object_unref (self->face);
  g_hash_table_unref (self->streams);
  g_clear_pointer (&self->list, hearth_list_free);
  g_clear_error (&self->list_error);
  g_clear_pointer (&self->guide, g_bytes_unref);
  g_object_unref (self->cancellable);
  g_free (self);
}

int
hearth_stream_worker_run (HearthStreamWorker *self)
{
  return hearth_worker_link_run (self->link);
}
