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

#define HEADEND_CABLE_RST_LEAD_S 20 /* real ones are seconds ahead at most; so long that a test sees which of the two a receiver heeds */

typedef struct {
  guint seconds;   /* how long each event is */
  guint days;      /* of schedule, from today on, 1 to HEADEND_CABLE_MOST_DAYS */
  guint overrun_s; /* events begin and end so much later than their times say; RST tells when, EIT present/following later still */
  gboolean other;  /* each multiplex has the schedules of all */
} HeadendCableEvents;

typedef struct {
  guint mux, lineup;   /* which multiplex, in which line-up */
  guint version;       /* of all but EIT: grows with the line-up */
  HeadendCableEvents events;
  gint clock_offset_s; /* TDT and TOT are wrong by this much */
} HeadendCableSi;

/* Appends the carousels of PAT, CAT, PMT, NIT, SDT, BAT (cable-si.c), of EIT present/following and RST as they are at this time, and of EIT
 * schedule as it is on this day (cable-eit.c). */
void headend_cable_si_append_tables (const HeadendCableSi *self, GPtrArray *carousels);
void headend_cable_si_append_present (const HeadendCableSi *self, gint64 utc_s, GPtrArray *carousels);
void headend_cable_si_append_schedule (const HeadendCableSi *self, gint64 utc_s, GPtrArray *carousels);
/* TDT and TOT, which are of one moment. */
GBytes *headend_cable_si_make_tdt (gint64 utc_s);
GBytes *headend_cable_si_make_tot (gint64 utc_s);
/* When present/following or RST change next after @utc_s, and the schedule. */
gint64 headend_cable_si_get_next_change (const HeadendCableSi *self, gint64 utc_s);
gint64 headend_cable_si_get_next_day (gint64 utc_s);

#define HEADEND_CABLE_TEST_CA_SYSTEM 0xfffe
/* What the payload of an encrypted service is XORed with; its PMT says so in the CA descriptor's first private byte. */
guint8 headend_cable_get_key (const HeadendCableService *service);
