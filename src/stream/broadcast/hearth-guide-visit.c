/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-guide-visit.h"

#include "ts/hearth-si-collector.h"
#include "ts/hearth-si-descriptors.h"

#include <string.h>

#define LEAST_US 2500000   /* present/following of all comes every 2 s: TS 101 211, 4.4 */
#define SCHEDULE_US 12000000 /* a schedule's first days at least every 10 s */
#define QUIET_PART 3          /* so much of a turn without news, and all that was begun is whole: there is no more */
#define COLLECT (HEARTH_SI_COLLECT_PRESENT | HEARTH_SI_COLLECT_SCHEDULE | HEARTH_SI_COLLECT_OTHER | HEARTH_SI_COLLECT_TIME)

struct _HearthGuideVisit {
  HearthTunerLease *lease; /* NULL once given back */
  HearthTunerParams params;
  HearthGuideFeed *feed;
  const HearthGuideVisitFuncs *funcs;
  gpointer user_data;
  gint64 since_us, locked_us; /* locked_us 0: not yet */
  gboolean yielded;
  guint losing;

  GMutex lock; /* guards what follows: the tuner's thread fills it */
  HearthSiCollector *collector;
  gboolean is_news;      /* of the section at hand */
  guint n_schedule;      /* sections of schedules, each once */
  guint n_repeated;      /* of schedules, since the last new one */
  gboolean has_present, has_name, name_told, dropped;
  guint16 original_network_id, transport_stream_id;
  GArray *times;         /* HearthGuideTime */
  guint telling;
};

/* ---- the tuner's thread --------------------------------------------------------------------- */

static gboolean on_news (gpointer user_data);

static void
tell_soon (HearthGuideVisit *self)
{
  if (self->telling == 0)
    self->telling = g_idle_add (on_news, self);
}

static void
take_time (HearthGuideVisit *self, const guint8 *section, gsize n_bytes)
{
  HearthGuideTime told = { 0 };
  HearthSiTime time;
  HearthSiDescriptor d;
  HearthSiTimeOffset offset;
  guint at = 0;

  if (!hearth_si_tdt_parse (&time, section, n_bytes) || time.utc_s == HEARTH_SI_NO_TIME || self->times->len >= 16)
    return;
  told.offset_us = time.utc_s * G_USEC_PER_SEC + G_USEC_PER_SEC / 2 - g_get_real_time (); /* whole seconds: it is between this and the next */
  if (hearth_si_descriptor_find (&time.descriptors, HEARTH_SI_TAG_LOCAL_TIME_OFFSET, &d) && hearth_si_time_offset_next (&d, &at, &offset)) {
    told.has_local = TRUE;
    told.local_offset_s = offset.offset_s;
    memcpy (told.country, offset.country, sizeof told.country);
  }
  g_array_append_val (self->times, told);
  tell_soon (self);
}

/* New to the collector. */
static void
on_collected (const HearthSiTable *table, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthGuideVisit *self = user_data;

  self->is_news = TRUE;
  if (table->table_id == HEARTH_SI_TABLE_TDT || table->table_id == HEARTH_SI_TABLE_TOT) {
    take_time (self, section, n_bytes);
    return;
  }
  if (table->table_id == HEARTH_SI_TABLE_EIT_PF_ACTUAL) {
    self->has_present = TRUE;
    if (!self->has_name) {
      self->has_name = TRUE;
      self->original_network_id = table->original_network_id;
      self->transport_stream_id = table->transport_stream_id;
      tell_soon (self);
    }
  }
  self->n_schedule += hearth_si_table_is_schedule (table->table_id);
  hearth_guide_feed_push (self->feed, section, n_bytes);
}

static const HearthSiCollectorFuncs collector_funcs = { .section = on_collected };

static gboolean
is_ours (guint16 pid)
{
  return pid == HEARTH_SI_PID_EIT || pid == HEARTH_SI_PID_RST || pid == HEARTH_SI_PID_TDT;
}

/* What finds no room is let go, as if it had not come. */
static void
on_section (HearthTunerLease *lease, guint16 pid, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthGuideVisit *self = user_data;

  if (!is_ours (pid))
    return;
  g_mutex_lock (&self->lock);
  self->dropped = pid != HEARTH_SI_PID_TDT && !hearth_guide_feed_has_room (self->feed, section[0]);
  self->is_news = FALSE;
  if (!self->dropped) {
    hearth_si_collector_push_section (self->collector, pid, section, n_bytes);
    if (self->is_news && hearth_si_table_is_schedule (section[0]))
      self->n_repeated = 0;
    else if (hearth_si_table_is_schedule (section[0]))
      self->n_repeated++;
  }
  g_mutex_unlock (&self->lock);
}

/* ---- the main thread -------------------------------------------------------------------------- */

static gboolean
on_news (gpointer user_data)
{
  HearthGuideVisit *self = user_data;
  g_autoptr (GArray) times = NULL;
  gboolean named;

  g_mutex_lock (&self->lock);
  self->telling = 0;
  times = g_steal_pointer (&self->times);
  self->times = g_array_new (FALSE, FALSE, sizeof (HearthGuideTime));
  named = self->has_name && !self->name_told;
  self->name_told |= named;
  g_mutex_unlock (&self->lock);
  if (named)
    self->funcs->named (self, self->user_data);
  for (guint i = 0; i < times->len; i++)
    self->funcs->time (self, &g_array_index (times, HearthGuideTime, i), self->user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_lost (gpointer user_data)
{
  HearthGuideVisit *self = user_data;

  self->losing = 0;
  self->funcs->lost (self, self->yielded, self->user_data);
  return G_SOURCE_REMOVE;
}

static void
lose (HearthGuideVisit *self, gboolean yielded)
{
  if (self->lease == NULL)
    return;
  g_clear_pointer (&self->lease, hearth_tuner_lease_release);
  self->yielded = yielded;
  self->losing = g_idle_add (on_lost, self);
}

static void
on_state (HearthTunerLease *lease, HearthStreamState state, HearthError code, const char *text, gpointer user_data)
{
  HearthGuideVisit *self = user_data;

  if (state == HEARTH_STREAM_JOINED && self->locked_us == 0)
    self->locked_us = g_get_monotonic_time ();
  else if (state == HEARTH_STREAM_FAILED || state == HEARTH_STREAM_RECONNECTING)
    lose (self, FALSE);
}

static void
on_yield (HearthTunerLease *lease, gpointer user_data)
{
  lose (user_data, TRUE);
}

static const HearthTunerLeaseFuncs lease_funcs = { .state = on_state, .section = on_section, .yield = on_yield };

static void
look_at_table (const HearthSiTable *table, gpointer user_data)
{
  gboolean *whole = user_data;

  if (hearth_si_table_is_eit (table->table_id))
    *whole = *whole && hearth_si_table_is_complete (table);
}

gboolean
hearth_guide_visit_is_complete (HearthGuideVisit *self)
{
  const gint64 waited_us = self->locked_us != 0 ? g_get_monotonic_time () - self->locked_us : 0;
  gboolean whole = TRUE;

  if (waited_us < LEAST_US)
    return FALSE;
  g_mutex_lock (&self->lock);
  if (self->dropped)
    whole = FALSE;
  else if (self->n_schedule == 0)
    whole = waited_us > SCHEDULE_US;
  else if (self->n_repeated < self->n_schedule / QUIET_PART + 1)
    whole = FALSE;
  else
    hearth_si_collector_foreach (self->collector, look_at_table, &whole);
  g_mutex_unlock (&self->lock);
  return whole;
}

gboolean
hearth_guide_visit_is_over (HearthGuideVisit *self)
{
  return self->lease == NULL;
}

gint64
hearth_guide_visit_get_since_us (HearthGuideVisit *self)
{
  return self->since_us;
}

const HearthTunerParams *
hearth_guide_visit_get_params (HearthGuideVisit *self)
{
  return &self->params;
}

gboolean
hearth_guide_visit_get_name (HearthGuideVisit *self, guint16 *original_network_id, guint16 *transport_stream_id)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = self->has_name;
  *original_network_id = self->original_network_id;
  *transport_stream_id = self->transport_stream_id;
  g_mutex_unlock (&self->lock);
  return known;
}

HearthGuideVisit *
hearth_guide_visit_new (HearthTunerPool *pool, const HearthTunerParams *params, HearthGuideFeed *feed, const HearthGuideVisitFuncs *funcs,
                        gpointer user_data, GError **error)
{
  HearthGuideVisit *self = g_new0 (HearthGuideVisit, 1);

  self->params = *params;
  self->feed = feed;
  self->funcs = funcs;
  self->user_data = user_data;
  self->since_us = g_get_monotonic_time ();
  self->collector = hearth_si_collector_new (COLLECT, &collector_funcs, self);
  self->times = g_array_new (FALSE, FALSE, sizeof (HearthGuideTime));
  g_mutex_init (&self->lock);
  self->lease = hearth_tuner_pool_acquire (pool, params, HEARTH_TUNER_USE_GUIDE, "the guide", &lease_funcs, self, error);
  if (self->lease == NULL) {
    hearth_guide_visit_free (self);
    return NULL;
  }
  if (hearth_tuner_lease_get_state (self->lease) == HEARTH_STREAM_JOINED)
    self->locked_us = self->since_us;
  return self;
}

void
hearth_guide_visit_free (HearthGuideVisit *self)
{
  g_clear_pointer (&self->lease, hearth_tuner_lease_release);
  g_clear_handle_id (&self->losing, g_source_remove);
  g_clear_handle_id (&self->telling, g_source_remove);
  hearth_si_collector_free (self->collector);
  g_array_unref (self->times);
  g_mutex_clear (&self->lock);
  g_free (self);
}
