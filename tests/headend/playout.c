/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/playout.h"

#include <string.h>

#include "headend/pes.h"

/* Base of the turn so that @time90k is the PCR at @packet of it. */
static gint64
base_for (const HeadendMux *mux, guint64 turn, guint packet, gint64 time90k)
{
  return time90k - (gint64) packet * HEADEND_LOOP_90K / mux->n_packets - (gint64) turn * HEADEND_LOOP_90K;
}

void
headend_playout_init (HeadendPlayout *self, const HeadendChannel *channel, const HeadendMux *mux, guint packet, gint64 base90k)
{
  memset (self, 0, sizeof *self);
  self->mux = mux;
  self->tables = (HeadendTables){ channel, mux->loop->channel, channel->first_pid, 0, mux->loop->channel->n_audio };
  self->packet = packet % mux->n_packets;
  self->base90k = base_for (mux, 0, self->packet, base90k);
}

gint64
headend_playout_get_time90k (const HeadendPlayout *self)
{
  return self->base90k + (gint64) self->turn * HEADEND_LOOP_90K + (gint64) self->packet * HEADEND_LOOP_90K / self->mux->n_packets;
}

/* Continuity counts packets with a payload (2.4.3.3); null packets' does not matter. */
static void
write_continuity (HeadendPlayout *self, HeadendSlot slot, guint8 *packet)
{
  if (packet[3] & 0x10)
    packet[3] = (guint8) ((packet[3] & 0xf0) | self->continuity[slot]++ % 16);
  else
    packet[3] = (guint8) ((packet[3] & 0xf0) | (self->continuity[slot] + 15) % 16);
}

static void
write_discontinuity (HeadendPlayout *self, guint8 *packet)
{
  if (!self->announce_discontinuity || (packet[3] & 0x20) == 0 || packet[4] == 0 || (packet[5] & 0x10) == 0)
    return;
  packet[5] |= 0x80;
  self->announce_discontinuity = FALSE;
}

static void
write_stream (HeadendPlayout *self, HeadendSlot slot, guint8 *packet)
{
  const guint pid = headend_tables_get_pid (&self->tables, slot);

  if ((slot >= HEADEND_SLOT_AUDIO0 && slot - HEADEND_SLOT_AUDIO0 >= self->tables.n_audio) || /* there, but not announced */
      (slot == HEADEND_SLOT_VIDEO && self->keyless && self->in_key)) {
    headend_null_write (packet);
    return;
  }
  memcpy (packet, self->mux->packets + (gsize) self->packet * HEADEND_PACKET, HEADEND_PACKET);
  packet[1] = (guint8) ((packet[1] & 0xe0) | pid >> 8);
  packet[2] = (guint8) pid;
  headend_restamp (packet, self->base90k + (gint64) self->turn * HEADEND_LOOP_90K);
  write_continuity (self, slot, packet);
  if (slot == HEADEND_SLOT_VIDEO)
    write_discontinuity (self, packet);
}

static void
write_packet (HeadendPlayout *self, guint8 *packet)
{
  const HeadendSlot slot = self->mux->slots[self->packet];

  if (slot == HEADEND_SLOT_NULL) {
    headend_null_write (packet);
  } else if (slot >= HEADEND_SLOT_VIDEO) {
    write_stream (self, slot, packet);
  } else {
    headend_tables_write (&self->tables, slot, packet);
    write_continuity (self, slot, packet);
  }
}

static void
mark_packet (HeadendPlayout *self, HeadendMark *mark)
{
  const HeadendMux *mux = self->mux;
  const gint16 starts = mux->starts[self->packet], ends = mux->ends[self->packet];

  *mark = (HeadendMark){ NULL, NULL, 0 };
  if (self->keyless && self->in_key)
    return;
  if (starts >= 0) {
    mark->starts = &mux->frames[starts];
    mark->pts90k = mark->starts->pts90k + self->base90k + (gint64) self->turn * HEADEND_LOOP_90K;
  }
  if (ends >= 0)
    mark->ends = &mux->frames[ends];
}

void
headend_playout_next (HeadendPlayout *self, guint8 *packet, HeadendMark *mark)
{
  const gint16 starts = self->mux->starts[self->packet];

  if (starts >= 0)
    self->in_key = self->mux->frames[starts].key;
  write_packet (self, packet);
  mark_packet (self, mark);
  if (++self->packet == self->mux->n_packets) {
    self->packet = 0;
    self->turn++;
  }
}

void
headend_playout_jump (HeadendPlayout *self, gint64 by90k, gboolean announced)
{
  self->base90k += by90k;
  self->announce_discontinuity = announced;
}

void
headend_playout_restart (HeadendPlayout *self, gint64 base90k)
{
  memset (self->continuity, 0, sizeof self->continuity);
  self->turn = 0;
  self->packet = 0;
  self->base90k = base90k;
}

void
headend_playout_move_pids (HeadendPlayout *self, guint16 first_pid)
{
  self->tables.first_pid = first_pid;
  self->tables.version = (self->tables.version + 1) % 32;
}

void
headend_playout_set_audio (HeadendPlayout *self, guint n_audio)
{
  self->tables.n_audio = MIN (n_audio, HEADEND_MAX_AUDIO);
  self->tables.version = (self->tables.version + 1) % 32;
}

void
headend_playout_set_keyless (HeadendPlayout *self, gboolean keyless)
{
  self->keyless = keyless;
}

void
headend_playout_set_content (HeadendPlayout *self, const HeadendMux *mux)
{
  const gint64 time90k = headend_playout_get_time90k (self);

  self->mux = mux;
  self->tables.content = mux->loop->channel;
  self->tables.n_audio = mux->loop->channel->n_audio;
  self->tables.version = (self->tables.version + 1) % 32;
  self->turn = 0;
  self->packet = 0;
  self->base90k = time90k;
}
