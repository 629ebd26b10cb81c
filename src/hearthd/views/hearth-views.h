/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-db.h"
#include "hearthd/player/hearth-player.h"

G_BEGIN_DECLS

/**
 * SECTION:views
 *
 * Where people watch: each view is a player and the screen that shows it, with
 * what it remembers. "main" is always there; others come and go by
 * tv.hearth.Views1. Main thread.
 */
typedef struct _HearthViews HearthViews;

extern const char hearth_views_schema[];

/* With "main" alone. All arguments outlive it. */
HearthViews *hearth_views_new (HearthBus *bus, HearthWorkers *workers, HearthChannels *channels, HearthNetworks *networks,
                               HearthSettingsStore *settings, HearthDb *db);
void hearth_views_free (HearthViews *views);
/* Those that were added before. @recordings: what all of them may play. Before any worker says Hello. */
void hearth_views_load (HearthViews *views, HearthRecordings *recordings);
/* Where their banners find what is on; @user_data outlives them. */
void hearth_views_set_events_func (HearthViews *views, HearthEventsFunc add, gpointer user_data);
HearthPlayer *hearth_views_get_main (HearthViews *views);

/* ---- told to all of them */
void hearth_views_channels_changed (HearthViews *views);
void hearth_views_network_ready (HearthViews *views, HearthNetworkObject *network);
void hearth_views_recording_changed (HearthViews *views);
void hearth_views_events_changed (HearthViews *views, const char *channel); /* the guide's words about it */
/* Standby: what plays stops and the screens go dark; and back. */
void hearth_views_sleep (HearthViews *views);
void hearth_views_wake (HearthViews *views);
/* Adds the ids of the channels that they point to; owned by the views, till they change. */
void hearth_views_add_channels (HearthViews *views, GHashTable *ids);

G_END_DECLS
