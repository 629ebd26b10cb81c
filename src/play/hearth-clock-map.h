/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:clock-map
 *
 * When is which media time due? A piecewise linear map from media time
 * (unwrapped 90 kHz) to CLOCK_MONOTONIC (µs). A plain struct: whoever shares it
 * guards it. Times before the newest knot are answered by its line too: the
 * slopes differ by little, and what lay before is shown already.
 */

#define HEARTH_MEDIA_HZ 90000
#define HEARTH_NO_TIME G_MININT64

/* µs of @ticks at 90 kHz, and back. */
#define HEARTH_US_OF_90K(ticks) ((ticks) * 100 / 9)
#define HEARTH_90K_OF_US(us) ((us) * 9 / 100)

typedef struct {
  gboolean started;
  gint64 media90k, local_us; /* the newest knot */
  double speed;              /* media seconds a second */
} HearthClockMap;

void hearth_clock_map_reset (HearthClockMap *self);
/* @media90k is due at @local_us. */
void hearth_clock_map_start (HearthClockMap *self, gint64 media90k, gint64 local_us, double speed);
/* HEARTH_NO_TIME before the start. */
gint64 hearth_clock_map_to_local (const HearthClockMap *self, gint64 media90k);
gint64 hearth_clock_map_to_media (const HearthClockMap *self, gint64 local_us);
/* From @from_us on; no time jumps. */
void hearth_clock_map_set_speed (HearthClockMap *self, gint64 from_us, double speed);
/* Everything is due @us later: a picture that came too late takes those after it along. */
void hearth_clock_map_shift (HearthClockMap *self, gint64 us);

G_END_DECLS
