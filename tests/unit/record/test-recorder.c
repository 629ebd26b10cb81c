/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/record/record-testing.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define ID "abcdefghijklmnop"
#define EVERY 100
#define RING_PACKETS (HEARTH_RING_MIN_BYTES / HEARTH_RING_PACKET)

typedef struct {
  RecordTesting t;
  HearthRecorder *recorder;
} Fixture;

static void
start (Fixture *f, gint64 from_us)
{
  g_autoptr (GError) error = NULL;
  HearthRecordFiles *files = hearth_record_files_open (f->t.root, ID, &error);

  g_assert_no_error (error);
  f->recorder = record_testing_new_recorder (ID, from_us);
  hearth_recorder_take_files (f->recorder, files);
}

static void
feed (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hearth_recorder_feed (f->recorder, record_testing_get_ring (&f->t), &error));
  g_assert_no_error (error);
}

/* As kill -9: what was told to the kernel is there, nothing is put in order. */
static void
kill_recorder (Fixture *f)
{
  g_clear_pointer (&f->recorder, hearth_recorder_unref);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  record_testing_init (&f->t);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  kill_recorder (f);
  record_testing_clear (&f->t);
}

static void
check_gap (Fixture *f, guint n, const char *cause)
{
  g_autoptr (HearthRecordingManifest) manifest = record_testing_load_manifest (&f->t, ID);
  const HearthRecordingGap *gap;

  g_assert_cmpuint (manifest->gaps->len, ==, n);
  if (n == 0)
    return;
  gap = &g_array_index (manifest->gaps, HearthRecordingGap, n - 1);
  g_assert_cmpstr (gap->cause, ==, cause);
  g_assert_cmpint (gap->from_us, >, 0);
  g_assert_cmpint (gap->to_us, >=, gap->from_us);
}

/* ---- beginning -------------------------------------------------------------------- */

static void
test_from_oldest (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRecordingIndex) index = NULL;

  record_testing_send (&f->t, 1000, EVERY);
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_tick (f->recorder, TRUE);
  record_testing_send (&f->t, 1050, EVERY);
  record_testing_tick (f->recorder, TRUE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 2050);
  index = record_testing_load_index (&f->t, ID);
  g_assert_false (index->doubted);
  g_assert_cmpuint (hearth_recording_index_get_last_rap (index)->offset, ==, 2000 * 188);
  g_assert_cmpint (hearth_recording_index_get_last_rap (index)->media_us, ==, 2000 * 1000);
  check_gap (f, 0, NULL);
}

static void
test_from_now (Fixture *f, gconstpointer data)
{
  record_testing_send (&f->t, 1050, EVERY);
  start (f, HEARTH_RECORDER_FROM_NOW);
  feed (f);
  record_testing_tick (f->recorder, TRUE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 1000), ==, 50);
}

static void
test_waits_for_a_point (Fixture *f, gconstpointer data)
{
  HearthRecorderStatus status;

  record_testing_send (&f->t, 1, 0); /* number 0, no point */
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 50, 0);
  record_testing_tick (f->recorder, TRUE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 0);
  hearth_recorder_get_status (f->recorder, &status);
  g_assert_cmpuint (status.bytes, ==, 0);
  hearth_recorder_status_clear (&status);
  record_testing_send (&f->t, 100, EVERY);
  record_testing_tick (f->recorder, TRUE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 100), ==, 51);
}

static void
test_stop_reads_the_rest (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRecordingManifest) manifest = NULL;

  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 500, EVERY);
  record_testing_tick (f->recorder, TRUE);
  record_testing_send (&f->t, 77, EVERY);
  hearth_recorder_stop (f->recorder, "stopped");
  record_testing_tick (f->recorder, TRUE);
  g_assert_true (hearth_recorder_is_done (f->recorder));
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 577);
  manifest = record_testing_load_manifest (&f->t, ID);
  g_assert_true (manifest->finished);
  g_assert_cmpstr (manifest->end, ==, "stopped");
  g_assert_cmpuint (manifest->bytes, ==, 577 * 188);
}

static void
test_ended_stays_ended (Fixture *f, gconstpointer data)
{
  HearthRecorderStatus status;

  test_stop_reads_the_rest (f, data);
  kill_recorder (f);
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 100, EVERY);
  record_testing_tick (f->recorder, TRUE);
  g_assert_true (hearth_recorder_is_done (f->recorder));
  hearth_recorder_get_status (f->recorder, &status);
  g_assert_cmpint (status.state, ==, HEARTH_RECORDER_FINISHED);
  g_assert_cmpstr (status.end, ==, "stopped");
  hearth_recorder_status_clear (&status);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 577);
}

static void
test_until (Fixture *f, gconstpointer data)
{
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 200, EVERY);
  hearth_recorder_set_until (f->recorder, g_get_real_time () - 1);
  record_testing_tick (f->recorder, TRUE);
  g_assert_true (hearth_recorder_is_done (f->recorder));
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 200);
}

static void
test_stream_ends (Fixture *f, gconstpointer data)
{
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 200, EVERY);
  hearth_ring_writer_set_ended (f->t.writer, TRUE);
  record_testing_tick (f->recorder, TRUE);
  g_assert_false (hearth_recorder_is_done (f->recorder)); /* another ring may come */
  hearth_recorder_set_ended_patience (f->recorder, 0);
  record_testing_tick (f->recorder, TRUE);
  g_assert_true (hearth_recorder_is_done (f->recorder));
  check_gap (f, 0, NULL);
}

/* ---- falls --------------------------------------------------------------------------- */

static void
test_killed_and_back (Fixture *f, gconstpointer data)
{
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, TRUE);
  kill_recorder (f);
  record_testing_send (&f->t, 5000, EVERY);
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_tick (f->recorder, TRUE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 6000);
  check_gap (f, 0, NULL);
}

/* A write was cut short by the fall. */
static void
test_killed_within_a_packet (Fixture *f, gconstpointer data)
{
  g_autofree char *path = record_testing_dup_path (&f->t, ID, "stream.ts");

  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, TRUE);
  kill_recorder (f);
  g_assert_cmpint (truncate (path, 900 * 188 + 17), ==, 0);
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_tick (f->recorder, TRUE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 1000);
}

static void
test_away_for_too_long (Fixture *f, gconstpointer data)
{
  g_autoptr (GArray) numbers = NULL;
  guint n_holes = 0;

  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, TRUE);
  kill_recorder (f);
  record_testing_send (&f->t, 2 * RING_PACKETS, EVERY);
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_tick (f->recorder, TRUE);
  check_gap (f, 1, HEARTH_RECORDING_RECORDER_STOPPED);
  numbers = record_testing_read_stream (&f->t, ID);
  for (guint i = 1; i < numbers->len; i++)
    n_holes += g_array_index (numbers, guint64, i) != g_array_index (numbers, guint64, i - 1) + 1;
  g_assert_cmpuint (n_holes, ==, 1);
  g_assert_cmpuint (g_array_index (numbers, guint64, numbers->len - 1), ==, f->t.sent - 1);
}

static void
test_stalled (Fixture *f, gconstpointer data)
{
  HearthRecorderStatus status;
  g_autoptr (GArray) numbers = NULL;

  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, TRUE);
  record_testing_send (&f->t, 2 * RING_PACKETS, EVERY);
  record_testing_tick (f->recorder, TRUE);
  check_gap (f, 1, HEARTH_RECORDING_OVERRUN);
  numbers = record_testing_read_stream (&f->t, ID);
  hearth_recorder_get_status (f->recorder, &status);
  g_assert_cmpuint (status.lost_bytes, ==, (f->t.sent - numbers->len) * 188); /* counted to the byte */
  hearth_recorder_status_clear (&status);
}

static void
test_new_ring (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRecordingIndex) index = NULL;

  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, TRUE);
  record_testing_send (&f->t, 500, EVERY); /* the old ring's last words */
  record_testing_new_ring (&f->t, HEARTH_RING_MIN_BYTES);
  record_testing_send (&f->t, 300, EVERY);
  feed (f);
  record_testing_tick (f->recorder, TRUE);
  record_testing_tick (f->recorder, TRUE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 1800);
  check_gap (f, 1, HEARTH_RECORDING_NETWORK_RESTARTED);
  index = record_testing_load_index (&f->t, ID);
  g_assert_false (index->doubted);
  g_assert_cmpuint (hearth_recording_index_get_last_splice (index)->offset, ==, 1500 * 188);
}

/* ---- the disk --------------------------------------------------------------------------- */

static void
test_disk_full_and_room_again (Fixture *f, gconstpointer data)
{
  HearthRecorderStatus status;

  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, TRUE);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, FALSE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 1000);
  hearth_recorder_get_status (f->recorder, &status);
  g_assert_cmpint (status.state, ==, HEARTH_RECORDER_DISK_FULL);
  g_assert_cmpstr (status.text, !=, "");
  hearth_recorder_status_clear (&status);
  record_testing_tick (f->recorder, TRUE); /* soon enough: the ring still had it */
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 2000);
  check_gap (f, 0, NULL);
  record_testing_tick (f->recorder, FALSE);
  record_testing_send (&f->t, 2 * RING_PACKETS, EVERY);
  record_testing_tick (f->recorder, FALSE);
  record_testing_tick (f->recorder, TRUE); /* too late */
  check_gap (f, 1, HEARTH_RECORDING_DISK_FULL);
}

/* After a power cut the index may lack its end, or all of it. */
static void
test_index_is_mended (Fixture *f, gconstpointer data)
{
  g_autofree char *path = record_testing_dup_path (&f->t, ID, "index.bin");
  g_autoptr (HearthRecordingIndex) index = NULL;

  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, TRUE);
  kill_recorder (f);
  g_assert_cmpint (truncate (path, 64 * 3 + 5), ==, 0);
  start (f, HEARTH_RECORDER_FROM_OLDEST);
  feed (f);
  record_testing_send (&f->t, 1000, EVERY);
  record_testing_tick (f->recorder, TRUE);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 2000);
  index = record_testing_load_index (&f->t, ID);
  g_assert_false (index->doubted);
  g_assert_cmpuint (hearth_recording_index_get_last_rap (index)->offset, ==, 1900 * 188);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/record/from-oldest", test_from_oldest);
  ADD ("/record/from-now", test_from_now);
  ADD ("/record/waits-for-a-point", test_waits_for_a_point);
  ADD ("/record/stop-reads-the-rest", test_stop_reads_the_rest);
  ADD ("/record/ended-stays-ended", test_ended_stays_ended);
  ADD ("/record/until", test_until);
  ADD ("/record/stream-ends", test_stream_ends);
  ADD ("/record/killed-and-back", test_killed_and_back);
  ADD ("/record/killed-within-a-packet", test_killed_within_a_packet);
  ADD ("/record/away-for-too-long", test_away_for_too_long);
  ADD ("/record/stalled", test_stalled);
  ADD ("/record/new-ring", test_new_ring);
  ADD ("/record/disk-full-and-room-again", test_disk_full_and_room_again);
  ADD ("/record/index-is-mended", test_index_is_mended);
  return g_test_run ();
}
