/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/system/hearth-broadcast-clock.h"

#include <string.h>

#define HEARTH_EPOCH_US (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC) /* 2026: no Hearth is older */
#define LATEST_US (G_GINT64_CONSTANT (4102444800) * G_USEC_PER_SEC)       /* 2100 */
#define AGREE_US (5 * G_USEC_PER_SEC)
#define OLD_US (1800 * G_USEC_PER_SEC) /* what was said so long ago counts no more */
#define MOST_MULTIPLEXES 256u

typedef struct {
  const char *network; /* interned */
  guint32 multiplex;
  gint64 started_us; /* by its time: UTC when CLOCK_BOOTTIME began */
  gint64 told_us;
  guint n_agreeing;    /* times in a row that it said the same */
  gboolean has_local;
  gint32 local_offset_s;
} Source;

struct _HearthBroadcastClock {
  GArray *sources; /* Source */
};

HearthBroadcastClock *
hearth_broadcast_clock_new (void)
{
  HearthBroadcastClock *self = g_new0 (HearthBroadcastClock, 1);

  self->sources = g_array_new (FALSE, TRUE, sizeof (Source));
  return self;
}

void
hearth_broadcast_clock_free (HearthBroadcastClock *self)
{
  g_array_unref (self->sources);
  g_free (self);
}

static Source *
find_source (HearthBroadcastClock *self, const char *network, guint32 multiplex)
{
  for (guint i = 0; i < self->sources->len; i++) {
    Source *source = &g_array_index (self->sources, Source, i);

    if (source->network == network && source->multiplex == multiplex)
      return source;
  }
  return NULL;
}

static void
drop_old (HearthBroadcastClock *self, gint64 boot_us)
{
  for (guint i = self->sources->len; i-- > 0;)
    if (boot_us - g_array_index (self->sources, Source, i).told_us > OLD_US)
      g_array_remove_index_fast (self->sources, i);
}

static gboolean
is_plausible (gint64 utc_us)
{
  return utc_us >= HEARTH_EPOCH_US && utc_us < LATEST_US;
}

void
hearth_broadcast_clock_take (HearthBroadcastClock *self, const char *network, guint16 original_network_id, guint16 transport_stream_id,
                             gint64 offset_us, const gint32 *local_offset_s, gint64 boot_us, gint64 utc_us)
{
  const char *name = g_intern_string (network);
  const guint32 multiplex = ((guint32) original_network_id << 16) | transport_stream_id;
  gint64 started_us;
  Source *source;

  drop_old (self, boot_us);
  source = find_source (self, name, multiplex);
  if (offset_us < -LATEST_US || offset_us > LATEST_US || (source == NULL && self->sources->len >= MOST_MULTIPLEXES))
    return;
  started_us = utc_us + offset_us - boot_us;
  if (source == NULL) {
    g_array_set_size (self->sources, self->sources->len + 1);
    source = &g_array_index (self->sources, Source, self->sources->len - 1);
    source->network = name;
    source->multiplex = multiplex;
  }
  source->n_agreeing = source->n_agreeing > 0 && ABS (started_us - source->started_us) <= AGREE_US ? source->n_agreeing + 1 : 1;
  source->started_us = started_us;
  source->told_us = boot_us;
  source->has_local = source->has_local || local_offset_s != NULL;
  if (local_offset_s != NULL)
    source->local_offset_s = *local_offset_s;
}

/* ---- the vote ----------------------------------------------------------------------------- */

typedef struct {
  guint n_networks, n_multiplexes;
  gint64 sum_us; /* of differences from its first member's */
} Party;

static gboolean
counts (const Source *source, gint64 boot_us)
{
  return source->n_agreeing >= 2 && boot_us - source->told_us <= OLD_US && is_plausible (source->started_us + boot_us);
}

static void
gather (HearthBroadcastClock *self, const Source *first, gint64 boot_us, Party *party)
{
  g_autoptr (GHashTable) networks = g_hash_table_new (NULL, NULL);

  *party = (Party) { 0 };
  for (guint i = 0; i < self->sources->len; i++) {
    const Source *source = &g_array_index (self->sources, Source, i);

    if (!counts (source, boot_us) || ABS (source->started_us - first->started_us) > AGREE_US)
      continue;
    party->n_multiplexes++;
    party->sum_us += source->started_us - first->started_us;
    g_hash_table_add (networks, (gpointer) source->network);
  }
  party->n_networks = g_hash_table_size (networks);
}

static gboolean
is_larger (const Party *a, const Party *b)
{
  return a->n_networks > b->n_networks || (a->n_networks == b->n_networks && a->n_multiplexes > b->n_multiplexes);
}

void
hearth_broadcast_clock_get (HearthBroadcastClock *self, gint64 boot_us, gint64 utc_us, HearthBroadcastTime *time)
{
  Party best = { 0 };
  const Source *winner = NULL;
  guint n_counting = 0;

  *time = (HearthBroadcastTime) { .confidence = HEARTH_CLOCK_UNKNOWN, .network = "" };
  for (guint i = 0; i < self->sources->len; i++) {
    const Source *source = &g_array_index (self->sources, Source, i);
    Party party;

    if (!counts (source, boot_us))
      continue;
    n_counting++;
    gather (self, source, boot_us, &party);
    if (winner == NULL || is_larger (&party, &best)) {
      best = party;
      winner = source;
    }
  }
  if (winner == NULL || (best.n_multiplexes == 1 && n_counting > 1)) /* each says something else */
    return;
  time->confidence = best.n_multiplexes >= 2 && 2 * best.n_multiplexes > n_counting ? HEARTH_CLOCK_HIGH : HEARTH_CLOCK_LOW;
  time->offset_us = winner->started_us + best.sum_us / best.n_multiplexes + boot_us - utc_us;
  time->n_multiplexes = best.n_multiplexes;
  time->network = winner->network;
  time->has_local = winner->has_local;
  time->local_offset_s = winner->local_offset_s;
}
