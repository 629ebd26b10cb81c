/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables come every 100 to 500 ms (13818-1 asks for no more; TS 101 290 for 500), and one who joins between them and a key
 * frame would wait for the next one. So until the PMT is there, the first packets of each PES that looks like a picture are
 * kept, to be judged then. */
#include "config.h"

#include "ts/hearth-ts-early.h"

#include <string.h>

#define PREFIX_PACKETS 22 /* as much as is looked at later */
#define MAX_PACKETS 1400  /* 260 KiB, two to three seconds of one programme */

void
hearth_ts_early_clear (HearthTsEarly *self)
{
  g_clear_pointer (&self->packets, g_array_unref);
}

static gboolean
begins_picture (const guint8 *packet)
{
  guint offset = hearth_ts_payload_offset (packet);
  const guint8 *p = packet + offset;

  return hearth_ts_unit_start (packet) && offset + 4 <= HEARTH_TS_PACKET && p[0] == 0 && p[1] == 0 && p[2] == 1 &&
         ((p[3] & 0xf0) == 0xe0 || p[3] == 0xfd); /* video, and extended_stream_id: table 2-22 */
}

void
hearth_ts_early_push (HearthTsEarly *self, const guint8 *packet, guint64 position, gboolean broken, guint8 *left)
{
  HearthTsEarlyPacket *kept;

  if (begins_picture (packet))
    *left = PREFIX_PACKETS;
  if (*left == 0)
    return;
  --*left;
  if (self->packets == NULL)
    self->packets = g_array_new (FALSE, FALSE, sizeof (HearthTsEarlyPacket));
  if (self->packets->len == MAX_PACKETS)
    g_array_remove_range (self->packets, 0, MAX_PACKETS / 2);
  g_array_set_size (self->packets, self->packets->len + 1);
  kept = &g_array_index (self->packets, HearthTsEarlyPacket, self->packets->len - 1);
  kept->position = position;
  kept->broken = broken;
  memcpy (kept->packet, packet, HEARTH_TS_PACKET);
}
