/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* 200 services of 8 Mbit/s recorded at once, syncs included, as JSON lines:
 *
 * record-cores: CPU time of the recording process a second; the rings are written by another process.
 * record-lost:  packets that were sent and are not in the files, or not where they belong; every tenth file is read to see.
 *
 * --folder DIR: where to record (default: a folder of its own in the current one). --seconds N, --services N.
 * --write FILE MIB: only a stream of that size, for other programs to be measured with. */
#include "record/hearth-record-disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define BITS_A_SECOND 8000000
#define RING_BYTES (20u << 20) /* 20 s, as hearth-stream makes them: 4 GB of memory in all */
#define TURN_US 10000
#define RUN_PACKETS 64
#define RAP_PACKETS 5319 /* one second */

static guint n_services = 200, n_seconds = 20;
static char *folder;

static void
fill (guint8 *packet, guint64 number)
{
  packet[0] = 0x47;
  packet[1] = 0x01;
  packet[2] = 0x00;
  packet[3] = 0x10 | (number & 0x0f);
  memcpy (packet + 4, &number, sizeof number);
}

/* ---- the process that sends ------------------------------------------------------------------ */

static gint64
now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
send_packets (HearthRingWriter *writer, guint64 from, guint64 to)
{
  static guint8 packets[RUN_PACKETS][HEARTH_RING_PACKET];

  while (from < to) {
    guint n = MIN (to - from, RUN_PACKETS);
    HearthRingRap rap = { .position = hearth_ring_writer_get_head (writer), .kind = 1 };

    for (guint i = 0; i < n; i++)
      fill (packets[i], from + i);
    hearth_ring_writer_write (writer, packets[0], n * HEARTH_RING_PACKET);
    for (guint i = 0; i < n; i++)
      if ((from + i) % RAP_PACKETS == 0) {
        rap.position += i * HEARTH_RING_PACKET;
        rap.pts90k = rap.dts90k = (from + i) / RAP_PACKETS * 90000;
        rap.boottime_us = now_us ();
        rap.utc_us = g_get_real_time ();
        hearth_ring_writer_add_rap (writer, &rap);
      }
    from += n;
  }
}

/* Until @seconds are sent; services one after the other, as a network's batches come. */
static void
send_all (HearthRingWriter **writers)
{
  gint64 began_us = g_get_monotonic_time ();
  guint64 done = 0, all = (guint64) n_seconds * BITS_A_SECOND / 8 / HEARTH_RING_PACKET;

  while (done < all) {
    guint64 due = (g_get_monotonic_time () - began_us) * (BITS_A_SECOND / 8.0 / HEARTH_RING_PACKET) / 1e6;

    due = MIN (due, all);
    for (guint i = 0; i < n_services; i++)
      send_packets (writers[i], done, due);
    done = due;
    g_usleep (TURN_US);
  }
}

/* ---- what it costs -------------------------------------------------------------------------------- */

static double
own_cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Of the kernel's own threads, which write back what processes left in the cache. Theirs is everybody's work, not only ours. */
static double
kernel_cpu_s (void)
{
  DIR *proc = opendir ("/proc");
  struct dirent *entry;
  guint64 ticks = 0;

  while (proc != NULL && (entry = readdir (proc)) != NULL) {
    g_autofree char *path = g_build_filename ("/proc", entry->d_name, "stat", NULL), *text = NULL;
    unsigned long user, system;
    int parent;

    if (!g_ascii_isdigit (entry->d_name[0]) || !g_file_get_contents (path, &text, NULL, NULL) || strrchr (text, ')') == NULL)
      continue;
    if (sscanf (strrchr (text, ')') + 2, "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &parent, &user, &system) == 3 && parent == 2)
      ticks += user + system;
  }
  if (proc != NULL)
    closedir (proc);
  return (double) ticks / sysconf (_SC_CLK_TCK);
}

/* ---- what became of it ------------------------------------------------------------------------------ */

/* Packets of the file that are not the ones that belong there. */
static guint64
count_wrong (const char *path)
{
  g_autofree char *bytes = NULL;
  guint64 wrong = 0;
  gsize n = 0;

  if (!g_file_get_contents (path, &bytes, &n, NULL))
    return G_MAXUINT32;
  for (gsize i = 0; i < n / HEARTH_RING_PACKET; i++) {
    guint64 number;

    memcpy (&number, bytes + i * HEARTH_RING_PACKET + 4, sizeof number);
    wrong += number != i || bytes[i * HEARTH_RING_PACKET] != 0x47;
  }
  return wrong;
}

static guint64
count_lost (HearthRecorder **recorders)
{
  guint64 lost = 0, all = (guint64) n_seconds * BITS_A_SECOND / 8 / HEARTH_RING_PACKET;

  for (guint i = 0; i < n_services; i++) {
    g_autofree char *path = g_build_filename (folder, hearth_recorder_get_id (recorders[i]), "stream.ts", NULL);
    GStatBuf status = { 0 };

    g_stat (path, &status);
    lost += all - MIN (all, (guint64) status.st_size / HEARTH_RING_PACKET);
    if (i % 10 == 0)
      lost += count_wrong (path);
  }
  return lost;
}

static void
remove_all (HearthRecorder **recorders)
{
  static const char *const files[] = { "stream.ts", "index.bin", "manifest.json", "manifest.json.new" };

  for (guint i = 0; i < n_services; i++) {
    g_autofree char *path = g_build_filename (folder, hearth_recorder_get_id (recorders[i]), NULL);

    for (guint j = 0; j < G_N_ELEMENTS (files); j++) {
      g_autofree char *file = g_build_filename (path, files[j], NULL);

      g_unlink (file);
    }
    g_rmdir (path);
  }
  g_rmdir (folder);
}

/* ---- the process that records --------------------------------------------------------------------------- */

static void
on_changed (gpointer user_data)
{
}

static void
make_all (HearthRingWriter **writers, HearthRecorder **recorders)
{
  for (guint i = 0; i < n_services; i++) {
    g_autofree char *id = hearth_recording_dup_new_id ();
    g_autoptr (GError) error = NULL;

    writers[i] = hearth_ring_writer_new ("bench", RING_BYTES, &error);
    if (writers[i] == NULL)
      g_error ("%s", error->message);
    recorders[i] = hearth_recorder_new (hearth_recording_manifest_new (id), HEARTH_RECORDER_FROM_OLDEST);
    if (!hearth_recorder_feed (recorders[i], hearth_ring_writer_get_fd (writers[i]), &error))
      g_error ("%s", error->message);
  }
}

static void
on_sent (GPid pid, gint status, gpointer user_data)
{
  g_main_loop_quit (user_data);
}

static void
record (HearthRingWriter **writers, HearthRecorder **recorders)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  HearthRecordDisk *disk = hearth_record_disk_new (folder, on_changed, NULL, &error);
  HearthRecordDiskStatistics statistics;
  double cpu_s, kernel_s, took_s;
  gint64 began_us;
  pid_t sender;

  if (disk == NULL)
    g_error ("%s", error->message);
  for (guint i = 0; i < n_services; i++)
    hearth_record_disk_add (disk, recorders[i]);
  sender = fork ();
  if (sender == 0) {
    send_all (writers);
    _exit (0);
  }
  cpu_s = own_cpu_s ();
  kernel_s = kernel_cpu_s ();
  began_us = g_get_monotonic_time ();
  g_child_watch_add (sender, on_sent, loop);
  g_main_loop_run (loop);
  took_s = (g_get_monotonic_time () - began_us) / 1e6;
  cpu_s = own_cpu_s () - cpu_s;
  kernel_s = kernel_cpu_s () - kernel_s;
  hearth_record_disk_get_statistics (disk, &statistics);
  hearth_record_disk_free (disk);
  printf ("{\"name\": \"record-cores\", \"value\": %.3f, \"unit\": \"cores\", \"goal\": \"<= 0.5\", \"beside\": {\"of the kernel's "
          "threads\": %.3f, \"longest turn ms\": %.0f, \"longest sync ms\": %.0f, \"syncs\": %u}}\n",
          cpu_s / took_s, kernel_s / took_s, statistics.longest_tick_us / 1e3, statistics.longest_sync_us / 1e3,
          (guint) statistics.syncs);
}

static int
write_stream (const char *path, guint n_mib)
{
  guint8 packet[HEARTH_RING_PACKET];
  FILE *file = fopen (path, "wb");
  guint64 n = ((guint64) n_mib << 20) / sizeof packet;

  memset (packet, 0x55, sizeof packet);
  for (guint64 i = 0; file != NULL && i < n; i++) {
    fill (packet, i);
    fwrite (packet, sizeof packet, 1, file);
  }
  return file != NULL && fclose (file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_autofree HearthRingWriter **writers = NULL;
  g_autofree HearthRecorder **recorders = NULL;

  for (int i = 1; i + 1 < argc; i += 2) {
    if (g_str_equal (argv[i], "--write") && i + 2 < argc)
      return write_stream (argv[i + 1], (guint) atoi (argv[i + 2]));
    if (g_str_equal (argv[i], "--folder"))
      folder = g_build_filename (argv[i + 1], "hearth-bench-record-XXXXXX", NULL);
    else if (g_str_equal (argv[i], "--seconds"))
      n_seconds = (guint) atoi (argv[i + 1]);
    else if (g_str_equal (argv[i], "--services"))
      n_services = (guint) atoi (argv[i + 1]);
  }
  if (folder == NULL)
    folder = g_strdup ("hearth-bench-record-XXXXXX");
  if (g_mkdtemp (folder) == NULL)
    g_error ("%s: %s", folder, g_strerror (errno));
  writers = g_new0 (HearthRingWriter *, n_services);
  recorders = g_new0 (HearthRecorder *, n_services);
  make_all (writers, recorders);
  record (writers, recorders);
  printf ("{\"name\": \"record-lost\", \"value\": %" G_GUINT64_FORMAT ", \"unit\": \"packets\", \"goal\": \"0\", \"beside\": {}}\n",
          count_lost (recorders));
  remove_all (recorders);
  for (guint i = 0; i < n_services; i++) {
    hearth_recorder_unref (recorders[i]);
    hearth_ring_writer_free (writers[i]);
  }
  g_free (folder);
  return EXIT_SUCCESS;
}
