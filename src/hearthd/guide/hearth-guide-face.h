/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/bus/hearth-bus.h"
#include "hearthd/guide/hearth-guide.h"
#include "hearthd/networks/hearth-networks.h"

G_BEGIN_DECLS

/* tv.hearth.Guide1 over the guide. Main thread. */
typedef struct _HearthGuideFace HearthGuideFace;

/* @networks: asked to collect. Errors: those of the guide's store. */
HearthGuideFace *hearth_guide_face_new (HearthBus *bus, const char *state_dir, HearthChannels *channels, HearthNetworks *networks,
                                        HearthSettingsStore *settings, GError **error);
void hearth_guide_face_free (HearthGuideFace *self);
HearthGuide *hearth_guide_face_get_guide (HearthGuideFace *self);
/* (nullable) @changed: what is on a channel is another thing now. */
void hearth_guide_face_set_now_changed (HearthGuideFace *self, void (*changed) (const HearthGuideNow *now, gpointer user_data), gpointer user_data);

G_END_DECLS
