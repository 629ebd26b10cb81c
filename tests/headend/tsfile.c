/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/tsfile.h"

#include <string.h>

#define PACKET 188
#define N_PIDS 8192
#define SYNCED 5 /* sync bytes in a row that prove a packet size */
#define MAX_STEP_27M (2 * 27000000LL) /* between two PCRs; more is a jump */
#define PCR_WRAP_27M (300LL << 33)

/* The size for which sync bytes stand from @bytes on; 0: none. */
static gsize
find_size (const guint8 *bytes, gsize n_bytes)
{
  static const gsize sizes[] = { 188, 192, 204 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gsize good = 0;

    while (good < SYNCED && good * sizes[i] < n_bytes && bytes[good * sizes[i]] == 0x47)
      good++;
    if (good == SYNCED || (good > 0 && good * sizes[i] >= n_bytes))
      return sizes[i];
  }
  return 0;
}

guint8 *
headend_tsfile_dup_packets (const guint8 *bytes, gsize n_bytes, gsize *n_packets)
{
  gsize size = 0, first = 0, n = 0;
  guint8 *packets;

  while (first + PACKET <= n_bytes && first < 1 << 16 && (size = find_size (bytes + first, n_bytes - first)) == 0)
    first++;
  if (size == 0)
    return NULL;
  packets = g_malloc ((n_bytes / size + 1) * PACKET);
  for (gsize at = first; at + PACKET <= n_bytes;) {
    if (bytes[at] != 0x47) { /* damaged: look for the next one */
      at++;
      continue;
    }
    memcpy (packets + n++ * PACKET, bytes + at, PACKET);
    at += size;
  }
  *n_packets = n;
  return packets;
}

/* PCR in 27 MHz, -1: none. */
static gint64
get_pcr (const guint8 *p)
{
  gint64 base;

  if ((p[3] & 0x20) == 0 || p[4] < 7 || (p[5] & 0x10) == 0)
    return -1;
  base = (gint64) p[6] << 25 | (gint64) p[7] << 17 | (gint64) p[8] << 9 | (gint64) p[9] << 1 | p[10] >> 7;
  return base * 300 + ((p[10] & 1) << 8 | p[11]);
}

static guint
get_pid (const guint8 *p)
{
  return (guint) (p[1] & 0x1f) << 8 | p[2];
}

static guint
find_pcr_pid (const guint8 *packets, gsize n_packets)
{
  g_autofree guint *counts = g_new0 (guint, N_PIDS);
  guint best = 0;

  for (gsize i = 0; i < n_packets; i++)
    if (get_pcr (packets + i * PACKET) >= 0)
      counts[get_pid (packets + i * PACKET)]++;
  for (guint i = 1; i < N_PIDS; i++)
    if (counts[i] > counts[best])
      best = i;
  return counts[best] >= 2 ? best : N_PIDS;
}

typedef struct {
  gint64 *times;
  gsize packet;      /* of the last PCR */
  gint64 pcr27m;
  double packet_27m; /* a packet's time, before */
  double time_27m;   /* of packet */
} Clock;

static gint64
to_ns (double time_27m)
{
  return (gint64) (time_27m * 1000 / 27);
}

/* Fills in from the last PCR to before @packet. */
static void
spread (Clock *clock, gsize packet)
{
  for (gsize i = clock->packet; i < packet; i++)
    clock->times[i] = to_ns (clock->time_27m + (double) (i - clock->packet) * clock->packet_27m);
}

static void
take_pcr (Clock *clock, gsize packet, gint64 pcr27m)
{
  const gint64 step = (pcr27m - clock->pcr27m + PCR_WRAP_27M) % PCR_WRAP_27M;
  const double packets = (double) (packet - clock->packet);

  if (step > 0 && step < MAX_STEP_27M)
    clock->packet_27m = (double) step / packets;
  spread (clock, packet);
  clock->time_27m += packets * clock->packet_27m;
  clock->packet = packet;
  clock->pcr27m = pcr27m;
}

/* What stands before the first PCR goes at the rate of what follows it. */
static void
lead_in (gint64 *times, gsize first, gsize n_times)
{
  const gint64 packet_ns = first + 1 < n_times ? times[first + 1] - times[first] : 0;

  for (gsize i = 0; i < n_times; i++)
    times[i] = i < first ? (gint64) i * packet_ns : times[i] + (gint64) first * packet_ns;
}

gint64 *
headend_tsfile_dup_times (const guint8 *packets, gsize n_packets)
{
  const guint pid = find_pcr_pid (packets, n_packets);
  Clock clock = { .times = g_new0 (gint64, n_packets + 1) };
  gsize first = n_packets;

  for (gsize i = 0; i < n_packets; i++) {
    const guint8 *p = packets + i * PACKET;
    const gint64 pcr27m = get_pid (p) == pid ? get_pcr (p) : -1;

    if (pcr27m < 0)
      continue;
    if (first == n_packets) {
      first = clock.packet = i;
      clock.pcr27m = pcr27m;
    } else {
      take_pcr (&clock, i, pcr27m);
    }
  }
  if (first == n_packets || clock.packet_27m == 0) {
    g_free (clock.times);
    return NULL;
  }
  spread (&clock, n_packets + 1);
  lead_in (clock.times, first, n_packets + 1);
  return clock.times;
}

gint64 *
headend_tsfile_dup_times_at_rate (gsize n_packets, guint64 bits_a_second)
{
  gint64 *times = g_new (gint64, n_packets + 1);

  for (gsize i = 0; i <= n_packets; i++)
    times[i] = (gint64) ((double) i * PACKET * 8 * 1e9 / (double) bits_a_second);
  return times;
}
