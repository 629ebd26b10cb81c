/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/guide/hearth-guide-query.h"

G_BEGIN_DECLS

/**
 * SECTION:guide-store
 *
 * The guide's database, a file of its own: what sources tell is written on one
 * thread, questions are answered on another, which sees the last whole state
 * while the first one writes (WAL). A file that turns out to be broken is put
 * aside as <path>.broken, and a new one begun: the guide is collected again.
 * All functions and callbacks: main thread.
 */
typedef struct _HearthGuideStore HearthGuideStore;

typedef struct {
  /* @services: a set of "network MARK key" whose events changed. */
  void (*changed) (GHashTable *services, gpointer user_data);
  /* It had to begin anew: to be collected again. */
  void (*emptied) (gpointer user_data);
} HearthGuideStoreFuncs;

/* Errors: IO, BUSY, LIMIT. */
HearthGuideStore *hearth_guide_store_new (const char *path, const HearthGuideStoreFuncs *funcs, gpointer user_data, GError **error);
/* What was put is written; questions still open are not answered. */
void hearth_guide_store_free (HearthGuideStore *self);

/* When it was opened, or began anew. */
gboolean hearth_guide_store_is_empty (HearthGuideStore *self);

typedef void (*HearthGuideDone) (const GError *error, gpointer user_data);

/* @batch: as hearth-guide-batch.h (referenced); @done: (nullable): once it is safe in the database, or not. */
void hearth_guide_store_put (HearthGuideStore *self, const char *source, const char *network, GBytes *batch, gint64 now_s, HearthGuideDone done,
                             gpointer user_data);
void hearth_guide_store_prune (HearthGuideStore *self, gint64 before_s);
void hearth_guide_store_remove_network (HearthGuideStore *self, const char *network);

/* @query: taken; whoever is answered owns it. */
typedef void (*HearthGuideAnswer) (HearthGuideQuery *query, gpointer user_data);
void hearth_guide_store_ask (HearthGuideStore *self, HearthGuideQuery *query, HearthGuideAnswer answer, gpointer user_data);
/* Waits until all that was put is written; for tests and measurements. */
void hearth_guide_store_flush (HearthGuideStore *self);

G_END_DECLS
