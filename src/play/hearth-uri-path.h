/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-play-context.h"

#include <gio/gio.h>
#include <hearth/error.h>

G_BEGIN_DECLS

/**
 * SECTION:uri-path
 *
 * Addresses (HLS, DASH) by GStreamer's adaptive demuxers, into decoders and the
 * frame link of the same kinds as television's. Pictures and sound wait for
 * their time here, and the source waits for them. Main thread.
 */
typedef struct _HearthUriPath HearthUriPath;

/* Loads the plug-ins that may meet a stranger's data, and no others. Errors: NOT_SUPPORTED, naming what is missing. */
HearthUriPath *hearth_uri_path_new (HearthPlayContext *context, GError **error);
void hearth_uri_path_free (HearthUriPath *self);

void hearth_uri_path_halt (HearthUriPath *self);
/* @options: a{sv}: user-agent s, referrer s, headers a{ss}, audio s (language of the sound: ISO 639-2). */
void hearth_uri_path_play (HearthUriPath *self, const char *uri, GVariant *options);

/* Counts what arrives: for the watch. */
guint64 hearth_uri_path_get_arrived (HearthUriPath *self);
/* Why it failed, once HEARTH_NEWS_BROKEN was told. */
HearthError hearth_uri_path_get_failure (HearthUriPath *self);

/* (transfer floating): aa{sv}, of tracks of a kind ("video", "audio", "text"). */
GVariant *hearth_uri_path_list_tracks (HearthUriPath *self, const char *kind);
/* Errors: NOT_FOUND. */
gboolean hearth_uri_path_select_track (HearthUriPath *self, const char *kind, const char *id, GError **error);
/* At HEARTH_NEWS_TRACKS: takes the wished language where there is a choice. */
void hearth_uri_path_tracks_changed (HearthUriPath *self);
/* Sound, and no picture is offered. */
gboolean hearth_uri_path_is_radio (HearthUriPath *self);

const char *hearth_uri_path_get_decoder_name (HearthUriPath *self);
const char *hearth_uri_path_get_audio_sink_name (HearthUriPath *self);
guint64 hearth_uri_path_get_copied_bytes (HearthUriPath *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthUriPath, hearth_uri_path_free)

G_END_DECLS
