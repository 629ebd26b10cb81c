/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-play-context.h"
#include "play/hearth-ring-session.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * hearthringsrc: a ring in, elementary streams out, on pads that stand for life: video, audio, text. Each pad has its own
 * thread and its own cursor on the ring: the ring is the queue, nothing is queued twice, and a picture that waits for its time
 * never holds up the sound. Text is listed, not read yet.
 */
#define HEARTH_TYPE_RING_SRC (hearth_ring_src_get_type ())
G_DECLARE_FINAL_TYPE (HearthRingSrc, hearth_ring_src, HEARTH, RING_SRC, GstElement)

GstElement *hearth_ring_src_new (HearthPlayContext *context);

/* Main thread. Begins a flush and waits until no thread of ours runs any more: nothing that was read comes out after it. */
void hearth_ring_src_halt (HearthRingSrc *self);
/* Ends the flush and plays @session (referenced). */
void hearth_ring_src_play (HearthRingSrc *self, HearthRingSession *session);
/* Another stream of a kind is wanted. */
void hearth_ring_src_reselect (HearthRingSrc *self);

G_END_DECLS
