/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-clock-map.h"

#include <math.h>

void
hearth_clock_map_reset (HearthClockMap *self)
{
  self->started = FALSE;
  self->speed = 1.0;
}

void
hearth_clock_map_start (HearthClockMap *self, gint64 media90k, gint64 local_us, double speed)
{
  self->started = TRUE;
  self->media90k = media90k;
  self->local_us = local_us;
  self->speed = speed;
}

gint64
hearth_clock_map_to_local (const HearthClockMap *self, gint64 media90k)
{
  if (!self->started)
    return HEARTH_NO_TIME;
  return self->local_us + llround ((double) (media90k - self->media90k) * 100 / 9 / self->speed);
}

gint64
hearth_clock_map_to_media (const HearthClockMap *self, gint64 local_us)
{
  if (!self->started)
    return HEARTH_NO_TIME;
  return self->media90k + llround ((double) (local_us - self->local_us) * self->speed * 9 / 100);
}

void
hearth_clock_map_set_speed (HearthClockMap *self, gint64 from_us, double speed)
{
  if (!self->started || fabs (speed - self->speed) < 1e-6) /* 1 ppm: not worth a knot, whose time is rounded */
    return;
  self->media90k = hearth_clock_map_to_media (self, from_us);
  self->local_us = from_us;
  self->speed = speed;
}

void
hearth_clock_map_shift (HearthClockMap *self, gint64 us)
{
  self->local_us += us;
}
