/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/tables.h"

/* A loop, played out for ever: packet after packet with times, continuity and tables that go on over the seam. Knows no clock
 * and no network. One thread at a time. */
typedef struct {
  const HeadendMux *mux;
  HeadendTables tables;
  gint64 base90k;       /* PCR of the first packet of turn 0, unwrapped */
  guint64 turn;
  guint packet;         /* next, in the turn */
  guint8 continuity[HEADEND_SLOT_N];
  gboolean announce_discontinuity; /* with the next PCR */
  gboolean keyless;     /* key frames' places stay empty */
  gboolean in_key;      /* between the first packet of a key frame and that of the next frame */
} HeadendPlayout;

/* What begins and ends with a packet. */
typedef struct {
  const HeadendMuxFrame *starts, *ends; /* NULL: none */
  gint64 pts90k; /* of starts; unwrapped */
} HeadendMark;

/* Begins at @packet of the loop (modulo), with a PCR of @base90k there. */
void headend_playout_init (HeadendPlayout *self, const HeadendChannel *channel, const HeadendMux *mux, guint packet, gint64 base90k);
void headend_playout_next (HeadendPlayout *self, guint8 *packet, HeadendMark *mark);
/* PCR's time of the next packet, 90 kHz, unwrapped. */
gint64 headend_playout_get_time90k (const HeadendPlayout *self);

/* Faults. */
void headend_playout_jump (HeadendPlayout *self, gint64 by90k, gboolean announced);
/* A new start: next packet the first of the loop, other times, continuity from 0. */
void headend_playout_restart (HeadendPlayout *self, gint64 base90k);
void headend_playout_move_pids (HeadendPlayout *self, guint16 first_pid);
void headend_playout_set_audio (HeadendPlayout *self, guint n_audio);
/* No key frames any more, or again; nothing else is missed by who looks at continuity. */
void headend_playout_set_keyless (HeadendPlayout *self, gboolean keyless);
/* Another channel's content under this channel's name and PIDs. */
void headend_playout_set_content (HeadendPlayout *self, const HeadendMux *mux);
