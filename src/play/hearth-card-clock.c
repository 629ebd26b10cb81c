/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-card-clock.h"

#include "ts/hearth-ts.h"

#include <gst/gst.h>
#include <hearth/log.h>
#include <math.h>

HEARTH_LOG_TOPIC ("card-clock")

#define LOOK_US G_USEC_PER_SEC
#define SURE_PPM 20     /* half the error that is left must be below: some seconds of a steady card */
#define BELIEVED_PPM 1000 /* a crystal is off by 100 at most; a driver that says more does not know its own position */
#define CLOCK_HZ 27000000

void
hearth_card_clock_init (HearthCardClock *self)
{
  *self = (HearthCardClock){ .rate = hearth_ts_clock_new () };
}

void
hearth_card_clock_clear (HearthCardClock *self)
{
  gst_clear_object (&self->clock);
  g_clear_pointer (&self->rate, hearth_ts_clock_free);
}

void
hearth_card_clock_set_sink (HearthCardClock *self, GstElement *sink)
{
  gst_clear_object (&self->clock);
  self->sink = sink;
  hearth_ts_clock_reset (self->rate);
  self->looked_us = 0;
  self->ppm = 0;
}

/* The sender's clock and a card's are estimated alike: readings that may be late, of a time that may jump. */
void
hearth_card_clock_push (HearthCardClock *self, guint64 card_ns, gint64 now_us)
{
  double uncertainty_ppm, ppm;

  hearth_ts_clock_push (self->rate, gst_util_uint64_scale (card_ns, CLOCK_HZ, GST_SECOND) % ((G_GUINT64_CONSTANT (1) << 33) * 300), now_us, FALSE);
  ppm = hearth_ts_clock_get_ppm (self->rate, &uncertainty_ppm);
  if (uncertainty_ppm > SURE_PPM || fabs (ppm) > BELIEVED_PPM)
    return;
  if (fabs (ppm - self->ppm) > SURE_PPM)
    hearth_info ("the sound card is %.1f ppm fast", ppm);
  self->ppm = ppm;
}

void
hearth_card_clock_look (HearthCardClock *self, gint64 now_us)
{
  GstClockTime card_ns;

  if (self->sink == NULL || now_us - self->looked_us < LOOK_US)
    return;
  self->looked_us = now_us;
  if (self->clock == NULL) /* a sink has one only while its device is open */
    self->clock = gst_element_provide_clock (self->sink);
  if (self->clock == NULL)
    return;
  card_ns = gst_clock_get_internal_time (self->clock);
  if (GST_CLOCK_TIME_IS_VALID (card_ns) && card_ns > 0)
    hearth_card_clock_push (self, card_ns, g_get_monotonic_time ());
}

double
hearth_card_clock_get_ppm (const HearthCardClock *self)
{
  return self->ppm;
}
