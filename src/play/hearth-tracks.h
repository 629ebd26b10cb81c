/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-ring-session.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A ring's tracks, as tv.hearth.Player1.ListTracks has them; ids are PIDs. @kind: "video", "audio", "text". */

/* (transfer floating): aa{sv}. Errors: INVALID_ARGUMENT for another kind. */
GVariant *hearth_tracks_list (HearthRingSession *session, const char *kind, GError **error);
/* @id "": none. Errors: NOT_FOUND, INVALID_ARGUMENT, NOT_SUPPORTED (text). */
gboolean hearth_tracks_select (HearthRingSession *session, const char *kind, const char *id, GError **error);

G_END_DECLS
