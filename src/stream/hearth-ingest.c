/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-ingest.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>


#define CHUNK_PACKETS 174                   /* 32 KiB: analysed and copied while it lies in the first cache */
#define SILENCE_US G_USEC_PER_SEC           /* after it, packets are news */
#define CLOCK_EVERY_US G_USEC_PER_SEC       /* how often rate and jitter are worked out */
#define RING_SECONDS 25 /* 20 s, and a quarter for what varies */
#define RATE_WINDOW_27MHZ (2 * G_GUINT64_CONSTANT (27000000))
#define FIRST_WINDOW_27MHZ G_GUINT64_CONSTANT (27000000)
#define RATE_JUMP_27MHZ (10 * G_GUINT64_CONSTANT (27000000))
#define LONGEST_INTERVAL_US (60 * G_USEC_PER_SEC)

struct _HearthIngest {
  HearthStreamSink sink; /* first: the plug-in has its address */
  gatomicrefcount count;
  HearthRingWriter *ring;
  HearthProgress *progress;
  HearthIngestChanged changed; /* main thread; NULL once closed */
  gpointer user_data;

  /* The feeding thread's. */
  HearthTsSync sync;
  HearthTsAnalyser *analyser;
  const HearthTsHealth *health; /* the analyser's, or routed */
  HearthTsHealth routed;        /* as the router counted it last: its routes come and go under one ingest */
  HearthTsClock *clock;
  HearthIngestFlow flow;
  gint64 now_us, arrival_us; /* of the running push: CLOCK_MONOTONIC, CLOCK_BOOTTIME */
  gint64 clock_read_us, last_pts90k;
  struct {
    gboolean begun;
    guint64 pcr_27mhz, head; /* where the window began */
    guint64 bytes_a_second;      /* the most of late; 0: not known */
  } rate;
  gint64 reached_us[HEARTH_N_STAGES]; /* in this push, for the report */
  gboolean news;
  gsize put_bytes; /* by the router, since begin() */

  _Atomic gboolean ended; /* as the ring says */

  GMutex lock; /* guards report */
  HearthIngestReport report;
  _Atomic gint64 pushing_since_us, beat_us;
  _Atomic gboolean told; /* the main thread is on its way */
};

/* ---- news for the main thread ------------------------------------------------------ */

static gboolean
on_told (gpointer user_data)
{
  HearthIngest *self = user_data;

  atomic_store (&self->told, FALSE); /* first: what comes from here on is told again */
  if (self->changed != NULL)
    self->changed (self, self->user_data);
  return G_SOURCE_REMOVE;
}

/* Always through the main loop, also from the main thread: the plug-in may be in the midst of its open(). */
static void
tell (HearthIngest *self)
{
  if (atomic_exchange (&self->told, TRUE))
    return;
  g_atomic_ref_count_inc (&self->count);
  g_idle_add_full (G_PRIORITY_HIGH, on_told, self, (GDestroyNotify) hearth_ingest_unref);
}

static void
reach (HearthIngest *self, HearthStage stage)
{
  if (self->reached_us[stage] != 0)
    return;
  self->reached_us[stage] = g_get_monotonic_time ();
  self->news = TRUE;
}

static void
publish (HearthIngest *self)
{
  g_mutex_lock (&self->lock);
  self->report.flow = self->flow;
  for (guint i = 0; self->news && i < HEARTH_N_STAGES; i++)
    if (self->report.stages_us[i] == 0)
      self->report.stages_us[i] = self->reached_us[i];
  g_mutex_unlock (&self->lock);
  if (self->news)
    tell (self);
  self->news = FALSE;
}

/* ---- what the analyser finds ----------------------------------------------------------- */

static void
on_tables (const guint8 *pat, gsize n_pat, const guint8 *pmt_section, gsize n_pmt, const HearthTsPmt *pmt, gpointer user_data)
{
  HearthIngest *self = user_data;
  HearthTsCodec sound = HEARTH_TS_CODEC_NONE, picture = HEARTH_TS_CODEC_NONE;

  for (guint i = 0; i < pmt->n_streams; i++) {
    HearthTsCodec codec = pmt->streams[i].codec;

    if (picture == HEARTH_TS_CODEC_NONE && hearth_ts_codec_is_video (codec))
      picture = codec;
    else if (sound == HEARTH_TS_CODEC_NONE && hearth_ts_codec_is_audio (codec))
      sound = codec;
  }
  self->flow.has_tables = TRUE;
  self->flow.has_video = picture != HEARTH_TS_CODEC_NONE;
  self->flow.codec = self->flow.has_video ? picture : sound;
  /* ISO/IEC 13818-1, 2.4.4.1: sections of PAT and PMT have at most 1024 bytes. Longer ones play, but nobody starts with them. */
  if (n_pat <= 1024 && n_pmt <= 1024)
    hearth_ring_writer_set_tables (self->ring, pat, n_pat, pmt_section, n_pmt);
  reach (self, HEARTH_STAGE_TABLES);
}

static gint64
get_boottime_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* From time stamps where they go on, as a file comes faster than it plays; else from arrival. */
static void
measure_interval (HearthIngest *self, gint64 pts90k)
{
  HearthIngestFlow *flow = &self->flow;
  gint64 interval_us = self->now_us - flow->last_key_frame_us;

  if (pts90k != HEARTH_TS_NO_TIME && self->last_pts90k != HEARTH_TS_NO_TIME && pts90k > self->last_pts90k)
    interval_us = (pts90k - self->last_pts90k) * 100 / 9;
  self->last_pts90k = pts90k;
  if (flow->last_key_frame_us == 0 || interval_us > LONGEST_INTERVAL_US)
    return;
  flow->key_frame_interval_us =
    flow->key_frame_interval_us == 0 ? interval_us : (3 * flow->key_frame_interval_us + interval_us) / 4;
}

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
  HearthIngest *self = user_data;
  const HearthRingRap entry = { .position = rap->position, .pts90k = rap->pts90k, .dts90k = rap->dts90k,
                                .boottime_us = self->arrival_us,
                                .utc_us = self->arrival_us + g_get_real_time () - get_boottime_us (), .kind = rap->kind };

  hearth_ring_writer_add_rap (self->ring, &entry);
  measure_interval (self, rap->pts90k);
  self->news = self->news || self->now_us - self->flow.last_key_frame_us > SILENCE_US;
  self->flow.last_key_frame_us = self->now_us;
  self->flow.key_frames++;
  self->flow.packets_at_key_frame = self->health->packets;
  self->flow.scrambled_at_key_frame = self->health->scrambled;
  reach (self, HEARTH_STAGE_RANDOM_ACCESS_POINT);
}

/* By the stream's own clock, for servers often send the first seconds in one burst. */
static void
measure_rate (HearthIngest *self, guint64 pcr_27mhz, gboolean discontinuity)
{
  const guint64 head = hearth_ring_writer_get_head (self->ring);
  const guint64 elapsed = pcr_27mhz - self->rate.pcr_27mhz, bytes = head - self->rate.head;

  if (self->rate.begun && !discontinuity && elapsed < (self->rate.bytes_a_second > 0 ? RATE_WINDOW_27MHZ : FIRST_WINDOW_27MHZ))
    return;
  if (self->rate.begun && !discontinuity && elapsed < RATE_JUMP_27MHZ) { /* else also what went back or wrapped */
    const guint64 now = (guint64) ((double) bytes * 27e6 / (double) elapsed);

    self->rate.bytes_a_second = MAX (now, self->rate.bytes_a_second - self->rate.bytes_a_second / 16);
    hearth_ring_writer_set_wanted (self->ring, self->rate.bytes_a_second * RING_SECONDS);
  }
  self->rate.begun = TRUE;
  self->rate.pcr_27mhz = pcr_27mhz;
  self->rate.head = head;
}

static void
on_pcr (guint64 pcr_27mhz, gboolean discontinuity, guint64 position, gpointer user_data)
{
  HearthIngest *self = user_data;

  hearth_ts_clock_push (self->clock, pcr_27mhz, self->arrival_us, discontinuity);
  measure_rate (self, pcr_27mhz, discontinuity);
}

static const HearthTsAnalyserFuncs analyser_funcs = { .tables = on_tables, .rap = on_rap, .pcr = on_pcr };

/* ---- the sink -------------------------------------------------------------------------- */

static void
count_rate (HearthIngestFlow *flow, gint64 now_us, gsize n_bytes)
{
  const gint64 slot = now_us / HEARTH_RATE_SLOT_US;
  const guint i = slot % HEARTH_RATE_SLOTS;

  if (flow->rate[i].slot != slot) {
    flow->rate[i].slot = slot;
    flow->rate[i].bytes = 0;
  }
  flow->rate[i].bytes += n_bytes;
}

guint32
hearth_ingest_flow_get_bit_rate (const HearthIngestFlow *flow, gint64 now_us)
{
  const gint64 slot = now_us / HEARTH_RATE_SLOT_US;
  guint64 bytes = 0;

  for (guint i = 0; i < HEARTH_RATE_SLOTS; i++)
    if (flow->rate[i].slot >= slot - 8 && flow->rate[i].slot < slot)
      bytes += flow->rate[i].bytes;
  return (guint32) MIN (bytes * 8, G_MAXUINT32);
}

static void
note_packets (HearthIngest *self)
{
  if (self->flow.last_packet_us == 0 || self->now_us - self->flow.last_packet_us > SILENCE_US) {
    self->flow.flowing_since_us = self->now_us;
    self->news = TRUE;
  }
  self->flow.last_packet_us = self->now_us;
  reach (self, HEARTH_STAGE_JOIN); /* where the plug-in did not say so */
  reach (self, HEARTH_STAGE_FIRST_PACKET);
}

static void
count_bytes (HearthIngest *self, gsize n_bytes)
{
  self->flow.bytes += n_bytes;
  count_rate (&self->flow, self->now_us, n_bytes);
}

/* First looked at, then written: who is woken by the bytes finds their index and tables. */
static void
on_packets (const guint8 *packets, gsize n_packets, gpointer user_data)
{
  HearthIngest *self = user_data;

  if (n_packets > 0)
    note_packets (self);
  for (gsize n; n_packets > 0; packets += n * HEARTH_TS_PACKET, n_packets -= n) {
    n = MIN (n_packets, CHUNK_PACKETS);
    hearth_ts_analyser_push (self->analyser, packets, n, hearth_ring_writer_get_head (self->ring));
    hearth_ring_writer_write (self->ring, packets, n * HEARTH_TS_PACKET);
    count_bytes (self, n * HEARTH_TS_PACKET);
  }
}

static void
read_clock (HearthIngest *self)
{
  double uncertainty_ppm;

  if (self->now_us - self->clock_read_us < CLOCK_EVERY_US)
    return;
  self->clock_read_us = self->now_us;
  self->flow.clock_ppm = hearth_ts_clock_get_ppm (self->clock, &uncertainty_ppm);
  self->flow.jitter_us = hearth_ts_clock_get_jitter_us (self->clock);
}

static void
set_ended (HearthIngest *self, gboolean ended)
{
  if (atomic_exchange_explicit (&self->ended, ended, memory_order_relaxed) != ended)
    hearth_ring_writer_set_ended (self->ring, ended);
}

void
hearth_ingest_begin (HearthIngest *self, gint64 arrival_us)
{
  self->now_us = g_get_monotonic_time ();
  self->arrival_us = arrival_us;
  atomic_store_explicit (&self->pushing_since_us, self->now_us, memory_order_relaxed);
  set_ended (self, FALSE); /* it was not the end, then */
}

static void
finish_push (HearthIngest *self, gsize n_bytes)
{
  read_clock (self);
  self->flow.ts = *self->health;
  self->flow.ring_bytes = hearth_ring_writer_get_span (self->ring);
  publish (self);
  hearth_progress_count (self->progress, HEARTH_PROGRESS_STREAM_INGEST, n_bytes);
  atomic_store_explicit (&self->pushing_since_us, 0, memory_order_relaxed);
}

static void
on_push (HearthStreamSink *sink, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  HearthIngest *self = (HearthIngest *) sink;

  hearth_ingest_begin (self, arrival_us);
  self->health = hearth_ts_analyser_get_health (self->analyser);
  hearth_ts_sync_push (&self->sync, bytes, n_bytes, on_packets, self);
  finish_push (self, n_bytes);
}

static void
on_gap (HearthStreamSink *sink)
{
  HearthIngest *self = (HearthIngest *) sink;

  if (self->sync.n_rest > 0) { /* the second half of that packet never comes */
    guint64 lost_bytes = self->sync.lost_bytes + self->sync.n_rest;

    hearth_ts_sync_init (&self->sync);
    self->sync.lost_bytes = lost_bytes;
  }
  hearth_ts_analyser_gap (self->analyser);
}

static void
on_state (HearthStreamSink *sink, HearthStreamState state, HearthError code, const char *text)
{
  HearthIngest *self = (HearthIngest *) sink;
  gint64 now_us = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  self->report.state = state;
  self->report.code = code;
  self->report.state_since_us = now_us;
  g_strlcpy (self->report.text, text != NULL ? text : "", sizeof self->report.text);
  if ((state == HEARTH_STREAM_JOINED || state == HEARTH_STREAM_RUNNING) && self->report.stages_us[HEARTH_STAGE_JOIN] == 0)
    self->report.stages_us[HEARTH_STAGE_JOIN] = now_us;
  g_mutex_unlock (&self->lock);
  if (state == HEARTH_STREAM_ENDED)
    set_ended (self, TRUE);
  tell (self);
}

static void
on_health (HearthStreamSink *sink, const HearthTransportHealth *health)
{
  HearthIngest *self = (HearthIngest *) sink;

  g_mutex_lock (&self->lock);
  self->report.transport = *health;
  g_mutex_unlock (&self->lock);
}

static void
on_beat (HearthStreamSink *sink)
{
  HearthIngest *self = (HearthIngest *) sink;

  atomic_store_explicit (&self->beat_us, g_get_monotonic_time (), memory_order_relaxed);
}

void
hearth_ingest_excuse (HearthIngest *self, gint64 now_us)
{
  if (atomic_load_explicit (&self->beat_us, memory_order_relaxed) != 0)
    atomic_store_explicit (&self->beat_us, now_us, memory_order_relaxed);
}

static const HearthStreamSinkOps sink_ops = { .struct_size = sizeof (HearthStreamSinkOps), .push = on_push, .gap = on_gap,
                                              .state = on_state, .health = on_health, .beat = on_beat };

/* ---- from the router -------------------------------------------------------------------------- */

void
hearth_ingest_put_tables (HearthIngest *self, const guint8 *pat, gsize n_pat, const guint8 *pmt_section, gsize n_pmt,
                          const HearthTsPmt *pmt)
{
  on_tables (pat, n_pat, pmt_section, n_pmt, pmt, self);
}

void
hearth_ingest_put_rap (HearthIngest *self, const HearthTsRap *rap)
{
  on_rap (rap, self);
}

void
hearth_ingest_put_pcr (HearthIngest *self, guint64 pcr_27mhz, gboolean discontinuity)
{
  on_pcr (pcr_27mhz, discontinuity, 0, self);
}

void
hearth_ingest_put_runs (HearthIngest *self, const HearthRingRun *runs, guint n_runs, gsize n_bytes)
{
  note_packets (self);
  hearth_ring_writer_write_runs (self->ring, runs, n_runs, n_bytes);
  count_bytes (self, n_bytes);
  self->put_bytes += n_bytes;
}

void
hearth_ingest_end (HearthIngest *self, const HearthTsHealth *health)
{
  self->routed = *health;
  self->health = &self->routed;
  finish_push (self, self->put_bytes);
  self->put_bytes = 0;
}

/* ---- from the main thread ------------------------------------------------------------------ */

HearthIngest *
hearth_ingest_new (const char *name, gsize ring_bytes, gsize most_bytes, HearthProgress *progress, HearthIngestChanged changed,
                   gpointer user_data, GError **error)
{
  HearthRingWriter *ring = hearth_ring_writer_new_growing (name, ring_bytes, most_bytes, error);
  HearthIngest *self;

  if (ring == NULL)
    return NULL;
  self = g_new0 (HearthIngest, 1);
  self->sink.ops = &sink_ops;
  g_atomic_ref_count_init (&self->count);
  self->ring = ring;
  self->progress = progress;
  self->changed = changed;
  self->user_data = user_data;
  hearth_ts_sync_init (&self->sync);
  self->analyser = hearth_ts_analyser_new (0, &analyser_funcs, self);
  self->health = hearth_ts_analyser_get_health (self->analyser);
  self->clock = hearth_ts_clock_new ();
  self->last_pts90k = HEARTH_TS_NO_TIME;
  g_mutex_init (&self->lock);
  self->report.state_since_us = g_get_monotonic_time ();
  return self;
}

void
hearth_ingest_set_program (HearthIngest *self, guint16 program_number)
{
  hearth_ts_analyser_free (self->analyser);
  self->analyser = hearth_ts_analyser_new (program_number, &analyser_funcs, self);
  self->health = hearth_ts_analyser_get_health (self->analyser);
}

void
hearth_ingest_close (HearthIngest *self)
{
  self->changed = NULL;
  hearth_ring_writer_set_ended (self->ring, TRUE); /* wakes who sleeps on it */
}

void
hearth_ingest_unref (HearthIngest *self)
{
  if (!g_atomic_ref_count_dec (&self->count))
    return;
  hearth_ts_analyser_free (self->analyser);
  hearth_ts_clock_free (self->clock);
  hearth_ring_writer_free (self->ring);
  g_mutex_clear (&self->lock);
  g_free (self);
}

HearthStreamSink *
hearth_ingest_get_sink (HearthIngest *self)
{
  return &self->sink;
}

HearthRingWriter *
hearth_ingest_get_ring (HearthIngest *self)
{
  return self->ring;
}

void
hearth_ingest_get_report (HearthIngest *self, HearthIngestReport *report)
{
  g_mutex_lock (&self->lock);
  *report = self->report;
  g_mutex_unlock (&self->lock);
  report->beat_us = atomic_load_explicit (&self->beat_us, memory_order_relaxed);
}

gint64
hearth_ingest_get_pushing_since (HearthIngest *self)
{
  return atomic_load_explicit (&self->pushing_since_us, memory_order_relaxed);
}
