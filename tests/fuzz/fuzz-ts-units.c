/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Access units and PES. The first byte says what the rest is: below HEARTH_TS_CODEC_N an access unit of that codec, else the
 * packets of one PID, each behind a byte that stands for its header. */
#include "ts/hearth-ts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES 2000

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (gboolean held)
{
  if (!held)
    abort ();
}

static void
on_picture (const HearthTsPes *unit, gpointer user_data)
{
  gsize *told = user_data;

  check (unit->n_bytes > 0 && unit->frame90k >= 0);
  *told += unit->n_bytes;
}

/* The same bytes as PES packets of 64, and as one: nothing is lost, nothing is told twice. */
static void
try_pictures (HearthTsCodec codec, const uint8_t *data, size_t size)
{
  const gsize pieces[] = { 64, MAX (size, 1) };
  HearthTsPictures pictures;

  hearth_ts_pictures_init (&pictures);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    gsize told = 0;

    hearth_ts_pictures_reset (&pictures, codec);
    for (size_t at = 0; at < size; at += pieces[i]) {
      HearthTsPes pes = { .n_bytes = MIN (size - at, pieces[i]), .pts90k = at * 90, .dts90k = at * 90 };
      g_autofree guint8 *exact = g_memdup2 (data + at, pes.n_bytes);

      pes.data = exact;
      hearth_ts_pictures_push (&pictures, &pes, on_picture, &told);
    }
    hearth_ts_pictures_flush (&pictures, on_picture, &told);
    check (told == size);
  }
  hearth_ts_pictures_clear (&pictures);
}

static void
try_unit (HearthTsCodec codec, const uint8_t *data, size_t size)
{
  g_autofree guint8 *exact = g_memdup2 (data, size);
  HearthTsUnitInfo whole, half;

  try_pictures (codec, data, size);
  hearth_ts_unit_scan (codec, exact, size, &whole);
  check (whole.rap == HEARTH_TS_RAP_NONE || whole.has_picture);
  hearth_ts_unit_scan (codec, exact, size / 2, &half);
  check (!half.has_picture || half.rap == whole.rap); /* once a picture is seen, the answer is final */
}

static void
on_pes (const HearthTsPes *pes, gpointer user_data)
{
  HearthTsUnitInfo info;
  guint64 *last = user_data;

  check (pes->n_bytes > 0 && pes->n_bytes <= MAX_BYTES);
  check (!pes->continuation || (pes->pts90k == HEARTH_TS_NO_TIME && pes->dts90k == HEARTH_TS_NO_TIME));
  check (pes->position >= *last);
  *last = pes->position;
  hearth_ts_unit_scan (HEARTH_TS_VIDEO_H264, pes->data, pes->n_bytes, &info);
}

/* 0x80: unit start, 0x40: adaptation field, 0x20: the counter stands, 0x10: flush, 0x08: reset, below: the counter skips. */
static void
try_packets (const uint8_t *data, size_t size)
{
  HearthTsPesAssembler assembler;
  guint8 continuity = 0;
  guint64 position = 0, last = 0;

  hearth_ts_pes_init (&assembler, MAX_BYTES);
  for (size_t at = 0; at < size;) {
    guint8 control = data[at], packet[HEARTH_TS_PACKET] = { 0x47, control & 0x80 ? 0x41 : 0x01, 0 };
    gsize n = MIN (sizeof packet - 4, size - at - 1);

    continuity += (control & 0x20 ? 0 : 1) + (control & 7);
    packet[3] = 0x10 | (control & 0x40 ? 0x20 : 0) | (continuity & 0x0f);
    memcpy (packet + 4, data + at + 1, n);
    hearth_ts_pes_push (&assembler, packet, position, on_pes, &last);
    if (control & 0x10)
      hearth_ts_pes_flush (&assembler, on_pes, &last);
    if (control & 0x08)
      hearth_ts_pes_reset (&assembler);
    position += HEARTH_TS_PACKET;
    at += 1 + n;
  }
  hearth_ts_pes_flush (&assembler, on_pes, &last);
  hearth_ts_pes_clear (&assembler);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  HearthTsPesHeader header;

  if (size < 1)
    return 0;
  if (data[0] < HEARTH_TS_CODEC_N) {
    try_unit (data[0], data + 1, size - 1);
    return 0;
  }
  if (hearth_ts_pes_header_parse (&header, data + 1, size - 1))
    check (header.header_bytes >= 6);
  try_packets (data + 1, size - 1);
  return 0;
}
