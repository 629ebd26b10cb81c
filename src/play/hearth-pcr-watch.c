/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-pcr-watch.h"

#include "ts/hearth-ts.h"

#define EVERY_US 100000 /* the longest distance of two PCRs: ISO/IEC 13818-1, 2.7.2 */
#define LOOK_BYTES (2048 * HEARTH_RING_PACKET)
#define CHUNK (32 * HEARTH_RING_PACKET)

void
hearth_pcr_watch_init (HearthPcrWatch *self, HearthRingReader *reader)
{
  guint64 head = hearth_ring_reader_get_head (reader);

  self->reader = reader;
  self->looked_us = 0;
  self->bytes_s = 0;
  hearth_ring_reader_seek (reader, head > LOOK_BYTES / 8 ? head - LOOK_BYTES / 8 : 0);
}

void
hearth_pcr_watch_clear (HearthPcrWatch *self)
{
  g_clear_pointer (&self->reader, hearth_ring_reader_free);
}

typedef struct {
  guint64 pcr_27mhz, position;
  gboolean found, discontinuity;
} Newest;

static void
look_at (const guint8 *packets, gsize n_bytes, guint64 position, guint16 pcr_pid, Newest *newest)
{
  for (gsize at = 0; at + HEARTH_RING_PACKET <= n_bytes; at += HEARTH_RING_PACKET) {
    const guint8 *packet = packets + at;
    guint64 pcr_27mhz;

    if (packet[0] != 0x47 || hearth_ts_pid (packet) != pcr_pid || !hearth_ts_has_adaptation (packet))
      continue;
    newest->discontinuity |= (hearth_ts_adaptation_flags (packet) & 0x80) != 0;
    if (!hearth_ts_pcr (packet, &pcr_27mhz))
      continue;
    newest->pcr_27mhz = pcr_27mhz;
    newest->position = position + at;
    newest->found = TRUE;
  }
}

void
hearth_pcr_watch_look (HearthPcrWatch *self, HearthSync *sync, guint16 pcr_pid, gint64 now_us)
{
  guint64 from = hearth_ring_reader_get_position (self->reader), head = hearth_ring_reader_get_head (self->reader);
  gint64 since_us = now_us - self->looked_us, age_us = 0;
  guint8 chunk[CHUNK];
  gsize n_read;
  Newest newest = { 0 };

  if (since_us < EVERY_US || head == from)
    return;
  if (self->looked_us > 0)
    self->bytes_s = (self->bytes_s > 0 ? 0.9 * self->bytes_s : 0) + (self->bytes_s > 0 ? 0.1 : 1.0) * (head - from) * 1e6 / since_us;
  if (head - from > LOOK_BYTES)
    hearth_ring_reader_seek (self->reader, head - LOOK_BYTES);
  while (hearth_ring_reader_read (self->reader, chunk, sizeof chunk, &n_read) == HEARTH_RING_READ_OK)
    look_at (chunk, n_read, hearth_ring_reader_get_position (self->reader) - n_read, pcr_pid, &newest);
  self->looked_us = now_us;
  if (!newest.found)
    return;
  if (self->bytes_s > 0)
    age_us = MIN ((hearth_ring_reader_get_position (self->reader) - newest.position) * 1e6 / self->bytes_s, EVERY_US);
  hearth_sync_push_pcr (sync, newest.pcr_27mhz, now_us - age_us, newest.discontinuity);
}
