/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/broadcast/hearth-guide-visit.h"

G_BEGIN_DECLS

/**
 * SECTION:guide-collector
 *
 * Where the guide of a broadcast network comes from: every multiplex that
 * somebody watches or records is listened to; and from time to time all of them
 * are visited in turn with tuners that nobody needs, which are given up at once
 * when somebody does. Main thread.
 */
typedef struct _HearthGuideCollector HearthGuideCollector;

typedef struct {
  /* As tv.hearth.internal.Stream1.GuideState and BroadcastTime: a{sv}, floating. */
  void (*state) (GVariant *state, gpointer user_data);
  void (*time) (GVariant *time, gpointer user_data);
} HearthGuideCollectorFuncs;

/* Borrows both. */
HearthGuideCollector *hearth_guide_collector_new (HearthTunerPool *pool, HearthGuideFeed *feed, const HearthGuideCollectorFuncs *funcs,
                                                  gpointer user_data);
void hearth_guide_collector_free (HearthGuideCollector *self);

/* The network's multiplexes, of HearthTunerParams; the next pass goes over them. */
void hearth_guide_collector_set_multiplexes (HearthGuideCollector *self, const GArray *multiplexes);
/* 0: no passes but those asked for. */
void hearth_guide_collector_set_period (HearthGuideCollector *self, guint hours);
/* Begins a pass, or lets the one that runs go on. */
void hearth_guide_collector_collect (HearthGuideCollector *self);
/* While a scan runs, no tuner is taken for the guide. A pass follows it. */
void hearth_guide_collector_set_scanning (HearthGuideCollector *self, gboolean scanning);
/* A tuner may have become free. */
void hearth_guide_collector_try_again (HearthGuideCollector *self);
/* Tells state once more, to a hearthd that came back. */
void hearth_guide_collector_tell (HearthGuideCollector *self);

G_END_DECLS
