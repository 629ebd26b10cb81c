/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The multiplex is found by sending the loop three times in thought and keeping the second time: what is then still on its way
 * from the first belongs to the beginning, and is what will be on its way at the end. */
#include "headend/mux.h"

#include <string.h>

#include "headend/pes.h"

#define N_SOURCES (1 + HEADEND_MAX_AUDIO)
#define TURNS 3
/* ETR 290 wants PAT and PMT every 500 ms and PCR every 40 ms; usual are 100 and 33. All divide the loop. */
#define TABLES_A_LOOP 96
#define SDTS_A_LOOP 8
#define PCRS_A_LOOP 288
#define FIRST_GUESS_90K 63000
#define VIDEO_MARGIN_90K 27000 /* an access unit is wholly sent at least so long before its DTS */
#define AUDIO_LEAD_90K 13500   /* sound is sent so long before its PTS: the T-STD's audio buffer holds hardly more */

typedef struct {
  HeadendSlot slot;
  const HeadendStream *stream;
  HeadendPes pes;
  guint turn, next; /* the unit that comes next */
  guint sending_turn, sending;
} Source;

typedef struct {
  HeadendMux *mux;
  Source sources[N_SOURCES];
  guint *first, *last; /* of the video's units of turn 1, packets since its beginning */
} Simulation;

static gint64
packet_to_90k (const HeadendMux *mux, gint64 packet)
{
  return packet * HEADEND_LOOP_90K / mux->n_packets;
}

/* When the unit is there to be sent, 90 kHz since the beginning of turn 0. Video comes from an encoder in real time. */
static gint64
get_release (const HeadendMux *mux, const Source *source)
{
  const gint64 turn = (gint64) source->turn * HEADEND_LOOP_90K;

  if (source->slot == HEADEND_SLOT_VIDEO)
    return turn + (gint64) source->next * HEADEND_LOOP_90K / source->stream->n_units;
  return turn + source->stream->units[source->next].pts90k + mux->delay90k - AUDIO_LEAD_90K;
}

static void
begin_unit (Simulation *sim, Source *source, guint packet)
{
  const HeadendMux *mux = sim->mux;
  const HeadendUnit *unit = &source->stream->units[source->next];
  const gint64 offset = ((gint64) source->turn - 1) * HEADEND_LOOP_90K + mux->delay90k;
  const gboolean key = unit->key && source->slot == HEADEND_SLOT_VIDEO;
  const gint64 in_turn = packet % mux->n_packets;

  headend_pes_begin (&source->pes, source->slot, unit, unit->pts90k + offset, unit->dts90k + offset,
                     key ? in_turn * HEADEND_LOOP_27M / mux->n_packets : -1);
  source->sending_turn = source->turn;
  source->sending = source->next;
  if (source->slot == HEADEND_SLOT_VIDEO && source->turn == 1)
    sim->first[source->next] = packet - mux->n_packets;
  if (++source->next == source->stream->n_units) {
    source->next = 0;
    source->turn++;
  }
}

/* One packet of the source, if it has something to send by now. */
static gboolean
send_from (Simulation *sim, Source *source, guint packet, guint8 *out)
{
  if (!headend_pes_has_more (&source->pes)) {
    if (source->turn == TURNS || get_release (sim->mux, source) > packet_to_90k (sim->mux, packet))
      return FALSE;
    begin_unit (sim, source, packet);
  }
  headend_pes_write (&source->pes, out);
  if (source->slot == HEADEND_SLOT_VIDEO && source->sending_turn == 1 && !headend_pes_has_more (&source->pes))
    sim->last[source->sending] = packet - sim->mux->n_packets;
  return TRUE;
}

static HeadendSlot
get_table_slot (guint in_turn, guint n_packets)
{
  if (in_turn % (n_packets / TABLES_A_LOOP) == 0)
    return HEADEND_SLOT_PAT;
  if (in_turn % (n_packets / TABLES_A_LOOP) == 1)
    return HEADEND_SLOT_PMT;
  if (in_turn % (n_packets / SDTS_A_LOOP) == 2)
    return HEADEND_SLOT_SDT;
  return HEADEND_SLOT_NULL;
}

static HeadendSlot
send_packet (Simulation *sim, guint packet, guint8 *out)
{
  const guint n = sim->mux->n_packets, in_turn = packet % n;
  const HeadendSlot table = get_table_slot (in_turn, n);

  if (table != HEADEND_SLOT_NULL) {
    headend_null_write (out);
    return table;
  }
  if (in_turn % (n / PCRS_A_LOOP) == 3) {
    headend_pcr_write (out, in_turn * HEADEND_LOOP_27M / n);
    return HEADEND_SLOT_VIDEO;
  }
  for (guint i = N_SOURCES; i-- > 0;) /* sound first: it is little and must not wait */
    if (send_from (sim, &sim->sources[i], packet, out))
      return sim->sources[i].slot;
  headend_null_write (out);
  return HEADEND_SLOT_NULL;
}

static void
simulation_init (Simulation *sim, HeadendMux *mux)
{
  const HeadendLoop *loop = mux->loop;

  *sim = (Simulation){ .mux = mux };
  sim->first = g_new0 (guint, loop->video.n_units);
  sim->last = g_new0 (guint, loop->video.n_units);
  for (guint i = 0; i < N_SOURCES; i++) {
    Source *source = &sim->sources[i];

    source->slot = HEADEND_SLOT_VIDEO + i;
    source->stream = i == 0 ? &loop->video : &loop->audio[i - 1];
    headend_pes_init (&source->pes);
  }
}

static void
simulation_clear (Simulation *sim)
{
  for (guint i = 0; i < N_SOURCES; i++)
    headend_pes_clear (&sim->sources[i].pes);
  g_free (sim->first);
  g_free (sim->last);
}

static void
simulation_run (Simulation *sim)
{
  HeadendMux *mux = sim->mux;
  guint8 unused[HEADEND_PACKET];

  for (guint i = 0; i < TURNS * mux->n_packets; i++) {
    const gboolean kept = i / mux->n_packets == 1;
    guint8 *out = kept ? mux->packets + (gsize) (i - mux->n_packets) * HEADEND_PACKET : unused;
    HeadendSlot slot = send_packet (sim, i, out);

    if (kept)
      mux->slots[i - mux->n_packets] = (guint8) slot;
  }
}

/* The longest time from a DTS to the arrival of its access unit, which the delay must make up for. */
static gint64
simulation_get_lateness (Simulation *sim)
{
  gint64 lateness = G_MININT64;

  for (guint i = 0; i < sim->mux->loop->video.n_units; i++)
    lateness = MAX (lateness, packet_to_90k (sim->mux, sim->last[i] + 1) - sim->mux->loop->video.units[i].dts90k);
  return lateness;
}

static int
compare_frames (gconstpointer a, gconstpointer b)
{
  const HeadendMuxFrame *x = a, *y = b;

  return x->first < y->first ? -1 : x->first > y->first;
}

/* Where each frame is in the loop. */
static void
list_frames (Simulation *sim)
{
  HeadendMux *mux = sim->mux;

  mux->n_frames = mux->loop->video.n_units;
  mux->frames = g_new0 (HeadendMuxFrame, mux->n_frames);
  for (guint i = 0; i < mux->n_frames; i++) {
    const HeadendUnit *unit = &mux->loop->video.units[i];
    const gboolean in_next_turn = sim->first[i] >= mux->n_packets;

    mux->frames[i] = (HeadendMuxFrame){ unit->frame, unit->key, sim->first[i] % mux->n_packets, sim->last[i] % mux->n_packets,
                                        unit->pts90k + mux->delay90k - (in_next_turn ? HEADEND_LOOP_90K : 0) };
  }
  qsort (mux->frames, mux->n_frames, sizeof *mux->frames, compare_frames);
  memset (mux->starts, 0xff, mux->n_packets * sizeof *mux->starts);
  memset (mux->ends, 0xff, mux->n_packets * sizeof *mux->ends);
  for (guint i = 0; i < mux->n_frames; i++) {
    mux->starts[mux->frames[i].first] = (gint16) i;
    mux->ends[mux->frames[i].last] = (gint16) i;
  }
}

static gint64
simulate (HeadendMux *mux, gboolean final)
{
  Simulation sim;
  gint64 lateness;

  simulation_init (&sim, mux);
  simulation_run (&sim);
  lateness = simulation_get_lateness (&sim);
  if (final)
    list_frames (&sim);
  simulation_clear (&sim);
  return lateness;
}

HeadendMux *
headend_mux_new (const HeadendLoop *loop)
{
  HeadendMux *self = g_new0 (HeadendMux, 1);
  const guint64 bits = (guint64) loop->channel->mux_kbps * HEADEND_LOOP_MS;

  self->loop = loop;
  self->n_packets = (guint) (bits / 8 / HEADEND_PACKET / PCRS_A_LOOP) * PCRS_A_LOOP;
  self->packets = g_malloc ((gsize) self->n_packets * HEADEND_PACKET);
  self->slots = g_malloc (self->n_packets);
  self->starts = g_new (gint16, self->n_packets);
  self->ends = g_new (gint16, self->n_packets);
  self->delay90k = FIRST_GUESS_90K;
  self->delay90k = simulate (self, FALSE) + VIDEO_MARGIN_90K;
  simulate (self, TRUE);
  return self;
}

void
headend_mux_free (HeadendMux *self)
{
  g_free (self->packets);
  g_free (self->slots);
  g_free (self->starts);
  g_free (self->ends);
  g_free (self->frames);
  g_free (self);
}
