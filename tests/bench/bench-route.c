/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The multiplex router on a multiplex of 40 Mbit/s with ten services, into ten rings, as JSON lines:
 *
 * route-core: CPU time of the feeding thread, paced as a tuner would, 20 ms a push; without any socket.
 * route-flat: as fast as it goes, from memory, beside a loop that does nothing but look up a PID and copy the packet.
 *
 * "core" or "flat": only that. --write FILE: only the multiplex, 10 s of it, for other programs to be measured with. */
#include "stream/broadcast/hearth-router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVICES 10
#define PACKETS_PER_S 26592 /* 40 Mbit/s; a multiple of 16 and of 50 less little */
#define FRAMES_PER_S 25
#define VIDEO_PACKETS 2224 /* 3.3 Mbit/s; of each a second, multiples of 16, so that continuity goes on */
#define AUDIO_PACKETS 128
#define PAT_PACKETS 16
#define PMT_PACKETS 16
#define EIT_PACKETS 320
#define PUSHES_PER_S 50
#define RING_BYTES (16u << 20)
#define CORE_S 5
#define FLAT_S 3.0

/* ---- a second of a multiplex ------------------------------------------------------------- */

typedef struct {
  guint8 (*packets)[188]; /* of one PID, in their order */
  guint n, done;
} Stream;

static GArray *streams; /* Stream */
static guint8 (*second)[188];
static guint8 *times_at[SERVICES][FRAMES_PER_S];

static guint8 (*add_stream (guint n))[188]
{
  Stream stream = { g_malloc0 ((gsize) n * 188), n, 0 };

  g_array_append_val (streams, stream);
  return stream.packets;
}

static void
fill (guint8 *packet, guint16 pid, guint i)
{
  for (guint b = 4; b < 188; b++)
    packet[b] = 1 + (pid + i * 7 + b * 13) % 255; /* no start codes */
  packet[0] = 0x47;
  packet[1] = pid >> 8;
  packet[2] = pid & 0xff;
  packet[3] = 0x10 | (i & 0x0f);
}

static void
add_table (guint n, guint16 pid, guint8 *section, gsize n_bytes)
{
  guint8 (*packets)[188] = add_stream (n), continuity = 0;
  const guint32 crc = GUINT32_TO_BE (hearth_ts_crc32 (section, n_bytes - 4));

  memcpy (section + n_bytes - 4, &crc, 4);
  for (guint i = 0; i < n;)
    i += hearth_ts_section_packetize (section, n_bytes, pid, &continuity, packets[i]);
}

static void
add_video (guint s)
{
  static const guint8 key_unit[] = { 0, 0, 0, 1, 0x09, 0x10, 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1e, 0x95, 0xa0, 0x14, 0x01, 0x6e, 0x40,
                                     0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80, 0, 0, 0, 1, 0x65, 0x88, 0x84, 0x00 };
  static const guint8 other_unit[] = { 0, 0, 0, 1, 0x09, 0x30, 0, 0, 0, 1, 0x41, 0x9a, 0x24, 0x6c };
  static const guint8 pes_header[14] = { 0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1 };
  guint8 (*packets)[188] = add_stream (VIDEO_PACKETS);

  for (guint i = 0; i < VIDEO_PACKETS; i++)
    fill (packets[i], 0x200 + s, i);
  for (guint frame = 0; frame < FRAMES_PER_S; frame++) {
    guint8 *first = packets[frame * VIDEO_PACKETS / FRAMES_PER_S];

    first[1] |= 0x40;
    first[3] |= 0x20;
    first[4] = 7;
    first[5] = 0x10;
    memcpy (first + 12, pes_header, sizeof pes_header);
    memcpy (first + 26, frame == 0 ? key_unit : other_unit, frame == 0 ? sizeof key_unit : sizeof other_unit);
  }
}

static void
add_tables (void)
{
  guint8 pat[12 + 4 * SERVICES] = { 0x00, 0xb0, 9 + 4 * SERVICES, 0x00, 0x01, 0xc1, 0x00, 0x00 };
  guint8 eit[180] = { 0x4e, 0xf0, 177, 0x00, 0x01, 0xc1, 0x00, 0x01, 0x00, 0x01, 0x00, 0x01, 0x01, 0x4e };

  for (guint s = 0; s < SERVICES; s++) {
    const guint16 pid = 0x100 + s, video = 0x200 + s, audio = 0x300 + s;
    guint8 pmt[26] = { 0x02, 0xb0, 23, 0x00, s + 1, 0xc1, 0x00, 0x00, 0xe0 | (video >> 8), video & 0xff, 0xf0, 0x00, 0x1b,
                       0xe0 | (video >> 8), video & 0xff, 0xf0, 0x00, 0x03, 0xe0 | (audio >> 8), audio & 0xff, 0xf0, 0x00 };
    const guint8 entry[4] = { 0, s + 1, 0xe0 | (pid >> 8), pid & 0xff };

    memcpy (pat + 8 + 4 * s, entry, sizeof entry);
    add_table (PMT_PACKETS, pid, pmt, sizeof pmt);
  }
  add_table (PAT_PACKETS, 0, pat, sizeof pat);
  add_table (EIT_PACKETS, 0x12, eit, sizeof eit);
}

/* All streams evenly spread over the second, as a constant rate multiplexer does; the rest is stuffing. */
static void
make_second (void)
{
  streams = g_array_new (FALSE, FALSE, sizeof (Stream));
  second = g_malloc ((gsize) PACKETS_PER_S * 188);
  for (guint s = 0; s < SERVICES; s++)
    add_video (s);
  for (guint s = 0; s < SERVICES; s++) {
    guint8 (*packets)[188] = add_stream (AUDIO_PACKETS);

    for (guint i = 0; i < AUDIO_PACKETS; i++)
      fill (packets[i], 0x300 + s, i);
  }
  add_tables ();
  for (guint at = 0; at < PACKETS_PER_S; at++) {
    Stream *most = NULL;
    double behind = 0;

    for (guint i = 0; i < streams->len; i++) {
      Stream *stream = &g_array_index (streams, Stream, i);
      double debt = (double) stream->n * (at + 1) / PACKETS_PER_S - stream->done;

      if (stream->done < stream->n && debt > behind) {
        behind = debt;
        most = stream;
      }
    }
    if (most != NULL && (behind > 0.5 || at % 16 != 15)) {
      memcpy (second[at], most->packets[most->done++], 188);
    } else {
      memset (second[at], 0xff, 188);
      memcpy (second[at], "\x47\x1f\xff\x10", 4);
    }
  }
}

static void
find_times (void)
{
  guint frames[SERVICES] = { 0 };

  for (guint at = 0; at < PACKETS_PER_S; at++) {
    const guint16 pid = hearth_ts_pid (second[at]);

    if (pid >= 0x200 && pid < 0x200 + SERVICES && hearth_ts_unit_start (second[at]))
      times_at[pid - 0x200][frames[pid - 0x200]++] = second[at];
  }
}

/* Times go on from second to second. */
static void
set_times (guint n)
{
  for (guint s = 0; s < SERVICES; s++)
    for (guint frame = 0; frame < FRAMES_PER_S; frame++) {
      const guint64 pcr90k = 90000 * (n + 1) + frame * 90000 / FRAMES_PER_S, pts90k = pcr90k + 45000;
      const guint8 pcr[] = { pcr90k >> 25, pcr90k >> 17, pcr90k >> 9, pcr90k >> 1, ((pcr90k & 1) << 7) | 0x7e, 0 };
      const guint8 pts[] = { 0x21 | ((pts90k >> 29) & 0x0e), pts90k >> 22, 0x01 | ((pts90k >> 14) & 0xfe), pts90k >> 7,
                             0x01 | ((pts90k << 1) & 0xfe) };

      memcpy (times_at[s][frame] + 6, pcr, sizeof pcr);
      memcpy (times_at[s][frame] + 12 + 9, pts, sizeof pts);
    }
}

/* ---- the measure ------------------------------------------------------------------------------ */

static double
thread_s (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

typedef struct {
  HearthProgress *progress;
  HearthRouter *router;
  HearthIngest *ingests[SERVICES];
  HearthRoute *routes[SERVICES];
} Box;

static void
on_changed (HearthIngest *ingest, gpointer user_data)
{
}

static void
open_box (Box *self)
{
  static const HearthRouterFuncs funcs = { 0 };

  self->progress = hearth_progress_new ();
  self->router = hearth_router_new (&funcs, NULL);
  for (guint s = 0; s < SERVICES; s++) {
    self->ingests[s] = hearth_ingest_new ("bench", RING_BYTES, RING_BYTES, self->progress, on_changed, NULL, NULL);
    self->routes[s] = hearth_router_add (self->router, s + 1, self->ingests[s], NULL);
  }
}

/* What came out is checked, or the figure would be worth nothing. */
static void
close_box (Box *self, guint seconds)
{
  for (guint s = 0; s < SERVICES; s++) {
    HearthIngestReport report;

    hearth_ingest_get_report (self->ingests[s], &report);
    if (report.flow.ts.continuity_errors != 0 || report.flow.key_frames + 1 < seconds ||
        report.flow.bytes < (guint64) seconds * (VIDEO_PACKETS + AUDIO_PACKETS) * 188 - 188 * 400)
      g_error ("service %u: %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT " key frames, %" G_GUINT64_FORMAT " wrong, in %u s", s + 1,
               report.flow.bytes, report.flow.key_frames, report.flow.ts.continuity_errors, seconds);
    hearth_router_remove (self->router, self->routes[s]);
    hearth_ingest_close (self->ingests[s]);
  }
  hearth_router_free (self->router);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint s = 0; s < SERVICES; s++)
    hearth_ingest_unref (self->ingests[s]);
  hearth_progress_free (self->progress);
}

static void
push_part (Box *self, guint part)
{
  const guint from = (guint64) PACKETS_PER_S * part / PUSHES_PER_S, to = (guint64) PACKETS_PER_S * (part + 1) / PUSHES_PER_S;

  hearth_stream_sink_push (hearth_router_get_sink (self->router), second[from], (to - from) * 188, g_get_monotonic_time ());
}

/* As it is after a while: each ring has gone round once, or the kernel's making of its pages would be measured. */
static guint
go_round (Box *self)
{
  const guint seconds = 1 + RING_BYTES / ((VIDEO_PACKETS + AUDIO_PACKETS) * 188);

  for (guint n = 0; n < seconds; n++) {
    set_times (n);
    for (guint part = 0; part < PUSHES_PER_S; part++)
      push_part (self, part);
  }
  return seconds;
}

static void
measure_core (void)
{
  double used_s = 0;
  guint before;
  gint64 start_us;
  Box box;

  open_box (&box);
  before = go_round (&box);
  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < CORE_S * PUSHES_PER_S; i++) {
    const gint64 wait_us = start_us + (gint64) i * G_USEC_PER_SEC / PUSHES_PER_S - g_get_monotonic_time ();

    if (wait_us > 0)
      g_usleep (wait_us);
    if (i % PUSHES_PER_S == 0)
      set_times (before + i / PUSHES_PER_S);
    used_s -= thread_s ();
    push_part (&box, i % PUSHES_PER_S);
    used_s += thread_s ();
  }
  close_box (&box, before + CORE_S);
  printf ("{\"name\":\"route-core\",\"value\":%.3f,\"unit\":\"%% of a core (40 Mbit/s, 10 rings)\",\"goal\":0.5,\"beside\":{}}\n",
          100 * used_s / CORE_S);
}

/* The least that a router does: a table of PIDs, and a copy into one of ten buffers of a ring's size. */
static double
measure_plain (void)
{
  static guint8 *buffers[SERVICES];
  static gsize at[SERVICES];
  static gint8 table[8192];
  guint64 bytes = 0;
  double used;

  memset (table, -1, sizeof table);
  for (guint s = 0; s < SERVICES; s++) {
    buffers[s] = g_malloc0 (RING_BYTES);
    table[0x200 + s] = table[0x300 + s] = s;
  }
  used = thread_s ();
  while (thread_s () - used < FLAT_S / 2) {
    for (guint i = 0; i < PACKETS_PER_S; i++) {
      const int s = table[hearth_ts_pid (second[i])];

      if (s < 0)
        continue;
      memcpy (buffers[s] + at[s], second[i], 188);
      at[s] = at[s] + 2 * 188 <= RING_BYTES ? at[s] + 188 : 0;
    }
    bytes += (guint64) PACKETS_PER_S * 188;
  }
  used = thread_s () - used;
  for (guint s = 0; s < SERVICES; s++)
    g_free (buffers[s]);
  return bytes / used / 1e9;
}

static void
measure_flat (void)
{
  const double plain = measure_plain ();
  guint before, seconds;
  double used;
  Box box;

  open_box (&box);
  before = seconds = go_round (&box);
  used = thread_s ();
  while (thread_s () - used < FLAT_S) {
    set_times (seconds++);
    for (guint part = 0; part < PUSHES_PER_S; part++)
      push_part (&box, part);
  }
  used = thread_s () - used;
  close_box (&box, seconds);
  printf ("{\"name\":\"route-flat\",\"value\":%.3f,\"unit\":\"GB a CPU second\",\"goal\":3,\"beside\":{\"plain-pid-dispatch\":%.3f}}\n",
          (double) (seconds - before) * PACKETS_PER_S * 188 / used / 1e9, plain);
}

static int
write_file (const char *path)
{
  FILE *file = fopen (path, "we");

  for (guint i = 0; file != NULL && i < 10; i++) {
    set_times (i);
    if (fwrite (second, 188, PACKETS_PER_S, file) != PACKETS_PER_S)
      return EXIT_FAILURE;
  }
  return file != NULL && fclose (file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  make_second ();
  find_times ();
  if (argc == 3 && g_str_equal (argv[1], "--write"))
    return write_file (argv[2]);
  if (argc == 1 || g_str_equal (argv[1], "core"))
    measure_core ();
  if (argc == 1 || g_str_equal (argv[1], "flat"))
    measure_flat ();
  return EXIT_SUCCESS;
}
