/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ring-testing.h"

#include <hearth/error.h>

typedef struct {
  HearthRingWriter *writer;
  HearthRingReader *reader;
  gsize payload_bytes;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->writer = hearth_ring_writer_new ("test", 0, &error);
  g_assert_no_error (error);
  f->reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (f->writer), &error);
  g_assert_no_error (error);
  f->payload_bytes = (HEARTH_RING_MIN_BYTES + 187) / 188 * 188;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hearth_ring_reader_free (f->reader);
  hearth_ring_writer_free (f->writer);
}

/* Reads all there is and checks each byte. */
static guint64
read_all (HearthRingReader *reader)
{
  guint8 buffer[188 * 100 + 50]; /* not whole packets: it must be cut */
  guint64 total = 0;
  gsize n;

  for (;;) {
    guint64 position = hearth_ring_reader_get_position (reader);

    if (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n) != HEARTH_RING_READ_OK)
      return total;
    g_assert_cmpuint (n, >, 0);
    g_assert_cmpuint (n % 188, ==, 0);
    g_assert_true (ring_testing_check (buffer, position, n));
    total += n;
  }
}

static void
test_wrap (Fixture *f, gconstpointer data)
{
  guint64 total = 0;

  for (guint i = 0; i < 40; i++) {
    const guint64 n = 188 * (1000 + 977 * i % 5000);

    ring_testing_write (f->writer, n);
    g_assert_cmpuint (read_all (f->reader), ==, n);
    total += n;
  }
  g_assert_cmpuint (total, >, 3 * f->payload_bytes);
  g_assert_cmpuint (hearth_ring_reader_get_head (f->reader), ==, total);
  g_assert_cmpuint (hearth_ring_writer_get_head (f->writer), ==, total);
}

static void
test_empty_and_ended (Fixture *f, gconstpointer data)
{
  guint8 buffer[376];
  gsize n = 1;

  g_assert_cmpint (hearth_ring_reader_read (f->reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_EMPTY);
  g_assert_cmpuint (n, ==, 0);
  ring_testing_write (f->writer, 188 * 3);
  hearth_ring_writer_set_ended (f->writer, TRUE);
  g_assert_true (hearth_ring_reader_is_ended (f->reader));
  g_assert_cmpint (hearth_ring_reader_read (f->reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OK);
  g_assert_cmpuint (n, ==, 376);
  g_assert_cmpint (hearth_ring_reader_read (f->reader, buffer, 187, &n), ==, HEARTH_RING_READ_EMPTY); /* no room for the last */
  g_assert_cmpint (hearth_ring_reader_read (f->reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OK);
  g_assert_cmpint (hearth_ring_reader_read (f->reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_ENDED);
  hearth_ring_writer_set_ended (f->writer, FALSE);
  g_assert_cmpint (hearth_ring_reader_read (f->reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_EMPTY);
}

static void
add_rap (HearthRingWriter *writer, gint64 boottime_us)
{
  const HearthRingRap rap = { .position = hearth_ring_writer_get_head (writer), .pts90k = boottime_us * 9 / 100,
                              .dts90k = HEARTH_RING_NO_PTS, .boottime_us = boottime_us, .utc_us = boottime_us + 7, .kind = 1 };

  hearth_ring_writer_add_rap (writer, &rap);
}

/* One second is 100 packets and begins with a random access point. */
static void
write_seconds (HearthRingWriter *writer, guint from, guint to)
{
  for (guint s = from; s < to; s++) {
    add_rap (writer, s * G_USEC_PER_SEC);
    ring_testing_write (writer, 188 * 100);
  }
}

static void
test_overrun (Fixture *f, gconstpointer data)
{
  HearthRingRap rap;
  guint8 buffer[188];
  gsize n;

  write_seconds (f->writer, 0, 300); /* 5.6 MB into 4 MiB */
  g_assert_cmpint (hearth_ring_reader_read (f->reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OVERRUN);
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (hearth_ring_reader_get_oldest_rap (f->reader, &rap));
  g_assert_cmpuint (hearth_ring_reader_get_position (f->reader), ==, rap.position);
  g_assert_cmpuint (rap.position, >=, hearth_ring_reader_get_oldest (f->reader));
  g_assert_cmpuint (rap.position % (188 * 100), ==, 0);

  ring_testing_write (f->writer, f->payload_bytes / 10 / 188 * 188); /* the margin: still there */
  g_assert_cmpuint (read_all (f->reader), ==, hearth_ring_writer_get_head (f->writer) - rap.position);
}

static void
test_overrun_without_raps (Fixture *f, gconstpointer data)
{
  guint8 buffer[188];
  gsize n;

  ring_testing_write (f->writer, 2 * f->payload_bytes);
  g_assert_cmpint (hearth_ring_reader_read (f->reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OVERRUN);
  g_assert_cmpuint (hearth_ring_reader_get_position (f->reader), ==, hearth_ring_reader_get_oldest (f->reader));
  g_assert_cmpuint (read_all (f->reader), >, f->payload_bytes / 2);
}

static void
test_seek (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) second = NULL;

  ring_testing_write (f->writer, f->payload_bytes + 188 * 1000);
  hearth_ring_reader_seek (f->reader, 0);
  g_assert_cmpuint (hearth_ring_reader_get_position (f->reader), ==, hearth_ring_reader_get_oldest (f->reader));
  hearth_ring_reader_seek (f->reader, G_MAXUINT64);
  g_assert_cmpuint (hearth_ring_reader_get_position (f->reader), ==, hearth_ring_writer_get_head (f->writer));
  hearth_ring_reader_seek (f->reader, f->payload_bytes + 188 * 10 + 5);
  g_assert_cmpuint (hearth_ring_reader_get_position (f->reader), ==, f->payload_bytes + 188 * 10);

  second = hearth_ring_reader_dup (f->reader);
  g_assert_cmpuint (read_all (second), ==, 188 * 990);
  g_assert_cmpuint (hearth_ring_reader_get_position (f->reader), ==, f->payload_bytes + 188 * 10);
}

static void
test_raps (Fixture *f, gconstpointer data)
{
  HearthRingRap rap;

  g_assert_false (hearth_ring_reader_get_newest_rap (f->reader, &rap));
  add_rap (f->writer, 0);
  g_assert_false (hearth_ring_reader_get_newest_rap (f->reader, &rap)); /* its packet is not there yet */
  hearth_ring_writer_set_tables (f->writer, (const guint8 *) "pat", 3, (const guint8 *) "pmt", 3);
  write_seconds (f->writer, 1, 11);

  g_assert_true (hearth_ring_reader_get_newest_rap (f->reader, &rap));
  g_assert_cmpint (rap.boottime_us, ==, 10 * G_USEC_PER_SEC);
  g_assert_cmpint (rap.utc_us, ==, 10 * G_USEC_PER_SEC + 7);
  g_assert_cmpuint (rap.position, ==, 9 * 188 * 100);
  g_assert_cmpint (rap.pts90k, ==, 900000);
  g_assert_cmpint (rap.dts90k, ==, HEARTH_RING_NO_PTS);
  g_assert_cmpuint (rap.kind, ==, 1);
  g_assert_cmpuint (rap.pmt_generation, ==, 1);
  g_assert_true (hearth_ring_reader_get_oldest_rap (f->reader, &rap));
  g_assert_cmpint (rap.boottime_us, ==, 0);
  g_assert_cmpuint (rap.pmt_generation, ==, 0);
  g_assert_true (hearth_ring_reader_get_rap_at (f->reader, 4 * G_USEC_PER_SEC + 999, &rap));
  g_assert_cmpint (rap.boottime_us, ==, 4 * G_USEC_PER_SEC);
  g_assert_false (hearth_ring_reader_get_rap_at (f->reader, -1, &rap));
}

/* More random access points than the index has entries, all of them still in the payload. */
static void
test_index_wraps (Fixture *f, gconstpointer data)
{
  HearthRingRap rap;

  for (guint i = 0; i < 5000; i++) {
    add_rap (f->writer, i);
    ring_testing_write (f->writer, 188);
  }
  g_assert_true (hearth_ring_reader_get_newest_rap (f->reader, &rap));
  g_assert_cmpint (rap.boottime_us, ==, 4999);
  g_assert_true (hearth_ring_reader_get_oldest_rap (f->reader, &rap));
  g_assert_cmpint (rap.boottime_us, ==, 5000 - 2048);
}

static void
test_tables (Fixture *f, gconstpointer data)
{
  guint8 long_pmt[1024], pat[1024], pmt[1024];
  gsize n_pat, n_pmt;
  guint32 generation;

  memset (long_pmt, 0x5a, sizeof long_pmt);
  g_assert_false (hearth_ring_reader_get_tables (f->reader, pat, &n_pat, pmt, &n_pmt, &generation));
  hearth_ring_writer_set_tables (f->writer, (const guint8 *) "PAT 1", 5, long_pmt, sizeof long_pmt);
  g_assert_true (hearth_ring_reader_get_tables (f->reader, pat, &n_pat, pmt, &n_pmt, &generation));
  g_assert_cmpmem (pat, n_pat, "PAT 1", 5);
  g_assert_cmpmem (pmt, n_pmt, long_pmt, sizeof long_pmt);
  g_assert_cmpuint (generation, ==, 1);

  hearth_ring_writer_set_tables (f->writer, (const guint8 *) "PAT 1", 5, long_pmt, sizeof long_pmt);
  g_assert_true (hearth_ring_reader_get_tables (f->reader, pat, &n_pat, pmt, &n_pmt, &generation));
  g_assert_cmpuint (generation, ==, 1);
  hearth_ring_writer_set_tables (f->writer, (const guint8 *) "PAT 1", 5, (const guint8 *) "PMT", 3);
  g_assert_true (hearth_ring_reader_get_tables (f->reader, pat, &n_pat, pmt, &n_pmt, &generation));
  g_assert_cmpmem (pmt, n_pmt, "PMT", 3);
  g_assert_cmpuint (generation, ==, 2);
}

#define MOST_CHANGES 16
#define MIB ((guint64) 1 << 20)

/* A reader that lags by 3 MiB all the while loses nothing when the ring grows from 4 to 8 and to 32 MiB, and can then lag by 24. */
static void
test_grows (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new_growing ("test", 0, 64 * MIB, NULL);
  g_autoptr (HearthRingReader) reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);
  guint8 buffer[188 * 64];
  guint64 read = 0;
  gsize n;

  g_assert_cmpuint (hearth_ring_writer_get_span (writer), <, 5 * MIB);
  for (guint64 written = 0; written < 60 * MIB; written += 188 * 500) {
    if (written >= 10 * MIB)
      hearth_ring_writer_set_wanted (writer, (written >= 20 * MIB ? 32 : 8) * MIB);
    ring_testing_write (writer, 188 * 500);
    while (hearth_ring_reader_get_position (reader) + 3 * MIB < hearth_ring_reader_get_head (reader)) {
      guint64 position = hearth_ring_reader_get_position (reader);

      g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OK);
      g_assert_true (ring_testing_check (buffer, position, n));
      read += n;
    }
  }
  g_assert_cmpuint (hearth_ring_writer_get_span (writer), >=, 32 * MIB);
  ring_testing_write (writer, 24 * MIB / 188 * 188);
  read += read_all (reader);
  g_assert_cmpuint (read, ==, hearth_ring_writer_get_head (writer));
  g_assert_cmpuint (hearth_ring_reader_get_oldest (reader), >, 0);
}

/* What was written over before the ring grew is not taken for valid because there is room now. */
static void
test_grows_forgets (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new_growing ("test", 0, 64 * MIB, NULL);
  g_autoptr (HearthRingReader) reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);
  guint8 buffer[188];
  gsize n;

  ring_testing_write (writer, 188 * 40000); /* 7.2 MiB: nearly twice round */
  hearth_ring_writer_set_wanted (writer, 16 * MIB);
  ring_testing_write (writer, 188 * 10000);
  g_assert_cmpuint (hearth_ring_writer_get_span (writer), >=, 16 * MIB);
  hearth_ring_reader_seek (reader, 0);
  g_assert_cmpuint (hearth_ring_reader_get_position (reader), >, 3 * MIB);
  g_assert_cmpuint (read_all (reader), >, 4 * MIB);
  ring_testing_write (writer, 30 * MIB / 188 * 188); /* and round again */
  g_assert_cmpint (hearth_ring_reader_read (reader, buffer, sizeof buffer, &n), ==, HEARTH_RING_READ_OVERRUN);
  g_assert_cmpuint (read_all (reader), >, 12 * MIB);
}

/* A slow stream is known before it has used much: then less is enough. Later it would give nothing back. */
static void
test_shrinks (void)
{
  g_autoptr (HearthRingWriter) writer = hearth_ring_writer_new_growing ("test", 16 * MIB, 64 * MIB, NULL);
  g_autoptr (HearthRingReader) reader = hearth_ring_reader_new (hearth_ring_writer_get_fd (writer), NULL);

  ring_testing_write (writer, MIB / 188 * 188);
  hearth_ring_writer_set_wanted (writer, 1);
  g_assert_cmpuint (hearth_ring_writer_get_span (writer), <, 5 * MIB);
  g_assert_cmpuint (read_all (reader), ==, MIB / 188 * 188);
  ring_testing_write (writer, 3 * MIB / 188 * 188);
  read_all (reader);
  ring_testing_write (writer, 3 * MIB / 188 * 188);
  g_assert_cmpuint (read_all (reader), ==, 3 * MIB / 188 * 188);
  hearth_ring_writer_set_wanted (writer, 16 * MIB);
  ring_testing_write (writer, 4 * MIB / 188 * 188);
  hearth_ring_writer_set_wanted (writer, 4 * MIB);
  g_assert_cmpuint (hearth_ring_writer_get_span (writer), >=, 16 * MIB);
  for (guint i = 0; i < 2 * MOST_CHANGES; i++) { /* there is an end to changes, not to writing */
    hearth_ring_writer_set_wanted (writer, (20 + 3 * i) * MIB);
    ring_testing_write (writer, 8 * MIB / 188 * 188);
    hearth_ring_reader_seek (reader, hearth_ring_reader_get_oldest (reader));
    g_assert_cmpuint (read_all (reader), >, 0);
  }
}

static void
test_too_large (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hearth_ring_writer_new ("test", (gsize) HEARTH_RING_MAX_BYTES + 1, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/ring/wrap", test_wrap);
  ADD ("/ring/empty-and-ended", test_empty_and_ended);
  ADD ("/ring/overrun", test_overrun);
  ADD ("/ring/overrun-without-raps", test_overrun_without_raps);
  ADD ("/ring/seek", test_seek);
  ADD ("/ring/raps", test_raps);
  ADD ("/ring/index-wraps", test_index_wraps);
  ADD ("/ring/tables", test_tables);
#undef ADD
  g_test_add_func ("/ring/grows", test_grows);
  g_test_add_func ("/ring/grows-forgets", test_grows_forgets);
  g_test_add_func ("/ring/shrinks", test_shrinks);
  g_test_add_func ("/ring/too-large", test_too_large);
  return g_test_run ();
}
