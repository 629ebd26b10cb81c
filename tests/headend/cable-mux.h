/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/cable-si.h"
#include "headend/playout.h"

/* A whole multiplex, packet after packet at a constant rate: its services' streams, with their PCRs put right for their new places,
 * all tables, null packets. Knows no clock and no network. One thread at a time. */
typedef struct _HeadendCableMux HeadendCableMux;

/* What begins and ends with a packet. */
typedef struct {
  const HeadendCableService *service; /* NULL: neither */
  HeadendMark mark;
} HeadendCableMark;

/* @contents: the channels' multiplexes by number, borrowed. @utc_us: the time of the first packet. */
HeadendCableMux *headend_cable_mux_new (const HeadendCableSi *si, const HeadendMux *const *contents, gint64 utc_us);
void headend_cable_mux_free (HeadendCableMux *self);
/* Goes over to another line-up: streams go on where they stay. */
void headend_cable_mux_set_lineup (HeadendCableMux *self, guint lineup);
void headend_cable_mux_next (HeadendCableMux *self, guint8 *packet, HeadendCableMark *mark);
/* So much time has gone by without packets: streams and PCRs go on where they were, TDT and EIT do not. */
void headend_cable_mux_lose (HeadendCableMux *self, gint64 lost_us);
/* Of the next packet, µs since the first. */
gint64 headend_cable_mux_get_time_us (const HeadendCableMux *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendCableMux, headend_cable_mux_free)
