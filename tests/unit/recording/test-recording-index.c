/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recording/hearth-recording-index.h"

#include <string.h>

static void
append (GByteArray *bytes, HearthRecordingEntryType type, guint64 offset, gint64 media_us)
{
  const HearthRecordingEntry entry = { .type = type, .kind = 1, .offset = offset, .pts90k = media_us * 9 / 100, .utc_us = 5,
                                       .boottime_us = 6, .media_us = media_us };
  guint8 out[HEARTH_RECORDING_ENTRY_BYTES];

  hearth_recording_entry_encode (&entry, out);
  g_byte_array_append (bytes, out, sizeof out);
}

/* BEGIN, a splice, and a point each second of 188,000 bytes. */
static GByteArray *
make_index (guint n_raps)
{
  GByteArray *bytes = g_byte_array_new ();

  append (bytes, HEARTH_RECORDING_BEGIN, 0, 0);
  append (bytes, HEARTH_RECORDING_SPLICE, 0, 0);
  for (guint i = 0; i < n_raps; i++)
    append (bytes, HEARTH_RECORDING_RAP, (guint64) i * 188000, (gint64) i * G_USEC_PER_SEC);
  return bytes;
}

static void
test_there_and_back (void)
{
  const HearthRecordingEntry entry = { .type = HEARTH_RECORDING_RAP, .kind = 3, .offset = G_GUINT64_CONSTANT (0x0102030405060708),
                                       .pts90k = -1, .dts90k = HEARTH_RECORDING_NO_TIME, .utc_us = 7, .boottime_us = 8,
                                       .media_us = 9 };
  HearthRecordingEntry back;
  guint8 bytes[HEARTH_RECORDING_ENTRY_BYTES];

  hearth_recording_entry_encode (&entry, bytes);
  g_assert_cmphex (bytes[8], ==, 0x08); /* little-endian on every machine */
  g_assert_true (hearth_recording_entry_decode (&back, bytes));
  g_assert_cmpint (memcmp (&back, &entry, sizeof back), ==, 0);
  for (guint i = 0; i < sizeof bytes; i++) {
    bytes[i] ^= 0x10;
    g_assert_false (hearth_recording_entry_decode (&back, bytes));
    bytes[i] ^= 0x10;
  }
}

static void
test_find (void)
{
  g_autoptr (GByteArray) bytes = make_index (10);
  g_autoptr (HearthRecordingIndex) index = hearth_recording_index_new_for_bytes (bytes->data, bytes->len, 1880000);

  g_assert_false (index->doubted);
  g_assert_cmpuint (index->entries->len, ==, 11);
  g_assert_cmpuint (hearth_recording_index_find_time (index, 3500000)->offset, ==, 3 * 188000);
  g_assert_cmpuint (hearth_recording_index_find_time (index, -5)->offset, ==, 0);
  g_assert_cmpuint (hearth_recording_index_find_time (index, G_MAXINT64)->offset, ==, 9 * 188000);
  g_assert_cmpint (hearth_recording_index_find_offset (index, 188000 * 4 + 1)->media_us, ==, 4 * G_USEC_PER_SEC);
  g_assert_cmpuint (hearth_recording_index_get_last_splice (index)->offset, ==, 0);
}

static void
test_doubt (void)
{
  g_autoptr (GByteArray) bytes = make_index (10);
  HearthRecordingIndex *index;

  index = hearth_recording_index_new_for_bytes (bytes->data, bytes->len - 1, 1880000); /* torn */
  g_assert_true (index->doubted);
  g_assert_cmpuint (index->entries->len, ==, 10);
  hearth_recording_index_free (index);
  index = hearth_recording_index_new_for_bytes (bytes->data, bytes->len, 188000 * 5); /* the stream lost its end */
  g_assert_true (index->doubted);
  g_assert_cmpuint (hearth_recording_index_get_last_rap (index)->offset, ==, 188000 * 5);
  hearth_recording_index_free (index);
  bytes->data[HEARTH_RECORDING_ENTRY_BYTES * 4 + 20] ^= 1;
  index = hearth_recording_index_new_for_bytes (bytes->data, bytes->len, 1880000);
  g_assert_true (index->doubted);
  g_assert_cmpuint (index->entries->len, ==, 3);
  hearth_recording_index_free (index);
  index = hearth_recording_index_new_for_bytes (NULL, 0, 0);
  g_assert_true (index->doubted);
  g_assert_null (hearth_recording_index_find_time (index, 0));
  hearth_recording_index_free (index);
}

static void
test_bytes_again (void)
{
  g_autoptr (GByteArray) bytes = make_index (10);
  g_autoptr (HearthRecordingIndex) index = hearth_recording_index_new_for_bytes (bytes->data, bytes->len, 1880000);
  g_autoptr (GBytes) again = hearth_recording_index_dup_bytes (index);
  gsize n;
  const guint8 *data = g_bytes_get_data (again, &n);

  g_assert_cmpmem (data + HEARTH_RECORDING_ENTRY_BYTES, n - HEARTH_RECORDING_ENTRY_BYTES,
                   bytes->data + HEARTH_RECORDING_ENTRY_BYTES, bytes->len - HEARTH_RECORDING_ENTRY_BYTES);
}

static void
test_clock (void)
{
  HearthRecordingClock clock;

  hearth_recording_clock_init (&clock);
  g_assert_cmpint (hearth_recording_clock_push (&clock, 1000000, 500), ==, 0);
  g_assert_cmpint (hearth_recording_clock_push (&clock, 1090000, 700), ==, 1000000);
  g_assert_cmpint (hearth_recording_clock_push (&clock, 50, 2000700), ==, 3000000); /* the sender's time jumps: by arrival */
  hearth_recording_clock_splice (&clock);
  g_assert_cmpint (hearth_recording_clock_push (&clock, 9000000, 90000000), ==, 3000000); /* what is missing takes no time */
  g_assert_cmpint (hearth_recording_clock_push (&clock, G_MININT64 + 1, 0), ==, 3000000);
  g_assert_cmpint (hearth_recording_clock_push (&clock, G_MAXINT64, 0), ==, 3000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recording/index/there-and-back", test_there_and_back);
  g_test_add_func ("/recording/index/find", test_find);
  g_test_add_func ("/recording/index/doubt", test_doubt);
  g_test_add_func ("/recording/index/bytes-again", test_bytes_again);
  g_test_add_func ("/recording/index/clock", test_clock);
  return g_test_run ();
}
