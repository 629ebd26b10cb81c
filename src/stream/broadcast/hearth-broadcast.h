/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/hearth-ingest.h"

#include <hearth/tuner.h>

G_BEGIN_DECLS

/**
 * SECTION:broadcast
 *
 * A broadcast network: what the host makes of a plug-in that only has tuners.
 * Services have addresses `dvb://<original network>.<transport stream>.<service>`
 * (decimal) and an attribute "tuning" (hearth-tuning.h) that says where their
 * multiplex is; so hearthd's list is all that is kept. Main thread.
 *
 * Settings, beside the plug-in's: "scan" s ("nit", "table", "blind"),
 * "scan-table" s (a file in the format of dtv-scan-tables), "systems" as,
 * "text" s (the character set of texts that name none), "descrambler" s
 * ("none", "test").
 */
typedef struct _HearthBroadcast HearthBroadcast;
typedef struct _HearthBroadcastStream HearthBroadcastStream;

typedef struct {
  /* a{sv} each, floating: as tv.hearth.Network1.ScanProgress and ScanFinished. */
  void (*scan_progress) (GVariant *progress, gpointer user_data);
  void (*scan_finished) (GVariant *result, gpointer user_data);
  /* A batch of events (transfer full), to be answered with hearth_broadcast_guide_sent(). */
  void (*guide_batch) (GBytes *batch, gpointer user_data);
  /* As tv.hearth.internal.Stream1.GuideState and BroadcastTime: a{sv}, floating. */
  void (*guide_state) (GVariant *state, gpointer user_data);
  void (*broadcast_time) (GVariant *time, gpointer user_data);
} HearthBroadcastFuncs;

/* @host: gets the list when a scan has ended. Errors: INVALID_ARGUMENT. */
HearthBroadcast *hearth_broadcast_new (const HearthTunerOps *ops, gpointer instance, GVariant *settings, HearthNetworkHost *host,
                                       const HearthBroadcastFuncs *funcs, gpointer user_data, GError **error);
/* All streams have been closed. */
void hearth_broadcast_free (HearthBroadcast *self);
void hearth_broadcast_update_tuners (HearthBroadcast *self);
/* Whether any has been found yet: servers in the house answer after a while. */
gboolean hearth_broadcast_has_tuners (HearthBroadcast *self);

/* @options: a{sv}; "attributes" a(ss) of the service, "use" s ("prefetch" yields to all else). When no tuner is free, or there is none
 * yet, it waits for one, and says so with who has them: HEARTH_STREAM_CONNECTING with LIMIT (NOT_FOUND); for a zap opens the new before
 * it closes the old. Errors: INVALID_ARGUMENT, NOT_FOUND for a service that neither the last scan nor its attributes know, NOT_SUPPORTED
 * and what the plug-in says. */
HearthBroadcastStream *hearth_broadcast_open (HearthBroadcast *self, const char *uri, GVariant *options, HearthIngest *ingest, GError **error);
/* As in open()'s options: a prefetched stream is watched now. */
void hearth_broadcast_set_use (HearthBroadcast *self, HearthBroadcastStream *stream, const char *use);
void hearth_broadcast_close (HearthBroadcast *self, HearthBroadcastStream *stream);

/* Looks for services; the host gets the list, and funcs the course of it. @options: a{sv}: "mode" s in the place of the setting "scan".
 * Modes: "table" (the scan table's multiplexes and those that their NIT names), "nit" (those known and what their NIT names),
 * "blind" (all channels of the usual rasters), "" (the first of table, nit and blind that there is something for; a blind search
 * then ends with the first NIT, for that names the others). Errors: BUSY while one runs, INVALID_ARGUMENT, NOT_FOUND without a tuner,
 * what the table's file says. */
gboolean hearth_broadcast_scan (HearthBroadcast *self, GVariant *options, GError **error);
/* The old list stays. Does nothing when no scan runs. */
void hearth_broadcast_cancel_scan (HearthBroadcast *self);
/* hearthd's list of before, a(susssssuua(ss)): where a rescan begins, and what it is compared with. */
void hearth_broadcast_take_list (HearthBroadcast *self, GVariant *list);

/* The guide. @anew: what hearthd was told before is told again. */
void hearth_broadcast_collect_guide (HearthBroadcast *self, gboolean anew);
void hearth_broadcast_set_guide_period (HearthBroadcast *self, guint hours);
void hearth_broadcast_guide_sent (HearthBroadcast *self);
void hearth_broadcast_tell_guide (HearthBroadcast *self); /* its state, to a hearthd that came back */

/* aa{sv}, floating. */
GVariant *hearth_broadcast_describe_tuners (HearthBroadcast *self);

G_END_DECLS
