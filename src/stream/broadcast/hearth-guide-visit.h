/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/broadcast/hearth-guide-feed.h"
#include "stream/broadcast/hearth-tuner-pool.h"

G_BEGIN_DECLS

/**
 * SECTION:guide-visit
 *
 * One multiplex that the guide listens to, alone or beside people: each new
 * section of EIT goes to the feed, the time to whoever asked for it. It knows
 * when it has heard all once. Main thread.
 */
typedef struct _HearthGuideVisit HearthGuideVisit;

/* What a TDT or TOT said, and when it came. */
typedef struct {
  gint64 offset_us; /* that clock is this far ahead of the system's */
  gboolean has_local;
  gint32 local_offset_s;
  char country[4];
} HearthGuideTime;

typedef struct {
  /* The tuner went to somebody else, or has no signal: the visit is to be freed, not within. */
  void (*lost) (HearthGuideVisit *visit, gboolean yielded, gpointer user_data);
  void (*time) (HearthGuideVisit *visit, const HearthGuideTime *time, gpointer user_data);
  /* Whose multiplex it is has become known. */
  void (*named) (HearthGuideVisit *visit, gpointer user_data);
} HearthGuideVisitFuncs;

/* Errors: those of the pool. */
HearthGuideVisit *hearth_guide_visit_new (HearthTunerPool *pool, const HearthTunerParams *params, HearthGuideFeed *feed,
                                          const HearthGuideVisitFuncs *funcs, gpointer user_data, GError **error);
void hearth_guide_visit_free (HearthGuideVisit *self);
const HearthTunerParams *hearth_guide_visit_get_params (HearthGuideVisit *self);
/* FALSE while it is not known. */
gboolean hearth_guide_visit_get_name (HearthGuideVisit *self, guint16 *original_network_id, guint16 *transport_stream_id);
/* All tables of the multiplex have come whole, and its schedule has brought nothing new for a while; or it has none. */
gboolean hearth_guide_visit_is_complete (HearthGuideVisit *self);
gboolean hearth_guide_visit_is_over (HearthGuideVisit *self); /* it was lost */
gint64 hearth_guide_visit_get_since_us (HearthGuideVisit *self); /* CLOCK_MONOTONIC */

G_END_DECLS
