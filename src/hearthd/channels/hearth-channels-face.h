/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/bus/hearth-bus.h"
#include "hearthd/channels/hearth-channels.h"

G_BEGIN_DECLS

/* tv.hearth.Channels1 over the list. Main thread. */
typedef struct _HearthChannelsFace HearthChannelsFace;

HearthChannelsFace *hearth_channels_face_new (HearthBus *bus, HearthChannels *channels);
void hearth_channels_face_free (HearthChannelsFace *face);
void hearth_channels_face_tell (HearthChannelsFace *face, const HearthChannelsDiff *diff);

G_END_DECLS
