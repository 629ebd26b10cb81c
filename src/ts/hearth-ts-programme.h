/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Follows one programme through PAT and PMT: private to the analyser. */

#include "ts/hearth-ts-private.h"

G_BEGIN_DECLS

typedef struct _HearthTsProgramme HearthTsProgramme;

/* @new_tables: pat_section and pmt are new; else only the PIDs to listen to. */
typedef void (*HearthTsProgrammeFunc) (HearthTsProgramme *self, gboolean new_tables, gpointer user_data);

/* A PMT that may become, or is, ours. */
typedef struct {
  HearthTsProgram program;
  HearthTsSection *section; /* (nullable): made with its first packet */
  guint n_seen;
  guint worth; /* of what it carries, once seen */
} HearthTsPmtCandidate;

struct _HearthTsProgramme {
  guint16 wanted; /* 0: the first with a picture */
  HearthTsHealth *health;
  HearthTsProgrammeFunc changed;
  gpointer user_data;

  HearthTsSection pat;
  guint8 last_pat[HEARTH_TS_MAX_PSI_SECTION]; /* as it came */
  gsize n_last_pat;
  guint16 transport_stream_id;
  guint8 pat_version;
  guint n_pmts;         /* one, once it is chosen */
  HearthTsPmtCandidate pmts[G_N_ELEMENTS (((HearthTsPat *) 0)->programs)];
  gboolean chosen, fresh;       /* fresh: pmt came with the packet at hand */
  HearthTsPmtCandidate *picked; /* to be chosen when the packet at hand is done with */

  gboolean known; /* from here on it is set */
  HearthTsPmt pmt;
  guint8 pat_section[HEARTH_TS_MAX_PSI_SECTION], pmt_section[HEARTH_TS_MAX_PSI_SECTION];
  gsize n_pat_section, n_pmt_section;
};

void hearth_ts_programme_init (HearthTsProgramme *self, guint16 wanted, HearthTsHealth *health, HearthTsProgrammeFunc changed,
                               gpointer user_data);
void hearth_ts_programme_clear (HearthTsProgramme *self);
void hearth_ts_programme_push_pat (HearthTsProgramme *self, const guint8 *packet);
void hearth_ts_programme_push_pmt (HearthTsProgramme *self, const guint8 *packet, guint16 pid);
void hearth_ts_programme_gap (HearthTsProgramme *self);

G_END_DECLS
