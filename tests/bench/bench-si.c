/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All service information of a multiplex, given as a file, at the multiplex's own speed (Mbit/s as second argument), 20 ms a push:
 * sections put together and checked, what is new told, events read with their texts and made into batches for the guide. From
 * nothing, so that the whole schedule is read once.
 *
 * si-core: CPU time of the pushes and of the thread that reads events; without what brings the packets. */
#include "stream/broadcast/hearth-guide-feed.h"
#include "ts/hearth-si-collector.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PUSHES_PER_S 50

typedef struct {
  HearthSiCollector *collector;
  HearthGuideFeed *feed;
  guint sections, let_go;
  gsize batch_bytes;
} Bench;

static void
on_batch (GBytes *batch, gpointer user_data)
{
  Bench *self = user_data;

  self->batch_bytes += g_bytes_get_size (batch);
  g_bytes_unref (batch);
  hearth_guide_feed_sent (self->feed);
}

static void
on_section (const HearthSiTable *table, const guint8 *section, gsize n_bytes, gpointer user_data)
{
  Bench *self = user_data;

  self->sections++;
  if (table->pid != HEARTH_SI_PID_EIT)
    return;
  if (hearth_guide_feed_has_room (self->feed, section[0]))
    hearth_guide_feed_push (self->feed, section, n_bytes);
  else
    self->let_go++;
}

static double
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

/* What this thread does here is pacing; what the others do is the work. */
static double
others_s (void)
{
  return read_clock (CLOCK_PROCESS_CPUTIME_ID) - read_clock (CLOCK_THREAD_CPUTIME_ID);
}

/* Returns how long it took, s; @used_s: CPU time of the pushes. */
static double
play (Bench *self, const guint8 *packets, gsize n_packets, double mbits, double *used_s)
{
  const gsize step = (gsize) (mbits * 1e6 / 8 / 188 / PUSHES_PER_S);
  const gint64 start_us = g_get_monotonic_time ();
  guint n = 0;

  for (gsize at = 0; at < n_packets; at += step, n++) {
    const gint64 wait_us = start_us + (gint64) n * G_USEC_PER_SEC / PUSHES_PER_S - g_get_monotonic_time ();

    if (wait_us > 0)
      g_usleep ((gulong) wait_us);
    *used_s -= read_clock (CLOCK_THREAD_CPUTIME_ID);
    hearth_si_collector_push (self->collector, packets + at * 188, MIN (step, n_packets - at));
    *used_s += read_clock (CLOCK_THREAD_CPUTIME_ID);
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
}

int
main (int argc, char **argv)
{
  static const HearthSiCollectorFuncs funcs = { .section = on_section };
  static const HearthGuideFeedFuncs feed_funcs = { .batch = on_batch };
  const double mbits = argc == 3 ? g_ascii_strtod (argv[2], NULL) : 0;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  HearthSiCollectorStats stats;
  Bench bench = { 0 };
  double used = 0, others, took;
  gsize n_bytes;

  if (mbits < 1 || !g_file_get_contents (argv[1], &bytes, &n_bytes, &error)) {
    fprintf (stderr, "bench-si FILE MBITS: %s\n", error != NULL ? error->message : "a file and its rate are wanted");
    return EXIT_FAILURE;
  }
  bench.collector = hearth_si_collector_new (HEARTH_SI_COLLECT_ALL, &funcs, &bench);
  bench.feed = hearth_guide_feed_new (NULL, &feed_funcs, &bench);
  others = others_s ();
  took = play (&bench, (const guint8 *) bytes, n_bytes / 188, mbits, &used);
  used += others_s () - others;
  hearth_si_collector_get_stats (bench.collector, &stats);
  if (stats.crc_errors != 0 || bench.batch_bytes == 0 || bench.let_go != 0)
    g_error ("%u damaged sections, %zu bytes of events, %u sections let go", (guint) stats.crc_errors, bench.batch_bytes, bench.let_go);
  printf ("{\"name\":\"si-core\",\"value\":%.3f,\"unit\":\"%% of a core (%.0f Mbit/s, %u new sections, %zu KB of events)\",\"goal\":0.5,\"beside\":{}}\n",
          100 * used / took, mbits, bench.sections, bench.batch_bytes >> 10);
  hearth_guide_feed_free (bench.feed);
  hearth_si_collector_free (bench.collector);
  return EXIT_SUCCESS;
}
