/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the router's files share. All of it is guarded by the router's lock. */

#include "stream/broadcast/hearth-router.h"
#include "ts/hearth-ts-rap-finder.h"

G_BEGIN_DECLS

#define HEARTH_ROUTER_N_PIDS 8192
#define HEARTH_ROUTER_ARENA (64u << 10)
#define HEARTH_ROUTER_MAX_MADE (23 * HEARTH_TS_PACKET) /* packets of the longest section */

/* A packet's first four bytes as one number. */
#define HEADER_ERROR 0x00800000u
#define HEADER_UNIT_START 0x00400000u
#define HEADER_SCRAMBLED 0x000000c0u
#define HEADER_ADAPTATION 0x00000020u
#define HEADER_PAYLOAD 0x00000010u
#define HEADER_ALL 0xffffffffu /* the sync byte is never 0 */

enum { ROLE_SECTIONS = 1, ROLE_PCR = 2, ROLE_RAP = 4, ROLE_SHARED = 8 };

#define NEXT_UNKNOWN 0xff
#define NEXT_REPEATED 0x20 /* never equal to what comes, so that the slow way sees the next one */

/* One PID. Most packets need only the first sixteen bytes. */
typedef struct {
  union {
    HearthRoute *route;  /* NULL: nobody's */
    GPtrArray *routes;   /* with ROLE_SHARED */
  };
  guint32 watch;   /* a packet whose header has one of these bits must be looked at */
  guint32 packets;
  guint32 scrambled, wrong;
  guint8 next;     /* what the low five bits of the header's last byte will be: payload flag and continuity counter */
  guint8 roles;
  guint8 is_scrambled;
} HearthRouterEntry;

typedef struct {
  guint16 number, pmt_pid;
  guint8 section[1024]; /* 13818-1, 2.4.4.8; n_section 0: not seen yet */
  gsize n_section;
  HearthTsPmt pmt;
} HearthRouterProgramme;

struct _HearthRoute {
  HearthRingRun *runs; /* [0] is a sentinel that ends nowhere */
  guint n_runs, max_runs;
  gsize n_bytes;    /* of the runs */
  guint64 position; /* in the ring, of the first run */

  HearthRouter *router;
  guint16 service_id;
  HearthIngest *ingest;
  const HearthDescrambler *descrambler;
  gpointer descrambling;
  GPtrArray *scrambled; /* packets of the chunk at hand */

  HearthRouterProgramme *programme; /* NULL until its PMT was seen */
  HearthTsRapFinder finder;
  HearthTsHealth health;
  guint64 last_pcr;
  gboolean pcr_known, begun;
  guint8 continuity_pat, continuity_pmt, continuity_sdt, continuity_eit, continuity_time;
};

struct _HearthRouter {
  HearthStreamSink sink; /* first: the tuner has its address */
  const HearthRouterFuncs *funcs;
  gpointer user_data;

  GMutex lock; /* guards all that follows */
  HearthTsSync sync;
  GPtrArray *routes;
  gint64 arrival_us;
  gboolean collecting, descrambles, retuning;
  HearthStreamState state;
  HearthError state_code;
  char *state_text;

  GHashTable *sections; /* PID -> HearthTsSection */
  guint16 section_pid;  /* of the packet at hand */
  GPtrArray *programmes;
  guint16 transport_stream_id;
  guint8 pat_version, pat_last_section;
  guint8 pat_seen[32];  /* by section number */
  gboolean pat_known;   /* whole */
  GArray *pat_programs; /* HearthTsProgram, of the PAT that comes in */
  guint32 crc_errors;

  guint8 *arena; /* packets that are made here, until the next flush */
  gsize n_arena;
  guint8 *clear; /* the chunk at hand, where something is descrambled */
  HearthRouterEntry pids[HEARTH_ROUTER_N_PIDS];
};

/* ---- hearth-router.c */
void hearth_router_rebuild (HearthRouter *self);
void hearth_router_flush (HearthRouter *self);
/* Cuts @section into packets of @pid and appends them to @route. */
void hearth_router_emit (HearthRouter *self, HearthRoute *route, const guint8 *section, gsize n_bytes, guint16 pid, guint8 *continuity);
void hearth_router_begin (HearthRouter *self, HearthRoute *route);

/* ---- hearth-router-tables.c */
/* Whether sections of @pid are put together. */
gboolean hearth_router_wants_sections (HearthRouter *self, guint16 pid);
void hearth_router_push_section (HearthRouter *self, const guint8 *packet, guint16 pid);
HearthRouterProgramme *hearth_router_find_programme (HearthRouter *self, guint16 number);
/* The programme's tables into @route, as it begins or has changed. */
void hearth_router_set_tables (HearthRouter *self, HearthRoute *route, HearthRouterProgramme *programme);
void hearth_router_forget_tables (HearthRouter *self);

/* ---- hearth-router-si.c */
void hearth_router_route_si (HearthRouter *self, guint16 pid, const guint8 *section, gsize n_bytes);

G_END_DECLS
