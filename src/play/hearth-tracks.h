/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-ring-session.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A ring's tracks, as tv.hearth.Player1.ListTracks has them; ids are PIDs. @kind: "video", "audio", "text". */

/* Errors: INVALID_ARGUMENT for another kind; the others take it for right. */
gboolean hearth_tracks_check_kind (const char *kind, GError **error);
/* (transfer floating): aa{sv}. */
GVariant *hearth_tracks_list (HearthRingSession *session, const char *kind);
/* @id "": none. Errors: NOT_FOUND, NOT_SUPPORTED (text). */
gboolean hearth_tracks_select (HearthRingSession *session, const char *kind, const char *id, GError **error);

G_END_DECLS
