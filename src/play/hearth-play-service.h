/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-player.h"

G_BEGIN_DECLS

/* tv.hearth.internal.Play1 around a player. Main thread. */
typedef struct _HearthPlayService HearthPlayService;

HearthPlayService *hearth_play_service_new (gboolean internet, HearthProgress *progress, GError **error);
void hearth_play_service_free (HearthPlayService *self);
GDBusInterfaceSkeleton *hearth_play_service_get_skeleton (HearthPlayService *self);
HearthPlayer *hearth_play_service_get_player (HearthPlayService *self);
/* (transfer floating): a{sv} for Hello. */
GVariant *hearth_play_service_describe (HearthPlayService *self);
/* Hello's answer: volume d, mute b. */
void hearth_play_service_take_settings (HearthPlayService *self, GVariant *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthPlayService, hearth_play_service_free)

G_END_DECLS
