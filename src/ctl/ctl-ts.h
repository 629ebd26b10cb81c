/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* hearthctl ts: what a transport stream carries. Private to the files ctl-ts*.c. */

#include "ctl/hearth-ctl.h"
#include "ts/hearth-si-collector.h"
#include "ts/hearth-si-event.h"
#include "ts/hearth-si-multiplex.h"
#include "ts/hearth-ts-survey.h"

G_BEGIN_DECLS

#define CTL_TS_MAX_EVENTS 500000 /* some 300 MB; the guide of the largest networks has 200,000 */

typedef struct {
  HearthSiEvent event;
  gboolean present_following; /* newer than what a schedule says */
} CtlTsEvent;

typedef struct {
  HearthTsSync sync;
  HearthTsSurvey *survey;
  HearthSiCollector *collector;
  HearthSiMultiplex *multiplex;
  HearthDvbText text;
  GHashTable *events;  /* CtlTsEvent, by service and event_id */
  guint64 n_dropped_events;
  GPtrArray *tables;   /* HearthSiTable, filled at the end */
  guint64 n_bytes;
  guint64 n_applications;
} CtlTs;

CtlTs *ctl_ts_new (const char *charset);
void ctl_ts_free (CtlTs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CtlTs, ctl_ts_free)
gboolean ctl_ts_read (CtlTs *self, const char *path, GError **error);

/* (transfer container): sorted by service and time. */
GPtrArray *ctl_ts_list_events (CtlTs *self);
/* Scrambled by what is signalled, or by what came. */
gboolean ctl_ts_is_encrypted (CtlTs *self, const HearthSiService *service);
const char *ctl_ts_kind_name (HearthSiKind kind);
char *ctl_ts_dup_utc (gint64 utc_s); /* ISO 8601 with Z; NULL for HEARTH_SI_NO_TIME */
const char *ctl_ts_genre_name (const HearthSiEvent *event); /* (nullable) */

void ctl_ts_print_json (CtlTs *self, const char *path);
void ctl_ts_print (CtlTs *self, gboolean all);

G_END_DECLS
