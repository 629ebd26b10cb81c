/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/channels.h"

/* The sound of a channel, a loop of 460800 samples.
 *
 * A quiet tone (amplitude 0.03 of full scale) of 220 * 2^(n/12) Hz for channel n, rounded to a multiple of 1/9.6 Hz so
 * that it goes through the seam; the second track's tone is a fifth (3/2) higher. And a beep: 1000 Hz, amplitude 0.5,
 * 100 ms without any ramp, beginning with the first sample of each frame whose number is a multiple of the frame rate:
 * at 0, 1, ... 9 s of the loop. Both channels carry the same. */
#define HEADEND_BEEP_MS 100
#define HEADEND_BEEPS 10 /* in a loop */

double headend_sound_get_tone_hz (const HeadendChannel *channel, guint track);
/* @first: any sample, also far beyond the loop. @stereo: @n_samples pairs. */
void headend_sound_fill (const HeadendChannel *channel, guint track, guint64 first, guint n_samples, gint16 *stereo);
