/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ring/hearth-ring.h"

#include <string.h>

/* Packets that can be told apart: byte i of the stream is a function of i, so that a reader knows what must stand anywhere. */
static inline guint8
ring_testing_byte (guint64 position)
{
  guint64 packet = position / HEARTH_RING_PACKET, i = position % HEARTH_RING_PACKET;

  if (i < 8)
    return (packet >> (8 * i)) & 0xff;
  return (packet * 31 + i) & 0xff;
}

static inline void
ring_testing_fill (guint8 *packets, guint64 position, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    packets[i] = ring_testing_byte (position + i);
}

static inline gboolean
ring_testing_check (const guint8 *packets, guint64 position, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    if (packets[i] != ring_testing_byte (position + i))
      return FALSE;
  return TRUE;
}

#define RING_TESTING_CHUNK (188 * 64)

static inline void
ring_testing_write (HearthRingWriter *writer, guint64 n_bytes)
{
  guint8 chunk[RING_TESTING_CHUNK];

  while (n_bytes > 0) {
    gsize n = MIN (n_bytes, sizeof chunk);

    ring_testing_fill (chunk, hearth_ring_writer_get_head (writer), n);
    hearth_ring_writer_write (writer, chunk, n);
    n_bytes -= n;
  }
}
