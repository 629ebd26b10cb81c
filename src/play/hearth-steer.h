/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:steer
 *
 * How fast should media go now? Pure: state in, speed out.
 *
 * A picture shown the moment it could be leaves nothing in hand: the next one
 * may come late. So playback begins slowly and gathers a margin, and only then
 * goes at the sender's rate. Two needs slow it down, of which the greater wins:
 * a shortage felt now (pictures come late, sound has not come up to the
 * picture), and the distance to where ISO/IEC 13818-1 promises that no buffer
 * runs dry: PTS equals PCR (2.4.2), plus the network's jitter, plus our own work.
 */

typedef struct {
  gint64 since_start_us; /* since the first picture */
  gint64 deficit_us;     /* how much later media should be shown; HEARTH_NO_TIME: there is no usable PCR */
  gint64 slack_us;       /* how early pictures are ready, the worst of late */
  gint64 period_us;      /* of a picture */
  gint64 sound_lead_us;  /* decoded sound ahead of what is due now; negative: sound has not come up to the picture */
  gboolean has_sound;    /* the service has some, and it is to be heard */
  gboolean sounding;     /* and it is heard */
  gboolean skewed;       /* but behind the picture still */
  double ppm;            /* the sender's rate against ours, 0: unknown */
} HearthSteerInput;

typedef struct {
  gboolean normal; /* the margin stands */
} HearthSteer;

/* While nothing is heard nobody can hear that media go slowly, and at 25 Hz a picture still stands less than 55 ms. */
#define HEARTH_STEER_SILENT_SPEED 0.75
/* Sound that began behind the picture goes faster than it by 0.15: at 0.95. */
#define HEARTH_STEER_SKEWED_SPEED 0.80
#define HEARTH_STEER_SLOWEST_SOUND 0.90
#define HEARTH_STEER_SLOW 0.97

void hearth_steer_init (HearthSteer *self);
double hearth_steer_speed (HearthSteer *self, const HearthSteerInput *in);

G_END_DECLS
