/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stream ring's figures, one JSON line each:
 *
 * ring-write: what it costs to write a GB, in CPU s of the writing thread, beside a memcpy of the same bytes in pieces of the same
 * size into memory as large, in the same run.
 * ring-overruns: one writer, 20 readers at 8 Mbit/s each checking every packet, and one more that stands still: how often a
 * running reader was overrun; what a write takes at worst (p99) with and without the one that stands still. */
#include "ring/hearth-ring.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DATAGRAM_BYTES (7 * 188)
#define WRITE_BYTES (64 * DATAGRAM_BYTES) /* what one recvmmsg() brings */
#define WRITE_ROUNDS 12000                /* 1 GB */
#define RING_BYTES (16u << 20)
#define READERS 20
#define RATE_BITS 8000000 /* a second */
#define HALF_S 4          /* with, and as long without, the reader that stands still */
#define WRITES_PER_S (RATE_BITS / 8 / DATAGRAM_BYTES)

static double
clock_s (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

/* ---- ring-write ------------------------------------------------------------------ */

static double
measure_write (const guint8 *bytes)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new ("bench", RING_BYTES, NULL);
  double start;

  for (guint i = 0; i < RING_BYTES / WRITE_BYTES + 1; i++) /* once round: the kernel's pages are there */
    hearth_ring_writer_write (writer, bytes, WRITE_BYTES);
  start = clock_s (CLOCK_THREAD_CPUTIME_ID);
  for (guint i = 0; i < WRITE_ROUNDS; i++)
    hearth_ring_writer_write (writer, bytes, WRITE_BYTES);
  return (clock_s (CLOCK_THREAD_CPUTIME_ID) - start) / ((double) WRITE_ROUNDS * WRITE_BYTES / 1e9);
}

static double
measure_memcpy (const guint8 *bytes)
{
  g_autofree guint8 *memory = g_malloc (RING_BYTES);
  const guint pieces = RING_BYTES / WRITE_BYTES;
  double start;

  memset (memory, 1, RING_BYTES);
  start = clock_s (CLOCK_THREAD_CPUTIME_ID);
  for (guint i = 0; i < WRITE_ROUNDS; i++) {
    memcpy (memory + (gsize) (i % pieces) * WRITE_BYTES, bytes, WRITE_BYTES);
    __asm__ volatile ("" : : "r" (memory) : "memory");
  }
  return (clock_s (CLOCK_THREAD_CPUTIME_ID) - start) / ((double) WRITE_ROUNDS * WRITE_BYTES / 1e9);
}

static void
bench_write (void)
{
  g_autofree guint8 *bytes = g_malloc (WRITE_BYTES);

  memset (bytes, 0x47, WRITE_BYTES);
  printf ("{\"name\":\"ring-write\",\"value\":%.4f,\"unit\":\"CPU s/GB\",\"goal\":0.5,\"beside\":{\"memcpy\":%.4f}}\n",
          measure_write (bytes), measure_memcpy (bytes));
}

/* ---- ring-overruns ---------------------------------------------------------------- */

static guint32
checksum (const guint8 *packet)
{
  guint32 sum = 1;

  for (guint i = 8; i < 188; i++)
    sum = sum * 31 + packet[i];
  return sum;
}

static void
make_datagram (guint8 *datagram, guint64 position)
{
  for (guint p = 0; p < 7; p++) {
    guint8 *packet = datagram + p * 188;
    guint64 number = position / 188 + p;
    guint32 sum;

    memset (packet, number & 0xff, 188);
    memcpy (packet + 8, &number, sizeof number);
    sum = checksum (packet);
    memcpy (packet + 4, &sum, sizeof sum);
  }
}

typedef struct {
  HearthRingReader *reader;
  HearthRingWaiter *waiter;
  guint64 packets, bad, overruns;
} Reader;

static void
check_packets (Reader *self, const guint8 *packets, gsize n_bytes, guint64 position)
{
  for (gsize i = 0; i < n_bytes; i += 188) {
    guint64 number, expected = (position + i) / 188;
    guint32 sum;

    memcpy (&sum, packets + i + 4, sizeof sum);
    memcpy (&number, packets + i + 8, sizeof number);
    self->bad += number != expected || sum != checksum (packets + i);
    self->packets++;
  }
}

static gpointer
reader_main (gpointer data)
{
  Reader *self = data;
  struct pollfd event = { .fd = hearth_ring_waiter_get_event_fd (self->waiter), .events = POLLIN };
  guint8 buffer[DATAGRAM_BYTES * 16];
  HearthRingRead result;
  gsize n;

  do {
    guint64 position = hearth_ring_reader_get_position (self->reader);

    hearth_ring_waiter_clear (self->waiter);
    result = hearth_ring_reader_read (self->reader, buffer, sizeof buffer, &n);
    check_packets (self, buffer, n, position);
    self->overruns += result == HEARTH_RING_READ_OVERRUN;
    /* 16 datagrams a wake: 21 ms */
    if (result == HEARTH_RING_READ_EMPTY && hearth_ring_reader_arm (self->reader, self->waiter, position + sizeof buffer))
      poll (&event, 1, 1000);
  } while (result != HEARTH_RING_READ_ENDED);
  return NULL;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Writes at the stream's rate for HALF_S seconds; returns the 99th percentile of a write in µs of this thread's CPU time. */
static double
write_half (HearthRingWriter *writer)
{
  const guint n_writes = HALF_S * WRITES_PER_S;
  g_autofree double *took_us = g_new (double, n_writes);
  const double start = clock_s (CLOCK_MONOTONIC);
  guint8 datagram[DATAGRAM_BYTES];

  for (guint i = 0; i < n_writes; i++) {
    const double wait_s = start + (double) i / WRITES_PER_S - clock_s (CLOCK_MONOTONIC);
    double before;

    if (wait_s > 0)
      g_usleep (wait_s * 1e6);
    make_datagram (datagram, hearth_ring_writer_get_head (writer));
    before = clock_s (CLOCK_THREAD_CPUTIME_ID);
    hearth_ring_writer_write (writer, datagram, sizeof datagram);
    took_us[i] = (clock_s (CLOCK_THREAD_CPUTIME_ID) - before) * 1e6;
  }
  qsort (took_us, n_writes, sizeof *took_us, compare_doubles);
  return took_us[n_writes * 99 / 100];
}

static void
start_reader (Reader *self, HearthRingWriter *writer)
{
  self->reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);
  self->waiter = hearth_ring_waiter_new (NULL);
  hearth_ring_writer_add_waiter (writer, self->waiter);
}

static void
stop_reader (Reader *self, HearthRingWriter *writer)
{
  hearth_ring_writer_remove_waiter (writer, self->waiter);
  hearth_ring_waiter_free (self->waiter);
  hearth_ring_reader_free (self->reader);
}

static gboolean
bench_overruns (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new ("bench", HEARTH_RING_MIN_BYTES, NULL);
  Reader readers[READERS + 1] = { 0 }; /* the last one stands still: armed once, never read */
  GThread *threads[READERS];
  double alone_us, beside_us;
  guint64 overruns = 0, packets = 0, bad = 0;

  for (guint i = 0; i < READERS; i++) {
    start_reader (&readers[i], writer);
    threads[i] = g_thread_new ("reader", reader_main, &readers[i]);
  }
  alone_us = write_half (writer);
  start_reader (&readers[READERS], writer);
  hearth_ring_reader_arm (readers[READERS].reader, readers[READERS].waiter, hearth_ring_writer_get_head (writer) + 188);
  beside_us = write_half (writer);
  hearth_ring_writer_set_ended (writer, TRUE);
  for (guint i = 0; i < READERS; i++) {
    g_thread_join (threads[i]);
    overruns += readers[i].overruns;
    packets += readers[i].packets;
    bad += readers[i].bad + (readers[i].packets * 188 != hearth_ring_writer_get_head (writer));
  }
  for (guint i = 0; i <= READERS; i++)
    stop_reader (&readers[i], writer);
  printf ("{\"name\":\"ring-overruns\",\"value\":%" G_GUINT64_FORMAT ",\"unit\":\"overruns\",\"goal\":0,\"beside\":{"
          "\"wrong-packets\":%" G_GUINT64_FORMAT ",\"packets\":%" G_GUINT64_FORMAT
          ",\"write-p99-us\":%.2f,\"write-p99-us-beside-a-stopped-reader\":%.2f}}\n",
          overruns, bad, packets, alone_us, beside_us);
  return bad == 0;
}

int
main (int argc, char **argv)
{
  bench_write ();
  return bench_overruns () ? EXIT_SUCCESS : EXIT_FAILURE;
}
