/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:card-clock
 *
 * How fast a sound card's crystal really is. The pipeline's time is
 * CLOCK_MONOTONIC; a card that plays 48,005 samples in a second of it is given
 * so many, so that its buffer neither runs dry nor over and nothing is ever cut
 * out of the sound. A plain struct of one thread.
 */
typedef struct _HearthTsClock HearthTsClock;
typedef struct _GstClock GstClock;
typedef struct _GstElement GstElement;

typedef struct {
  GstElement *sink;    /* (nullable): borrowed */
  GstClock *clock;     /* (nullable): the sink's, once it has one; without, it is as right as ours */
  HearthTsClock *rate;
  gint64 looked_us;
  double ppm;
  guint n_off; /* readings running in which the card was elsewhere than the sink thinks */
} HearthCardClock;

void hearth_card_clock_init (HearthCardClock *self);
void hearth_card_clock_clear (HearthCardClock *self);
/* Another sink, which must live as long as it is set: what was known is forgotten. (nullable) */
void hearth_card_clock_set_sink (HearthCardClock *self, GstElement *sink);
/* Before each block. Looks at the card's clock, for its rate if that was a second ago; and for where it stands: a sound server may begin
 * to play a second after the sink began to count, and where the sink thinks that the card is must be put right then. */
void hearth_card_clock_look (HearthCardClock *self, gint64 now_us);
/* The card showed @card_ns at @now_us. */
void hearth_card_clock_push (HearthCardClock *self, guint64 card_ns, gint64 now_us);
/* By how much the card is fast; 0 until it is known well enough to be of use. */
double hearth_card_clock_get_ppm (const HearthCardClock *self);

G_END_DECLS
