/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-progress.h"
#include "ring/hearth-ring.h"
#include "ts/hearth-ts.h"

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:ingest
 *
 * One service on its way into one ring: the sink that the plug-in feeds. Cuts
 * packets, watches them, stores random access points and tables, copies once
 * into the ring. What a push touches belongs to the plug-in's thread; what the
 * main thread may see is a report, copied at the end of each push under a lock
 * that is never held for more than that copy.
 */
typedef struct _HearthIngest HearthIngest;

typedef enum {
  HEARTH_STAGE_JOIN = 0,
  HEARTH_STAGE_FIRST_PACKET,
  HEARTH_STAGE_TABLES,
  HEARTH_STAGE_RANDOM_ACCESS_POINT,
  HEARTH_N_STAGES
} HearthStage;

#define HEARTH_RATE_SLOTS 10
#define HEARTH_RATE_SLOT_US 125000 /* eight make the second that counts, one is being filled */

/* What the packets told. Times: CLOCK_MONOTONIC in µs, 0 never. */
typedef struct {
  HearthTsHealth ts;
  guint64 bytes;
  gint64 flowing_since_us; /* the first packet, or the first one after a silence of a second */
  gint64 last_packet_us;
  gint64 last_key_frame_us;
  gint64 key_frame_interval_us; /* smoothed; 0 unknown */
  guint64 key_frames;
  guint64 packets_at_key_frame, scrambled_at_key_frame; /* counters as they stood at the last key frame */
  gboolean has_tables, has_video;
  HearthTsCodec codec; /* of the picture, else of the first sound */
  double clock_ppm;
  gint64 jitter_us;
  guint64 ring_bytes; /* that the ring holds */
  struct {
    gint64 slot;
    guint64 bytes;
  } rate[HEARTH_RATE_SLOTS];
} HearthIngestFlow;

typedef struct {
  HearthIngestFlow flow;
  /* What the plug-in told. */
  HearthStreamState state;
  HearthError code;
  char text[256];
  gint64 state_since_us;
  HearthTransportHealth transport;
  gint64 beat_us; /* the plug-in's thread was last known to be alive; 0: it does not say */
  gint64 stages_us[HEARTH_N_STAGES];
} HearthIngestReport;

/* Main thread: a stage was reached, a state was told, packets came after a silence. */
typedef void (*HearthIngestChanged) (HearthIngest *ingest, gpointer user_data);

/* The ring begins with @ring_bytes and follows the stream's rate, so that it holds 20 s, up to @most_bytes; the same: it stays so.
 * Errors: those of hearth_ring_writer_new(). @progress: borrowed, outlives the ingest. */
HearthIngest *hearth_ingest_new (const char *name, gsize ring_bytes, gsize most_bytes, HearthProgress *progress,
                                 HearthIngestChanged changed, gpointer user_data, GError **error);
/* Of a stream with several programmes this one; 0 (as it begins): the first with a picture. Before anything is pushed. */
void hearth_ingest_set_program (HearthIngest *self, guint16 program_number);
/* Main thread, once the plug-in has let go of the sink: ends the ring; @changed is not called again. */
void hearth_ingest_close (HearthIngest *self);
void hearth_ingest_unref (HearthIngest *self);

HearthStreamSink *hearth_ingest_get_sink (HearthIngest *self);

/* ---- or fed by the multiplex router, which has looked at the packets already ---------------------------------------
 * The feeding thread, instead of the sink's push and gap: begin, then in any number and in their order tables, raps, PCRs
 * and what they stand in, then end. @arrival_us: as the sink's. */
void hearth_ingest_begin (HearthIngest *self, gint64 arrival_us);
void hearth_ingest_put_tables (HearthIngest *self, const guint8 *pat, gsize n_pat, const guint8 *pmt_section, gsize n_pmt,
                               const HearthTsPmt *pmt);
void hearth_ingest_put_rap (HearthIngest *self, const HearthTsRap *rap);
void hearth_ingest_put_pcr (HearthIngest *self, guint64 pcr_27mhz, gboolean discontinuity);
void hearth_ingest_put_runs (HearthIngest *self, const HearthRingRun *runs, guint n_runs, gsize n_bytes);
void hearth_ingest_end (HearthIngest *self, const HearthTsHealth *health);
HearthRingWriter *hearth_ingest_get_ring (HearthIngest *self);
void hearth_ingest_get_report (HearthIngest *self, HearthIngestReport *report);
/* Main thread: nobody could run, so that the plug-in's silence until now says nothing. */
void hearth_ingest_excuse (HearthIngest *self, gint64 now_us);
/* Since when a push has been running, CLOCK_MONOTONIC µs; 0: none is. */
gint64 hearth_ingest_get_pushing_since (HearthIngest *self);
/* Bits of the last second before @now_us. */
guint32 hearth_ingest_flow_get_bit_rate (const HearthIngestFlow *flow, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthIngest, hearth_ingest_unref)

G_END_DECLS
