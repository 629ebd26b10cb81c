/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/player/hearth-play-worker.h"
#include "hearthd/player/hearth-player.h"

G_BEGIN_DECLS

/* tv.hearth.Player1: turns calls into those of the player. (transfer full) */
HearthDBusPlayer1 *hearth_player_face_new (HearthPlayer *player, const HearthPlayerMemory *memory);

/* What only the face needs of the player. */
const char *hearth_player_get_previous (HearthPlayer *player); /* (nullable) */
HearthPlayWorker *hearth_player_get_play_worker (HearthPlayer *player);
GVariant *hearth_player_describe_zap (HearthPlayer *player, guint serial); /* (nullable) */
HearthChannels *hearth_player_get_channels (HearthPlayer *player);
/* The playback was paused or moved: it is shown so. */
void hearth_player_playback_changed (HearthPlayer *player);
/* The face's volume or mute was set. */
void hearth_player_volume_changed (HearthPlayer *player);

G_END_DECLS
