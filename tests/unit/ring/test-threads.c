/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One writer, several readers, in threads and in processes. Run it under ThreadSanitizer, too. */
#include "ring-testing.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOTAL_BYTES ((guint64) 188 * 64 * 1500) /* 18 MB: four times round */

static gboolean
poll_event (HearthRingWaiter *waiter, int timeout_ms)
{
  struct pollfd fd = { .fd = hearth_ring_waiter_get_event_fd (waiter), .events = POLLIN };

  return poll (&fd, 1, timeout_ms) == 1;
}

typedef struct {
  HearthRingReader *reader;
  HearthRingWaiter *waiter;
  guint64 read, overruns, sleeps;
} Sleeper;

/* Reads all, and sleeps whenever it has. A lost wake shows as a poll that times out. */
static gpointer
sleeper_main (gpointer data)
{
  Sleeper *self = data;
  guint8 buffer[RING_TESTING_CHUNK];
  gsize n;

  for (;;) {
    guint64 position = hearth_ring_reader_get_position (self->reader);
    HearthRingRead result;

    hearth_ring_waiter_clear (self->waiter);
    result = hearth_ring_reader_read (self->reader, buffer, sizeof buffer, &n);
    g_assert_cmpint (result, !=, HEARTH_RING_READ_CORRUPT);
    if (result == HEARTH_RING_READ_ENDED)
      return NULL;
    if (result == HEARTH_RING_READ_OK)
      g_assert_true (ring_testing_check (buffer, position, n));
    self->read += n;
    self->overruns += result == HEARTH_RING_READ_OVERRUN;
    if (result == HEARTH_RING_READ_EMPTY && hearth_ring_reader_arm (self->reader, self->waiter, position + 188)) {
      g_assert_true (poll_event (self->waiter, 20000));
      self->sleeps++;
    }
  }
}

static void
write_all (HearthRingWriter *writer)
{
  guint8 pmt[100];

  for (guint i = 0; hearth_ring_writer_get_head (writer) < TOTAL_BYTES; i++) {
    const HearthRingRap rap = { .position = hearth_ring_writer_get_head (writer), .boottime_us = i, .utc_us = i, .kind = i };

    ring_testing_write (writer, 188 * (1 + i % 64));
    hearth_ring_writer_add_rap (writer, &rap);
    memset (pmt, i, sizeof pmt);
    hearth_ring_writer_set_tables (writer, pmt, i % 50, pmt, 1 + i % 100);
    hearth_ring_writer_set_wanted (writer, HEARTH_RING_MIN_BYTES + i * 2000);
    if (i % 8 == 0)
      g_thread_yield (); /* so that readers catch up, sleep and are woken */
  }
  hearth_ring_writer_set_ended (writer, TRUE);
}

/* Looks at index and tables all the while: never a torn one. */
static gpointer
looker_main (gpointer data)
{
  HearthRingReader *reader = data;
  HearthRingRap rap;
  guint8 pat[1024], pmt[1024];
  gsize n_pat, n_pmt;
  guint32 generation, last = 0;

  while (!hearth_ring_reader_is_ended (reader)) {
    if (hearth_ring_reader_get_newest_rap (reader, &rap) || hearth_ring_reader_get_oldest_rap (reader, &rap)) {
      g_assert_cmpint (rap.boottime_us, ==, rap.utc_us);
      g_assert_cmpuint (rap.kind, ==, rap.utc_us);
    }
    if (hearth_ring_reader_get_tables (reader, pat, &n_pat, pmt, &n_pmt, &generation)) {
      g_assert_cmpuint (generation, >=, last);
      g_assert_cmpuint (pmt[0], ==, pmt[n_pmt - 1]);
      g_assert_cmpuint (n_pat > 0 ? pat[0] : pmt[0], ==, pmt[0]);
      last = generation;
    }
    g_thread_yield ();
  }
  return NULL;
}

/* @growing: it changes its size while they read. */
static void
test_threads (gconstpointer growing)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new_growing ("test", 0, growing != NULL ? HEARTH_RING_MIN_BYTES * 3 : 0, NULL);
  g_autoptr (HearthRingReader) first = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);
  g_autoptr (HearthRingReader) looked = hearth_ring_reader_dup (first);
  Sleeper sleepers[3] = { 0 };
  GThread *threads[3], *looker = g_thread_new ("looker", looker_main, looked);
  guint64 sleeps = 0;

  for (guint i = 0; i < 3; i++) {
    sleepers[i].reader = hearth_ring_reader_dup (first);
    sleepers[i].waiter = hearth_ring_waiter_new (NULL);
    threads[i] = g_thread_new ("sleeper", sleeper_main, &sleepers[i]);
    hearth_ring_writer_add_waiter (writer, sleepers[i].waiter);
  }
  write_all (writer);
  g_thread_join (looker);
  for (guint i = 0; i < 3; i++) {
    g_thread_join (threads[i]);
    hearth_ring_writer_remove_waiter (writer, sleepers[i].waiter);
    if (sleepers[i].overruns == 0)
      g_assert_cmpuint (sleepers[i].read, ==, hearth_ring_writer_get_head (writer));
    sleeps += sleepers[i].sleeps;
    hearth_ring_waiter_free (sleepers[i].waiter);
    hearth_ring_reader_free (sleepers[i].reader);
  }
  g_assert_cmpuint (sleeps, >, 0);
  g_test_message ("%" G_GUINT64_FORMAT " sleeps", sleeps);
}

typedef struct {
  HearthRingWriter *writer;
  HearthRingReader *reader;
  HearthRingWaiter *waiter;
} Pair;

/* Hands one packet at a time to and fro: each one is a chance to lose a wake. */
static gpointer
ping_main (gpointer data)
{
  Pair *self = data;
  guint8 packet[188];
  gsize n;

  for (guint i = 0; i < 2000; i++) {
    hearth_ring_waiter_clear (self->waiter);
    while (hearth_ring_reader_read (self->reader, packet, sizeof packet, &n) == HEARTH_RING_READ_EMPTY) {
      if (hearth_ring_reader_arm (self->reader, self->waiter, hearth_ring_reader_get_position (self->reader) + 188))
        g_assert_true (poll_event (self->waiter, 20000));
      hearth_ring_waiter_clear (self->waiter);
    }
    ring_testing_write (self->writer, 188);
  }
  return NULL;
}

static void
test_wake_race (void)
{
  HearthRingWriter *rings[2];
  HearthRingWaiter *waiters[2];
  HearthRingReader *readers[2];
  GThread *thread;
  Pair here, there;

  for (guint i = 0; i < 2; i++) {
    rings[i] = hearth_ring_writer_new ("test", 0, NULL);
    readers[i] = hearth_ring_reader_new (hearth_ring_writer_get_fd (rings[i]), NULL);
    waiters[i] = hearth_ring_waiter_new (NULL);
    hearth_ring_writer_add_waiter (rings[i], waiters[i]);
  }
  here = (Pair) { rings[0], readers[1], waiters[1] };
  there = (Pair) { rings[1], readers[0], waiters[0] };
  thread = g_thread_new ("there", ping_main, &there);
  ring_testing_write (here.writer, 188);
  ping_main (&here);
  g_thread_join (thread);
  for (guint i = 0; i < 2; i++) {
    hearth_ring_writer_remove_waiter (rings[i], waiters[i]);
    hearth_ring_writer_free (rings[i]);
    hearth_ring_reader_free (readers[i]);
    hearth_ring_waiter_free (waiters[i]);
  }
}

static void
test_wakes (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new ("test", 0, NULL);
  g_autoptr (HearthRingReader) reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);
  g_autoptr (HearthRingWaiter) waiter = hearth_ring_waiter_new (NULL);
  g_autoptr (HearthRingWaiter) other = NULL;

  other = hearth_ring_waiter_new_for_fds (hearth_ring_waiter_get_page_fd (waiter), hearth_ring_waiter_get_event_fd (waiter), NULL);
  hearth_ring_writer_add_waiter (writer, other);
  ring_testing_write (writer, 188);
  g_assert_false (poll_event (waiter, 0)); /* not armed */
  g_assert_true (hearth_ring_reader_arm (reader, waiter, 188 * 3));
  ring_testing_write (writer, 188);
  g_assert_false (poll_event (waiter, 0)); /* not yet */
  ring_testing_write (writer, 188);
  g_assert_true (poll_event (waiter, 0));
  hearth_ring_waiter_clear (waiter);
  ring_testing_write (writer, 188);
  g_assert_false (poll_event (waiter, 0)); /* once */
  g_assert_false (hearth_ring_reader_arm (reader, waiter, 188 * 4)); /* is so already */
  hearth_ring_waiter_kick (other);
  g_assert_true (poll_event (waiter, 0));
  hearth_ring_waiter_clear (waiter);
  g_assert_true (hearth_ring_reader_arm (reader, waiter, 188 * 400));
  hearth_ring_writer_set_ended (writer, TRUE);
  g_assert_true (poll_event (waiter, 0));
  hearth_ring_writer_remove_waiter (writer, other);
}

/* Armed before the writer knew the waiter: added, it is looked at. */
static void
test_armed_early (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new ("test", 0, NULL);
  g_autoptr (HearthRingReader) reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);
  g_autoptr (HearthRingWaiter) waiter = hearth_ring_waiter_new (NULL);

  g_assert_true (hearth_ring_reader_arm (reader, waiter, 188));
  ring_testing_write (writer, 188);
  hearth_ring_writer_add_waiter (writer, waiter);
  g_assert_true (poll_event (waiter, 0));
  hearth_ring_writer_remove_waiter (writer, waiter);
}

/* A holder that fills the event must not make the writer wait. */
static void
test_full_event (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new ("test", 0, NULL);
  g_autoptr (HearthRingReader) reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);
  g_autoptr (HearthRingWaiter) waiter = hearth_ring_waiter_new (NULL);

  hearth_ring_writer_add_waiter (writer, waiter);
  for (guint i = 0; i < 5000; i++)
    hearth_ring_waiter_kick (waiter);
  g_assert_true (hearth_ring_reader_arm (reader, waiter, 188));
  ring_testing_write (writer, 188);
  g_assert_true (poll_event (waiter, 0));
  hearth_ring_waiter_clear (waiter);
  g_assert_false (poll_event (waiter, 0));
  hearth_ring_writer_remove_waiter (writer, waiter);
}

/* The writer is another process and is killed while it writes: all that it had finished stays readable. */
static void
test_writer_dies (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new ("test", 0, NULL);
  g_autoptr (HearthRingReader) reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);
  guint8 buffer[RING_TESTING_CHUNK];
  HearthRingRap rap;
  guint64 read_bytes = 0, position;
  gsize n;
  pid_t child = fork ();

  if (child == 0) {
    for (guint64 i = 0;; i++) {
      const HearthRingRap point = { .position = hearth_ring_writer_get_head (writer), .boottime_us = i };

      ring_testing_write (writer, RING_TESTING_CHUNK);
      hearth_ring_writer_add_rap (writer, &point);
    }
  }
  g_assert_cmpint (child, >, 0);
  while (hearth_ring_reader_get_head (reader) < HEARTH_RING_MIN_BYTES * 2)
    g_thread_yield ();
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);

  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OVERRUN);
  for (position = hearth_ring_reader_get_position (reader);
       hearth_ring_reader_read (reader, buffer, sizeof buffer, &n) == HEARTH_RING_READ_OK;
       position = hearth_ring_reader_get_position (reader)) {
    g_assert_true (ring_testing_check (buffer, position, n));
    read_bytes += n;
  }
  g_assert_cmpuint (read_bytes, >, HEARTH_RING_MIN_BYTES / 2);
  g_assert_true (hearth_ring_reader_get_newest_rap (reader, &rap));
  g_assert_cmpuint (rap.position, ==, (guint64) rap.boottime_us * RING_TESTING_CHUNK);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ring/writer-dies", test_writer_dies); /* first: it forks, and there are no threads yet */
  g_test_add_func ("/ring/wakes", test_wakes);
  g_test_add_func ("/ring/armed-early", test_armed_early);
  g_test_add_func ("/ring/full-event", test_full_event);
  g_test_add_func ("/ring/wake-race", test_wake_race);
  g_test_add_data_func ("/ring/threads", NULL, test_threads);
  g_test_add_data_func ("/ring/threads-growing", "growing", test_threads);
  return g_test_run ();
}
