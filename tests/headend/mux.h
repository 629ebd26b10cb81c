/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/loop.h"

/* The multiplex of a loop: packets at a constant bit rate, made so that the last is followed by the first. */
#define HEADEND_PACKET 188
#define HEADEND_TIME_MASK ((G_GUINT64_CONSTANT (1) << 33) - 1)

typedef enum {
  HEADEND_SLOT_NULL,
  HEADEND_SLOT_PAT,
  HEADEND_SLOT_PMT,
  HEADEND_SLOT_SDT,
  HEADEND_SLOT_VIDEO,
  HEADEND_SLOT_AUDIO0,
  HEADEND_SLOT_AUDIO1,
  HEADEND_SLOT_N,
} HeadendSlot;

/* A video access unit's way through the multiplex. */
typedef struct {
  guint frame;
  gboolean key;
  guint first, last;     /* packets of the loop; last < first: it ends in the next turn */
  gint64 pts90k;         /* as sent in the turn in which its first packet is sent */
} HeadendMuxFrame;

typedef struct {
  const HeadendLoop *loop;
  guint n_packets;
  guint8 *packets;       /* without PID and continuity; tables are empty places. Times are for the turn that begins at 0 */
  guint8 *slots;         /* HeadendSlot of each packet */
  guint n_frames;
  HeadendMuxFrame *frames; /* in sending order of their first packets */
  gint16 *starts, *ends; /* for each packet: which of frames starts, ends there; -1 none */
  gint64 delay90k;       /* PTS of frame 0 minus PCR at packet 0 */
} HeadendMux;

HeadendMux *headend_mux_new (const HeadendLoop *loop);
void headend_mux_free (HeadendMux *self);

/* Moves PCR, PTS and DTS of a packet with an elementary stream by @offset90k; wraps at 33 bits. */
void headend_restamp (guint8 *packet, gint64 offset90k);

/* For HLS: one part of a loop as packets of its own, without stuffing: PAT, PMT, then the frames and the sound that belongs to
 * their time. @without: bits by HeadendSlot, of streams that are not in it. @slots: the kinds of the packets. */
void headend_mux_segment (const HeadendLoop *loop, guint without, guint first_frame, guint n_frames, GByteArray *packets, GByteArray *slots);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendMux, headend_mux_free)
