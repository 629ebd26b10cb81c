/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a screen says of itself: EDID (VESA E-EDID A.2) with CTA-861 extension blocks. Modes are left to the kernel, which has read
 * them from the same bytes. Pure; foreign bytes. */

#define HEARTH_EDID_BLOCK 128
#define HEARTH_EDID_MAX_SOUNDS 16

typedef enum { /* CTA-861.3, table 3: transfer curves that it takes */
  HEARTH_EDID_SDR = 1 << 0,
  HEARTH_EDID_GAMMA_HDR = 1 << 1,
  HEARTH_EDID_PQ = 1 << 2,
  HEARTH_EDID_HLG = 1 << 3,
} HearthEdidCurves;

typedef enum { /* CTA-861-H, 7.5.5: the bits of its two bytes */
  HEARTH_EDID_BT2020_CYCC = 1 << 5,
  HEARTH_EDID_BT2020_YCC = 1 << 6,
  HEARTH_EDID_BT2020_RGB = 1 << 7,
  HEARTH_EDID_DCI_P3 = 1 << 15,
} HearthEdidColorimetry;

/* Sound that it takes (CTA-861-H, 7.5.2). */
typedef struct {
  guint8 format;   /* table 37: 1 PCM, 2 AC-3, 7 DTS, 10 E-AC-3, 11 DTS-HD, 12 MAT (TrueHD) ...; from 16 on 16 + the extension's code */
  guint8 channels; /* at most */
  guint8 rates;    /* bit 0: 32 kHz, 44.1, 48, 88.2, 96, 176.4, 192 */
  guint8 detail;   /* PCM: bit 0: 16 bits, 20, 24; AC-3 to ATRAC: most kbit/s by 8; others: the format's own */
} HearthEdidSound;

typedef struct {
  char vendor[4], name[14]; /* "SAM"; "": it has none */
  guint16 product;
  guint year;                /* of making; 0: not told */
  guint width_mm, height_mm; /* 0: not told */
  gboolean hdmi;
  guint16 physical_address; /* for CEC; 0: none */
  guint max_tmds_mhz;       /* 0: not told */
  gboolean low_latency;     /* goes into its game mode when asked (ALLM) */
  guint vrr_min_hz, vrr_max_hz; /* 0: no variable rate; a lowest rate alone: up to the mode's own */
  guint video_latency_ms, audio_latency_ms; /* 0: not told */
  guint8 curves;                            /* HearthEdidCurves */
  guint max_luminance, max_frame_average;   /* cd/m²; 0: not told */
  double min_luminance;
  gboolean hdr10_plus, dolby_vision;
  guint16 colorimetry; /* HearthEdidColorimetry and lower bits of the same table */
  gboolean ycbcr444, ycbcr422;
  gboolean basic_sound; /* two channels of PCM */
  guint n_sounds;
  HearthEdidSound sounds[HEARTH_EDID_MAX_SOUNDS];
  guint n_blocks, n_broken; /* extensions of which the sum is wrong are left out */
} HearthEdid;

/* Errors: CORRUPT: no EDID, or its first block is broken. */
gboolean hearth_edid_parse (HearthEdid *self, const guint8 *bytes, gsize n_bytes, GError **error);
/* a{sv}, floating: what of it says something. vendor s, name s, year u, width-mm u, height-mm u, hdmi b, max-tmds-mhz u, vrr (uu) Hz,
 * low-latency b, latency (uu) ms of picture and sound, hdr as ("pq" ...), luminance (duu) cd/m², colorimetry as, sound as
 * ("ac-3 6 channels 48 kHz"). */
GVariant *hearth_edid_describe (const HearthEdid *self);

G_END_DECLS
