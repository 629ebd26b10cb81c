/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/player/hearth-player.h"

G_BEGIN_DECLS

/* What a view's keys do, those that its screen hears: the same as on the page of the live view. Main thread. */
typedef struct _HearthRemote HearthRemote;

/* Both are kept alive. */
HearthRemote *hearth_remote_new (HearthOutput *output, HearthPlayer *player);
void hearth_remote_free (HearthRemote *remote);

G_END_DECLS
