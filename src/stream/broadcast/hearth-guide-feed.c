/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-guide-feed.h"

#include "base/hearth-guide-batch.h"
#include "stream/broadcast/hearth-guide-told.h"
#include "ts/hearth-si-event.h"

#include <stdatomic.h>
#include <string.h>

#define MOST_WAITING_BYTES (2u << 20) /* of schedules; what is urgent may have as much again */
#define FULL_BATCH_BYTES (512u << 10) /* a section adds less than 20 KiB: far from the most that is taken */
#define GATHER_US 1000000             /* what comes within goes together */
#define MOST_EVENTS 1024u             /* in a section: 4096 bytes hold 340 */

struct _HearthGuideFeed {
  const HearthGuideFeedFuncs *funcs;
  gpointer user_data;
  GThread *thread;
  HearthDvbText text;       /* the thread's */
  HearthGuideTold *told;    /* the thread's */
  _Atomic gsize waiting_bytes;
  _Atomic guint64 n_sections;

  GMutex lock;              /* guards what follows */
  GCond cond;
  GQueue urgent, waiting;   /* GBytes: what is on, and schedules */
  GBytes *ready;            /* a batch for the main thread */
  gboolean under_way;       /* from when one is ready until hearthd has it */
  gboolean forget, ending;
  guint telling;
};

/* A viewer waits for what is on; megabytes of schedule may stand before it. */
static gboolean
is_urgent (guint8 table_id)
{
  return table_id == HEARTH_SI_TABLE_EIT_PF_ACTUAL || table_id == HEARTH_SI_TABLE_EIT_PF_OTHER || table_id == HEARTH_SI_TABLE_RST;
}

/* ---- sections to records ----------------------------------------------------------------- */

static void
fill_event (HearthGuideEvent *to, const HearthSiEvent *from)
{
  *to = (HearthGuideEvent) {
    .event_id = from->event_id,
    .start_s = from->start_utc_s,
    .duration_s = from->duration_s,
    .running = from->running,
    .encrypted = from->free_ca_mode,
    .n_texts = MIN (from->n_texts, HEARTH_GUIDE_TEXTS),
    .n_genres = MIN (from->n_genres, HEARTH_GUIDE_GENRES),
    .age = from->minimum_age,
    .programme = from->programme_crid,
    .series = from->series_crid,
  };
  memcpy (to->country, from->rating_country, sizeof to->country);
  for (guint i = 0; i < to->n_texts; i++) {
    memcpy (to->texts[i].language, from->texts[i].language, sizeof to->texts[i].language);
    to->texts[i].title = from->texts[i].title;
    to->texts[i].summary = from->texts[i].summary;
    to->texts[i].description = from->texts[i].description;
  }
  for (guint i = 0; i < to->n_genres; i++)
    to->genres[i] = (guint8) ((from->genres[i].level_1 << 4) | (from->genres[i].level_2 & 0x0f));
}

/* Those of other multiplexes have the numbers of our own: 0x4f as 0x4e, 0x60 as 0x50. */
static guint8
fold_table (guint8 table_id)
{
  if (table_id == HEARTH_SI_TABLE_EIT_PF_OTHER)
    return HEARTH_GUIDE_TABLE_PRESENT;
  return table_id >= HEARTH_SI_TABLE_EIT_SCHEDULE_OTHER ? (guint8) (table_id - 0x10) : table_id;
}

static guint
count_events (HearthSiEit eit)
{
  HearthSiEitEvent event;
  guint n = 0;

  while (n < MOST_EVENTS && hearth_si_eit_next (&eit, &event))
    n += event.start_utc_s != HEARTH_SI_NO_TIME;
  return n;
}

static void
take_eit (HearthGuideFeed *self, GByteArray *batch, const guint8 *section, gsize n_bytes)
{
  HearthSiEit eit;
  HearthSiEitEvent entry;
  HearthGuideRecord record = { .kind = HEARTH_GUIDE_SECTION };

  if (!hearth_si_eit_parse (&eit, section, n_bytes))
    return;
  record.original_network_id = eit.original_network_id;
  record.transport_stream_id = eit.transport_stream_id;
  record.service_id = eit.header.extension;
  record.table = fold_table (eit.header.table_id);
  record.section = eit.header.section_number;
  record.n_events = count_events (eit);
  if (!hearth_guide_told_is_news (self->told, &record, section, n_bytes))
    return;
  hearth_guide_batch_append_record (batch, &record);
  for (guint left = record.n_events; left > 0 && hearth_si_eit_next (&eit, &entry);) {
    g_auto (HearthSiEvent) event = { 0 };
    HearthGuideEvent told;

    if (entry.start_utc_s == HEARTH_SI_NO_TIME) /* of a service that repeats others': 5.2.4 */
      continue;
    hearth_si_event_read (&event, &eit, &entry, &self->text);
    fill_event (&told, &event);
    hearth_guide_batch_append_event (batch, &told);
    left--;
  }
}

static void
take_rst (GByteArray *batch, const guint8 *section, gsize n_bytes)
{
  HearthSiLoop events;
  HearthSiRstEvent event;

  if (!hearth_si_rst_parse (&events, section, n_bytes))
    return;
  while (hearth_si_rst_next (&events, &event))
    hearth_guide_batch_append_record (batch, &(HearthGuideRecord) { .kind = HEARTH_GUIDE_RUNNING, .original_network_id = event.original_network_id,
                                                                    .transport_stream_id = event.transport_stream_id, .service_id = event.service_id,
                                                                    .event_id = event.event_id, .running = event.running });
}

static void
take (HearthGuideFeed *self, GByteArray *batch, GBytes *bytes)
{
  gsize n_bytes;
  const guint8 *section = g_bytes_get_data (bytes, &n_bytes);

  if (section[0] == HEARTH_SI_TABLE_RST)
    take_rst (batch, section, n_bytes);
  else
    take_eit (self, batch, section, n_bytes);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static gboolean
on_ready (gpointer user_data)
{
  HearthGuideFeed *self = user_data;
  GBytes *batch;

  g_mutex_lock (&self->lock);
  self->telling = 0;
  batch = g_steal_pointer (&self->ready);
  g_mutex_unlock (&self->lock);
  if (batch != NULL)
    self->funcs->batch (batch, self->user_data);
  return G_SOURCE_REMOVE;
}

/* Waits until hearthd has the last one. Locked. */
static void
hand_over (HearthGuideFeed *self, GByteArray *batch)
{
  while (self->under_way && !self->ending)
    g_cond_wait (&self->cond, &self->lock);
  if (self->ending)
    return;
  self->ready = g_bytes_new (batch->data, batch->len);
  g_byte_array_set_size (batch, 0);
  self->under_way = TRUE;
  self->telling = g_idle_add (on_ready, self);
}

/* The next section; NULL when none came until @until_us (0: for as long as it takes), or it is over. Locked. */
static GBytes *
wait_for_section (HearthGuideFeed *self, gint64 until_us)
{
  while (self->urgent.length == 0 && self->waiting.length == 0 && !self->ending)
    if (until_us == 0)
      g_cond_wait (&self->cond, &self->lock);
    else if (!g_cond_wait_until (&self->cond, &self->lock, until_us))
      return NULL;
  return self->ending ? NULL : g_queue_pop_head (self->urgent.length > 0 ? &self->urgent : &self->waiting);
}

static gpointer
make_batches (gpointer user_data)
{
  HearthGuideFeed *self = user_data;
  g_autoptr (GByteArray) batch = g_byte_array_new ();
  gint64 until_us = 0;

  g_mutex_lock (&self->lock);
  while (!self->ending) {
    g_autoptr (GBytes) section = wait_for_section (self, batch->len > 0 ? until_us : 0);
    const gboolean forget = self->forget;

    self->forget = FALSE;
    if (section != NULL) {
      g_mutex_unlock (&self->lock);
      atomic_fetch_sub (&self->waiting_bytes, g_bytes_get_size (section));
      if (forget)
        hearth_guide_told_clear (self->told);
      if (batch->len == 0)
        until_us = g_get_monotonic_time () + GATHER_US;
      take (self, batch, section);
      g_mutex_lock (&self->lock);
    } else {
      self->forget = forget;
    }
    if (batch->len >= FULL_BATCH_BYTES || (batch->len > 0 && g_get_monotonic_time () >= until_us))
      hand_over (self, batch);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* ---- from outside -------------------------------------------------------------------------------- */

gboolean
hearth_guide_feed_has_room (HearthGuideFeed *self, guint8 table_id)
{
  return atomic_load (&self->waiting_bytes) < (is_urgent (table_id) ? 2 : 1) * MOST_WAITING_BYTES;
}

void
hearth_guide_feed_push (HearthGuideFeed *self, const guint8 *section, gsize n_bytes)
{
  atomic_fetch_add (&self->waiting_bytes, n_bytes);
  atomic_fetch_add (&self->n_sections, 1);
  g_mutex_lock (&self->lock);
  g_queue_push_tail (is_urgent (section[0]) ? &self->urgent : &self->waiting, g_bytes_new (section, n_bytes));
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
hearth_guide_feed_sent (HearthGuideFeed *self)
{
  g_mutex_lock (&self->lock);
  self->under_way = FALSE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
hearth_guide_feed_forget (HearthGuideFeed *self)
{
  g_mutex_lock (&self->lock);
  self->forget = TRUE;
  g_mutex_unlock (&self->lock);
}

guint64
hearth_guide_feed_get_sections (HearthGuideFeed *self)
{
  return atomic_load (&self->n_sections);
}

HearthGuideFeed *
hearth_guide_feed_new (const char *text, const HearthGuideFeedFuncs *funcs, gpointer user_data)
{
  HearthGuideFeed *self = g_new0 (HearthGuideFeed, 1);

  self->funcs = funcs;
  self->user_data = user_data;
  hearth_dvb_text_init (&self->text);
  if (text != NULL)
    hearth_dvb_text_set_override (&self->text, text);
  self->told = hearth_guide_told_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("guide", make_batches, self);
  return self;
}

void
hearth_guide_feed_free (HearthGuideFeed *self)
{
  g_mutex_lock (&self->lock);
  self->ending = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_clear_handle_id (&self->telling, g_source_remove);
  g_clear_pointer (&self->ready, g_bytes_unref);
  g_queue_clear_full (&self->urgent, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) g_bytes_unref);
  hearth_guide_told_free (self->told);
  hearth_dvb_text_clear (&self->text);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}
