/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-db.h"
#include "base/hearth-guide-batch.h"

G_BEGIN_DECLS

/**
 * SECTION:guide-writer
 *
 * Brings what a source tells into the guide's database: new events, changed
 * ones, and away with those that are told no more or stand in the way of newer
 * ones. It keeps of each event in memory what is needed to see that nothing has
 * changed (40 bytes): a schedule that is told again costs no database. All on
 * the database's writing thread.
 *
 * An event's row id is its service's, shifted, and its number: so a service's
 * events lie together, and are found without an index.
 */
#define HEARTH_GUIDE_EVENT_BITS 20
#define HEARTH_GUIDE_KEEP_S (4 * 3600) /* what is over is kept this long */

extern const char hearth_guide_schema[]; /* the database's first migration */

/* In the column texts: between a text's parts and between languages. */
#define HEARTH_GUIDE_PART_MARK '\x1f'
#define HEARTH_GUIDE_TEXT_MARK '\x1e'
/* Between network and service, where a service is named in one string. */
#define HEARTH_GUIDE_KEY_MARK "\x1f"

typedef struct _HearthGuideWriter HearthGuideWriter;

typedef struct {
  GHashTable *services; /* of "network MARK key": whose events changed */
  guint added, changed, removed;
} HearthGuideChanges;

HearthGuideWriter *hearth_guide_writer_new (void);
void hearth_guide_writer_free (HearthGuideWriter *self);
/* What is in memory is no longer what is in the database: a transaction was taken back. */
void hearth_guide_writer_forget (HearthGuideWriter *self);

void hearth_guide_changes_init (HearthGuideChanges *changes);
void hearth_guide_changes_clear (HearthGuideChanges *changes);

/* @source: "eit". @now_s: what is over by then is not taken back. Within a transaction. Errors: CORRUPT for a batch that is none, and the database's. */
gboolean hearth_guide_writer_apply (HearthGuideWriter *self, sqlite3 *sqlite, const char *source, const char *network, GBytes *batch,
                                    gint64 now_s, HearthGuideChanges *changes, GError **error);
/* Events that ended before @before_s, and services of which nothing is left. */
gboolean hearth_guide_writer_prune (HearthGuideWriter *self, sqlite3 *sqlite, gint64 before_s, HearthGuideChanges *changes, GError **error);
gboolean hearth_guide_writer_remove_network (HearthGuideWriter *self, sqlite3 *sqlite, const char *network, HearthGuideChanges *changes,
                                             GError **error);

G_END_DECLS
