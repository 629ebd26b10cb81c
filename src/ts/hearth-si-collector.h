/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:si-collector
 *
 * Follows all service information of one multiplex: packets in, new sections
 * out. A section is told when it is seen first, when its table's version is
 * new, and when it changed without a new version, as some operators do; never
 * when it is only repeated. It learns where the PMTs, the NIT and the AITs are
 * from PAT and PMT.
 *
 * Whatever is sent, the collector stays below HEARTH_SI_COLLECTOR_MAX_BYTES:
 * what has not been seen for longest is forgotten (and told once more, should
 * it come again). It knows no time and no threads; all functions belong to one
 * thread.
 */

#include "ts/hearth-si.h"

G_BEGIN_DECLS

#define HEARTH_SI_COLLECTOR_MAX_BYTES (8 << 20) /* of what has been seen; about 8,000 tables of EIT schedule */
#define HEARTH_SI_COLLECTOR_MAX_PIDS 512        /* PIDs with tables, 4 KiB each */

typedef enum {
  HEARTH_SI_COLLECT_PSI = 1 << 0,          /* PAT, CAT, PMT; whether there is ATSC's */
  HEARTH_SI_COLLECT_NETWORK = 1 << 1,      /* NIT */
  HEARTH_SI_COLLECT_SERVICES = 1 << 2,     /* SDT, BAT */
  HEARTH_SI_COLLECT_PRESENT = 1 << 3,      /* EIT present/following, RST */
  HEARTH_SI_COLLECT_SCHEDULE = 1 << 4,     /* EIT schedule */
  HEARTH_SI_COLLECT_OTHER = 1 << 5,        /* of the above also those of other multiplexes and networks */
  HEARTH_SI_COLLECT_TIME = 1 << 6,         /* TDT, TOT: each one is told */
  HEARTH_SI_COLLECT_APPLICATIONS = 1 << 7, /* AIT */
  HEARTH_SI_COLLECT_ALL = 0xff,
} HearthSiCollect;

/* A table of one version: its sections' numbers are one row. */
typedef struct {
  guint16 pid;
  guint8 table_id;
  guint16 extension;
  guint16 transport_stream_id, original_network_id; /* of EIT and SDT, else 0 */
  guint8 version;
  guint n_seen, n_wanted; /* sections; wanted grows as segments of a schedule show how long they are */
  guint64 crc_errors;     /* sections of it that came damaged */
} HearthSiTable;

/* All that is sent of it has been seen. Of a schedule, whatever its gaps: each segment that was begun is whole, and none is missing. */
static inline gboolean
hearth_si_table_is_complete (const HearthSiTable *table)
{
  return table->n_wanted > 0 && table->n_seen >= table->n_wanted;
}

typedef struct {
  /* A section that is new. @table: with this one counted in; borrowed. Sections that are not yet in force are not told. */
  void (*section) (const HearthSiTable *table, const guint8 *section, gsize n_bytes, gpointer user_data);
  /* (nullable): the last missing section of a table came; again after each change. */
  void (*complete) (const HearthSiTable *table, gpointer user_data);
  /* (nullable): hearth_si_collector_wants() answers differently for some PIDs from now on: time to set a tuner's filter. */
  void (*pids_changed) (gpointer user_data);
} HearthSiCollectorFuncs;

typedef struct _HearthSiCollector HearthSiCollector;

HearthSiCollector *hearth_si_collector_new (HearthSiCollect what, const HearthSiCollectorFuncs *funcs, gpointer user_data);
void hearth_si_collector_free (HearthSiCollector *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthSiCollector, hearth_si_collector_free)

/* Another multiplex follows: all is forgotten. Not from within a callback. */
void hearth_si_collector_reset (HearthSiCollector *self);
/* Something is missing between the last packet and the next one: sections begun are dropped. */
void hearth_si_collector_gap (HearthSiCollector *self);

/* Packets of the multiplex; those that carry no tables are passed over. Callbacks come from within. */
void hearth_si_collector_push (HearthSiCollector *self, const guint8 *packets, gsize n_packets);
/* One packet whose PID is known already. */
void hearth_si_collector_push_packet (HearthSiCollector *self, const guint8 *packet, guint16 pid);
/* A whole section with a right CRC, as another one put it together. */
void hearth_si_collector_push_section (HearthSiCollector *self, guint16 pid, const guint8 *section, gsize n_bytes);
gboolean hearth_si_collector_wants (HearthSiCollector *self, guint16 pid);

/* The hour of the multiplex, by its own TDT if TIME is collected: segments of a schedule that lie before it need not be sent and are
 * not wanted (TS 101 211, 4.1.4.2). HEARTH_SI_NO_TIME: not known, all are. */
gint64 hearth_si_collector_get_utc_s (HearthSiCollector *self);

void hearth_si_collector_foreach (HearthSiCollector *self, void (*func) (const HearthSiTable *table, gpointer user_data), gpointer user_data);

typedef struct {
  guint64 sections;   /* whole ones */
  guint64 crc_errors;
  guint64 new_sections;
  guint64 forgotten;  /* tables, to stay in bounds */
  gsize n_tables, n_bytes, n_pids;
} HearthSiCollectorStats;

void hearth_si_collector_get_stats (HearthSiCollector *self, HearthSiCollectorStats *stats);

G_END_DECLS
