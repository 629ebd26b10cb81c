/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-scanner.h"

#include "stream/broadcast/hearth-scan-visit.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("scan")

#define MOST_REFUSALS 3          /* of one multiplex */
#define MOST_REFUSALS_IN_A_ROW 6
#define RETRY_MS 1000
#define MOST_MULTIPLEXES 2000u

/* Where a symbol rate is only guessed, and there is a carrier that does not lock: the next one. */
static const guint32 cable_rates[] = { 6875000, 6900000, 6952000, 6111000, 5217000, 5057000 };

typedef struct {
  HearthTunerParams params;
  gboolean guessed; /* out of a raster */
  guint attempt, refusals;
} Job;

struct _HearthScanner {
  HearthTunerPool *pool;
  gboolean follow, until_found;
  char *text;
  const HearthScannerFuncs *funcs;
  gpointer user_data;

  GQueue jobs;          /* Job */
  GArray *seen;         /* HearthTunerParams: asked for once */
  GArray *refused; /* HearthTunerParams: of which nothing could be learnt now */
  guint refusals;       /* in a row */
  const HearthLineup *before; /* (nullable) */
  GPtrArray *visits;    /* HearthScanVisit, with its Job as a pair below */
  GHashTable *visiting; /* HearthScanVisit -> Job */
  HearthLineup *lineup;
  GHashTable *numbers;  /* triplet -> Number: a NIT may number services of other multiplexes */
  HearthScanProgress progress;
  char *last;
  GPtrArray *found;     /* names out of the multiplex just done */
  guint pumping;        /* idle or timer; 0: none */
  gboolean over;
};

typedef struct {
  guint64 triplet;
  guint16 number;
  gboolean visible;
} Number;

static void pump_soon (HearthScanner *self, guint ms);

/* ---- jobs ------------------------------------------------------------------------------------ */

static gboolean
was_seen (HearthScanner *self, const HearthTunerParams *params)
{
  for (guint i = 0; i < self->seen->len; i++)
    if (hearth_tuning_is_same (&g_array_index (self->seen, HearthTunerParams, i), params))
      return TRUE;
  return FALSE;
}

static void
add_job (HearthScanner *self, const HearthTunerParams *params, gboolean guessed)
{
  Job *job;

  if (self->seen->len >= MOST_MULTIPLEXES || was_seen (self, params))
    return;
  g_array_append_vals (self->seen, params, 1);
  job = g_new0 (Job, 1);
  job->params = *params;
  job->guessed = guessed;
  g_queue_push_tail (&self->jobs, job);
  self->progress.known++;
}

static void
forget_seen (HearthScanner *self, const HearthTunerParams *params)
{
  for (guint i = self->seen->len; i-- > 0;)
    if (hearth_tuning_is_same (&g_array_index (self->seen, HearthTunerParams, i), params))
      g_array_remove_index_fast (self->seen, i);
}

/* The network was met: what was only guessed is no longer looked for, unless the network names it. */
static void
drop_guesses (HearthScanner *self)
{
  for (GList *l = self->jobs.head, *next; l != NULL; l = next) {
    Job *job = l->data;

    next = l->next;
    if (!job->guessed)
      continue;
    self->progress.known--;
    forget_seen (self, &job->params);
    g_free (job);
    g_queue_delete_link (&self->jobs, l);
  }
}

static gboolean
try_next_rate (HearthScanner *self, Job *job)
{
  if (!job->guessed || job->params.system != HEARTH_TUNER_DVB_C || ++job->attempt >= G_N_ELEMENTS (cable_rates))
    return FALSE;
  job->params.symbol_rate = cable_rates[job->attempt];
  return TRUE;
}

/* ---- what was found ------------------------------------------------------------------------------ */

static guint64
make_triplet (guint16 original_network_id, guint16 transport_stream_id, guint16 service_id)
{
  return ((guint64) original_network_id << 32) | ((guint64) transport_stream_id << 16) | service_id;
}

static HearthServiceKind
get_kind (const HearthSiService *service)
{
  return service->kind == HEARTH_SI_KIND_TV ? HEARTH_SERVICE_TV : service->kind == HEARTH_SI_KIND_RADIO ? HEARTH_SERVICE_RADIO
                                                                                                     : HEARTH_SERVICE_DATA;
}

static void
note_number (HearthScanner *self, const HearthSiService *service)
{
  Number *number;

  if (service->number == 0 && service->visible) /* nothing is told of it here */
    return;
  number = g_new0 (Number, 1);
  number->triplet = make_triplet (service->original_network_id, service->transport_stream_id, service->service_id);
  number->number = service->number;
  number->visible = service->visible;
  g_hash_table_replace (self->numbers, &number->triplet, number);
}

static void
take_service (HearthScanner *self, const HearthSiService *service, const HearthTunerParams *params)
{
  HearthLineupService *own;

  if (!service->actual || !service->in_pat)
    return;
  own = hearth_lineup_add (self->lineup, service->original_network_id, service->transport_stream_id, service->service_id);
  own->name = g_strdup (service->name);
  own->provider = g_strdup (service->provider);
  own->encrypted = service->has_ca || service->free_ca_mode;
  own->kind = get_kind (service);
  own->type = service->type;
  own->params = *params;
  if (own->name != NULL)
    g_ptr_array_add (self->found, g_strdup (own->name));
}

static void
take_services (HearthScanner *self, HearthSiMultiplex *multiplex, const HearthTunerParams *params)
{
  guint n;
  const HearthSiService *const *services = hearth_si_multiplex_get_services (multiplex, &n);

  for (guint i = 0; i < n; i++) {
    note_number (self, services[i]);
    take_service (self, services[i], params);
  }
  if (self->lineup->network_name == NULL)
    self->lineup->network_name = g_strdup (hearth_si_multiplex_get_network_name (multiplex));
}

/* Only this network's own multiplexes: others are told of too, but come another way. */
static gboolean
is_ours (const HearthSiTransport *transport)
{
  return transport->actual_network && transport->has_delivery && transport->delivery.params.frequency_khz != 0;
}

static void
add_transport (HearthScanner *self, const HearthSiTransport *transport, guint32 satellite)
{
  HearthTunerParams params = transport->delivery.params;

  params.satellite = satellite;
  add_job (self, &params, FALSE);
  for (guint i = 0; i < transport->n_frequencies; i++) {
    params.frequency_khz = transport->frequencies_khz[i];
    add_job (self, &params, FALSE);
  }
}

static void
follow (HearthScanner *self, HearthSiMultiplex *multiplex, const HearthTunerParams *here)
{
  guint n, named = 0;
  const HearthSiTransport *transports = hearth_si_multiplex_get_transports (multiplex, &n);

  for (guint i = 0; i < n; i++)
    named += is_ours (&transports[i]);
  if (named == 0)
    return;
  if (self->until_found)
    drop_guesses (self);
  for (guint i = 0; self->follow && i < n; i++)
    if (is_ours (&transports[i]))
      add_transport (self, &transports[i], here->satellite);
}

static void
harvest (HearthScanner *self, HearthScanVisit *visit)
{
  const HearthTunerParams *params = hearth_scan_visit_get_params (visit);

  take_services (self, hearth_scan_visit_get_multiplex (visit), params);
  follow (self, hearth_scan_visit_get_multiplex (visit), params);
  self->progress.services = self->lineup->services->len;
}

/* Numbers come last: the NIT that tells them may be any multiplex's. */
static void
give_numbers (HearthScanner *self)
{
  for (guint i = 0; i < self->lineup->services->len; i++) {
    HearthLineupService *service = g_ptr_array_index (self->lineup->services, i);
    const guint64 triplet = make_triplet (service->original_network_id, service->transport_stream_id, service->service_id);
    const Number *number = g_hash_table_lookup (self->numbers, &triplet);

    if (number == NULL)
      continue;
    service->number = number->number;
    service->hidden = !number->visible;
  }
}

/* ---- the course of it -------------------------------------------------------------------------------- */

static void
tell_progress (HearthScanner *self, const HearthTunerParams *params)
{
  g_free (self->last);
  self->last = params != NULL ? hearth_tuning_print (params) : NULL;
  self->progress.last = self->last;
  g_ptr_array_add (self->found, NULL);
  self->progress.found = (const char *const *) self->found->pdata;
  self->funcs->progress (&self->progress, self->user_data);
  g_ptr_array_set_size (self->found, 0);
}

static gboolean
was_refused (HearthScanner *self, const HearthTunerParams *params)
{
  for (guint i = 0; i < self->refused->len; i++)
    if (hearth_tuning_is_same (&g_array_index (self->refused, HearthTunerParams, i), params))
      return TRUE;
  return FALSE;
}

static void
keep_service (HearthScanner *self, const HearthLineupService *old)
{
  HearthLineupService *own;

  if (hearth_lineup_find (self->lineup, old->original_network_id, old->transport_stream_id, old->service_id) != NULL)
    return; /* it has moved to where we got to */
  own = hearth_lineup_add (self->lineup, old->original_network_id, old->transport_stream_id, old->service_id);
  *own = *old;
  own->name = g_strdup (old->name);
  own->provider = g_strdup (old->provider);
}

static void
keep_refused (HearthScanner *self)
{
  for (guint i = 0; self->before != NULL && i < self->before->services->len; i++) {
    const HearthLineupService *old = g_ptr_array_index (self->before->services, i);

    if (was_refused (self, &old->params))
      keep_service (self, old);
  }
}

static void
end (HearthScanner *self)
{
  guint conflicts;

  self->over = TRUE;
  keep_refused (self);
  give_numbers (self);
  conflicts = hearth_lineup_finish (self->lineup);
  self->funcs->done (g_steal_pointer (&self->lineup), conflicts, &self->progress, self->user_data);
}

static void
give_up (HearthScanner *self, Job *job)
{
  g_array_append_vals (self->refused, &job->params, 1);
  self->progress.done++;
  g_free (job);
}

/* Others first; perhaps another tuner is luckier with it. When all are refused again and again, that is the end. */
static void
take_refusal (HearthScanner *self, Job *job)
{
  self->refusals++;
  if (++job->refusals < MOST_REFUSALS && self->refusals < MOST_REFUSALS_IN_A_ROW)
    g_queue_push_tail (&self->jobs, job);
  else
    give_up (self, job);
  while (self->refusals >= MOST_REFUSALS_IN_A_ROW && self->jobs.length > 0)
    give_up (self, g_queue_pop_head (&self->jobs));
}

static void
on_done (HearthScanVisit *visit, HearthScanOutcome outcome, gpointer user_data)
{
  HearthScanner *self = user_data;
  Job *job = g_hash_table_lookup (self->visiting, visit);
  const HearthTunerParams params = job->params;
  g_autofree char *words = hearth_tuning_dup_words (&params);

  g_hash_table_steal (self->visiting, visit);
  self->refusals = outcome == HEARTH_SCAN_REFUSED ? self->refusals : 0;
  if (outcome == HEARTH_SCAN_REFUSED) {
    hearth_info ("%s: the tuner's server is away or full", words);
    take_refusal (self, job);
    tell_progress (self, &params);
  } else if (outcome == HEARTH_SCAN_YIELDED || (outcome == HEARTH_SCAN_NOTHING && hearth_scan_visit_has_carrier (visit) && try_next_rate (self, job))) {
    g_queue_push_head (&self->jobs, g_steal_pointer (&job));
  } else {
    self->progress.done++;
    self->progress.locked += outcome != HEARTH_SCAN_NOTHING;
    if (outcome == HEARTH_SCAN_FOUND)
      harvest (self, visit);
    else if (outcome == HEARTH_SCAN_EMPTY) /* something is there: what was known of it stays */
      g_array_append_vals (self->refused, &params, 1);
    hearth_info ("%s: %s", words, outcome == HEARTH_SCAN_FOUND ? "services" : outcome == HEARTH_SCAN_EMPTY ? "locked, no tables" : "nothing");
    tell_progress (self, &params);
    g_free (job);
  }
  g_ptr_array_add (self->visits, visit); /* freed when it is over with us */
  pump_soon (self, 0);
}

static const HearthScanVisitFuncs visit_funcs = { .done = on_done };

/* FALSE: no tuner for it just now, or none at all. */
static gboolean
begin (HearthScanner *self, Job *job)
{
  g_autoptr (GError) error = NULL;
  HearthScanVisit *visit =
    hearth_scan_visit_new (self->pool, &job->params, TRUE, self->text, &visit_funcs, self, &error);

  if (visit != NULL) {
    g_hash_table_insert (self->visiting, visit, job);
    return TRUE;
  }
  if (g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT) || g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_BUSY)) {
    g_queue_push_head (&self->jobs, job);
    return FALSE;
  }
  hearth_info ("%s", error->message); /* no tuner receives it */
  self->progress.done++;
  tell_progress (self, &job->params);
  g_free (job);
  return TRUE;
}

static gboolean
on_pump (gpointer user_data)
{
  HearthScanner *self = user_data;
  gboolean waiting = FALSE;

  self->pumping = 0;
  g_ptr_array_set_size (self->visits, 0);
  while (!waiting && self->jobs.length > 0)
    waiting = !begin (self, g_queue_pop_head (&self->jobs));
  waiting = waiting && g_hash_table_size (self->visiting) == 0;
  if (waiting != self->progress.waiting) {
    self->progress.waiting = waiting;
    tell_progress (self, NULL);
  }
  if (waiting)
    pump_soon (self, RETRY_MS);
  else if (self->jobs.length == 0 && g_hash_table_size (self->visiting) == 0 && !self->over)
    end (self);
  return G_SOURCE_REMOVE;
}

static void
pump_soon (HearthScanner *self, guint ms)
{
  g_clear_handle_id (&self->pumping, g_source_remove);
  self->pumping = ms == 0 ? g_idle_add (on_pump, self) : g_timeout_add (ms, on_pump, self);
}

HearthScanner *
hearth_scanner_new (HearthTunerPool *pool, const GArray *start, gboolean follow_network, gboolean until_found, const char *text,
                    const HearthScannerFuncs *funcs, gpointer user_data)
{
  HearthScanner *self = g_new0 (HearthScanner, 1);

  self->pool = pool;
  self->follow = follow_network;
  self->until_found = until_found;
  self->text = g_strdup (text);
  self->funcs = funcs;
  self->user_data = user_data;
  self->seen = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));
  self->refused = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));
  self->visits = g_ptr_array_new_with_free_func ((GDestroyNotify) hearth_scan_visit_free);
  self->visiting = g_hash_table_new (NULL, NULL);
  self->lineup = hearth_lineup_new ();
  self->found = g_ptr_array_new_with_free_func (g_free);
  self->numbers = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  for (guint i = 0; i < start->len; i++)
    add_job (self, &g_array_index (start, HearthTunerParams, i), until_found);
  pump_soon (self, 0);
  return self;
}

void
hearth_scanner_keep (HearthScanner *self, const HearthLineup *before)
{
  self->before = before;
}

void
hearth_scanner_free (HearthScanner *self)
{
  GHashTableIter iter;
  gpointer visit, job;

  g_clear_handle_id (&self->pumping, g_source_remove);
  g_hash_table_iter_init (&iter, self->visiting);
  while (g_hash_table_iter_next (&iter, &visit, &job)) {
    hearth_scan_visit_free (visit);
    g_free (job);
  }
  g_queue_clear_full (&self->jobs, g_free);
  g_array_unref (self->seen);
  g_array_unref (self->refused);
  g_ptr_array_unref (self->visits);
  g_ptr_array_unref (self->found);
  g_hash_table_unref (self->visiting);
  g_clear_pointer (&self->lineup, hearth_lineup_free);
  g_hash_table_unref (self->numbers);
  g_free (self->text);
  g_free (self->last);
  g_free (self);
}
