/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/channels/hearth-channels.h"
#include "hearthd/networks/hearth-network-object.h"

G_BEGIN_DECLS

/**
 * SECTION:networks
 *
 * All networks, kept over restarts with their settings and their last whole
 * lists; tv.hearth.Networks1. Main thread.
 */
typedef struct _HearthNetworks HearthNetworks;

typedef struct {
  void (*changed) (const HearthChannelsDiff *diff, gpointer user_data); /* the list of channels did */
  void (*ready) (HearthNetworkObject *network, gpointer user_data);     /* its worker is there */
  void (*removed) (const char *network, gpointer user_data);
  void (*guide_state) (HearthNetworkObject *network, GVariant *state, gpointer user_data);
  void (*broadcast_time) (HearthNetworkObject *network, GVariant *time, gpointer user_data);
} HearthNetworksFuncs;

extern const char hearth_networks_schema[];

HearthNetworks *hearth_networks_new (HearthBus *bus, HearthWorkers *workers, HearthDb *db, HearthChannels *channels,
                                     const char *state_dir, const HearthNetworksFuncs *funcs, gpointer user_data);
void hearth_networks_free (HearthNetworks *networks);
/* Starts what is kept; after "changed" may be called. */
void hearth_networks_load (HearthNetworks *networks);
HearthNetworkObject *hearth_networks_find (HearthNetworks *networks, const char *name); /* (nullable) */
/* One that opens addresses of its own kind, for OpenUri. (nullable) */
HearthNetworkObject *hearth_networks_get_any (HearthNetworks *networks, const char *kind);

/* (nullable) */
HearthNetworkObject *hearth_networks_find_by_worker (HearthNetworks *networks, HearthWorker *worker);
void hearth_networks_collect_guide_anew (HearthNetworks *networks);
/* For all, and those to come. */
void hearth_networks_set_guide_period (HearthNetworks *networks, guint hours);

/* From the workers' calls. */
void hearth_networks_put_services (HearthNetworks *networks, HearthWorker *worker, int fd, guint64 bytes, GVariant *oddities,
                                   guint n_oddities, GVariant *details);
void hearth_networks_list_failed (HearthNetworks *networks, HearthWorker *worker, const char *error, const char *text);

G_END_DECLS
