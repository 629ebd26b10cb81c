/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/hearth-ingest.h"

G_BEGIN_DECLS

/**
 * SECTION:network-runner
 *
 * The network plug-in of this process: loads it, starts it, collects the lists
 * that it sends from its threads. Main thread.
 */
typedef struct _HearthNetworkRunner HearthNetworkRunner;

/* A list as tv.hearth.internal.Manager1.PutServices takes it. */
typedef struct {
  int fd; /* sealed memfd */
  guint64 n_bytes;
  guint n_services;
  GVariant *oddities; /* a(uss): the first thousand */
  guint n_oddities;   /* all of them */
  GVariant *details;  /* a{sv} */
} HearthList;

void hearth_list_free (HearthList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthList, hearth_list_free)

typedef struct {
  void (*list) (HearthList *list, gpointer user_data); /* (transfer full) */
  void (*list_failed) (const GError *error, gpointer user_data);
  void (*scan_progress) (GVariant *progress, gpointer user_data); /* a{sv}, floating */
  void (*scan_finished) (GVariant *result, gpointer user_data);
  /* As HearthBroadcastFuncs. */
  void (*guide_batch) (GBytes *batch, gpointer user_data);
  void (*guide_state) (GVariant *state, gpointer user_data);
  void (*broadcast_time) (GVariant *time, gpointer user_data);
} HearthNetworkRunnerFuncs;

HearthNetworkRunner *hearth_network_runner_new (const HearthNetworkRunnerFuncs *funcs, gpointer user_data);
/* Stops the plug-in first. */
void hearth_network_runner_free (HearthNetworkRunner *self);

/* @kind: "iptv" for network-iptv. Confines the process once the first plug-in is loaded. Errors: PLUGIN, NOT_FOUND,
 * INVALID_ARGUMENT, and what the plug-in says. */
gboolean hearth_network_runner_start (HearthNetworkRunner *self, const char *kind, GVariant *settings, GError **error);
/* All streams have been closed. */
void hearth_network_runner_stop (HearthNetworkRunner *self);
gboolean hearth_network_runner_runs (HearthNetworkRunner *self, const char *kind, GVariant *settings);
const char *hearth_network_runner_get_kind (HearthNetworkRunner *self); /* (nullable): what runs */
void hearth_network_runner_refresh (HearthNetworkRunner *self);
/* Errors: FAILED while no plug-in runs, else the plug-in's. */
gpointer hearth_network_runner_open (HearthNetworkRunner *self, const char *uri, GVariant *options, HearthIngest *ingest,
                                     GError **error);
void hearth_network_runner_close (HearthNetworkRunner *self, gpointer handle);

/* As Stream1.SetUse. */
void hearth_network_runner_set_use (HearthNetworkRunner *self, gpointer handle, const char *use);
/* Broadcast networks. Errors: NOT_SUPPORTED for others, those of hearth_broadcast_scan(). */
gboolean hearth_network_runner_scan (HearthNetworkRunner *self, GVariant *options, GError **error);
void hearth_network_runner_cancel_scan (HearthNetworkRunner *self);
void hearth_network_runner_take_list (HearthNetworkRunner *self, GVariant *list);
/* As hearth_broadcast_collect_guide(). Errors: NOT_SUPPORTED for networks without tuners. */
gboolean hearth_network_runner_collect_guide (HearthNetworkRunner *self, gboolean anew, GError **error);
void hearth_network_runner_set_guide_period (HearthNetworkRunner *self, guint hours);
void hearth_network_runner_guide_sent (HearthNetworkRunner *self);
void hearth_network_runner_tell_guide (HearthNetworkRunner *self);
GVariant *hearth_network_runner_describe_tuners (HearthNetworkRunner *self); /* aa{sv}, floating */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthNetworkRunner, hearth_network_runner_free)

G_END_DECLS
