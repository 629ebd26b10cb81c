/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hearth-record-disk.h"
#include "tests/unit/record/record-testing.h"

#include <glib/gstdio.h>
#include <hearth/error.h>

#define ID "abcdefghijklmnop"
#define OTHER "bbcdefghijklmnop"

typedef struct {
  RecordTesting t;
  HearthRecordDisk *disk;
} Fixture;

static void
on_changed (gpointer user_data)
{
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  record_testing_init (&f->t);
  f->disk = hearth_record_disk_new (f->t.folder, on_changed, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->disk, hearth_record_disk_free);
  record_testing_clear (&f->t);
}

static HearthRecorder *
begin (Fixture *f, const char *id)
{
  HearthRecorder *recorder = record_testing_new_recorder (id, HEARTH_RECORDER_FROM_OLDEST);
  g_autoptr (GError) error = NULL;

  g_assert_true (hearth_recorder_feed (recorder, record_testing_get_ring (&f->t), &error));
  hearth_record_disk_add (f->disk, recorder);
  return recorder;
}

static void
wait_for (HearthRecorder *recorder, HearthRecorderState state, guint64 bytes)
{
  gint64 deadline_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  HearthRecorderStatus status = { 0 };

  do {
    g_main_context_iteration (NULL, TRUE);
    hearth_recorder_status_clear (&status);
    hearth_recorder_get_status (recorder, &status);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
  } while (status.state != state || status.bytes < bytes);
  hearth_recorder_status_clear (&status);
}

static void
test_two_from_one_ring (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRecorder) one = begin (f, ID), two = begin (f, OTHER);

  record_testing_send (&f->t, 1000, 100);
  wait_for (one, HEARTH_RECORDER_RECORDING, 1000 * 188);
  wait_for (two, HEARTH_RECORDER_RECORDING, 1000 * 188);
  hearth_recorder_stop (one, "stopped");
  wait_for (one, HEARTH_RECORDER_FINISHED, 1000 * 188);
  record_testing_send (&f->t, 500, 100);
  wait_for (two, HEARTH_RECORDER_RECORDING, 1500 * 188);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 1000);
  g_assert_cmpuint (record_testing_check_stream (&f->t, OTHER, 0), ==, 1500);
}

static void
test_the_end_reads_all (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRecorder) recorder = begin (f, ID);
  g_autoptr (HearthRecordingManifest) manifest = NULL;

  record_testing_send (&f->t, 1000, 100);
  wait_for (recorder, HEARTH_RECORDER_RECORDING, 1000 * 188);
  record_testing_send (&f->t, 234, 100);
  g_clear_pointer (&f->disk, hearth_record_disk_free);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 1234);
  manifest = record_testing_load_manifest (&f->t, ID);
  g_assert_false (manifest->finished); /* for the next process to go on with */
}

static void
test_syncs_once_for_all (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRecorder) one = begin (f, ID), two = begin (f, OTHER);
  HearthRecordDiskStatistics statistics;

  do {
    record_testing_send (&f->t, 10, 10);
    g_main_context_iteration (NULL, TRUE);
    hearth_record_disk_get_statistics (f->disk, &statistics);
  } while (statistics.ticks < 10);
  g_assert_cmpuint (statistics.syncs, >=, 2);
  g_assert_cmpuint (statistics.syncs, <=, 4);
}

static void
test_reserve (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRecorder) recorder = begin (f, ID);

  record_testing_send (&f->t, 1000, 100);
  wait_for (recorder, HEARTH_RECORDER_RECORDING, 1000 * 188);
  hearth_record_disk_set_reserve (f->disk, G_MAXUINT64 / 2);
  wait_for (recorder, HEARTH_RECORDER_DISK_FULL, 0);
  record_testing_send (&f->t, 1000, 100);
  hearth_record_disk_set_reserve (f->disk, 0);
  wait_for (recorder, HEARTH_RECORDER_RECORDING, 2000 * 188);
  g_assert_cmpuint (record_testing_check_stream (&f->t, ID, 0), ==, 2000);
}

static void
test_delete (Fixture *f, gconstpointer data)
{
  g_autoptr (HearthRecorder) recorder = begin (f, ID);
  g_autofree char *path = g_build_filename (f->t.folder, ID, NULL), *gone = g_build_filename (f->t.folder, ".gone-" ID, NULL);
  g_autoptr (GError) error = NULL;

  record_testing_send (&f->t, 1000, 100);
  hearth_recorder_stop (recorder, "stopped");
  wait_for (recorder, HEARTH_RECORDER_FINISHED, 0);
  g_assert_true (hearth_record_disk_delete (f->disk, ID, &error));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  while (g_file_test (gone, G_FILE_TEST_EXISTS))
    g_thread_yield ();
  g_assert_false (hearth_record_disk_delete (f->disk, ID, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/record/disk/two-from-one-ring", test_two_from_one_ring);
  ADD ("/record/disk/the-end-reads-all", test_the_end_reads_all);
  ADD ("/record/disk/syncs-once-for-all", test_syncs_once_for_all);
  ADD ("/record/disk/reserve", test_reserve);
  ADD ("/record/disk/delete", test_delete);
  return g_test_run ();
}
