/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the files of this room share, and nobody else needs. */

#include "ts/hearth-ts.h"

G_BEGIN_DECLS

#define HEARTH_TS_SYNC_BYTE 0x47
#define HEARTH_TS_ADAPTATION_DISCONTINUITY 0x80
#define HEARTH_TS_ADAPTATION_RANDOM_ACCESS 0x40
#define HEARTH_TS_ADAPTATION_PCR 0x10
#define HEARTH_TS_PCR_WRAP ((G_GUINT64_CONSTANT (1) << 33) * 300)
#define HEARTH_TS_MAX_PSI_SECTION 1024 /* of PAT and PMT: 2.4.4.5 and 2.4.4.10 */

/* Bytes of the adaptation field that carry nothing and are there to make the payload shorter. */
guint hearth_ts_stuffing_bytes (const guint8 *packet);

/* ---- continuity: 2.4.3.3 ----------------------------------------------------------- */

typedef enum {
  HEARTH_TS_CONTINUITY_RIGHT,
  HEARTH_TS_CONTINUITY_DUPLICATE, /* the same packet once more: to be ignored */
  HEARTH_TS_CONTINUITY_BROKEN,    /* packets are missing before this one */
} HearthTsContinuity;

#define HEARTH_TS_CONTINUITY_UNKNOWN 0xff
#define HEARTH_TS_CONTINUITY_REPEATED 0x10

/* @state: of one PID; the last counter, and whether that packet has come twice already. */
static inline HearthTsContinuity
hearth_ts_continuity_check (guint8 *state, const guint8 *packet)
{
  guint8 last = *state, now = packet[3] & 0x0f;
  gboolean payload = (packet[3] & 0x10) != 0;

  if (G_LIKELY (payload && now == ((last + 1) & 0x0f) && last != HEARTH_TS_CONTINUITY_UNKNOWN)) {
    *state = now;
    return HEARTH_TS_CONTINUITY_RIGHT;
  }
  if (last == HEARTH_TS_CONTINUITY_UNKNOWN ||
      (hearth_ts_adaptation_flags (packet) & HEARTH_TS_ADAPTATION_DISCONTINUITY)) {
    *state = now;
    return HEARTH_TS_CONTINUITY_RIGHT;
  }
  if (!payload) { /* the counter stands still */
    HearthTsContinuity result = now == (last & 0x0f) ? HEARTH_TS_CONTINUITY_RIGHT : HEARTH_TS_CONTINUITY_BROKEN;

    *state = result == HEARTH_TS_CONTINUITY_RIGHT ? last : now;
    return result;
  }
  if (now == last) {
    *state = last | HEARTH_TS_CONTINUITY_REPEATED;
    return HEARTH_TS_CONTINUITY_DUPLICATE;
  }
  *state = now;
  return HEARTH_TS_CONTINUITY_BROKEN;
}

/* ---- PES ---------------------------------------------------------------------------- */

typedef enum {
  HEARTH_TS_PES_PARSE_OK,
  HEARTH_TS_PES_PARSE_SHORT, /* more bytes are needed to say */
  HEARTH_TS_PES_PARSE_WRONG,
} HearthTsPesParse;

HearthTsPesParse hearth_ts_pes_header_try (HearthTsPesHeader *header, const guint8 *bytes, gsize n_bytes);

/* ---- PMT ----------------------------------------------------------------------------- */

/* Reads the descriptors of one elementary stream into @stream, whose stream_type is set; sets its codec. */
void hearth_ts_stream_describe (HearthTsStream *stream, guint32 programme_registration, const guint8 *descriptors,
                                gsize n_bytes, gboolean *scrambled);
/* Of a programme's own descriptors: its registration (13818-1, 2.6.8), 0 when it has none. */
guint32 hearth_ts_programme_describe (const guint8 *descriptors, gsize n_bytes, gboolean *scrambled);

/* ---- elementary streams: a reader of bits that steps over emulation prevention --------- */

typedef struct {
  const guint8 *bytes;
  gsize n_bytes, at; /* the byte that is read next */
  guint zeros;       /* zero bytes just read */
  guint8 byte, left; /* bits still unread of the current byte */
  gboolean exhausted;
} HearthTsBits;

void hearth_ts_bits_init (HearthTsBits *self, const guint8 *bytes, gsize n_bytes);
guint32 hearth_ts_bits_get (HearthTsBits *self, guint n); /* at most 32; 0 and exhausted beyond the end */
guint32 hearth_ts_bits_get_ue (HearthTsBits *self);       /* Exp-Golomb: H.264, 9.1 */
gint32 hearth_ts_bits_get_se (HearthTsBits *self);

/* The offset of the next 00 00 01 at or after @from, @n_bytes when there is none that has a byte behind it. */
gsize hearth_ts_start_code_find (const guint8 *bytes, gsize n_bytes, gsize from);

void hearth_ts_unit_scan_mpeg2 (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info);
void hearth_ts_unit_scan_mpeg4 (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info);
void hearth_ts_unit_scan_h264 (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info);
void hearth_ts_unit_scan_hevc (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info);
void hearth_ts_unit_scan_vvc (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info);
void hearth_ts_unit_scan_avs (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info);
void hearth_ts_unit_scan_av1 (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info);

G_END_DECLS
