/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play-testing.h"

#include "frames-testing.h"
#include "ts/hearth-ts.h"

#include <string.h>
#include <unistd.h>

/* ---- made by ffmpeg ------------------------------------------------------------------------ */

static GSubprocess *
start_encoder (const TestStreamSpec *spec, const char *path)
{
  g_autofree char *size = g_strdup_printf ("%ux%u", spec->width, spec->height);
  g_autofree char *rate = g_strdup_printf ("%u", spec->fps);
  g_autofree char *gop = g_strdup_printf ("%u", spec->gop);
  g_autofree char *b_frames = g_strdup_printf ("%u", spec->b_frames);
  g_autofree char *mux = g_strdup_printf ("%uk", spec->mux_kbps);
  g_autofree char *video = g_strdup_printf ("%uk", spec->mux_kbps * 7 / 10);
  g_autofree char *buffer = g_strdup_printf ("%uk", spec->mux_kbps * 35 / 100);
  /* A beep of 40 ms at each full second. */
  const char *beep = "aevalsrc=sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.04)*0.5+0.02*sin(2*PI*300*t):s=48000";

  return g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, NULL, "ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo",
                           "-pix_fmt", "yuv420p", "-s", size, "-r", rate, "-i", "pipe:0", "-f", "lavfi", "-i", beep, "-shortest",
                           "-c:v", spec->codec != NULL ? spec->codec : "libx264", "-preset", "superfast", "-g", gop,
                           "-bf", b_frames, "-sc_threshold", "0", "-b:v", video, "-maxrate", video, "-bufsize", buffer,
                           "-c:a", spec->audio != NULL ? spec->audio : "aac", "-ac", "2", "-b:a", "128k", "-f", "mpegts",
                           "-muxrate", mux, "-pes_payload_size", "0", "-pcr_period", "30", path, NULL);
}

/* Noise that moves, so that pictures have weight, under the bar code. */
static void
draw (const TestStreamSpec *spec, guint32 frame, guint8 *picture)
{
  guint32 n_luma = spec->width * spec->height, seed = frame * 2654435761u;

  for (guint32 i = 0; i < n_luma; i++) {
    if (i % 16 == 0)
      seed = seed * 1664525u + 1013904223u;
    picture[i] = 96 + (seed >> 28) + (i / spec->width + frame * 4) % 64;
  }
  memset (picture + n_luma, 128, n_luma / 2);
  testing_paint_barcode (picture, spec->width, spec->width, spec->height, 1, spec->channel, frame);
}

char *
test_stream_make (const TestStreamSpec *spec)
{
  g_autofree char *program = g_find_program_in_path ("ffmpeg");
  g_autofree char *name = g_strdup_printf ("hearth-test-play-%d-%u.ts", (int) getpid (), spec->channel);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), name, NULL);
  g_autoptr (GSubprocess) encoder = NULL;
  gsize n_bytes = (gsize) spec->width * spec->height * 3 / 2;
  g_autofree guint8 *picture = g_malloc (n_bytes);

  if (program == NULL)
    return NULL;
  encoder = start_encoder (spec, path);
  for (guint32 i = 0; i < spec->n_frames; i++) {
    draw (spec, i, picture);
    g_assert_true (g_output_stream_write_all (g_subprocess_get_stdin_pipe (encoder), picture, n_bytes, NULL, NULL, NULL));
  }
  g_output_stream_close (g_subprocess_get_stdin_pipe (encoder), NULL, NULL);
  g_assert_true (g_subprocess_wait_check (encoder, NULL, NULL));
  return g_steal_pointer (&path);
}

/* ---- fed -------------------------------------------------------------------------------------- */

#define DATAGRAM (7 * HEARTH_RING_PACKET)

struct _TestFeed {
  char *bytes;
  gsize n_bytes, at;
  guint mux_kbps;
  HearthRingWriter *writer;
  HearthTsAnalyser *analyser;
  GThread *thread;
  gint stop, paused; /* atomic */
  guint16 video_pid;
  guint64 position;
  gint64 offset90k, loop90k;

  gint64 last_video_us; /* when the last packet of video was written */
  gint64 unit_us;       /* when its unit began */
  gboolean unit_key;
  GMutex mutex; /* guards keys */
  GArray *keys; /* gint64 pairs: began, wholly sent */
};

static void
on_tables (const guint8 *pat, gsize n_pat, const guint8 *section, gsize n_section, const HearthTsPmt *pmt, gpointer user_data)
{
  TestFeed *self = user_data;

  hearth_ring_writer_set_tables (self->writer, pat, n_pat, section, n_section);
  for (guint i = 0; i < pmt->n_streams; i++)
    if (hearth_ts_codec_is_video (pmt->streams[i].codec))
      self->video_pid = pmt->streams[i].pid;
}

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
  TestFeed *self = user_data;
  struct timespec now;
  HearthRingRap entry = { .position = rap->position, .pts90k = rap->pts90k, .dts90k = rap->dts90k, .kind = rap->kind,
                          .pmt_generation = 1, .utc_us = g_get_real_time () };

  clock_gettime (CLOCK_BOOTTIME, &now);
  entry.boottime_us = (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
  hearth_ring_writer_add_rap (self->writer, &entry);
  self->unit_key = TRUE;
}

static const HearthTsAnalyserFuncs analyser_funcs = { .tables = on_tables, .rap = on_rap };

static void
note_key (TestFeed *self)
{
  gint64 key[2] = { self->unit_us, self->last_video_us };

  g_mutex_lock (&self->mutex);
  g_array_append_vals (self->keys, key, 2);
  g_mutex_unlock (&self->mutex);
}

/* Follows where video's units begin and end. */
static void
follow (TestFeed *self, const guint8 *packets, gint64 now_us)
{
  for (guint i = 0; i < DATAGRAM / HEARTH_RING_PACKET; i++) {
    const guint8 *packet = packets + i * HEARTH_RING_PACKET;

    if (hearth_ts_pid (packet) != self->video_pid || !hearth_ts_has_payload (packet))
      continue;
    if (hearth_ts_unit_start (packet)) {
      if (self->unit_key)
        note_key (self);
      self->unit_key = FALSE;
      self->unit_us = now_us;
    }
    self->last_video_us = now_us;
  }
}

static void
put33 (guint8 *p, gint64 time)
{
  p[0] = (p[0] & 0xf1) | (((time >> 30) & 7) << 1);
  p[1] = time >> 22;
  p[2] = ((time >> 14) & 0xfe) | 1;
  p[3] = time >> 7;
  p[4] = ((time << 1) & 0xfe) | 1;
}

static gint64
get33 (const guint8 *p)
{
  return ((gint64) (p[0] & 0x0e) << 29) | (p[1] << 22) | ((p[2] & 0xfe) << 14) | (p[3] << 7) | (p[4] >> 1);
}

/* So that a looped file's times go on. */
static void
restamp (TestFeed *self, guint8 *packet)
{
  guint offset = hearth_ts_payload_offset (packet);
  guint8 *p = packet + offset;
  guint64 pcr;

  if (hearth_ts_pcr (packet, &pcr)) {
    guint64 base = (pcr / 300 + self->offset90k) & 0x1ffffffffull;

    packet[6] = base >> 25;
    packet[7] = base >> 17;
    packet[8] = base >> 9;
    packet[9] = base >> 1;
    packet[10] = (packet[10] & 0x7f) | (base & 1) << 7;
  }
  if (!hearth_ts_unit_start (packet) || offset + 19 > HEARTH_RING_PACKET || p[0] != 0 || p[1] != 0 || p[2] != 1)
    return;
  if ((p[7] & 0x80) != 0)
    put33 (p + 9, (get33 (p + 9) + self->offset90k) & 0x1ffffffffll);
  if ((p[7] & 0xc0) == 0xc0)
    put33 (p + 14, (get33 (p + 14) + self->offset90k) & 0x1ffffffffll);
}

static void
send_datagram (TestFeed *self)
{
  guint8 packets[DATAGRAM];

  if (self->at + DATAGRAM > self->n_bytes) {
    self->at = 0;
    self->offset90k += self->loop90k;
  }
  memcpy (packets, self->bytes + self->at, DATAGRAM);
  for (guint i = 0; self->offset90k > 0 && i < DATAGRAM; i += HEARTH_RING_PACKET)
    restamp (self, packets + i);
  hearth_ring_writer_write (self->writer, packets, DATAGRAM);
  follow (self, packets, g_get_monotonic_time ());
  hearth_ts_analyser_push (self->analyser, packets, DATAGRAM / HEARTH_RING_PACKET, self->position);
  self->position += DATAGRAM;
  self->at += DATAGRAM;
}

static gpointer
on_thread (gpointer user_data)
{
  TestFeed *self = user_data;
  gint64 start_us = g_get_monotonic_time (), sent = 0;

  while (g_atomic_int_get (&self->stop) == 0) {
    gint64 due_us = start_us + sent * 8000 / self->mux_kbps;
    gint64 now_us = g_get_monotonic_time ();

    if (due_us > now_us)
      g_usleep (due_us - now_us);
    if (g_atomic_int_get (&self->paused) == 0)
      send_datagram (self);
    sent += DATAGRAM;
  }
  return NULL;
}

TestFeed *
test_feed_new (const char *path, guint mux_kbps, guint from_ms)
{
  TestFeed *self = g_new0 (TestFeed, 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_get_contents (path, &self->bytes, &self->n_bytes, NULL));
  self->n_bytes -= self->n_bytes % DATAGRAM;
  self->mux_kbps = mux_kbps;
  self->loop90k = (gint64) self->n_bytes * 8 * 90 / mux_kbps;
  self->at = (gsize) from_ms * mux_kbps / 8 / DATAGRAM * DATAGRAM % self->n_bytes;
  self->writer = hearth_ring_writer_new ("test", HEARTH_RING_MIN_BYTES * 4, &error);
  g_assert_no_error (error);
  self->analyser = hearth_ts_analyser_new (0, &analyser_funcs, self);
  self->video_pid = HEARTH_TS_NO_PID;
  self->keys = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_mutex_init (&self->mutex);
  self->thread = g_thread_new ("feed", on_thread, self);
  return self;
}

void
test_feed_free (TestFeed *self)
{
  g_atomic_int_set (&self->stop, 1);
  g_thread_join (self->thread);
  hearth_ts_analyser_free (self->analyser);
  hearth_ring_writer_free (self->writer);
  g_array_unref (self->keys);
  g_mutex_clear (&self->mutex);
  g_free (self->bytes);
  g_free (self);
}

HearthRingWriter *
test_feed_get_writer (TestFeed *self)
{
  return self->writer;
}

void
test_feed_set_paused (TestFeed *self, gboolean paused)
{
  g_atomic_int_set (&self->paused, paused);
}

gint64
test_feed_get_key_us (TestFeed *self, gint64 from_us)
{
  gint64 found = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; found == 0 && i + 1 < self->keys->len; i += 2)
    if (g_array_index (self->keys, gint64, i) >= from_us)
      found = g_array_index (self->keys, gint64, i + 1);
  g_mutex_unlock (&self->mutex);
  return found;
}
