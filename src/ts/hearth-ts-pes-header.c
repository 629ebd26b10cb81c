/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of a PES packet: ISO/IEC 13818-1, 2.4.3.6 and 2.4.3.7. */
#include "config.h"

#include "ts/hearth-ts-private.h"

#define SHORT_HEADER 6 /* start code, stream_id, length */
#define FIXED_HEADER 9
#define TIME_BYTES 5

/* Streams whose packets have no flags and no times: table 2-21's list under 2.4.3.7. */
static gboolean
has_short_header (guint8 stream_id)
{
  switch (stream_id) {
  case 0xbc: /* program_stream_map */
  case 0xbe: /* padding_stream */
  case 0xbf: /* private_stream_2 */
  case 0xf0: /* ECM */
  case 0xf1: /* EMM */
  case 0xf2: /* DSM-CC */
  case 0xf8: /* H.222.1 type E */
  case 0xff: /* program_stream_directory */
    return TRUE;
  default:
    return FALSE;
  }
}

static gint64
read_time (const guint8 *p)
{
  return ((gint64) (p[0] & 0x0e) << 29) | (p[1] << 22) | ((p[2] & 0xfe) << 14) | (p[3] << 7) | (p[4] >> 1);
}

static HearthTsPesParse
read_times (HearthTsPesHeader *header, const guint8 *bytes, gsize n_bytes)
{
  guint flags = bytes[7] >> 6, needed = flags == 3 ? 2 * TIME_BYTES : flags == 2 ? TIME_BYTES : 0;

  if (bytes[8] < needed)
    return HEARTH_TS_PES_PARSE_WRONG;
  if (n_bytes < FIXED_HEADER + needed)
    return HEARTH_TS_PES_PARSE_SHORT;
  if (needed > 0)
    header->pts33 = read_time (bytes + FIXED_HEADER);
  if (needed > TIME_BYTES)
    header->dts33 = read_time (bytes + FIXED_HEADER + TIME_BYTES);
  return HEARTH_TS_PES_PARSE_OK;
}

HearthTsPesParse
hearth_ts_pes_header_try (HearthTsPesHeader *header, const guint8 *bytes, gsize n_bytes)
{
  guint length;

  *header = (HearthTsPesHeader) { .pts33 = -1, .dts33 = -1 };
  for (gsize i = 0; i < MIN (n_bytes, 3); i++)
    if (bytes[i] != (i == 2))
      return HEARTH_TS_PES_PARSE_WRONG;
  if (n_bytes < SHORT_HEADER)
    return HEARTH_TS_PES_PARSE_SHORT;
  header->stream_id = bytes[3];
  header->header_bytes = SHORT_HEADER;
  length = (bytes[4] << 8) | bytes[5];
  if (!has_short_header (header->stream_id)) {
    HearthTsPesParse times;

    if (n_bytes < FIXED_HEADER)
      return HEARTH_TS_PES_PARSE_SHORT;
    if ((bytes[6] & 0xc0) != 0x80)
      return HEARTH_TS_PES_PARSE_WRONG;
    times = read_times (header, bytes, n_bytes);
    if (times != HEARTH_TS_PES_PARSE_OK)
      return times;
    header->header_bytes = FIXED_HEADER + bytes[8];
  }
  header->bounded = length != 0;
  if (!header->bounded)
    return HEARTH_TS_PES_PARSE_OK;
  if (length + SHORT_HEADER < header->header_bytes)
    return HEARTH_TS_PES_PARSE_WRONG;
  header->length = length + SHORT_HEADER - header->header_bytes;
  return HEARTH_TS_PES_PARSE_OK;
}

gboolean
hearth_ts_pes_header_parse (HearthTsPesHeader *header, const guint8 *bytes, gsize n_bytes)
{
  return hearth_ts_pes_header_try (header, bytes, n_bytes) == HEARTH_TS_PES_PARSE_OK;
}
