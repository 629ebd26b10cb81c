/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hearth-ring-start.h"

#include "record/hearth-recorder.h"
#include "ts/hearth-ts.h"

#include <time.h>

#define BEFORE_BYTES (4096 * HEARTH_TS_PACKET) /* tables come every 100 ms: 60 Mbit/s */

static gint64
get_boottime_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static gboolean
find_rap (HearthRingReader *reader, gint64 from_us, HearthRingRap *rap)
{
  if (from_us == HEARTH_RECORDER_FROM_OLDEST)
    return hearth_ring_reader_get_oldest_rap (reader, rap);
  if (from_us == HEARTH_RECORDER_FROM_NOW)
    return hearth_ring_reader_get_newest_rap (reader, rap);
  return hearth_ring_reader_get_rap_at (reader, get_boottime_us () - (g_get_real_time () - from_us), rap) ||
         hearth_ring_reader_get_oldest_rap (reader, rap);
}

/* The last PAT before @position, else that. */
static guint64
find_tables (HearthRingReader *reader, guint64 position)
{
  g_autoptr (HearthRingReader) look = hearth_ring_reader_dup (reader);
  g_autofree guint8 *bytes = g_malloc (BEFORE_BYTES);
  guint64 from;
  gsize n;

  hearth_ring_reader_seek (look, position > BEFORE_BYTES ? position - BEFORE_BYTES : 0);
  from = hearth_ring_reader_get_position (look);
  if (from >= position || hearth_ring_reader_read (look, bytes, position - from, &n) != HEARTH_RING_READ_OK)
    return position;
  for (gsize at = n; at >= HEARTH_TS_PACKET; at -= HEARTH_TS_PACKET) {
    const guint8 *packet = bytes + at - HEARTH_TS_PACKET;

    if (packet[0] == 0x47 && hearth_ts_pid (packet) == 0 && hearth_ts_unit_start (packet))
      return from + at - HEARTH_TS_PACKET;
  }
  return position;
}

gboolean
hearth_ring_start_find (HearthRingReader *reader, gint64 from_us, gboolean patient, guint64 *position)
{
  HearthRingRap rap;

  if (find_rap (reader, from_us, &rap)) {
    *position = find_tables (reader, rap.position);
    return TRUE;
  }
  *position = hearth_ring_reader_get_oldest (reader);
  return !patient && hearth_ring_reader_get_head (reader) > *position;
}

gint64
hearth_ring_start_get_utc (HearthRingReader *reader, guint64 position)
{
  HearthRingRap rap;
  guint64 n = 0;

  while (hearth_ring_reader_next_rap (reader, &n, &rap))
    if (rap.position >= position)
      return rap.utc_us;
  return g_get_real_time ();
}
