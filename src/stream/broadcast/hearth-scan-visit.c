/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-scan-visit.h"

#include <string.h>

#define TICK_MS 100
#define CARRIER_US 400000          /* after so long a tuner can say whether there is anything at all */
#define NOISE_MDBM (-85000)
#define LOCK_US 5000000            /* should a tuner never say that it finds nothing */
#define TABLES_US 2500000          /* PAT and PMT come every 100 to 500 ms: TS 101 290, 5.2.1 */
#define SERVICES_US 5000000        /* SDT actual at least every 2 s: TS 101 211, 4.4 */
#define NETWORK_US 11000000        /* NIT at least every 10 s */
#define MOST_SECTIONS 4096u

/* One table's sections, as far as they came. */
typedef struct {
  guint8 last;
  guint32 crcs[256];
  gboolean seen[256];
} Table;

struct _HearthScanVisit {
  HearthTunerLease *lease; /* NULL once given back */
  HearthTunerParams params;
  gboolean want_network;
  const HearthScanVisitFuncs *funcs;
  gpointer user_data;
  HearthSiMultiplex *multiplex;
  gboolean locked, carrier, over;
  gboolean refused; /* no word of the multiplex: the tuner's server is away or full, and asked again meanwhile */
  gint64 since_us, locked_us;
  guint tick, finishing;
  HearthScanOutcome outcome;

  GMutex lock;        /* guards what follows: the tuner's thread fills it */
  GHashTable *tables; /* key -> Table */
  guint n_sections;
  GQueue news;        /* Section */
  guint telling;
};

typedef struct {
  guint16 pid;
  gsize n_bytes;
  guint8 bytes[];
} Section;

/* ---- the tuner's thread: what is new --------------------------------------------------------- */

/* PAT, PMT, NIT, SDT, BAT; one table each PID, table id and extension, of SDTs by their original network too. */
static gboolean
get_key (guint16 pid, const guint8 *section, gsize n_bytes, guint64 *key)
{
  const guint8 id = section[0];

  if (n_bytes < 12 || !(id == 0x00 || id == 0x02 || id == 0x40 || id == 0x41 || id == 0x42 || id == 0x46 || id == 0x4a))
    return FALSE;
  *key = ((guint64) pid << 48) | ((guint64) id << 40) | ((guint64) section[3] << 32) | ((guint64) section[4] << 24);
  if (id == 0x42 || id == 0x46)
    *key |= ((guint64) section[8] << 16) | ((guint64) section[9] << 8);
  return TRUE;
}

static gboolean
is_new (HearthScanVisit *self, guint64 key, const guint8 *section, gsize n_bytes)
{
  Table *table = g_hash_table_lookup (self->tables, &key);
  guint32 crc;

  if (table == NULL) {
    table = g_new0 (Table, 1);
    g_hash_table_insert (self->tables, g_memdup2 (&key, sizeof key), table);
  }
  memcpy (&crc, section + n_bytes - 4, 4);
  if (table->seen[section[6]] && table->crcs[section[6]] == crc)
    return FALSE;
  table->last = section[7];
  table->seen[section[6]] = TRUE;
  table->crcs[section[6]] = crc;
  return ++self->n_sections <= MOST_SECTIONS;
}

static gboolean on_sections (gpointer user_data);

static void
on_section (HearthTunerLease *lease, guint16 pid, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthScanVisit *self = user_data;
  Section *copy;
  guint64 key;

  if (!get_key (pid, section, n_bytes, &key))
    return;
  g_mutex_lock (&self->lock);
  if (is_new (self, key, section, n_bytes)) {
    copy = g_malloc (sizeof (Section) + n_bytes);
    copy->pid = pid;
    copy->n_bytes = n_bytes;
    memcpy (copy->bytes, section, n_bytes);
    g_queue_push_tail (&self->news, copy);
    if (self->telling == 0)
      self->telling = g_idle_add (on_sections, self);
  }
  g_mutex_unlock (&self->lock);
}

/* ---- is it enough? ------------------------------------------------------------------------------ */

typedef struct {
  guint8 id;
  gboolean found, whole;
} Asked;

static void
look_at_table (gpointer key, gpointer value, gpointer user_data)
{
  const guint64 *words = key;
  const Table *table = value;
  Asked *asked = user_data;

  if (((*words >> 40) & 0xff) != asked->id)
    return;
  asked->found = TRUE;
  for (guint i = 0; i <= table->last; i++)
    asked->whole = asked->whole && table->seen[i];
}

static gboolean
is_whole (HearthScanVisit *self, guint8 id)
{
  Asked asked = { id, FALSE, TRUE };

  g_mutex_lock (&self->lock);
  g_hash_table_foreach (self->tables, look_at_table, &asked);
  g_mutex_unlock (&self->lock);
  return asked.found && asked.whole;
}

static gboolean
has_all_pmts (HearthScanVisit *self)
{
  guint n;
  const HearthSiService *const *services = hearth_si_multiplex_get_services (self->multiplex, &n);

  for (guint i = 0; i < n; i++)
    if (services[i]->actual && services[i]->in_pat && !services[i]->in_pmt)
      return FALSE;
  return TRUE;
}

static gboolean
is_enough (HearthScanVisit *self, gint64 waited_us)
{
  const gboolean pat = is_whole (self, 0x00);

  if (!pat)
    return waited_us > TABLES_US;
  return (has_all_pmts (self) || waited_us > TABLES_US) && (is_whole (self, 0x42) || waited_us > SERVICES_US) &&
         (!self->want_network || is_whole (self, 0x40) || waited_us > NETWORK_US);
}

/* ---- the course of it ----------------------------------------------------------------------------- */

static void
give_back (HearthScanVisit *self)
{
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_pointer (&self->lease, hearth_tuner_lease_release); /* from here on no section comes */
}

static gboolean
on_finished (gpointer user_data)
{
  HearthScanVisit *self = user_data;

  self->finishing = 0;
  self->funcs->done (self, self->outcome, self->user_data);
  return G_SOURCE_REMOVE;
}

/* Told from the main loop, not from within whoever found out. */
static void
finish (HearthScanVisit *self, HearthScanOutcome outcome)
{
  if (self->over)
    return;
  self->over = TRUE;
  self->outcome = outcome;
  give_back (self);
  self->finishing = g_idle_add (on_finished, self);
}

static void
take_sections (HearthScanVisit *self)
{
  Section *section;

  for (;;) {
    g_mutex_lock (&self->lock);
    section = g_queue_pop_head (&self->news);
    g_mutex_unlock (&self->lock);
    if (section == NULL)
      return;
    hearth_si_multiplex_take (self->multiplex, section->pid, section->bytes, section->n_bytes);
    g_free (section);
  }
}

static void
look (HearthScanVisit *self)
{
  const gint64 now_us = g_get_monotonic_time ();

  if (self->locked && is_enough (self, now_us - self->locked_us)) {
    take_sections (self); /* seen, so they lie there: none is to be lost */
    finish (self, is_whole (self, 0x00) ? HEARTH_SCAN_FOUND : HEARTH_SCAN_EMPTY);
  } else if (!self->locked && now_us - self->since_us > LOCK_US) {
    finish (self, self->refused ? HEARTH_SCAN_REFUSED : HEARTH_SCAN_NOTHING);
  }
}

static gboolean
on_sections (gpointer user_data)
{
  HearthScanVisit *self = user_data;

  g_mutex_lock (&self->lock);
  self->telling = 0; /* what comes from here on is told again */
  g_mutex_unlock (&self->lock);
  take_sections (self);
  if (!self->over)
    look (self);
  return G_SOURCE_REMOVE;
}

/* A tuner that knows levels says sooner that there is nothing than by giving up to lock. */
static void
look_for_carrier (HearthScanVisit *self)
{
  HearthTunerStatus status;

  hearth_tuner_lease_get_status (self->lease, &status);
  if ((status.known & HEARTH_TUNER_KNOWS_SIGNAL_MDBM) == 0)
    self->carrier = TRUE; /* it may be */
  else
    self->carrier = self->carrier || status.signal_mdbm > NOISE_MDBM;
  if (!self->carrier && !self->refused && g_get_monotonic_time () - self->since_us > CARRIER_US)
    finish (self, HEARTH_SCAN_NOTHING);
}

static gboolean
on_tick (gpointer user_data)
{
  HearthScanVisit *self = user_data;

  if (!self->locked)
    look_for_carrier (self);
  if (!self->over)
    look (self);
  if (self->tick == 0)
    return G_SOURCE_REMOVE;
  return G_SOURCE_CONTINUE;
}

/* What says nothing of the multiplex, only of who would receive it. */
static gboolean
is_refusal (HearthError code)
{
  return code == HEARTH_ERROR_BUSY || code == HEARTH_ERROR_DISCONNECTED || code == HEARTH_ERROR_TIMED_OUT || code == HEARTH_ERROR_NO_PACKETS ||
         code == HEARTH_ERROR_NO_ADDRESS;
}

static void
on_state (HearthTunerLease *lease, HearthStreamState state, HearthError code, const char *text, gpointer user_data)
{
  HearthScanVisit *self = user_data;

  if (state == HEARTH_STREAM_JOINED && !self->locked) {
    self->locked = self->carrier = TRUE;
    self->locked_us = g_get_monotonic_time ();
  } else if (state == HEARTH_STREAM_RECONNECTING && is_refusal (code) && !self->locked) {
    self->refused = TRUE; /* keeps the tuner, so that the next job does not run into the same at once */
  } else if (is_refusal (code) && (state == HEARTH_STREAM_RECONNECTING || state == HEARTH_STREAM_FAILED)) {
    finish (self, HEARTH_SCAN_REFUSED);
  } else if (state == HEARTH_STREAM_RECONNECTING || state == HEARTH_STREAM_FAILED) {
    finish (self, HEARTH_SCAN_NOTHING);
  }
}

static void
on_yield (HearthTunerLease *lease, gpointer user_data)
{
  finish (user_data, HEARTH_SCAN_YIELDED);
}

static const HearthTunerLeaseFuncs lease_funcs = { .state = on_state, .section = on_section, .yield = on_yield };

HearthScanVisit *
hearth_scan_visit_new (HearthTunerPool *pool, const HearthTunerParams *params, gboolean want_network, const char *text,
                       const HearthScanVisitFuncs *funcs, gpointer user_data, GError **error)
{
  HearthScanVisit *self = g_new0 (HearthScanVisit, 1);

  self->params = *params;
  self->want_network = want_network;
  self->funcs = funcs;
  self->user_data = user_data;
  self->since_us = g_get_monotonic_time ();
  self->multiplex = hearth_si_multiplex_new (text);
  g_mutex_init (&self->lock);
  self->tables = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->lease = hearth_tuner_pool_acquire (pool, params, HEARTH_TUNER_USE_SCAN, "the scan", &lease_funcs, self, error);
  if (self->lease == NULL) {
    hearth_scan_visit_free (self);
    return NULL;
  }
  if (hearth_tuner_lease_get_state (self->lease) == HEARTH_STREAM_JOINED) /* somebody watches it */
    on_state (self->lease, HEARTH_STREAM_JOINED, 0, NULL, self);
  self->tick = g_timeout_add (TICK_MS, on_tick, self);
  return self;
}

void
hearth_scan_visit_free (HearthScanVisit *self)
{
  give_back (self);
  g_clear_handle_id (&self->finishing, g_source_remove);
  g_clear_handle_id (&self->telling, g_source_remove);
  g_queue_clear_full (&self->news, g_free);
  g_hash_table_unref (self->tables);
  hearth_si_multiplex_free (self->multiplex);
  g_mutex_clear (&self->lock);
  g_free (self);
}

const HearthTunerParams *
hearth_scan_visit_get_params (HearthScanVisit *self)
{
  return &self->params;
}

HearthSiMultiplex *
hearth_scan_visit_get_multiplex (HearthScanVisit *self)
{
  return self->multiplex;
}

gboolean
hearth_scan_visit_has_carrier (HearthScanVisit *self)
{
  return self->carrier;
}
