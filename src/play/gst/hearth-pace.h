/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-play-context.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* hearthpace: makes decoded sound keep the time that hearth-sync gives: waits for the first picture, cuts what is too late,
 * stretches with the pitch kept. Out go blocks of 40 ms with the CLOCK_MONOTONIC time at which they are to be heard, one kind of
 * samples for ever (S16, stereo, 48 kHz). Volume is applied here. */
#define HEARTH_TYPE_PACE (hearth_pace_get_type ())
G_DECLARE_FINAL_TYPE (HearthPace, hearth_pace, HEARTH, PACE, GstElement)

GstElement *hearth_pace_new (HearthPlayContext *context);
/* The sink behind it, whose clock its blocks keep to; borrowed, must live as long. Before anything flows. */
void hearth_pace_set_card (HearthPace *self, GstElement *card);

G_END_DECLS
