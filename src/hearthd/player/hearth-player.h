/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/tv.hearth.Player1.h"
#include "hearthd/display/hearth-output.h"
#include "hearthd/networks/hearth-networks.h"
#include "hearthd/player/hearth-playback.h"

G_BEGIN_DECLS

/**
 * SECTION:player
 *
 * One view: what is on, which streams it keeps, its hearth-play processes (one
 * for rings, one with the internet open, started when first needed), its face
 * tv.hearth.Player1. Main thread.
 *
 * Signal "changed": channel, state, volume or mute did.
 */
#define HEARTH_TYPE_PLAYER (hearth_player_get_type ())
G_DECLARE_FINAL_TYPE (HearthPlayer, hearth_player, HEARTH, PLAYER, GObject)

/* What outlives it, by who made it. */
typedef struct {
  char *channel; /* id of the last one, "" for none */
  double volume; /* 0 to 1 */
  gboolean mute;
} HearthPlayerMemory;

/* The view is called as the screen that shows it. */
HearthPlayer *hearth_player_new (HearthOutput *output, HearthBus *bus, HearthWorkers *workers, HearthChannels *channels,
                                 HearthNetworks *networks, HearthSettingsStore *settings, const HearthPlayerMemory *memory);
/* As it is now; borrowed until it changes. */
void hearth_player_get_memory (HearthPlayer *player, HearthPlayerMemory *memory);
/* Shows the last channel, unless a living hearth-play is about to be adopted. */
void hearth_player_start (HearthPlayer *player);
/* Errors: NOT_FOUND. Each returns the zap's serial, 0 with @error. */
guint hearth_player_open_channel (HearthPlayer *player, const char *id, guint leg, GError **error);
guint hearth_player_open_uri (HearthPlayer *player, const char *uri, GError **error);
/* Takes @playback, also on failure. */
guint hearth_player_open_playback (HearthPlayer *player, HearthPlayback *playback, GError **error);
/* Before any worker says Hello: a player that went on may play one of them. */
void hearth_player_set_recordings (HearthPlayer *player, HearthRecordings *recordings);
HearthPlayback *hearth_player_get_playback (HearthPlayer *player); /* (nullable) */
/* Of a playback; nothing else stands still or is moved in. */
void hearth_player_set_paused (HearthPlayer *player, gboolean paused);
void hearth_player_seek (HearthPlayer *player, gint64 position_us);
/* A recording, perhaps the one that is on, has changed. */
void hearth_player_recording_changed (HearthPlayer *player);
guint hearth_player_zap (HearthPlayer *player, gint delta, GError **error);
void hearth_player_stop (HearthPlayer *player);
/* Standby and back. */
void hearth_player_sleep (HearthPlayer *player);
void hearth_player_wake (HearthPlayer *player);
/* The list changed: what is on may have gone, neighbours may be others. */
void hearth_player_channels_changed (HearthPlayer *player);
/* A network's worker is there: streams that it held can be taken up. */
void hearth_player_network_ready (HearthPlayer *player, HearthNetworkObject *network);
const HearthChannel *hearth_player_get_channel (HearthPlayer *player); /* (nullable) */
HearthDBusPlayer1 *hearth_player_get_face (HearthPlayer *player);

G_END_DECLS
