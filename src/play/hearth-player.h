/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-progress.h"

#include <gio/gio.h>
#include <hearth/error.h>

G_BEGIN_DECLS

/**
 * SECTION:player
 *
 * One view: opens a ring or an address, tells its state. Main thread.
 */
typedef struct _HearthPlayer HearthPlayer;

typedef struct {
  void (*stage) (guint32 serial, const char *stage, gint64 time_us, gpointer user_data);
  /* @state: "opening", "playing", "no-signal", "ended", "stopped"; @reason: short error name or "". */
  void (*state) (guint32 serial, const char *state, const char *reason, const char *text, gpointer user_data);
  void (*tracks) (guint32 serial, gpointer user_data);
  /* @picture: a{sv}, as Player1.Picture. */
  void (*picture) (guint32 serial, GVariant *picture, gpointer user_data);
} HearthPlayerFuncs;

/* @internet: plays addresses too. @progress: borrowed, (nullable). */
HearthPlayer *hearth_player_new (gboolean internet, HearthProgress *progress, const HearthPlayerFuncs *funcs, gpointer user_data,
                                 GError **error);
void hearth_player_free (HearthPlayer *self);

gboolean hearth_player_set_link (HearthPlayer *self, int fd /* takes */, GError **error);

typedef struct {
  guint32 serial;
  int ring_fd;        /* borrowed */
  const int *waiters; /* page, event, page, event; borrowed */
  guint n_waiters;
  GVariant *options;  /* a{sv}, of Play1.Open */
} HearthPlayerRing;

/* Errors: CORRUPT, IO. */
gboolean hearth_player_open (HearthPlayer *self, const HearthPlayerRing *ring, GError **error);
typedef struct {
  guint32 serial;
  int stream_fd, index_fd; /* borrowed */
  GVariant *options;       /* a{sv}, of Play1.OpenRecording */
} HearthPlayerRecording;

/* Errors: CORRUPT, IO. */
gboolean hearth_player_open_recording (HearthPlayer *self, const HearthPlayerRecording *recording, GError **error);
/* Of a recording. Errors: NOT_SUPPORTED for anything else, IO. */
gboolean hearth_player_seek (HearthPlayer *self, gint64 position_us, GError **error);
gboolean hearth_player_set_paused (HearthPlayer *self, gboolean paused, GError **error);
gboolean hearth_player_get_position (HearthPlayer *self, gint64 *position_us, gint64 *duration_us, GError **error);
void hearth_player_set_growing (HearthPlayer *self, gboolean growing);
/* Errors: NOT_SUPPORTED in a process without network, INVALID_ARGUMENT. */
gboolean hearth_player_open_uri (HearthPlayer *self, guint32 serial, const char *uri, GVariant *options, GError **error);
void hearth_player_stop (HearthPlayer *self, guint32 serial);
/* @steps: of care, as hearthd counts them after falls in a row; from the next stream on. */
void hearth_player_set_careful (HearthPlayer *self, guint steps);
void hearth_player_set_volume (HearthPlayer *self, double volume, gboolean mute);

/* (transfer floating): aa{sv}, as Play1.ListTracks. Errors: INVALID_ARGUMENT. */
GVariant *hearth_player_list_tracks (HearthPlayer *self, const char *kind, GError **error);
/* Errors: NOT_FOUND, INVALID_ARGUMENT. */
gboolean hearth_player_select_track (HearthPlayer *self, const char *kind, const char *id, GError **error);
/* (transfer floating): a{sv}. */
GVariant *hearth_player_get_statistics (HearthPlayer *self);
/* (transfer floating): a{sv}, what Manager1.Hello wants to know. */
GVariant *hearth_player_describe (HearthPlayer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthPlayer, hearth_player_free)

G_END_DECLS
