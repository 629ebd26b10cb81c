/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/player/hearth-player.h"

G_BEGIN_DECLS

/* The player's second face, org.mpris.MediaPlayer2.hearth: what desktops' keys, applets and phones already talk to. On @bus, and
 * as a name of its own. Main thread. */
typedef struct _HearthMpris HearthMpris;

HearthMpris *hearth_mpris_new (HearthBus *bus, HearthPlayer *player);
void hearth_mpris_free (HearthMpris *mpris);

G_END_DECLS
