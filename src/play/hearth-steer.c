/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-steer.h"

#include "play/hearth-clock-map.h"

#define SILENCE_MAX_US 3000000    /* sound that has not come by then does not hold the picture any longer */
#define SOUND_LEAD_US 60000       /* less is a shortage */
#define FAR_US 1500000.0          /* a deficit from which on the slowest audible speed is used */
#define AGAIN_US 250000           /* a margin that has shrunk by so much is built anew */
#define CORRECTION_S 30.0         /* a remaining error is worked off in so many seconds ... */
#define CORRECTION_MAX 0.005      /* ... but never by more than this: unheard, unseen */

void
hearth_steer_init (HearthSteer *self)
{
  self->normal = FALSE;
}

/* The slow need: towards the margin, then along with the sender. */
static double
margin_speed (HearthSteer *self, const HearthSteerInput *in)
{
  double deficit = in->deficit_us;

  if (in->deficit_us == HEARTH_NO_TIME)
    return in->slack_us >= 2 * in->period_us ? 1.0 : HEARTH_STEER_SLOW;
  if (in->deficit_us <= 0)
    self->normal = TRUE;
  else if (in->deficit_us > AGAIN_US)
    self->normal = FALSE;
  if (!self->normal)
    return HEARTH_STEER_SLOW - (HEARTH_STEER_SLOW - HEARTH_STEER_SLOWEST_SOUND) * MIN (deficit / FAR_US, 1.0);
  return 1.0 + in->ppm * 1e-6 + CLAMP (-deficit * 1e-6 / CORRECTION_S, -CORRECTION_MAX, CORRECTION_MAX);
}

/* The fast need: what is short at this moment. */
static double
shortage_speed (const HearthSteerInput *in)
{
  gboolean waiting = in->has_sound && !in->sounding && in->since_start_us < SILENCE_MAX_US;
  gboolean silent = !in->has_sound || waiting;

  if (in->sounding && in->skewed)
    return HEARTH_STEER_SKEWED_SPEED;
  if (in->slack_us < in->period_us)
    return silent ? HEARTH_STEER_SILENT_SPEED : HEARTH_STEER_SLOWEST_SOUND;
  if (waiting && in->sound_lead_us < SOUND_LEAD_US)
    return HEARTH_STEER_SILENT_SPEED;
  if (in->sounding && in->sound_lead_us < SOUND_LEAD_US)
    return HEARTH_STEER_SLOWEST_SOUND;
  return G_MAXDOUBLE;
}

double
hearth_steer_speed (HearthSteer *self, const HearthSteerInput *in)
{
  double slow = margin_speed (self, in);

  return MIN (slow, shortage_speed (in));
}
