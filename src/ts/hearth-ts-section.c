/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections out of packets and into packets: ISO/IEC 13818-1, 2.4.4. */
#include "config.h"

#include "ts/hearth-ts-private.h"

#include <string.h>

#define HEADER_BYTES 3 /* table_id and section_length */
#define STUFFING 0xff
#define TABLE_ID_TIME_OFFSET 0x73 /* has a CRC though its syntax indicator is 0: EN 300 468, 5.2.6 */

/* The polynomial of annex A, 0x04c11db7, by four bits at a time. */
static const guint32 crc_of_nibble[16] = {
  0x00000000, 0x04c11db7, 0x09823b6e, 0x0d4326d9, 0x130476dc, 0x17c56b6b, 0x1a864db2, 0x1e475005,
  0x2608edb8, 0x22c9f00f, 0x2f8ad6d6, 0x2b4bcb61, 0x350c9b64, 0x31cd86d3, 0x3c8ea00a, 0x384fbdbd,
};

guint32
hearth_ts_crc32 (const guint8 *bytes, gsize n_bytes)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n_bytes; i++) {
    crc = (crc << 4) ^ crc_of_nibble[(crc >> 28) ^ (bytes[i] >> 4)];
    crc = (crc << 4) ^ crc_of_nibble[(crc >> 28) ^ (bytes[i] & 0x0f)];
  }
  return crc;
}

void
hearth_ts_section_init (HearthTsSection *self)
{
  self->have = self->want = 0;
  self->continuity = HEARTH_TS_CONTINUITY_UNKNOWN;
  self->crc_errors = 0;
}

static void
drop (HearthTsSection *self)
{
  self->have = self->want = 0;
}

static void
finish (HearthTsSection *self, HearthTsSectionFunc func, gpointer user_data)
{
  gboolean has_crc = (self->data[1] & 0x80) != 0 || self->data[0] == TABLE_ID_TIME_OFFSET;
  guint n_bytes = self->want;

  drop (self);
  if (has_crc && hearth_ts_crc32 (self->data, n_bytes) != 0)
    self->crc_errors++;
  else
    func (self->data, n_bytes, user_data);
}

/* Adds to the open section; returns how many bytes it took. */
static gsize
feed (HearthTsSection *self, const guint8 *bytes, gsize n_bytes, HearthTsSectionFunc func, gpointer user_data)
{
  gsize used = 0;

  while (self->want > 0 && used < n_bytes) {
    gsize n = MIN (n_bytes - used, self->want - self->have);

    memcpy (self->data + self->have, bytes + used, n);
    self->have += n;
    used += n;
    if (self->have < self->want)
      break;
    if (self->want == HEADER_BYTES)
      self->want += ((self->data[1] & 0x0f) << 8) | self->data[2];
    if (self->have == self->want)
      finish (self, func, user_data);
    else if (self->want > sizeof self->data)
      drop (self);
  }
  return used;
}

/* The part of a packet behind its pointer_field, where sections begin one after the other until the stuffing. */
static void
feed_new (HearthTsSection *self, const guint8 *bytes, gsize n_bytes, HearthTsSectionFunc func, gpointer user_data)
{
  gsize at = 0;

  drop (self);
  while (at < n_bytes && bytes[at] != STUFFING) {
    self->want = HEADER_BYTES;
    at += feed (self, bytes + at, n_bytes - at, func, user_data);
  }
}

void
hearth_ts_section_push (HearthTsSection *self, const guint8 *packet, HearthTsSectionFunc func, gpointer user_data)
{
  guint offset = hearth_ts_payload_offset (packet);
  const guint8 *payload = packet + offset;
  gsize n_bytes = HEARTH_TS_PACKET - offset;
  HearthTsContinuity continuity;

  if (hearth_ts_error (packet) || hearth_ts_scrambled (packet) || n_bytes == 0)
    return;
  continuity = hearth_ts_continuity_check (&self->continuity, packet);
  if (continuity == HEARTH_TS_CONTINUITY_DUPLICATE && !hearth_ts_unit_start (packet))
    return;
  if (continuity != HEARTH_TS_CONTINUITY_RIGHT) /* cheap encoders never count on their tables' PIDs: a start is read all the same */
    drop (self);
  if (!hearth_ts_unit_start (packet)) {
    feed (self, payload, n_bytes, func, user_data);
    return;
  }
  if (payload[0] + 1u > n_bytes) {
    drop (self);
    return;
  }
  feed (self, payload + 1, payload[0], func, user_data);
  feed_new (self, payload + 1 + payload[0], n_bytes - 1 - payload[0], func, user_data);
}

guint
hearth_ts_section_packetize (const guint8 *section, gsize n_bytes, guint16 pid, guint8 *continuity, guint8 *packets)
{
  guint n_packets = 0;
  gsize at = 0;

  n_bytes = MIN (n_bytes, HEARTH_TS_MAX_SECTION);
  while (at < n_bytes) {
    guint8 *p = packets + n_packets * HEARTH_TS_PACKET;
    guint header = at == 0 ? 5 : 4;
    gsize n = MIN (HEARTH_TS_PACKET - header, n_bytes - at);

    memset (p, STUFFING, HEARTH_TS_PACKET);
    p[0] = HEARTH_TS_SYNC_BYTE;
    p[1] = (at == 0 ? 0x40 : 0) | ((pid >> 8) & 0x1f);
    p[2] = pid & 0xff;
    p[3] = 0x10 | (*continuity & 0x0f);
    if (at == 0)
      p[4] = 0; /* pointer_field */
    memcpy (p + header, section + at, n);
    *continuity = (*continuity + 1) & 0x0f;
    at += n;
    n_packets++;
  }
  return n_packets;
}
