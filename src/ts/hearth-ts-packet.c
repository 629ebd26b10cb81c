/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The adaptation field: ISO/IEC 13818-1, 2.4.3.4 and 2.4.3.5. */
#include "config.h"

#include "ts/hearth-ts-private.h"

guint
hearth_ts_payload_offset (const guint8 *packet)
{
  guint offset = 4;

  if (!hearth_ts_has_payload (packet))
    return HEARTH_TS_PACKET;
  if (hearth_ts_has_adaptation (packet))
    offset += 1 + packet[4];
  return MIN (offset, HEARTH_TS_PACKET);
}

guint8
hearth_ts_adaptation_flags (const guint8 *packet)
{
  if (!hearth_ts_has_adaptation (packet) || packet[4] == 0 || packet[4] > HEARTH_TS_PACKET - 5)
    return 0;
  return packet[5];
}

gboolean
hearth_ts_pcr (const guint8 *packet, guint64 *pcr_27mhz)
{
  const guint8 *p = packet + 6;
  guint64 base;

  if (!(hearth_ts_adaptation_flags (packet) & HEARTH_TS_ADAPTATION_PCR) || packet[4] < 7)
    return FALSE;
  base = ((guint64) p[0] << 25) | ((guint64) p[1] << 17) | ((guint64) p[2] << 9) | ((guint64) p[3] << 1) | (p[4] >> 7);
  *pcr_27mhz = base * 300 + (((p[4] & 1) << 8) | p[5]);
  return TRUE;
}

/* Skips one field of the adaptation field that begins with its own length. */
static guint
skip_counted (const guint8 *packet, guint at, guint end)
{
  return at < end ? at + 1 + packet[at] : at;
}

guint
hearth_ts_stuffing_bytes (const guint8 *packet)
{
  guint8 flags = hearth_ts_adaptation_flags (packet);
  guint end, at = 6;

  if (!hearth_ts_has_adaptation (packet))
    return 0;
  end = 5 + packet[4];
  if (end > HEARTH_TS_PACKET)
    return 0;
  if (packet[4] == 0)
    return 1; /* a field of its length byte alone exists only to stuff one byte */
  if (flags & HEARTH_TS_ADAPTATION_PCR)
    at += 6;
  if (flags & 0x08) /* OPCR */
    at += 6;
  if (flags & 0x04) /* splice_countdown */
    at += 1;
  if (flags & 0x02) /* transport_private_data */
    at = skip_counted (packet, at, end);
  if (flags & 0x01) /* adaptation_field_extension */
    at = skip_counted (packet, at, end);
  if (flags == 0)
    return end - 5; /* the flags byte itself is there only for the stuffing */
  return at < end ? end - at : 0;
}
