/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes transport streams for tests. */

#include "ts/hearth-ts.h"

typedef struct {
  GByteArray *bytes; /* whole packets */
  guint8 continuity[8192];
} TsMaker;

typedef struct {
  gint64 pts, dts;        /* -1: none */
  gint64 pcr_27mhz;       /* -1: none */
  gboolean bounded;       /* PES_packet_length is given */
  gboolean random_access; /* the indicator is set */
  guint first_stuffing;   /* bytes of stuffing in the first packet, though more follow */
} TsMakerPes;

#define TS_MAKER_PES_NONE ((TsMakerPes) { .pts = -1, .dts = -1, .pcr_27mhz = -1 })

void ts_maker_init (TsMaker *self);
void ts_maker_clear (TsMaker *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsMaker, ts_maker_clear)
guint ts_maker_n_packets (const TsMaker *self);
guint8 *ts_maker_packet (TsMaker *self, guint i);

/* One packet: @adaptation is what follows the length byte (NULL: no field but stuffing), the rest of the packet is @payload, of
 * which as much as fits is taken; stuffing fills it up. Returns how much was taken. */
gsize ts_maker_add_packet (TsMaker *self, guint16 pid, gboolean unit_start, const guint8 *adaptation, gsize n_adaptation,
                           const guint8 *payload, gsize n_payload);
void ts_maker_add_pcr (TsMaker *self, guint16 pid, gint64 pcr_27mhz, gboolean discontinuity);
void ts_maker_add_section (TsMaker *self, guint16 pid, const guint8 *section, gsize n_bytes);
void ts_maker_add_pes (TsMaker *self, guint16 pid, guint8 stream_id, const TsMakerPes *how, const guint8 *data, gsize n_bytes);

/* Sections; they return their length. @streams: the elementary streams' loop as it stands in the table. */
gsize ts_make_pmt (guint8 *section, guint16 program_number, guint8 version, guint16 pcr_pid, const guint8 *info, gsize n_info,
                   const guint8 *streams, gsize n_streams);
gsize ts_make_pat (guint8 *section, guint8 version, const HearthTsProgram *programs, guint n_programs);
/* A PMT of one H.264 stream and one MPEG audio stream, PCR with the video. */
gsize ts_make_plain_pmt (guint8 *section, guint16 program_number, guint8 version, guint16 video_pid, guint16 audio_pid);

/* An access unit of H.264, @n_bytes long: delimiter, with SPS and PPS when @key, slice. */
void ts_make_h264_unit (guint8 *unit, gsize n_bytes, gboolean key);

/* The path of a sample that is not the project's; NULL, having skipped the test with the reason, where it is absent. */
char *ts_find_sample (const char *name);
