/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-card-clock.h"

#include "ts/hearth-ts.h"

#include <gst/audio/gstaudioclock.h>
#include <hearth/log.h>
#include <math.h>

HEARTH_LOG_TOPIC ("card-clock")

#define LOOK_US G_USEC_PER_SEC
#define SURE_PPM 20     /* half the error that is left must be below: some seconds of a steady card */
#define BELIEVED_PPM 1000 /* a crystal is off by 100 at most; a driver that says more does not know its own position */
#define CLOCK_HZ 27000000
#define OFF_NS (20 * GST_MSECOND)
#define NONSENSE_NS (60 * GST_SECOND)
#define OFF_READINGS 3 /* one alone may be late */

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

/* The sink turns times into samples by its clock's calibration, which it sets when it starts. */
static void
align (HearthCardClock *self, GstClockTime card_ns)
{
  const GstClockTime ours_ns = (GstClockTime) g_get_monotonic_time () * 1000;
  GstClockTime internal_ns, external_ns, over, under;
  GstClockTimeDiff off_ns;

  gst_clock_get_calibration (self->clock, &internal_ns, &external_ns, &over, &under);
  if (external_ns == 0 || card_ns == 0) /* it has not started */
    return;
  off_ns = GST_CLOCK_DIFF (ours_ns - external_ns, card_ns - internal_ns);
  if (ABS (off_ns) > NONSENSE_NS && GST_IS_AUDIO_CLOCK (self->clock)) { /* a server's slip after a flush, which the clock would keep */
    hearth_info ("the sound card's clock has lost itself and counts anew");
    gst_audio_clock_reset (GST_AUDIO_CLOCK (self->clock), 0);
    gst_clock_set_calibration (self->clock, gst_clock_get_internal_time (self->clock), ours_ns, 1, 1);
    return;
  }
  self->n_off = ABS (off_ns) > OFF_NS ? self->n_off + 1 : 0;
  if (self->n_off < OFF_READINGS)
    return;
  hearth_info ("the sound card is %" G_GINT64_FORMAT " ms from where its sink thinks it is", off_ns / GST_MSECOND);
  gst_clock_set_calibration (self->clock, card_ns, ours_ns, 1, 1);
  self->n_off = 0;
}

void
hearth_card_clock_look (HearthCardClock *self, gint64 now_us)
{
  GstClockTime card_ns;

  if (self->clock == NULL && self->sink != NULL) /* it has one only while its device is open */
    self->clock = gst_element_provide_clock (self->sink);
  if (self->clock == NULL)
    return;
  card_ns = gst_clock_get_internal_time (self->clock);
  if (!GST_CLOCK_TIME_IS_VALID (card_ns) || card_ns == 0)
    return;
  align (self, card_ns);
  if (now_us - self->looked_us < LOOK_US)
    return;
  self->looked_us = now_us;
  hearth_card_clock_push (self, card_ns, now_us);
}

double
hearth_card_clock_get_ppm (const HearthCardClock *self)
{
  return self->ppm;
}
