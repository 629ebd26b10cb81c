/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:stretch
 *
 * Makes sound longer or shorter with its pitch kept: where it is most alike, a
 * stretch of 3 to 20 ms is repeated or left out, cross-faded (time domain,
 * synchronised overlap). Between splices samples pass untouched, so that a
 * clock that is off by 100 ppm costs one splice every half minute and no
 * resampling at all. Stereo, float, 48 kHz. A plain struct.
 */

#define HEARTH_STRETCH_FADE 288   /* frames: 6 ms */
#define HEARTH_STRETCH_MIN 144    /* 3 ms: less is not worth a splice */
#define HEARTH_STRETCH_MAX 960    /* 20 ms: a period of 50 Hz */

typedef struct {
  float *samples;      /* history, then what waits */
  guint n_frames, at;  /* all; where the next frame is */
  guint capacity;
} HearthStretch;

void hearth_stretch_init (HearthStretch *self);
void hearth_stretch_clear (HearthStretch *self);
void hearth_stretch_reset (HearthStretch *self); /* empty */
void hearth_stretch_push (HearthStretch *self, const float *samples, guint n_frames);
/* Frames that wait. */
guint hearth_stretch_get_waiting (const HearthStretch *self);
void hearth_stretch_drop (HearthStretch *self, guint n_frames);
/* Fills @out. @wanted: by how many frames what waits should come later (positive: repeat) or sooner. Returns by how many it
 * was moved. There must wait @n_out frames; sooner goes only as far as more do. */
gint hearth_stretch_pull (HearthStretch *self, float *out, guint n_out, gint wanted);

G_END_DECLS
