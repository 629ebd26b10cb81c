/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-network-runner.h"

#include "base/hearth-plugin-host.h"
#include "base/hearth-worker-link.h"
#include "stream/broadcast/hearth-broadcast.h"
#include "stream/hearth-list-writer.h"

#include <hearth/log.h>
#include <stdatomic.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("stream")

#define FIRST_TUNER_MS 3500 /* servers answer a search within 2 s (MX), and then their description is read */
#define MOST_ODDITIES 1000u /* sent on; all are counted */

struct _HearthNetworkRunner {
  HearthNetworkHost host; /* first: the plug-in has its address */
  const HearthNetworkRunnerFuncs *funcs;
  gpointer user_data;
  gboolean confined;

  char *kind;
  GVariant *settings;
  const HearthNetworkOps *ops; /* NULL while nothing runs */
  gpointer instance;
  guint guide_hours;
  HearthBroadcast *broadcast; /* of a plug-in that only has tuners */
  guint waiting;   /* source: for the first tuner, to scan with */
  gboolean wanted; /* a scan, and there was no tuner for it */
  _Atomic guint run; /* counts starts: a list of an earlier one is dropped */

  /* The listing thread's, from list_begin() to list_end(). */
  HearthListWriter *writer;
  GError *list_error;
  GVariantBuilder oddities;
  guint n_oddities;
};

void
hearth_list_free (HearthList *list)
{
  if (list->fd >= 0)
    close (list->fd);
  g_variant_unref (list->oddities);
  g_variant_unref (list->details);
  g_free (list);
}

/* ---- the list, on the plug-in's thread ------------------------------------------------- */

typedef struct {
  HearthNetworkRunner *runner; /* lives until the main loop has ended */
  guint run;
  HearthList *list; /* NULL: @error */
  GError *error;
} Delivery;

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  g_clear_pointer (&delivery->list, hearth_list_free);
  g_clear_error (&delivery->error);
  g_free (delivery);
}

static gboolean
on_delivered (gpointer user_data)
{
  Delivery *delivery = user_data;
  HearthNetworkRunner *self = delivery->runner;

  if (delivery->run != atomic_load (&self->run))
    return G_SOURCE_REMOVE;
  if (delivery->list != NULL)
    self->funcs->list (g_steal_pointer (&delivery->list), self->user_data);
  else
    self->funcs->list_failed (delivery->error, self->user_data);
  return G_SOURCE_REMOVE;
}

/* @list and @error: taken. */
static void
deliver (HearthNetworkRunner *self, HearthList *list, GError *error)
{
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->runner = self;
  delivery->run = atomic_load (&self->run);
  delivery->list = list;
  delivery->error = error;
  g_idle_add_full (G_PRIORITY_DEFAULT, on_delivered, delivery, delivery_free);
}

static void
drop_list (HearthNetworkRunner *self)
{
  if (self->writer == NULL)
    return;
  g_clear_pointer (&self->writer, hearth_list_writer_free);
  g_variant_builder_clear (&self->oddities);
}

static void
on_list_begin (HearthNetworkHost *host)
{
  HearthNetworkRunner *self = (HearthNetworkRunner *) host;

  drop_list (self);
  g_clear_error (&self->list_error);
  self->writer = hearth_list_writer_new (&self->list_error);
  if (self->writer == NULL)
    return;
  g_variant_builder_init (&self->oddities, G_VARIANT_TYPE ("a(uss)"));
  self->n_oddities = 0;
}

static void
on_list_service (HearthNetworkHost *host, const HearthService *service)
{
  HearthNetworkRunner *self = (HearthNetworkRunner *) host;

  if (self->writer != NULL && service->struct_size >= sizeof *service && service->uri != NULL)
    hearth_list_writer_add (self->writer, service);
}

static void
on_list_oddity (HearthNetworkHost *host, const HearthOddity *oddity)
{
  HearthNetworkRunner *self = (HearthNetworkRunner *) host;
  g_autofree char *code = NULL, *text = NULL;

  if (self->writer == NULL || self->n_oddities++ >= MOST_ODDITIES)
    return;
  code = g_utf8_make_valid (oddity->code, -1);
  text = g_utf8_make_valid (oddity->text, -1); /* it quotes what it found */
  g_variant_builder_add (&self->oddities, "(uss)", oddity->line, code, text);
}

static HearthList *
finish_list (HearthNetworkRunner *self, GVariant *details, GError **error)
{
  guint64 n_bytes = 0;
  guint n_services = hearth_list_writer_get_size (self->writer);
  int fd = hearth_list_writer_finish (self->writer, &n_bytes, error);
  HearthList *list;

  if (fd < 0)
    return NULL;
  list = g_new0 (HearthList, 1);
  list->fd = fd;
  list->n_bytes = n_bytes;
  list->n_services = n_services;
  list->oddities = g_variant_ref_sink (g_variant_builder_end (&self->oddities));
  list->n_oddities = self->n_oddities;
  list->details = g_variant_ref (details);
  g_clear_pointer (&self->writer, hearth_list_writer_free);
  return list;
}

static void
on_list_end (HearthNetworkHost *host, GVariant *details, const GError *error)
{
  HearthNetworkRunner *self = (HearthNetworkRunner *) host;
  g_autoptr (GVariant) empty = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) given = details != NULL ? g_variant_ref_sink (details) : NULL;
  gboolean usable = given != NULL && g_variant_is_of_type (given, G_VARIANT_TYPE_VARDICT);
  HearthList *list = NULL;
  GError *failure = NULL;

  if (error != NULL)
    failure = g_error_copy (error);
  else if (self->list_error != NULL)
    failure = g_steal_pointer (&self->list_error);
  else if (self->writer != NULL)
    list = finish_list (self, usable ? given : empty, &failure);
  else
    failure = g_error_new_literal (HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "the plug-in ended a list that it had not begun");
  drop_list (self);
  hearth_error_translate (&failure, "reading the list of services");
  deliver (self, list, failure);
}

static void refresh_broadcast (HearthNetworkRunner *self);

static gboolean
on_tuners_news (gpointer user_data)
{
  Delivery *delivery = user_data;
  HearthNetworkRunner *self = delivery->runner;

  if (delivery->run != atomic_load (&self->run) || self->broadcast == NULL)
    return G_SOURCE_REMOVE;
  hearth_broadcast_update_tuners (self->broadcast);
  if (self->wanted && hearth_broadcast_has_tuners (self->broadcast))
    refresh_broadcast (self);
  return G_SOURCE_REMOVE;
}

static void
on_tuners_changed (HearthNetworkHost *host)
{
  HearthNetworkRunner *self = (HearthNetworkRunner *) host;
  Delivery *delivery = g_new0 (Delivery, 1);

  delivery->runner = self;
  delivery->run = atomic_load (&self->run);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_tuners_news, delivery, delivery_free);
}

static const HearthNetworkHostOps host_ops = { .struct_size = sizeof (HearthNetworkHostOps), .list_begin = on_list_begin,
                                               .list_service = on_list_service, .list_oddity = on_list_oddity,
                                               .list_end = on_list_end, .tuners_changed = on_tuners_changed };

/* ---- a broadcast network ----------------------------------------------------------------- */

static void
on_scan_progress (GVariant *progress, gpointer user_data)
{
  HearthNetworkRunner *self = user_data;

  self->funcs->scan_progress (progress, self->user_data);
}

static void
on_scan_finished (GVariant *result, gpointer user_data)
{
  HearthNetworkRunner *self = user_data;

  self->funcs->scan_finished (result, self->user_data);
}

static void
on_guide_batch (GBytes *batch, gpointer user_data)
{
  HearthNetworkRunner *self = user_data;

  self->funcs->guide_batch (batch, self->user_data);
}

static void
on_guide_state (GVariant *state, gpointer user_data)
{
  HearthNetworkRunner *self = user_data;

  self->funcs->guide_state (state, self->user_data);
}

static void
on_broadcast_time (GVariant *time, gpointer user_data)
{
  HearthNetworkRunner *self = user_data;

  self->funcs->broadcast_time (time, self->user_data);
}

static const HearthBroadcastFuncs broadcast_funcs = { .scan_progress = on_scan_progress, .scan_finished = on_scan_finished,
                                                      .guide_batch = on_guide_batch, .guide_state = on_guide_state,
                                                      .broadcast_time = on_broadcast_time };

/* TRUE too for a network that is none. */
static gboolean
start_broadcast (HearthNetworkRunner *self, const HearthNetworkOps *ops, GVariant *settings, GError **error)
{
  if (!hearth_ops_has (ops, tuners))
    return TRUE;
  self->broadcast = hearth_broadcast_new (ops->tuners, self->instance, settings, &self->host, &broadcast_funcs, self, error);
  if (self->broadcast == NULL)
    ops->stop (self->instance);
  else
    hearth_broadcast_set_guide_period (self->broadcast, self->guide_hours);
  return self->broadcast != NULL;
}

void
hearth_network_runner_set_use (HearthNetworkRunner *self, gpointer handle, const char *use)
{
  if (self->broadcast != NULL)
    hearth_broadcast_set_use (self->broadcast, handle, use);
}

gboolean
hearth_network_runner_scan (HearthNetworkRunner *self, GVariant *options, GError **error)
{
  if (self->broadcast != NULL)
    return hearth_broadcast_scan (self->broadcast, options, error);
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "this network has no tuners to scan with: refresh its list");
  return FALSE;
}

void
hearth_network_runner_cancel_scan (HearthNetworkRunner *self)
{
  if (self->broadcast != NULL)
    hearth_broadcast_cancel_scan (self->broadcast);
}

void
hearth_network_runner_take_list (HearthNetworkRunner *self, GVariant *list)
{
  if (self->broadcast != NULL)
    hearth_broadcast_take_list (self->broadcast, list);
}

gboolean
hearth_network_runner_collect_guide (HearthNetworkRunner *self, gboolean anew, GError **error)
{
  if (self->broadcast != NULL)
    hearth_broadcast_collect_guide (self->broadcast, anew);
  else
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "this network has no tuners to collect a guide with");
  return self->broadcast != NULL;
}

void
hearth_network_runner_set_guide_period (HearthNetworkRunner *self, guint hours)
{
  self->guide_hours = hours;
  if (self->broadcast != NULL)
    hearth_broadcast_set_guide_period (self->broadcast, hours);
}

void
hearth_network_runner_guide_sent (HearthNetworkRunner *self)
{
  if (self->broadcast != NULL)
    hearth_broadcast_guide_sent (self->broadcast);
}

void
hearth_network_runner_tell_guide (HearthNetworkRunner *self)
{
  if (self->broadcast != NULL)
    hearth_broadcast_tell_guide (self->broadcast);
}

GVariant *
hearth_network_runner_describe_tuners (HearthNetworkRunner *self)
{
  return self->broadcast != NULL ? hearth_broadcast_describe_tuners (self->broadcast) : g_variant_new_parsed ("@aa{sv} []");
}

/* As a list that could not be read: whoever asked by Refresh looks for that. */
static void
scan_broadcast (HearthNetworkRunner *self)
{
  g_autoptr (GError) error = NULL;

  if (hearth_broadcast_scan (self->broadcast, NULL, &error) || g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_BUSY))
    return; /* one that runs counts for both */
  on_list_begin (&self->host);
  on_list_end (&self->host, NULL, error);
}

static gboolean
on_no_tuner (gpointer user_data)
{
  HearthNetworkRunner *self = user_data;

  self->waiting = 0;
  scan_broadcast (self); /* says that there is none */
  return G_SOURCE_REMOVE;
}

/* Without a tuner the scan waits for one: for a while in silence, then with the word that there is none. */
static void
refresh_broadcast (HearthNetworkRunner *self)
{
  self->wanted = !hearth_broadcast_has_tuners (self->broadcast);
  g_clear_handle_id (&self->waiting, g_source_remove);
  if (self->wanted)
    self->waiting = g_timeout_add (FIRST_TUNER_MS, on_no_tuner, self);
  else
    scan_broadcast (self);
}

/* ---- the plug-in ------------------------------------------------------------------------- */

HearthNetworkRunner *
hearth_network_runner_new (const HearthNetworkRunnerFuncs *funcs, gpointer user_data)
{
  HearthNetworkRunner *self = g_new0 (HearthNetworkRunner, 1);

  self->host.ops = &host_ops;
  self->funcs = funcs;
  self->user_data = user_data;
  return self;
}

void
hearth_network_runner_free (HearthNetworkRunner *self)
{
  hearth_network_runner_stop (self);
  while (g_main_context_iteration (NULL, FALSE)) /* a delivery under way has our address */
    ;
  g_clear_error (&self->list_error);
  g_free (self);
}

static const HearthNetworkOps *
load (HearthNetworkRunner *self, const char *kind, GError **error)
{
  g_autofree char *name = g_strconcat ("network-", kind, NULL);
  const HearthPlugin *plugin = hearth_plugin_host_load (name, HEARTH_PLUGIN_NETWORK, error);

  if (plugin == NULL)
    return NULL;
  if (plugin->network == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "plug-in %s brings no network", name);
    return NULL;
  }
  if (!self->confined && !hearth_confine (HEARTH_CONFINE_STREAM, error))
    return NULL;
  self->confined = TRUE;
  return plugin->network;
}

gboolean
hearth_network_runner_start (HearthNetworkRunner *self, const char *kind, GVariant *settings, GError **error)
{
  const HearthNetworkOps *ops = load (self, kind, error);

  g_return_val_if_fail (self->ops == NULL, FALSE);
  if (ops == NULL)
    return FALSE;
  atomic_fetch_add (&self->run, 1); /* before it can send a list */
  self->instance = g_malloc0 (MAX (ops->instance_size, 1));
  if (!ops->start (self->instance, &self->host, settings, error) || !start_broadcast (self, ops, settings, error)) {
    hearth_error_translate (error, "starting network-%s", kind);
    g_clear_pointer (&self->instance, g_free);
    return FALSE;
  }
  self->ops = ops;
  self->kind = g_strdup (kind);
  self->settings = g_variant_ref (settings);
  hearth_info ("network-%s started", kind);
  return TRUE;
}

void
hearth_network_runner_stop (HearthNetworkRunner *self)
{
  if (self->ops == NULL)
    return;
  g_clear_handle_id (&self->waiting, g_source_remove);
  self->wanted = FALSE;
  g_clear_pointer (&self->broadcast, hearth_broadcast_free);
  self->ops->stop (self->instance); /* joins its threads: nobody lists any more */
  self->ops = NULL;
  drop_list (self);
  g_clear_pointer (&self->instance, g_free);
  g_clear_pointer (&self->kind, g_free);
  g_clear_pointer (&self->settings, g_variant_unref);
  atomic_fetch_add (&self->run, 1);
}

gboolean
hearth_network_runner_runs (HearthNetworkRunner *self, const char *kind, GVariant *settings)
{
  return self->ops != NULL && g_str_equal (self->kind, kind) && g_variant_equal (self->settings, settings);
}

const char *
hearth_network_runner_get_kind (HearthNetworkRunner *self)
{
  return self->kind;
}

void
hearth_network_runner_refresh (HearthNetworkRunner *self)
{
  if (self->broadcast != NULL)
    refresh_broadcast (self);
  else if (self->ops != NULL)
    self->ops->refresh (self->instance);
}

gpointer
hearth_network_runner_open (HearthNetworkRunner *self, const char *uri, GVariant *options, HearthIngest *ingest, GError **error)
{
  gpointer handle;

  if (self->ops == NULL) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "no network plug-in runs: Start it first");
    return NULL;
  }
  handle = self->broadcast != NULL ? (gpointer) hearth_broadcast_open (self->broadcast, uri, options, ingest, error)
                                   : self->ops->open (self->instance, uri, options, hearth_ingest_get_sink (ingest), error);
  if (handle == NULL)
    hearth_error_translate (error, "opening a stream of network-%s", self->kind);
  return handle;
}

void
hearth_network_runner_close (HearthNetworkRunner *self, gpointer handle)
{
  if (self->broadcast != NULL)
    hearth_broadcast_close (self->broadcast, handle);
  else
    self->ops->close (self->instance, handle);
}
