/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play-testing.h"

#include "ts-maker.h"

#include <string.h>

#define NULL_PID 0x1fff

typedef struct {
  guint16 pid;
  guint n, n_open;
  HearthTsPesAssembler assembler;
  GByteArray *open; /* the pictures of the next PES */
  TsMakerPes times;
  TsMaker maker;    /* packets that wait for a place */
  guint n_placed;
  guint8 continuity;
} Gather;

static void
on_pes (const HearthTsPes *pes, gpointer user_data)
{
  Gather *self = user_data;

  if (self->n_open == 0)
    self->times = (TsMakerPes) { .pts = pes->pts90k, .dts = pes->dts90k, .pcr_27mhz = -1 };
  g_byte_array_append (self->open, pes->data, pes->n_bytes);
  if (++self->n_open < self->n)
    return;
  ts_maker_add_pes (&self->maker, self->pid, 0xe0, &self->times, self->open->data, self->open->len);
  g_byte_array_set_size (self->open, 0);
  self->n_open = 0;
}

/* Its adaptation field with the PCR stays, the rest is stuffing. */
static void
keep_pcr (Gather *self, guint8 *packet)
{
  guint8 *flags = packet + 5;

  packet[1] &= 0x1f;
  packet[3] = 0x20 | self->continuity;
  packet[4] = HEARTH_TS_PACKET - 5;
  *flags &= 0x10;
  memset (packet + 12, 0xff, HEARTH_TS_PACKET - 12);
}

static void
fill_place (Gather *self, guint8 *packet)
{
  if (self->n_placed == ts_maker_n_packets (&self->maker)) {
    packet[1] = NULL_PID >> 8;
    packet[2] = NULL_PID & 0xff;
    packet[3] = 0x10;
    return;
  }
  memcpy (packet, ts_maker_packet (&self->maker, self->n_placed++), HEARTH_TS_PACKET);
  self->continuity = (self->continuity + 1) & 0x0f;
  packet[3] = (packet[3] & 0xf0) | self->continuity;
}

static guint16
find_video (const guint8 *bytes, gsize n_bytes)
{
  for (gsize at = 0; at + HEARTH_TS_PACKET <= n_bytes; at += HEARTH_TS_PACKET) {
    guint offset = hearth_ts_payload_offset (bytes + at);

    if (hearth_ts_unit_start (bytes + at) && offset + 4 < HEARTH_TS_PACKET && memcmp (bytes + at + offset, "\0\0\1\xe0", 4) == 0)
      return hearth_ts_pid (bytes + at);
  }
  g_assert_not_reached ();
}

void
test_stream_gather (const char *path, guint n)
{
  Gather self = { .n = n, .open = g_byte_array_new () };
  g_autofree char *contents = NULL;
  guint8 *bytes;
  gsize n_bytes;

  g_assert_true (g_file_get_contents (path, &contents, &n_bytes, NULL));
  bytes = (guint8 *) contents;
  self.pid = find_video (bytes, n_bytes);
  ts_maker_init (&self.maker);
  hearth_ts_pes_init (&self.assembler, 1 << 20);
  for (gsize at = 0; at + HEARTH_TS_PACKET <= n_bytes; at += HEARTH_TS_PACKET) {
    guint8 *packet = bytes + at;
    gboolean pcr = packet[3] & 0x20 && packet[4] >= 7 && packet[5] & 0x10;

    if (hearth_ts_pid (packet) == self.pid)
      hearth_ts_pes_push (&self.assembler, packet, at, on_pes, &self);
    if (hearth_ts_pid (packet) == self.pid && pcr)
      keep_pcr (&self, packet);
    else if (hearth_ts_pid (packet) == self.pid || hearth_ts_pid (packet) == NULL_PID)
      fill_place (&self, packet);
  }
  g_assert_true (g_file_set_contents (path, contents, n_bytes, NULL));
  hearth_ts_pes_clear (&self.assembler);
  ts_maker_clear (&self.maker);
  g_byte_array_unref (self.open);
}
