/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/cable.h"

/* Sections that come round and round on one PID. */
typedef struct {
  guint16 pid;
  guint period_ms;     /* each section once in it, evenly spread */
  GPtrArray *sections; /* GBytes */
} HeadendCarousel;

void headend_carousel_free (HeadendCarousel *self);
HeadendCarousel *headend_carousel_new (guint16 pid, guint period_ms);

#define HEADEND_CABLE_MOST_DAYS 8

typedef struct {
  guint mux, lineup;   /* which multiplex, in which line-up */
  guint version;       /* of all but EIT: grows with the line-up */
  guint event_seconds; /* how long each event is */
  guint schedule_days; /* from today on, 1 to HEADEND_CABLE_MOST_DAYS */
  gint clock_offset_s; /* TDT and TOT are wrong by this much */
} HeadendCableSi;

/* Appends the carousels of PAT, CAT, PMT, NIT, SDT, BAT (cable-si.c), and of EIT as it is at this time (cable-eit.c). */
void headend_cable_si_append_tables (const HeadendCableSi *self, GPtrArray *carousels);
void headend_cable_si_append_events (const HeadendCableSi *self, gint64 utc_s, GPtrArray *carousels);
/* TDT and TOT, which are of one moment. */
GBytes *headend_cable_si_make_tdt (gint64 utc_s);
GBytes *headend_cable_si_make_tot (gint64 utc_s);
/* When the events' tables change next after @utc_s. */
gint64 headend_cable_si_get_next_change (const HeadendCableSi *self, gint64 utc_s);

#define HEADEND_CABLE_TEST_CA_SYSTEM 0xfffe
/* What the payload of an encrypted service is XORed with; its PMT says so in the CA descriptor's first private byte. */
guint8 headend_cable_get_key (const HeadendCableService *service);
