/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/broadcast/hearth-lineup.h"
#include "stream/broadcast/hearth-tuner-pool.h"

G_BEGIN_DECLS

/**
 * SECTION:scanner
 *
 * Looks through a network's multiplexes with all tuners that nobody needs, and
 * gives them up at once when somebody does. Main thread.
 */
typedef struct _HearthScanner HearthScanner;

typedef struct {
  guint done, known;     /* multiplexes: looked at, to be looked at in all as far as is known now */
  guint locked;          /* of done */
  guint services;        /* found so far */
  gboolean waiting;      /* for a tuner: people have them all */
  const char *last;      /* tuning of the one just done; NULL: none */
  const char *const *found; /* names of its services that have one; NULL: none */
} HearthScanProgress;

typedef struct {
  void (*progress) (const HearthScanProgress *progress, gpointer user_data);
  /* Once; not told after cancel. @lineup: taken; finished. The scanner is not to be freed within. */
  void (*done) (HearthLineup *lineup, guint conflicts, const HearthScanProgress *progress, gpointer user_data);
} HearthScannerFuncs;

/* @start: HearthTunerParams, in their order. @follow: multiplexes that a NIT names are looked at too. @until_found: once one of
 * @start was found whose NIT names others, only those are left: a blind search that has met the network.
 * @text: (nullable): character set of texts that name none. */
HearthScanner *hearth_scanner_new (HearthTunerPool *pool, const GArray *start, gboolean follow, gboolean until_found, const char *text,
                                   const HearthScannerFuncs *funcs, gpointer user_data);
/* What is kept of multiplexes that no tuner could be had for, since their server was away or full. @before: borrowed as long as it scans. */
void hearth_scanner_keep (HearthScanner *self, const HearthLineup *before);
/* Ends it, also in its midst. */
void hearth_scanner_free (HearthScanner *self);

G_END_DECLS
