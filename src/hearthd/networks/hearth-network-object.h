/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/tv.hearth.Network1.h"
#include "hearthd/bus/hearth-bus.h"
#include "hearthd/channels/hearth-service-list.h"
#include "hearthd/networks/hearth-stream.h"
#include "hearthd/workers/hearth-workers.h"

G_BEGIN_DECLS

/**
 * SECTION:network-object
 *
 * One network: its worker (hearth-stream), its list, its open streams, its face
 * tv.hearth.Network1. Main thread.
 */
typedef struct _HearthNetworkObject HearthNetworkObject;

typedef struct {
  /* A whole new list (referenced by the receiver if it keeps it). */
  void (*list) (HearthNetworkObject *network, HearthServiceList *list, gpointer user_data);
  /* SetSettings was called: to be kept. */
  void (*settings) (HearthNetworkObject *network, GVariant *settings, gpointer user_data);
  /* The worker is there; streams that it held already have been taken in. */
  void (*ready) (HearthNetworkObject *network, gpointer user_data);
  /* As the signals of tv.hearth.internal.Stream1. */
  void (*guide_state) (HearthNetworkObject *network, GVariant *state, gpointer user_data);
  void (*broadcast_time) (HearthNetworkObject *network, GVariant *time, gpointer user_data);
} HearthNetworkObjectFuncs;

HearthNetworkObject *hearth_network_object_new (const char *name, const char *kind, GVariant *settings, HearthBus *bus,
                                                HearthWorkers *workers, const HearthNetworkObjectFuncs *funcs, gpointer user_data);
void hearth_network_object_free (HearthNetworkObject *network); /* ends its worker */
const char *hearth_network_object_get_name (HearthNetworkObject *network);
const char *hearth_network_object_get_kind (HearthNetworkObject *network);
/* A text of its settings, "" where it is not set. Borrowed until the next SetSettings. */
const char *hearth_network_object_get_setting (HearthNetworkObject *network, const char *key);
/* Its worker is there: streams that it held are known, new ones are opened at once. */
gboolean hearth_network_object_is_connected (HearthNetworkObject *network);
HearthWorker *hearth_network_object_get_worker (HearthNetworkObject *network);
/* A list that was kept: services can be opened before the network has been asked. */
void hearth_network_object_set_stored_list (HearthNetworkObject *network, HearthServiceList *list);
void hearth_network_object_refresh (HearthNetworkObject *network);
/* Streams are shared: view, recordings and whoever else use the same ring. Each open and each find_stream is one use, each close
 * ends one; with the last the stream is closed. */
/* Opens a service; at once, the rest comes by the stream's signals; @attributes: a(ss) of its entry (nullable). (transfer full) */
HearthStream *hearth_network_object_open (HearthNetworkObject *network, const char *channel, const char *uri, GVariant *attributes);
/* Ahead of a zap: where something is scarce, it yields to all else. */
HearthStream *hearth_network_object_open_ahead (HearthNetworkObject *network, const char *channel, const char *uri, GVariant *attributes);
void hearth_network_object_set_ahead (HearthNetworkObject *network, HearthStream *stream, gboolean ahead);
void hearth_network_object_close (HearthNetworkObject *network, HearthStream *stream);
/* An open stream of @channel and @uri, also one that an adopted worker held. (nullable) (transfer full) */
HearthStream *hearth_network_object_find_stream (HearthNetworkObject *network, const char *channel, const char *uri);
GList *hearth_network_object_get_streams (HearthNetworkObject *network); /* (transfer container) */
/* A reader that sleeps: both descriptors are duplicated. */
void hearth_network_object_add_waiter (HearthNetworkObject *network, HearthStream *stream, guint waiter, int page_fd, int event_fd);
void hearth_network_object_remove_waiter (HearthNetworkObject *network, HearthStream *stream, guint waiter);

/* A pass for the guide; @anew: of all, also what was told before. @call: (nullable): answered as Guide1.Collect. */
void hearth_network_object_collect_guide (HearthNetworkObject *network, gboolean anew, GDBusMethodInvocation *call);
/* How often it is collected, in hours. Kept for a worker that is started later. */
void hearth_network_object_set_guide_period (HearthNetworkObject *network, guint hours);

/* From the workers' calls. */
void hearth_network_object_put_services (HearthNetworkObject *network, int fd, guint64 bytes, GVariant *oddities, guint n_oddities,
                                         GVariant *details);
void hearth_network_object_list_failed (HearthNetworkObject *network, const char *error, const char *text);

G_END_DECLS
