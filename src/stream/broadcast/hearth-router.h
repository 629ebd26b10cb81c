/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/broadcast/hearth-descrambler.h"
#include "stream/hearth-ingest.h"

G_BEGIN_DECLS

/**
 * SECTION:router
 *
 * The multiplex router: one multiplex in, any number of service rings out. Each
 * packet is looked at once, for all services together: its PID is the index of
 * a table that says whose it is and whether anything about it matters (tables,
 * PCR, the start of a picture); what remains is copied in runs, once, into the
 * rings.
 *
 * What a route gets is a clean single-programme stream: a PAT of its own, its
 * PMT, the PIDs that the PMT names and the PCR's, and of the service information
 * what tells of itself: its entry of the SDT, its present and following event
 * (EIT), time (TDT, TOT). So a recording says what it is.
 *
 * Threads: the tuner's thread feeds the sink; all else is the main thread's. One
 * lock guards the router while a push runs (a fraction of a millisecond).
 */
typedef struct _HearthRouter HearthRouter;
typedef struct _HearthRoute HearthRoute;

typedef struct {
  /* All on the feeding thread with the router locked: copy, and go. */
  /* A whole section with a right CRC of PAT, CAT, NIT, SDT, BAT, EIT, RST, TDT, TOT or any PMT. (nullable) */
  void (*section) (guint16 pid, const guint8 *section, gsize n_bytes, gpointer user_data);
  /* What the tuner told its sink. (nullable) */
  void (*state) (HearthStreamState state, HearthError code, const char *text, gpointer user_data);
  /* Other PIDs are needed than before: hearth_router_get_pids(). (nullable) */
  void (*pids) (gpointer user_data);
} HearthRouterFuncs;

typedef struct {
  guint16 pid;
  gboolean scrambled; /* the last packet was */
  guint32 packets, scrambled_packets, continuity_errors;
} HearthRouterPid;

/* @funcs: static, borrowed. */
HearthRouter *hearth_router_new (const HearthRouterFuncs *funcs, gpointer user_data);
/* No longer fed, and without routes. */
void hearth_router_free (HearthRouter *self);
/* For the tuner. */
HearthStreamSink *hearth_router_get_sink (HearthRouter *self);

/* From here on @ingest gets the service, with the tables at once where they are known. @descrambler: static. Borrows both. */
HearthRoute *hearth_router_add (HearthRouter *self, guint16 service_id, HearthIngest *ingest, const HearthDescrambler *descrambler);
/* When it returns, the ingest is no longer touched. */
void hearth_router_remove (HearthRouter *self, HearthRoute *route);
guint hearth_router_get_n_routes (HearthRouter *self);
/* Whether the PAT is whole, and does not name @service_id. */
gboolean hearth_router_lacks (HearthRouter *self, guint16 service_id);
/* Whether EIT schedule, NIT, BAT and the like are listened to even where no route needs them. */
void hearth_router_set_collecting (HearthRouter *self, gboolean collecting);

/* All PIDs that must come for what is routed and collected now. (transfer full) of guint16 */
GArray *hearth_router_get_pids (HearthRouter *self);
/* What has come, by PID; only PIDs with packets. (transfer full) of HearthRouterPid */
GArray *hearth_router_get_counters (HearthRouter *self);
/* The multiplex will be another one: tables and counters are forgotten, routes stay, and whatever the tuner still pushes is of no
 * use until it says that it goes there (HEARTH_STREAM_CONNECTING). */
void hearth_router_retune (HearthRouter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRouter, hearth_router_free)

G_END_DECLS
