/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/sound.h"

#include <math.h>

#define TONE_AMPLITUDE (0.03 * 32767)
#define BEEP_AMPLITUDE (0.5 * 32767)
#define BEEP_HZ 1000
#define LOOP_SECONDS (HEADEND_LOOP_MS / 1000.0)

/* Whole periods in a loop. */
static guint
tone_periods (const HeadendChannel *channel, guint track)
{
  double hz = 220 * pow (2, channel->number / 12.0) * (track == 1 ? 1.5 : 1);

  return (guint) lround (hz * LOOP_SECONDS);
}

double
headend_sound_get_tone_hz (const HeadendChannel *channel, guint track)
{
  return tone_periods (channel, track) / LOOP_SECONDS;
}

void
headend_sound_fill (const HeadendChannel *channel, guint track, guint64 first, guint n_samples, gint16 *stereo)
{
  const guint64 periods = tone_periods (channel, track);

  for (guint i = 0; i < n_samples; i++) {
    guint sample = (first + i) % HEADEND_LOOP_SAMPLES;
    guint in_second = sample % HEADEND_SAMPLE_RATE;
    /* Reduced in whole numbers first: a phase that grows would lose its precision. */
    double value = TONE_AMPLITUDE * sin (2 * G_PI * (double) (sample * periods % HEADEND_LOOP_SAMPLES) / HEADEND_LOOP_SAMPLES);

    if (in_second < HEADEND_SAMPLE_RATE * HEADEND_BEEP_MS / 1000)
      value += BEEP_AMPLITUDE * sin (2 * G_PI * BEEP_HZ * in_second / HEADEND_SAMPLE_RATE);
    stereo[2 * i] = stereo[2 * i + 1] = (gint16) lround (value);
  }
}
