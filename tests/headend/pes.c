/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/pes.h"

#include <string.h>

#define PCR_WRAP (300 * (gint64) (HEADEND_TIME_MASK + 1))
#define PCR_FIELD_BYTES 8 /* length, flags, PCR */

void
headend_pes_init (HeadendPes *self)
{
  *self = (HeadendPes){ .bytes = g_byte_array_new () };
}

void
headend_pes_clear (HeadendPes *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
}

static void
write_time (guint8 *p, guint8 mark, guint64 time)
{
  p[0] = (guint8) (mark << 4 | (time >> 29 & 0x0e) | 1);
  p[1] = (guint8) (time >> 22);
  p[2] = (guint8) ((time >> 14 & 0xfe) | 1);
  p[3] = (guint8) (time >> 7);
  p[4] = (guint8) ((time << 1 & 0xfe) | 1);
}

static guint64
read_time (const guint8 *p)
{
  return (guint64) (p[0] >> 1 & 7) << 30 | (guint64) p[1] << 22 | (guint64) (p[2] >> 1) << 15 | (guint64) p[3] << 7 | p[4] >> 1;
}

static void
write_pcr (guint8 *p, gint64 pcr27m)
{
  guint64 time = (guint64) (((pcr27m % PCR_WRAP) + PCR_WRAP) % PCR_WRAP);
  guint64 base = time / 300;
  guint extension = time % 300;

  p[0] = (guint8) (base >> 25);
  p[1] = (guint8) (base >> 17);
  p[2] = (guint8) (base >> 9);
  p[3] = (guint8) (base >> 1);
  p[4] = (guint8) ((base << 7 & 0x80) | 0x7e | extension >> 8);
  p[5] = (guint8) extension;
}

/* Private stream 1 for AC-3: EN 300 468, annex D. */
static guint8
stream_id (HeadendSlot slot, const HeadendUnit *unit)
{
  if (slot == HEADEND_SLOT_VIDEO)
    return 0xe0;
  if (unit->n_bytes > 1 && unit->data[0] == 0x0b && unit->data[1] == 0x77)
    return 0xbd;
  return 0xc0;
}

void
headend_pes_begin (HeadendPes *self, HeadendSlot slot, const HeadendUnit *unit, gint64 pts90k, gint64 dts90k, gint64 pcr27m)
{
  guint8 head[19] = { 0, 0, 1, stream_id (slot, unit), 0, 0, 0x84 }; /* 0x04: aligned with the access unit */
  const gboolean both = dts90k != pts90k;
  const guint n_head = both ? 19 : 14;

  if (slot != HEADEND_SLOT_VIDEO) { /* only a video's length may be left open */
    gsize length = unit->n_bytes + n_head - 6;

    head[4] = (guint8) (length >> 8);
    head[5] = (guint8) length;
  }
  head[7] = both ? 0xc0 : 0x80;
  head[8] = (guint8) (n_head - 9);
  write_time (head + 9, both ? 3 : 2, (guint64) pts90k & HEADEND_TIME_MASK);
  if (both)
    write_time (head + 14, 1, (guint64) dts90k & HEADEND_TIME_MASK);
  g_byte_array_set_size (self->bytes, 0);
  g_byte_array_append (self->bytes, head, n_head);
  g_byte_array_append (self->bytes, unit->data, (guint) unit->n_bytes);
  self->done = 0;
  self->key = unit->key && slot == HEADEND_SLOT_VIDEO;
  self->pcr27m = pcr27m;
}

gboolean
headend_pes_has_more (HeadendPes *self)
{
  return self->done < self->bytes->len;
}

/* The adaptation field of a packet: @n_bytes in all, stuffed. */
static void
write_adaptation (guint8 *p, guint n_bytes, guint8 flags, gint64 pcr27m)
{
  p[0] = (guint8) (n_bytes - 1);
  if (n_bytes == 1)
    return;
  p[1] = flags;
  memset (p + 2, 0xff, n_bytes - 2);
  if (flags & 0x10)
    write_pcr (p + 2, pcr27m);
}

void
headend_pes_write (HeadendPes *self, guint8 *packet)
{
  const gboolean first = self->done == 0;
  const gsize left = self->bytes->len - self->done;
  guint8 flags = 0;
  guint n_adaptation = 0;

  if (first && self->key)
    flags |= 0x40;
  if (first && self->pcr27m >= 0)
    flags |= 0x10;
  if (flags != 0)
    n_adaptation = flags & 0x10 ? PCR_FIELD_BYTES : 2;
  if (left + n_adaptation < HEADEND_PACKET - 4)
    n_adaptation = (guint) (HEADEND_PACKET - 4 - left);

  packet[0] = 0x47;
  packet[1] = first ? 0x40 : 0;
  packet[2] = 0;
  packet[3] = n_adaptation > 0 ? 0x30 : 0x10;
  if (n_adaptation > 0)
    write_adaptation (packet + 4, n_adaptation, flags, self->pcr27m);
  memcpy (packet + 4 + n_adaptation, self->bytes->data + self->done, HEADEND_PACKET - 4 - n_adaptation);
  self->done += HEADEND_PACKET - 4 - n_adaptation;
}

void
headend_pcr_write (guint8 *packet, gint64 pcr27m)
{
  const guint8 head[4] = { 0x47, 0, 0, 0x20 };

  memcpy (packet, head, sizeof head);
  write_adaptation (packet + 4, HEADEND_PACKET - 4, 0x10, pcr27m);
}

void
headend_null_write (guint8 *packet)
{
  const guint8 head[4] = { 0x47, 0x1f, 0xff, 0x10 };

  memcpy (packet, head, sizeof head);
  memset (packet + 4, 0xff, HEADEND_PACKET - 4);
}

static void
move_time (guint8 *p, gint64 offset90k)
{
  write_time (p, p[0] >> 4, (read_time (p) + (guint64) offset90k) & HEADEND_TIME_MASK);
}

static void
move_pcr (guint8 *p, gint64 offset90k)
{
  guint64 base = (guint64) p[0] << 25 | (guint64) p[1] << 17 | (guint64) p[2] << 9 | (guint64) p[3] << 1 | p[4] >> 7;
  guint extension = (guint) (p[4] & 1) << 8 | p[5];

  write_pcr (p, (gint64) ((base + (guint64) offset90k) & HEADEND_TIME_MASK) * 300 + extension);
}

void
headend_restamp (guint8 *packet, gint64 offset90k)
{
  guint payload = 4;

  if (packet[3] & 0x20) {
    if (packet[4] > 0 && (packet[5] & 0x10))
      move_pcr (packet + 6, offset90k);
    payload += 1 + packet[4];
  }
  if ((packet[1] & 0x40) == 0 || (packet[3] & 0x10) == 0 || payload + 19 > HEADEND_PACKET)
    return;
  if (packet[payload + 7] & 0x80)
    move_time (packet + payload + 9, offset90k);
  if ((packet[payload + 7] & 0xc0) == 0xc0)
    move_time (packet + payload + 14, offset90k);
}
