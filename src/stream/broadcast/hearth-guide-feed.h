/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:guide-feed
 *
 * From sections of EIT to batches for hearthd (base/hearth-guide-batch.h), on a
 * thread of its own, for texts take time. It holds two megabytes of sections at
 * most: a tuner's thread that finds no room lets a section go, which comes
 * again. One batch is under way at a time; the next is begun when hearthd has
 * it. What is on and what follows goes before schedules. What another multiplex has told already in the same words is not told
 * again.
 */
typedef struct _HearthGuideFeed HearthGuideFeed;

typedef struct {
  /* Main thread: a batch (transfer full), to be answered with hearth_guide_feed_sent(). */
  void (*batch) (GBytes *batch, gpointer user_data);
} HearthGuideFeedFuncs;

/* @text: (nullable): the character set of texts that name none. */
HearthGuideFeed *hearth_guide_feed_new (const char *text, const HearthGuideFeedFuncs *funcs, gpointer user_data);
void hearth_guide_feed_free (HearthGuideFeed *self);

/* Any thread. */
gboolean hearth_guide_feed_has_room (HearthGuideFeed *self, guint8 table_id);
/* A whole section of an EIT, or an RST; copied. Any thread. */
void hearth_guide_feed_push (HearthGuideFeed *self, const guint8 *section, gsize n_bytes);
/* Hearthd has the batch. Main thread. */
void hearth_guide_feed_sent (HearthGuideFeed *self);
/* What was told before is told again when it comes. Any thread. */
void hearth_guide_feed_forget (HearthGuideFeed *self);
/* How many sections were taken in. */
guint64 hearth_guide_feed_get_sections (HearthGuideFeed *self);

G_END_DECLS
