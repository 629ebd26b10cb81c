/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a collector has seen of each table: private to it. */

#include "ts/hearth-si-collector.h"

G_BEGIN_DECLS

#define HEARTH_SI_SEGMENTS 32 /* of a schedule: eight sections, three hours each */

typedef struct _HearthSiKnown HearthSiKnown;

struct _HearthSiKnown {
  guint64 key;
  HearthSiTable table;
  guint8 last_section;
  guint8 segment_last[HEARTH_SI_SEGMENTS]; /* of a schedule: its last section + 1 within the segment, 0: not known */
  guint32 *crcs;                           /* of each section seen, 0: not seen; last_section + 1 of them */
  HearthSiKnown *older, *newer;
};

/* All of them, bounded in bytes: the one not seen for longest goes first. */
typedef struct {
  GHashTable *by_key;
  HearthSiKnown *oldest, *newest;
  gsize n_bytes;
  guint64 n_forgotten;
} HearthSiKnowns;

typedef enum {
  HEARTH_SI_SECTION_REPEATED,
  HEARTH_SI_SECTION_NEW,
} HearthSiNews;

void hearth_si_knowns_init (HearthSiKnowns *self);
void hearth_si_knowns_clear (HearthSiKnowns *self); /* frees; init makes it usable again */

/* Takes in a section whose header was parsed; *@known: its table. @utc_s: see hearth_si_collector_get_utc_s(). */
HearthSiNews hearth_si_knowns_take (HearthSiKnowns *self, guint16 pid, const HearthSiHeader *header, const guint8 *section, gsize n_bytes,
                                    gint64 utc_s, HearthSiKnown **known);
/* The table to which a damaged section of @pid with these first bytes belongs, as far as it can be told. */
HearthSiKnown *hearth_si_knowns_blame (HearthSiKnowns *self, guint16 pid, const guint8 damaged[12]);
/* Forgets the tables of PIDs that @roles has 0 for, so that they are new when they come back. */
void hearth_si_knowns_drop_pids (HearthSiKnowns *self, const guint16 *roles);
/* Brings table.n_wanted up to date. */
void hearth_si_known_count_wanted (HearthSiKnown *known, gint64 utc_s);

G_END_DECLS
