/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/record/record-testing.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PACKET HEARTH_RING_PACKET

/* ---- packets ------------------------------------------------------------------------ */

static void
fill (guint8 *packet, guint64 number)
{
  packet[0] = 0x47;
  memcpy (packet + 4, &number, sizeof number);
  packet[1] = packet[2] = packet[3] = 0x10;
  for (guint i = 12; i < PACKET; i++)
    packet[i] = (guint8) (number * 7 + i);
}

static guint64
get_number (const guint8 *packet)
{
  guint8 wanted[PACKET];
  guint64 number;

  memcpy (&number, packet + 4, sizeof number);
  fill (wanted, number);
  g_assert_cmpmem (packet, PACKET, wanted, PACKET);
  return number;
}

/* ---- the ring -------------------------------------------------------------------------- */

void
record_testing_init (RecordTesting *self)
{
  memset (self, 0, sizeof *self);
  self->folder = g_dir_make_tmp ("hearth-record-XXXXXX", NULL);
  self->root = open (self->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  record_testing_new_ring (self, HEARTH_RING_MIN_BYTES);
}

static void
remove_below (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *below = g_build_filename (path, name, NULL);

    if (g_file_test (below, G_FILE_TEST_IS_DIR))
      remove_below (below);
    else
      g_unlink (below);
  }
  g_rmdir (path);
}

void
record_testing_clear (RecordTesting *self)
{
  g_clear_pointer (&self->writer, hearth_ring_writer_free);
  close (self->root);
  remove_below (self->folder);
  g_free (self->folder);
}

void
record_testing_new_ring (RecordTesting *self, gsize bytes)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->writer, hearth_ring_writer_free);
  self->writer = hearth_ring_writer_new ("test", bytes, &error);
  g_assert_no_error (error);
}

int
record_testing_get_ring (RecordTesting *self)
{
  return hearth_ring_writer_get_fd (self->writer);
}

void
record_testing_send (RecordTesting *self, guint n_packets, guint every)
{
  guint8 packet[PACKET];
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  for (guint i = 0; i < n_packets; i++, self->sent++) {
    HearthRingRap rap = { .position = hearth_ring_writer_get_head (self->writer), .pts90k = (gint64) self->sent * 90,
                          .dts90k = (gint64) self->sent * 90, .utc_us = g_get_real_time (), .kind = 1,
                          .boottime_us = (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000 };

    fill (packet, self->sent);
    hearth_ring_writer_write (self->writer, packet, PACKET);
    if (every > 0 && self->sent % every == 0)
      hearth_ring_writer_add_rap (self->writer, &rap);
  }
}

/* ---- the recorder ------------------------------------------------------------------------- */

HearthRecorder *
record_testing_new_recorder (const char *id, gint64 from_us)
{
  return hearth_recorder_new (hearth_recording_manifest_new (id), from_us);
}

void
record_testing_tick (HearthRecorder *recorder, gboolean room)
{
  static _Atomic guint64 syncs; /* each turn's is done with the next */
  const HearthRecorderTurn turn = { .room = room, .synced = syncs, .syncs_begun = &syncs };
  gboolean waiting = hearth_recorder_tick (recorder, &turn);

  syncs++;
  if (waiting)
    record_testing_tick (recorder, room);
}

char *
record_testing_dup_path (RecordTesting *self, const char *id, const char *file)
{
  return g_build_filename (self->folder, id, file, NULL);
}

GArray *
record_testing_read_stream (RecordTesting *self, const char *id)
{
  g_autofree char *path = record_testing_dup_path (self, id, "stream.ts"), *bytes = NULL;
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  gsize n = 0;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  g_assert_cmpuint (n % PACKET, ==, 0);
  for (gsize at = 0; at < n; at += PACKET) {
    guint64 number = get_number ((guint8 *) bytes + at);

    g_array_append_val (numbers, number);
  }
  return numbers;
}

guint64
record_testing_check_stream (RecordTesting *self, const char *id, guint64 first)
{
  g_autoptr (GArray) numbers = record_testing_read_stream (self, id);

  for (guint i = 0; i < numbers->len; i++)
    g_assert_cmpuint (g_array_index (numbers, guint64, i), ==, first + i);
  return numbers->len;
}

HearthRecordingManifest *
record_testing_load_manifest (RecordTesting *self, const char *id)
{
  int folder = openat (self->root, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GError) error = NULL;
  HearthRecordingManifest *manifest = hearth_recording_manifest_load (folder, &error);

  g_assert_no_error (error);
  close (folder);
  return manifest;
}

HearthRecordingIndex *
record_testing_load_index (RecordTesting *self, const char *id)
{
  g_autofree char *stream = record_testing_dup_path (self, id, "stream.ts"), *index = record_testing_dup_path (self, id, "index.bin");
  g_autofree char *bytes = NULL;
  gsize n;
  GStatBuf status;

  g_assert_cmpint (g_stat (stream, &status), ==, 0);
  g_assert_true (g_file_get_contents (index, &bytes, &n, NULL));
  return hearth_recording_index_new_for_bytes ((guint8 *) bytes, n, status.st_size);
}
