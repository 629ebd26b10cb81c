/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts bytes into packets. Nothing is copied but a packet that lies across two calls. */
#include "config.h"

#include "ts/hearth-ts-private.h"

#include <string.h>

/* So many packets in a row must begin with the sync byte; one alone stands in every 256th byte of a payload. */
#define CERTAIN 3
#define LOOK_AHEAD 6

/* Plain; with a time stamp before each (M2TS), whose bytes then seem to follow the packet before; with Reed-Solomon bytes. */
static const guint packet_sizes[] = { 188, 192, 204 };

void
hearth_ts_sync_init (HearthTsSync *self)
{
  memset (self, 0, sizeof *self);
}

/* How many packets of @size begin at @bytes, as far as can be seen: 0 for certainly none, up to LOOK_AHEAD. */
static guint
count_syncs (const guint8 *bytes, gsize n_bytes, guint size)
{
  guint n = 0;

  for (gsize at = 0; at < n_bytes && n < LOOK_AHEAD; at += size, n++)
    if (bytes[at] != HEARTH_TS_SYNC_BYTE)
      return n >= CERTAIN ? n : 0;
  return n;
}

static gboolean
is_all_packets (const guint8 *bytes, gsize n_bytes)
{
  if (n_bytes % HEARTH_TS_PACKET != 0)
    return FALSE;
  for (gsize at = 0; at < n_bytes; at += HEARTH_TS_PACKET)
    if (bytes[at] != HEARTH_TS_SYNC_BYTE)
      return FALSE;
  return n_bytes > 0;
}

/* Sets packet_size where it finds a run of packets. Returns how many bytes before it are of no use. */
static gsize
search (HearthTsSync *self, const guint8 *bytes, gsize n_bytes)
{
  for (gsize at = 0; at < n_bytes; at++) {
    const guint8 *next = memchr (bytes + at, HEARTH_TS_SYNC_BYTE, n_bytes - at);
    gboolean undecided = FALSE;

    if (next == NULL)
      return n_bytes;
    at = next - bytes;
    for (guint i = 0; i < G_N_ELEMENTS (packet_sizes); i++) {
      guint n = count_syncs (next, n_bytes - at, packet_sizes[i]);

      if (n >= CERTAIN) {
        self->packet_size = packet_sizes[i];
        return at;
      }
      undecided |= n > 0;
    }
    if (undecided)
      return at;
  }
  return n_bytes;
}

/* Tells the run of packets at @bytes; returns the bytes used. Clears packet_size where the run breaks off. */
static gsize
tell_run (HearthTsSync *self, const guint8 *bytes, gsize n_bytes, HearthTsPacketsFunc func, gpointer user_data)
{
  guint size = self->packet_size;
  gsize at = 0;

  while (n_bytes - at >= HEARTH_TS_PACKET && bytes[at] == HEARTH_TS_SYNC_BYTE) {
    if (size != HEARTH_TS_PACKET)
      func (bytes + at, 1, user_data);
    at += size;
    if (at > n_bytes) { /* the packet is whole, what follows it is not yet */
      self->skip_bytes = at - n_bytes;
      at = n_bytes;
    }
  }
  if (size == HEARTH_TS_PACKET && at > 0)
    func (bytes, at / HEARTH_TS_PACKET, user_data);
  if (at < n_bytes && bytes[at] != HEARTH_TS_SYNC_BYTE)
    self->packet_size = 0;
  return at;
}

/* Returns how many of @bytes are done with; the rest is needed again, together with what comes. */
static gsize
run (HearthTsSync *self, const guint8 *bytes, gsize n_bytes, HearthTsPacketsFunc func, gpointer user_data)
{
  gsize at = 0;

  while (at < n_bytes) {
    gsize used;

    if (self->packet_size == 0) {
      used = search (self, bytes + at, n_bytes - at);
      self->lost_bytes += used;
      at += used;
      if (self->packet_size == 0)
        return at;
    }
    used = tell_run (self, bytes + at, n_bytes - at, func, user_data);
    at += used;
    if (self->packet_size != 0)
      return at;
  }
  return at;
}

/* Completes what was left of the last call; returns how many of @bytes that took. */
static gsize
push_rest (HearthTsSync *self, const guint8 *bytes, gsize n_bytes, HearthTsPacketsFunc func, gpointer user_data)
{
  guint old = self->n_rest;
  gsize room = self->packet_size != 0 ? HEARTH_TS_PACKET - old : sizeof self->rest - old;
  gsize taken = MIN (n_bytes, room), used;

  memcpy (self->rest + old, bytes, taken);
  used = run (self, self->rest, old + taken, func, user_data);
  if (used >= old) {
    self->n_rest = 0;
    return used - old;
  }
  self->n_rest = old + taken - used;
  memmove (self->rest, self->rest + used, self->n_rest);
  return taken;
}

void
hearth_ts_sync_push (HearthTsSync *self, const guint8 *bytes, gsize n_bytes, HearthTsPacketsFunc func, gpointer user_data)
{
  while (n_bytes > 0) {
    gsize used;

    if (self->n_rest > 0) {
      used = push_rest (self, bytes, n_bytes, func, user_data);
    } else if (self->skip_bytes > 0) {
      used = MIN (n_bytes, self->skip_bytes);
      self->skip_bytes -= used;
    } else {
      if (self->packet_size == 0 && is_all_packets (bytes, n_bytes)) /* a datagram needs no further proof, however short */
        self->packet_size = HEARTH_TS_PACKET;
      used = run (self, bytes, n_bytes, func, user_data);
      self->n_rest = n_bytes - used;
      memcpy (self->rest, bytes + used, self->n_rest);
      return;
    }
    bytes += used;
    n_bytes -= used;
  }
}
