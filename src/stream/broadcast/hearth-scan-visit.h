/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/broadcast/hearth-tuner-pool.h"
#include "ts/hearth-si-multiplex.h"

G_BEGIN_DECLS

/* One multiplex that a scan looks at: waits for lock, gathers its tables, says when it has them. Main thread. */
typedef struct _HearthScanVisit HearthScanVisit;

typedef enum {
  HEARTH_SCAN_NOTHING,   /* no carrier, or no lock */
  HEARTH_SCAN_EMPTY,     /* locked, and no tables */
  HEARTH_SCAN_FOUND,
  HEARTH_SCAN_YIELDED,   /* people took the tuner: once more, later */
  HEARTH_SCAN_REFUSED,   /* the tuner went, or its server is away or full: nothing was learnt of the multiplex */
} HearthScanOutcome;

typedef struct {
  /* Once. The visit is not to be freed within, and has given its tuner back. */
  void (*done) (HearthScanVisit *visit, HearthScanOutcome outcome, gpointer user_data);
} HearthScanVisitFuncs;

/* @want_network: waits for the NIT too. @text: (nullable): as hearth_si_multiplex_new(). Errors: those of the pool. */
HearthScanVisit *hearth_scan_visit_new (HearthTunerPool *pool, const HearthTunerParams *params, gboolean want_network, const char *text,
                                        const HearthScanVisitFuncs *funcs, gpointer user_data, GError **error);
void hearth_scan_visit_free (HearthScanVisit *self);
const HearthTunerParams *hearth_scan_visit_get_params (HearthScanVisit *self);
/* What it has learnt; borrowed. */
HearthSiMultiplex *hearth_scan_visit_get_multiplex (HearthScanVisit *self);
/* There is a carrier, though perhaps nothing that locks: another symbol rate may. */
gboolean hearth_scan_visit_has_carrier (HearthScanVisit *self);

G_END_DECLS
