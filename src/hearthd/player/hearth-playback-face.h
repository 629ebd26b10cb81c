/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/player/hearth-player.h"
#include "hearthd/recordings/hearth-recordings.h"

G_BEGIN_DECLS

/* The part of tv.hearth.Player1 that plays recordings. Both outlive the face. */
void hearth_playback_face_connect (HearthPlayer *player, HearthRecordings *recordings);

G_END_DECLS
