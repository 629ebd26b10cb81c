/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-broadcast.h"

#include "stream/broadcast/hearth-guide-collector.h"
#include "stream/broadcast/hearth-lineup.h"
#include "stream/broadcast/hearth-scan-list.h"
#include "stream/broadcast/hearth-scanner.h"

#define LOOK_EVERY_MS 1000
#define TRY_AGAIN_MS 1000   /* after a tuner that failed; one that comes back is told of before */
#define TELL_WAITING_MS 150 /* a zap's old stream is closed right after the new one was opened */

struct _HearthBroadcast {
  HearthNetworkHost *host;
  const HearthBroadcastFuncs *funcs;
  gpointer user_data;
  HearthTunerPool *pool;
  HearthLineup *lineup; /* what the last scan found, or hearthd remembered */
  const HearthDescrambler *descrambler;
  char *scan_mode, *scan_table, *text;
  guint32 systems; /* to scan; 0: all that the tuners receive */
  HearthScanner *scanner;
  HearthGuideFeed *feed;
  HearthGuideCollector *guide;
  GPtrArray *streams; /* HearthBroadcastStream, in the order of their opening */
  guint ending; /* the scanner is freed outside of its own call */
};

struct _HearthBroadcastStream {
  HearthBroadcast *broadcast;
  HearthTunerParams params;
  HearthTunerUse use;
  char *label;
  HearthIngest *ingest;
  guint16 service_id;

  HearthTunerLease *lease; /* NULL: it waits for a tuner */
  HearthRoute *route;
  guint looking; /* while it has one: whether the multiplex has the service at all */
  guint telling; /* while it waits */
  gboolean missing_told;
  gint64 failed_us; /* when its tuner failed; 0: never */
};

/* ---- streams ----------------------------------------------------------------------------- */

static void
tell (HearthBroadcastStream *self, HearthStreamState state, HearthError code, const char *text)
{
  hearth_stream_sink_state (hearth_ingest_get_sink (self->ingest), state, code, text);
}

/* A multiplex without the service it is to have: its operator has changed something. */
static gboolean
on_look (gpointer user_data)
{
  HearthBroadcastStream *self = user_data;
  const gboolean lacks = hearth_router_lacks (hearth_tuner_lease_get_router (self->lease), self->service_id);
  g_autofree char *where = NULL, *text = NULL;

  if (lacks == self->missing_told)
    return G_SOURCE_CONTINUE;
  self->missing_told = lacks;
  where = hearth_tuning_dup_words (hearth_tuner_lease_get_params (self->lease));
  text = g_strdup_printf ("The multiplex at %s does not carry service %u any more: scan again.", where, self->service_id);
  if (lacks)
    tell (self, HEARTH_STREAM_RECONNECTING, HEARTH_ERROR_NOT_FOUND, text);
  return G_SOURCE_CONTINUE;
}

static const char *
find_attribute (GVariant *attributes, const char *wanted)
{
  const char *key, *value;
  GVariantIter iter;

  if (attributes == NULL)
    return NULL;
  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &key, &value))
    if (g_str_equal (key, wanted))
      return value;
  return NULL;
}

/* Where a service is: by our own list, which is the newest, else by what hearthd remembers. */
static gboolean
find_params (HearthBroadcast *self, const char *uri, GVariant *options, HearthTunerParams *params, guint16 *service_id, char **label,
             GError **error)
{
  guint16 original_network_id, transport_stream_id;
  g_autoptr (GVariant) attributes = g_variant_lookup_value (options, "attributes", G_VARIANT_TYPE ("a(ss)"));
  const char *tuning = find_attribute (attributes, "tuning");
  const HearthLineupService *service;

  if (!hearth_lineup_parse_uri (uri, &original_network_id, &transport_stream_id, service_id)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no service of a broadcast network: those are dvb://1.2.3", uri);
    return FALSE;
  }
  service = hearth_lineup_find (self->lineup, original_network_id, transport_stream_id, *service_id);
  *label = g_strdup (service != NULL && service->name != NULL ? service->name : uri);
  if (service != NULL) {
    *params = service->params;
    return TRUE;
  }
  if (tuning != NULL)
    return hearth_tuning_parse (params, tuning, error);
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "where %s is sent is not known: scan this network", uri);
  return FALSE;
}

static gboolean try_to_get (HearthBroadcastStream *self, GError **error);

static void
let_go (HearthBroadcastStream *self)
{
  g_clear_handle_id (&self->telling, g_source_remove);
  if (self->lease == NULL)
    return;
  g_clear_handle_id (&self->looking, g_source_remove);
  hearth_router_remove (hearth_tuner_lease_get_router (self->lease), g_steal_pointer (&self->route));
  hearth_tuner_lease_release (g_steal_pointer (&self->lease));
}

static gboolean
on_tell_waiting (gpointer user_data)
{
  HearthBroadcastStream *self = user_data;
  g_autoptr (GError) error = NULL;

  self->telling = 0;
  if (!try_to_get (self, &error) && self->telling == 0)
    tell (self, HEARTH_STREAM_CONNECTING, (HearthError) error->code, error->message);
  return G_SOURCE_REMOVE;
}

static void
on_yield (HearthTunerLease *lease, gpointer user_data)
{
  HearthBroadcastStream *self = user_data;

  let_go (self);
  tell (self, HEARTH_STREAM_CONNECTING, 0, NULL);
}

/* The tuner was pulled out, or is of no use any more. It is given back, for only then it is closed, and a driver waits for that; another
 * one, or the same when it is back, goes on. */
static void
on_tuner_state (HearthTunerLease *lease, HearthStreamState state, HearthError code, const char *text, gpointer user_data)
{
  HearthBroadcastStream *self = user_data;

  if (state != HEARTH_STREAM_FAILED)
    return;
  let_go (self);
  tell (self, HEARTH_STREAM_RECONNECTING, code, text);
  self->telling = g_timeout_add (TRY_AGAIN_MS, on_tell_waiting, self);
  self->failed_us = g_get_monotonic_time ();
}

static const HearthTunerLeaseFuncs lease_funcs = { .state = on_tuner_state, .yield = on_yield };

/* FALSE with LIMIT: it waits. */
static gboolean
try_to_get (HearthBroadcastStream *self, GError **error)
{
  self->lease = hearth_tuner_pool_acquire (self->broadcast->pool, &self->params, self->use, self->label, &lease_funcs, self, error);
  if (self->lease == NULL)
    return FALSE;
  g_clear_handle_id (&self->telling, g_source_remove);
  self->route = hearth_router_add (hearth_tuner_lease_get_router (self->lease), self->service_id, self->ingest, self->broadcast->descrambler);
  self->looking = g_timeout_add (LOOK_EVERY_MS, on_look, self);
  return TRUE;
}

/* Those who wait, in their order; what is only prefetched not while a scan runs, which needs tuners more. */
static void
on_tuner_freed (gpointer user_data)
{
  HearthBroadcast *self = user_data;

  for (HearthTunerUse use = HEARTH_TUNER_USE_PEOPLE; use <= HEARTH_TUNER_USE_PREFETCH; use++)
    for (guint i = 0; i < self->streams->len; i++) {
      HearthBroadcastStream *stream = g_ptr_array_index (self->streams, i);

      if (stream->lease == NULL && stream->use == use && (use == HEARTH_TUNER_USE_PEOPLE || self->scanner == NULL) &&
          (stream->failed_us == 0 || g_get_monotonic_time () - stream->failed_us > TRY_AGAIN_MS * 1000 / 2))
        try_to_get (stream, NULL);
    }
  if (self->guide != NULL) /* the pool may tell before all is there */
    hearth_guide_collector_try_again (self->guide);
}

static HearthTunerUse
read_use (const char *use)
{
  return g_strcmp0 (use, "prefetch") == 0 ? HEARTH_TUNER_USE_PREFETCH : HEARTH_TUNER_USE_PEOPLE;
}

static void
stream_free (HearthBroadcastStream *self)
{
  let_go (self);
  g_free (self->label);
  g_free (self);
}

gboolean
hearth_broadcast_has_tuners (HearthBroadcast *self)
{
  return hearth_tuner_pool_get_systems (self->pool) != 0;
}

HearthBroadcastStream *
hearth_broadcast_open (HearthBroadcast *self, const char *uri, GVariant *options, HearthIngest *ingest, GError **error)
{
  HearthBroadcastStream *stream = g_new0 (HearthBroadcastStream, 1);
  g_autoptr (GError) own = NULL;
  const char *use = NULL;

  stream->broadcast = self;
  stream->ingest = ingest;
  g_variant_lookup (options, "use", "&s", &use);
  stream->use = read_use (use);
  if (find_params (self, uri, options, &stream->params, &stream->service_id, &stream->label, &own) &&
      (try_to_get (stream, &own) || g_error_matches (own, HEARTH_ERROR, HEARTH_ERROR_LIMIT) || !hearth_broadcast_has_tuners (self))) {
    if (stream->lease == NULL)
      stream->telling = g_timeout_add (TELL_WAITING_MS, on_tell_waiting, stream);
    g_ptr_array_add (self->streams, stream);
    return stream;
  }
  g_propagate_error (error, g_steal_pointer (&own));
  stream_free (stream);
  return NULL;
}

void
hearth_broadcast_set_use (HearthBroadcast *self, HearthBroadcastStream *stream, const char *use)
{
  stream->use = read_use (use);
  if (stream->lease != NULL)
    hearth_tuner_lease_set_use (stream->lease, stream->use);
  else if (!try_to_get (stream, NULL) && stream->telling == 0)
    stream->telling = g_timeout_add (TELL_WAITING_MS, on_tell_waiting, stream);
}

void
hearth_broadcast_close (HearthBroadcast *self, HearthBroadcastStream *stream)
{
  g_ptr_array_remove (self->streams, stream);
  stream_free (stream);
}

/* ---- the guide --------------------------------------------------------------------------------- */

static void
append_known (HearthBroadcast *self, GArray *start)
{
  for (guint i = 0; i < self->lineup->services->len; i++)
    g_array_append_vals (start, &((HearthLineupService *) g_ptr_array_index (self->lineup->services, i))->params, 1);
}

/* Where the line-up's services are is where the guide is looked for. */
static void
update_guide (HearthBroadcast *self)
{
  g_autoptr (GArray) multiplexes = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));

  append_known (self, multiplexes);
  hearth_guide_collector_set_multiplexes (self->guide, multiplexes);
}

static void
on_guide_batch (GBytes *batch, gpointer user_data)
{
  HearthBroadcast *self = user_data;

  self->funcs->guide_batch (batch, self->user_data);
}

static void
on_guide_state (GVariant *state, gpointer user_data)
{
  HearthBroadcast *self = user_data;

  self->funcs->guide_state (state, self->user_data);
}

static void
on_broadcast_time (GVariant *time, gpointer user_data)
{
  HearthBroadcast *self = user_data;

  self->funcs->broadcast_time (time, self->user_data);
}

static const HearthGuideFeedFuncs feed_funcs = { .batch = on_guide_batch };
static const HearthGuideCollectorFuncs guide_funcs = { .state = on_guide_state, .time = on_broadcast_time };

void
hearth_broadcast_collect_guide (HearthBroadcast *self, gboolean anew)
{
  if (anew)
    hearth_guide_feed_forget (self->feed);
  hearth_guide_collector_collect (self->guide);
}

void
hearth_broadcast_set_guide_period (HearthBroadcast *self, guint hours)
{
  hearth_guide_collector_set_period (self->guide, hours);
}

void
hearth_broadcast_guide_sent (HearthBroadcast *self)
{
  hearth_guide_feed_sent (self->feed);
}

void
hearth_broadcast_tell_guide (HearthBroadcast *self)
{
  hearth_guide_collector_tell (self->guide);
}

/* ---- scanning --------------------------------------------------------------------------------- */

static gboolean
on_ending (gpointer user_data)
{
  HearthBroadcast *self = user_data;

  self->ending = 0;
  g_clear_pointer (&self->scanner, hearth_scanner_free);
  update_guide (self);
  hearth_guide_collector_set_scanning (self->guide, FALSE);
  on_tuner_freed (self); /* what was prefetched may be again */
  return G_SOURCE_REMOVE;
}

static void
on_progress (const HearthScanProgress *progress, gpointer user_data)
{
  HearthBroadcast *self = user_data;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "state", "s", progress->waiting ? "waiting" : "scanning");
  g_variant_dict_insert (&dict, "done", "u", progress->done);
  g_variant_dict_insert (&dict, "known", "u", progress->known);
  g_variant_dict_insert (&dict, "locked", "u", progress->locked);
  g_variant_dict_insert (&dict, "services", "u", progress->services);
  g_variant_dict_insert (&dict, "tuning", "s", progress->last != NULL ? progress->last : "");
  g_variant_dict_insert (&dict, "found", "^as", progress->found);
  self->funcs->scan_progress (g_variant_dict_end (&dict), self->user_data);
}

typedef struct {
  GVariantBuilder changes[HEARTH_LINEUP_RENAMED + 1]; /* a(ss): address, name */
} Changes;

static void
on_change (HearthLineupChange change, const HearthLineupService *service, gpointer user_data)
{
  g_autofree char *uri = hearth_lineup_dup_uri (service);

  g_variant_builder_add (&((Changes *) user_data)->changes[change], "(ss)", uri, service->name != NULL ? service->name : "");
}

static void
add_changes (HearthBroadcast *self, HearthLineup *now, GVariantDict *dict)
{
  static const char *const keys[] = { "came", "went", "moved", "renamed" };
  Changes changes;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_variant_builder_init (&changes.changes[i], G_VARIANT_TYPE ("a(ss)"));
  hearth_lineup_compare (self->lineup, now, on_change, &changes);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_variant_dict_insert_value (dict, keys[i], g_variant_builder_end (&changes.changes[i]));
}

static void
tell_nothing_found (HearthBroadcast *self, const HearthScanProgress *progress)
{
  g_autoptr (GError) error =
    g_error_new (HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL, "The scan looked at %u channels and found no service, %u of them had a signal: look at the cable.",
                 progress->done, progress->locked);

  self->host->ops->list_begin (self->host);
  self->host->ops->list_end (self->host, NULL, error);
}

static void
on_scanned (HearthLineup *lineup, guint conflicts, const HearthScanProgress *progress, gpointer user_data)
{
  HearthBroadcast *self = user_data;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "services", "u", lineup->services->len);
  g_variant_dict_insert (&dict, "multiplexes", "u", progress->locked);
  g_variant_dict_insert (&dict, "conflicts", "u", conflicts);
  g_variant_dict_insert (&dict, "cancelled", "b", FALSE);
  add_changes (self, lineup, &dict);
  if (lineup->services->len > 0) {
    hearth_lineup_free (self->lineup);
    self->lineup = lineup;
    hearth_lineup_tell (lineup, self->host);
  } else { /* a cable that is not plugged in takes no channels away */
    hearth_lineup_free (lineup);
    tell_nothing_found (self, progress);
  }
  self->ending = g_idle_add (on_ending, self);
  self->funcs->scan_finished (g_variant_dict_end (&dict), self->user_data);
}

static const HearthScannerFuncs scanner_funcs = { .progress = on_progress, .done = on_scanned };

static gboolean
fill_start (HearthBroadcast *self, const char *mode, GArray *start, gboolean *guessing, GError **error)
{
  const gboolean open = *mode == '\0';
  const guint32 systems = hearth_tuner_pool_get_systems (self->pool) & (self->systems != 0 ? self->systems : G_MAXUINT32);

  if (!open && !g_str_equal (mode, "table") && !g_str_equal (mode, "nit") && !g_str_equal (mode, "blind")) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no way to scan: table, nit or blind", mode);
    return FALSE;
  }
  if (self->scan_table != NULL && *self->scan_table != '\0' && (open || g_str_equal (mode, "table")))
    return hearth_scan_table_load (start, self->scan_table, error);
  if (open || g_str_equal (mode, "nit"))
    append_known (self, start);
  *guessing = start->len == 0 && !g_str_equal (mode, "blind");
  if (start->len == 0)
    hearth_scan_raster_append (start, systems);
  if (start->len > 0)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                       systems == 0 ? "there is no tuner to scan with: plug one in"
                                    : "these tuners have no usual channels to look through: give the setting “scan-table”");
  return FALSE;
}

gboolean
hearth_broadcast_scan (HearthBroadcast *self, GVariant *options, GError **error)
{
  g_autoptr (GArray) start = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));
  const char *mode = self->scan_mode != NULL ? self->scan_mode : "";
  const char *const nothing_yet[] = { NULL };
  HearthScanProgress begun = { .found = nothing_yet };
  gboolean guessing = FALSE;

  if (self->scanner != NULL) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "this network is being scanned");
    return FALSE;
  }
  if (options != NULL)
    g_variant_lookup (options, "mode", "&s", &mode);
  if (!fill_start (self, mode, start, &guessing, error))
    return FALSE;
  hearth_guide_collector_set_scanning (self->guide, TRUE);
  begun.known = start->len;
  self->scanner = hearth_scanner_new (self->pool, start, !g_str_equal (mode, "blind"), guessing, self->text, &scanner_funcs, self);
  hearth_scanner_keep (self->scanner, self->lineup);
  on_progress (&begun, self);
  return TRUE;
}

void
hearth_broadcast_cancel_scan (HearthBroadcast *self)
{
  GVariantDict dict;

  if (self->scanner == NULL || self->ending != 0)
    return;
  g_clear_pointer (&self->scanner, hearth_scanner_free);
  hearth_guide_collector_set_scanning (self->guide, FALSE);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "cancelled", "b", TRUE);
  self->funcs->scan_finished (g_variant_dict_end (&dict), self->user_data);
}

void
hearth_broadcast_take_list (HearthBroadcast *self, GVariant *list)
{
  const char *uri, *name, *number;
  GVariantIter iter;
  GVariant *attributes;
  guint32 kind;

  if (self->lineup->services->len > 0) /* our own is newer */
    return;
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "(&su&s&s&s&s&suu@a(ss))", &uri, NULL, &name, &number, NULL, NULL, NULL, &kind, NULL, &attributes)) {
    hearth_lineup_take (self->lineup, uri, name, number, kind <= HEARTH_SERVICE_DATA ? (HearthServiceKind) kind : HEARTH_SERVICE_DATA, attributes);
    g_variant_unref (attributes);
  }
  update_guide (self);
}

/* ---- the network ------------------------------------------------------------------------------ */

void
hearth_broadcast_update_tuners (HearthBroadcast *self)
{
  hearth_tuner_pool_update (self->pool);
}

GVariant *
hearth_broadcast_describe_tuners (HearthBroadcast *self)
{
  return hearth_tuner_pool_describe (self->pool);
}

static gboolean
read_systems (HearthBroadcast *self, GVariant *settings, GError **error)
{
  g_autofree const char **names = NULL;

  g_variant_lookup (settings, "systems", "^a&s", &names);
  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    HearthTunerSystem system = hearth_tuning_find_system (names[i]);

    if (system == HEARTH_TUNER_SYSTEM_UNKNOWN) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "the setting “systems” names “%s”, which is no delivery system", names[i]);
      return FALSE;
    }
    self->systems |= 1u << system;
  }
  return TRUE;
}

static gboolean
read_settings (HearthBroadcast *self, GVariant *settings, GError **error)
{
  const char *descrambler = "none";

  g_variant_lookup (settings, "descrambler", "&s", &descrambler);
  g_variant_lookup (settings, "scan", "s", &self->scan_mode);
  g_variant_lookup (settings, "scan-table", "s", &self->scan_table);
  g_variant_lookup (settings, "text", "s", &self->text);
  if (!read_systems (self, settings, error))
    return FALSE;
  if (g_str_equal (descrambler, "none"))
    self->descrambler = &hearth_descrambler_null;
  else if (g_str_equal (descrambler, "test"))
    self->descrambler = &hearth_descrambler_test;
  else
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "the setting “descrambler” is none or test, not “%s”", descrambler);
  return self->descrambler != NULL;
}

HearthBroadcast *
hearth_broadcast_new (const HearthTunerOps *ops, gpointer instance, GVariant *settings, HearthNetworkHost *host,
                      const HearthBroadcastFuncs *funcs, gpointer user_data, GError **error)
{
  HearthBroadcast *self = g_new0 (HearthBroadcast, 1);

  self->host = host;
  self->funcs = funcs;
  self->user_data = user_data;
  self->lineup = hearth_lineup_new ();
  self->streams = g_ptr_array_new ();
  if (!read_settings (self, settings, error)) {
    hearth_broadcast_free (self);
    return NULL;
  }
  self->pool = hearth_tuner_pool_new (ops, instance, on_tuner_freed, self);
  self->feed = hearth_guide_feed_new (self->text, &feed_funcs, self);
  self->guide = hearth_guide_collector_new (self->pool, self->feed, &guide_funcs, self);
  return self;
}

void
hearth_broadcast_free (HearthBroadcast *self)
{
  g_clear_handle_id (&self->ending, g_source_remove);
  g_clear_pointer (&self->scanner, hearth_scanner_free);
  g_clear_pointer (&self->guide, hearth_guide_collector_free);
  g_clear_pointer (&self->feed, hearth_guide_feed_free);
  g_clear_pointer (&self->pool, hearth_tuner_pool_free);
  hearth_lineup_free (self->lineup);
  g_ptr_array_unref (self->streams);
  g_free (self->scan_mode);
  g_free (self->scan_table);
  g_free (self->text);
  g_free (self);
}
