/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections out of packets and into packets: ISO/IEC 13818-1, 2.4.4. */
#include "config.h"

#include "ts/hearth-ts-private.h"

#include <string.h>

#define HEADER_BYTES 3 /* table_id and section_length */
#define STUFFING 0xff
#define TABLE_ID_TIME_OFFSET 0x73 /* has a CRC though its syntax indicator is 0: EN 300 468, 5.2.6 */

/* The polynomial of annex A, 0x04c11db7, eight bytes at a time: slice k says what a byte with k bytes behind it adds. A CRC is
 * linear, so the 256 entries of a slice are sums of eight, one for each bit: remainders of x^(8k+32) to x^(8k+39). */
#define ENTRY(n, b0, b1, b2, b3, b4, b5, b6, b7)                                                                        \
  (((n) & 1 ? b0 : 0) ^ ((n) & 2 ? b1 : 0) ^ ((n) & 4 ? b2 : 0) ^ ((n) & 8 ? b3 : 0) ^ ((n) & 16 ? b4 : 0) ^            \
   ((n) & 32 ? b5 : 0) ^ ((n) & 64 ? b6 : 0) ^ ((n) & 128 ? b7 : 0))
#define ENTRIES_4(n, ...) ENTRY (n, __VA_ARGS__), ENTRY (n + 1, __VA_ARGS__), ENTRY (n + 2, __VA_ARGS__), ENTRY (n + 3, __VA_ARGS__)
#define ENTRIES_16(n, ...)                                                                                              \
  ENTRIES_4 (n, __VA_ARGS__), ENTRIES_4 (n + 4, __VA_ARGS__), ENTRIES_4 (n + 8, __VA_ARGS__), ENTRIES_4 (n + 12, __VA_ARGS__)
#define ENTRIES_64(n, ...)                                                                                              \
  ENTRIES_16 (n, __VA_ARGS__), ENTRIES_16 (n + 16, __VA_ARGS__), ENTRIES_16 (n + 32, __VA_ARGS__), ENTRIES_16 (n + 48, __VA_ARGS__)
#define SLICE(...)                                                                                                      \
  { ENTRIES_64 (0, __VA_ARGS__), ENTRIES_64 (64, __VA_ARGS__), ENTRIES_64 (128, __VA_ARGS__), ENTRIES_64 (192, __VA_ARGS__) }

static const guint32 slices[8][256] = {
  SLICE (0x04c11db7, 0x09823b6e, 0x130476dc, 0x2608edb8, 0x4c11db70, 0x9823b6e0, 0x34867077, 0x690ce0ee),
  SLICE (0xd219c1dc, 0xa0f29e0f, 0x452421a9, 0x8a484352, 0x10519b13, 0x20a33626, 0x41466c4c, 0x828cd898),
  SLICE (0x01d8ac87, 0x03b1590e, 0x0762b21c, 0x0ec56438, 0x1d8ac870, 0x3b1590e0, 0x762b21c0, 0xec564380),
  SLICE (0xdc6d9ab7, 0xbc1a28d9, 0x7cf54c05, 0xf9ea980a, 0xf7142da3, 0xeae946f1, 0xd1139055, 0xa6e63d1d),
  SLICE (0x490d678d, 0x921acf1a, 0x20f48383, 0x41e90706, 0x83d20e0c, 0x036501af, 0x06ca035e, 0x0d9406bc),
  SLICE (0x1b280d78, 0x36501af0, 0x6ca035e0, 0xd9406bc0, 0xb641ca37, 0x684289d9, 0xd08513b2, 0xa5cb3ad3),
  SLICE (0x4f576811, 0x9eaed022, 0x399cbdf3, 0x73397be6, 0xe672f7cc, 0xc824f22f, 0x9488f9e9, 0x2dd0ee65),
  SLICE (0x5ba1dcca, 0xb743b994, 0x6a466e9f, 0xd48cdd3e, 0xadd8a7cb, 0x5f705221, 0xbee0a442, 0x79005533),
};

guint32
hearth_ts_crc32 (const guint8 *bytes, gsize n_bytes)
{
  guint32 crc = 0xffffffff;

  for (; n_bytes >= 8; bytes += 8, n_bytes -= 8)
    crc = slices[7][(crc >> 24) ^ bytes[0]] ^ slices[6][((crc >> 16) & 0xff) ^ bytes[1]] ^ slices[5][((crc >> 8) & 0xff) ^ bytes[2]] ^
          slices[4][(crc & 0xff) ^ bytes[3]] ^ slices[3][bytes[4]] ^ slices[2][bytes[5]] ^ slices[1][bytes[6]] ^ slices[0][bytes[7]];
  for (; n_bytes > 0; bytes++, n_bytes--)
    crc = (crc << 8) ^ slices[0][(crc >> 24) ^ *bytes];
  return crc;
}

void
hearth_ts_section_init (HearthTsSection *self)
{
  self->have = self->want = 0;
  self->continuity = HEARTH_TS_CONTINUITY_UNKNOWN;
  self->crc_errors = 0;
  memset (self->damaged, 0, sizeof self->damaged);
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
  if (has_crc && hearth_ts_crc32 (self->data, n_bytes) != 0) {
    self->crc_errors++;
    memcpy (self->damaged, self->data, sizeof self->damaged);
  } else
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
