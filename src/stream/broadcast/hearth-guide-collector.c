/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-guide-collector.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("guide")

#define TICK_MS 500
#define DEADLINE_US (120 * G_USEC_PER_SEC) /* a multiplex that is not complete by then is left as it is */
#define FIRST_PASS_S 30                    /* after the multiplexes are known: a box that starts has other things to do */
#define TIME_EVERY_US (600 * G_USEC_PER_SEC)
#define TELL_TIMES 3 /* for hearthd believes nothing that was said once */
#define TIME_DIFFERS_US (2 * G_USEC_PER_SEC) /* TDTs tell whole seconds */

typedef struct {
  HearthGuideVisit *visit;
  gboolean of_pass;  /* counts for the pass */
  gboolean viewed;   /* somebody else is there too */
  gint64 told_us, told_offset_us; /* when its time was told last, CLOCK_MONOTONIC; 0: never */
  guint n_told;      /* times in a row that it was the same */
} Stop;

struct _HearthGuideCollector {
  HearthTunerPool *pool;
  HearthGuideFeed *feed;
  const HearthGuideCollectorFuncs *funcs;
  gpointer user_data;
  GArray *multiplexes; /* HearthTunerParams */
  GArray *left;        /* of the pass: not visited yet */
  GPtrArray *stops;
  guint done, known;   /* of the pass */
  gboolean passing, waiting, scanning;
  gint64 last_pass_us; /* UTC */
  guint hours, tick, next, pumping;
};

static void pump_soon (HearthGuideCollector *self);

static void
stop_free (gpointer data)
{
  Stop *stop = data;

  hearth_guide_visit_free (stop->visit);
  g_free (stop);
}

static Stop *
find_stop (HearthGuideCollector *self, const HearthTunerParams *params)
{
  for (guint i = 0; i < self->stops->len; i++) {
    Stop *stop = g_ptr_array_index (self->stops, i);

    if (!hearth_guide_visit_is_over (stop->visit) && hearth_tuning_is_same (hearth_guide_visit_get_params (stop->visit), params))
      return stop;
  }
  return NULL;
}

/* ---- what is told ----------------------------------------------------------------------------- */

static GVariant *
describe_live (HearthGuideCollector *self)
{
  GVariantBuilder builder;
  guint16 original_network_id, transport_stream_id;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(qq)"));
  for (guint i = 0; i < self->stops->len; i++) {
    Stop *stop = g_ptr_array_index (self->stops, i);

    if (!hearth_guide_visit_is_over (stop->visit) && hearth_guide_visit_get_name (stop->visit, &original_network_id, &transport_stream_id))
      g_variant_builder_add (&builder, "(qq)", original_network_id, transport_stream_id);
  }
  return g_variant_builder_end (&builder);
}

void
hearth_guide_collector_tell (HearthGuideCollector *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "state", "s", !self->passing ? "idle" : self->waiting ? "waiting" : "collecting");
  g_variant_dict_insert (&dict, "done", "u", self->done);
  g_variant_dict_insert (&dict, "known", "u", self->known);
  g_variant_dict_insert (&dict, "last-pass", "x", self->last_pass_us);
  g_variant_dict_insert (&dict, "sections", "t", hearth_guide_feed_get_sections (self->feed));
  g_variant_dict_insert_value (&dict, "live", describe_live (self));
  self->funcs->state (g_variant_dict_end (&dict), self->user_data);
}

static Stop *
find_visit (HearthGuideCollector *self, const HearthGuideVisit *visit)
{
  for (guint i = 0; i < self->stops->len; i++)
    if (((Stop *) g_ptr_array_index (self->stops, i))->visit == visit)
      return g_ptr_array_index (self->stops, i);
  return NULL;
}

/* Now and then, and when it is another time than before. */
static void
on_time (HearthGuideVisit *visit, const HearthGuideTime *time, gpointer user_data)
{
  HearthGuideCollector *self = user_data;
  Stop *stop = find_visit (self, visit);
  const gint64 now_us = g_get_monotonic_time ();
  guint16 original_network_id, transport_stream_id;
  GVariantDict dict;

  if (!hearth_guide_visit_get_name (visit, &original_network_id, &transport_stream_id))
    return;
  if (stop->told_us == 0 || ABS (time->offset_us - stop->told_offset_us) >= TIME_DIFFERS_US)
    stop->n_told = 0;
  if (stop->n_told++ >= TELL_TIMES && now_us - stop->told_us < TIME_EVERY_US)
    return;
  stop->told_us = now_us;
  stop->told_offset_us = time->offset_us;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "original-network", "q", original_network_id);
  g_variant_dict_insert (&dict, "transport-stream", "q", transport_stream_id);
  g_variant_dict_insert (&dict, "offset", "x", time->offset_us);
  if (time->has_local) {
    g_variant_dict_insert (&dict, "local-offset", "i", time->local_offset_s);
    g_variant_dict_insert (&dict, "country", "s", time->country);
  }
  self->funcs->time (g_variant_dict_end (&dict), self->user_data);
}

static void
on_named (HearthGuideVisit *visit, gpointer user_data)
{
  hearth_guide_collector_tell (user_data);
}

/* ---- visits -------------------------------------------------------------------------------------- */

/* A tuner that was taken away: its multiplex comes once more, later; one without a signal does not. */
static void
on_lost (HearthGuideVisit *visit, gboolean yielded, gpointer user_data)
{
  HearthGuideCollector *self = user_data;
  Stop *stop = find_visit (self, visit);

  if (stop->of_pass && yielded)
    g_array_append_vals (self->left, hearth_guide_visit_get_params (visit), 1);
  else if (stop->of_pass)
    self->done++;
  stop->of_pass = FALSE;
  pump_soon (self); /* frees it */
}

static const HearthGuideVisitFuncs visit_funcs = { .lost = on_lost, .time = on_time, .named = on_named };

static Stop *
begin_visit (HearthGuideCollector *self, const HearthTunerParams *params, GError **error)
{
  HearthGuideVisit *visit = hearth_guide_visit_new (self->pool, params, self->feed, &visit_funcs, self, error);
  Stop *stop;

  if (visit == NULL)
    return NULL;
  stop = g_new0 (Stop, 1);
  stop->visit = visit;
  g_ptr_array_add (self->stops, stop);
  return stop;
}

typedef struct {
  GArray *viewed; /* HearthTunerParams */
} Tuned;

static void
on_tuned (const HearthTunerParams *params, guint n_viewers, gpointer user_data)
{
  if (n_viewers > 0)
    g_array_append_vals (((Tuned *) user_data)->viewed, params, 1);
}

/* What somebody watches is listened to; what nobody watches any more only until the pass is done with it. */
static void
look_at_viewers (HearthGuideCollector *self)
{
  g_autoptr (GArray) viewed = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));
  Tuned tuned = { viewed };

  hearth_tuner_pool_foreach_tuned (self->pool, on_tuned, &tuned);
  for (guint i = 0; i < self->stops->len; i++)
    ((Stop *) g_ptr_array_index (self->stops, i))->viewed = FALSE;
  for (guint i = 0; i < viewed->len; i++) {
    const HearthTunerParams *params = &g_array_index (viewed, HearthTunerParams, i);
    Stop *stop = find_stop (self, params);

    if (stop == NULL)
      stop = begin_visit (self, params, NULL);
    if (stop != NULL)
      stop->viewed = TRUE;
  }
}

/* Those that are over, and those that nobody needs. */
static gboolean
sweep (HearthGuideCollector *self)
{
  gboolean swept = FALSE;

  for (guint i = self->stops->len; i-- > 0;) {
    Stop *stop = g_ptr_array_index (self->stops, i);

    if (!hearth_guide_visit_is_over (stop->visit) && (stop->viewed || stop->of_pass))
      continue;
    g_ptr_array_remove_index_fast (self->stops, i);
    swept = TRUE;
  }
  return swept;
}

/* ---- passes ---------------------------------------------------------------------------------------- */

static gboolean
on_next_pass (gpointer user_data)
{
  HearthGuideCollector *self = user_data;

  self->next = 0;
  hearth_guide_collector_collect (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_next (HearthGuideCollector *self, guint seconds)
{
  g_clear_handle_id (&self->next, g_source_remove);
  if (self->hours > 0)
    self->next = g_timeout_add_seconds (seconds, on_next_pass, self);
}

static guint
count_visits (HearthGuideCollector *self)
{
  guint n = 0;

  for (guint i = 0; i < self->stops->len; i++)
    n += ((Stop *) g_ptr_array_index (self->stops, i))->of_pass;
  return n;
}

/* TRUE: as many as there are tuners for. */
static gboolean
begin_visits (HearthGuideCollector *self)
{
  while (self->left->len > 0) {
    const HearthTunerParams params = g_array_index (self->left, HearthTunerParams, 0);
    g_autoptr (GError) error = NULL;
    Stop *stop = find_stop (self, &params);

    if (stop == NULL)
      stop = begin_visit (self, &params, &error);
    if (g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT) || g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_BUSY))
      return FALSE;
    g_array_remove_index (self->left, 0);
    if (stop != NULL)
      stop->of_pass = TRUE;
    else
      self->done++; /* no tuner receives it */
  }
  return TRUE;
}

static void
end_pass (HearthGuideCollector *self)
{
  self->passing = FALSE;
  self->last_pass_us = g_get_real_time ();
  hearth_info ("the guide of %u multiplexes is collected", self->known);
  wait_for_next (self, self->hours * 3600);
}

/* Visits of the pass that have heard all, or take too long. */
static gboolean
end_visits (HearthGuideCollector *self)
{
  const gint64 now_us = g_get_monotonic_time ();
  gboolean ended = FALSE;

  for (guint i = 0; i < self->stops->len; i++) {
    Stop *stop = g_ptr_array_index (self->stops, i);

    if (!stop->of_pass || hearth_guide_visit_is_over (stop->visit) ||
        (!hearth_guide_visit_is_complete (stop->visit) && now_us - hearth_guide_visit_get_since_us (stop->visit) < DEADLINE_US))
      continue;
    stop->of_pass = FALSE;
    self->done++;
    ended = TRUE;
  }
  return ended;
}

static gboolean on_tick (gpointer user_data);

static void
look (HearthGuideCollector *self)
{
  const gboolean was_passing = self->passing, was_waiting = self->waiting;
  gboolean changed;

  look_at_viewers (self);
  changed = self->passing && end_visits (self);
  changed = sweep (self) || changed;
  if (self->passing && !self->scanning)
    begin_visits (self);
  self->waiting = self->passing && count_visits (self) == 0 && self->left->len > 0;
  if (self->passing && self->left->len == 0 && count_visits (self) == 0)
    end_pass (self);
  if (changed || was_passing != self->passing || was_waiting != self->waiting)
    hearth_guide_collector_tell (self);
  if (count_visits (self) > 0 && self->tick == 0)
    self->tick = g_timeout_add (TICK_MS, on_tick, self);
}

static gboolean
on_tick (gpointer user_data)
{
  HearthGuideCollector *self = user_data;

  if (count_visits (self) == 0) {
    self->tick = 0;
    return G_SOURCE_REMOVE;
  }
  look (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_pump (gpointer user_data)
{
  HearthGuideCollector *self = user_data;

  self->pumping = 0;
  look (self);
  return G_SOURCE_REMOVE;
}

static void
pump_soon (HearthGuideCollector *self)
{
  if (self->pumping == 0)
    self->pumping = g_idle_add (on_pump, self);
}

void
hearth_guide_collector_collect (HearthGuideCollector *self)
{
  if (!self->passing) {
    g_array_set_size (self->left, 0);
    g_array_append_vals (self->left, self->multiplexes->data, self->multiplexes->len);
    self->known = self->left->len;
    self->done = 0;
    self->passing = self->known > 0;
    hearth_guide_collector_tell (self);
  }
  pump_soon (self);
}

/* ---- from outside ------------------------------------------------------------------------------------- */

static void
on_pool_changed (gpointer user_data)
{
  pump_soon (user_data);
}

void
hearth_guide_collector_try_again (HearthGuideCollector *self)
{
  if (self->passing)
    pump_soon (self);
}

void
hearth_guide_collector_set_multiplexes (HearthGuideCollector *self, const GArray *multiplexes)
{
  const gboolean first = self->multiplexes->len == 0;

  g_array_set_size (self->multiplexes, 0);
  for (guint i = 0; i < multiplexes->len; i++) {
    const HearthTunerParams *params = &g_array_index (multiplexes, HearthTunerParams, i);
    gboolean known = FALSE;

    for (guint k = 0; !known && k < self->multiplexes->len; k++)
      known = hearth_tuning_is_same (&g_array_index (self->multiplexes, HearthTunerParams, k), params);
    if (!known)
      g_array_append_vals (self->multiplexes, params, 1);
  }
  if (first && !self->passing)
    wait_for_next (self, FIRST_PASS_S);
}

void
hearth_guide_collector_set_period (HearthGuideCollector *self, guint hours)
{
  if (hours == self->hours)
    return;
  self->hours = hours;
  if (self->multiplexes->len > 0)
    wait_for_next (self, self->last_pass_us != 0 ? hours * 3600 : FIRST_PASS_S);
}

void
hearth_guide_collector_set_scanning (HearthGuideCollector *self, gboolean scanning)
{
  if (self->scanning == scanning)
    return;
  self->scanning = scanning;
  if (!scanning && self->hours > 0)
    hearth_guide_collector_collect (self);
}

HearthGuideCollector *
hearth_guide_collector_new (HearthTunerPool *pool, HearthGuideFeed *feed, const HearthGuideCollectorFuncs *funcs, gpointer user_data)
{
  HearthGuideCollector *self = g_new0 (HearthGuideCollector, 1);

  self->pool = pool;
  self->feed = feed;
  self->funcs = funcs;
  self->user_data = user_data;
  self->multiplexes = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));
  self->left = g_array_new (FALSE, FALSE, sizeof (HearthTunerParams));
  self->stops = g_ptr_array_new_with_free_func (stop_free);
  hearth_tuner_pool_set_changed (pool, on_pool_changed, self);
  return self;
}

void
hearth_guide_collector_free (HearthGuideCollector *self)
{
  hearth_tuner_pool_set_changed (self->pool, NULL, NULL);
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_handle_id (&self->next, g_source_remove);
  g_clear_handle_id (&self->pumping, g_source_remove);
  g_ptr_array_unref (self->stops);
  g_array_unref (self->multiplexes);
  g_array_unref (self->left);
  g_free (self);
}
