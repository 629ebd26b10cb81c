/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/hearth-ingest.h"

G_BEGIN_DECLS

/* How a stream does, in the words of tv.hearth.Network1.GetStreams. Pure: a report and the time in, an answer out. */
typedef struct {
  HearthStreamState state;
  const char *reason; /* static: short error name or "" */
  char text[256];     /* UTF-8; does not change while nothing else does */
} HearthVerdict;

#define HEARTH_VERDICT_PATIENCE_US 1500000 /* a reason must be told within 2 s; looked at every 250 ms */

#define HEARTH_VERDICT_STUCK_US 1200000 /* plug-ins beat every 500 ms */

/* The plug-in's thread does not run any more. */
gboolean hearth_verdict_is_stuck (const HearthIngestReport *report, gint64 now_us);
void hearth_verdict_reach (HearthVerdict *verdict, const HearthIngestReport *report, gint64 now_us);
gboolean hearth_verdict_equal (const HearthVerdict *a, const HearthVerdict *b);
const char *hearth_verdict_get_state_name (const HearthVerdict *verdict); /* "running" */

/* Adds to an a{sv} all that GetStreams tells of one stream but id, channel and since. */
void hearth_verdict_add_to_dict (GVariantDict *dict, const HearthVerdict *verdict, const HearthIngestReport *report, gint64 now_us);

G_END_DECLS
