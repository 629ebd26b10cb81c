/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-clock.h"

#include <xf86drm.h>

#define ASK_AFTER_US G_TIME_SPAN_SECOND /* a crystal is off by some 50 ppm: of a period, nothing to speak of */

/* The last vertical blank. FALSE: the device counts none. */
static gboolean
ask (KmsClock *self)
{
  guint64 sequence, at_ns;

  if (drmCrtcGetSequence (self->device, self->crtc, &sequence, &at_ns) != 0 || at_ns == 0)
    return FALSE;
  self->last_us = (gint64) (at_ns / 1000);
  return TRUE;
}

void
kms_clock_init (KmsClock *self, int device, guint32 crtc, guint32 refresh_mhz)
{
  *self = (KmsClock){ .device = device, .crtc = crtc, .period_ns = G_GINT64_CONSTANT (1000000000000) / MAX (refresh_mhz, 1000) };
  self->last_us = g_get_monotonic_time ();
}

gboolean
kms_clock_seen (KmsClock *self, gint64 refresh_us)
{
  gboolean learnt = !self->known && ask (self);

  self->known = TRUE;
  self->hardware = self->hardware || learnt;
  if (self->hardware)
    self->last_us = refresh_us;
  return learnt;
}

gint64
kms_clock_next (KmsClock *self, gint64 at_us)
{
  gint64 periods;

  if (self->hardware && at_us > self->last_us + ASK_AFTER_US)
    ask (self);
  if (at_us <= self->last_us)
    return self->last_us;
  periods = ((at_us - self->last_us) * 1000 + self->period_ns - 1) / self->period_ns;
  return self->last_us + periods * self->period_ns / 1000;
}
