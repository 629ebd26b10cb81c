/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-playback-face.h"

#include "hearthd/player/hearth-player-face.h"

typedef struct {
  HearthPlayer *player; /* owns the face, and so us */
  HearthRecordings *recordings;
} Sides;

void
hearth_player_set_paused (HearthPlayer *player, gboolean paused)
{
  HearthPlayback *playback = hearth_player_get_playback (player);

  if (playback == NULL)
    return;
  hearth_playback_set_paused (playback, hearth_player_get_play_worker (player), paused);
  hearth_player_playback_changed (player);
}

void
hearth_player_seek (HearthPlayer *player, gint64 position_us)
{
  HearthPlayback *playback = hearth_player_get_playback (player);

  if (playback == NULL)
    return;
  hearth_playback_seek (playback, hearth_player_get_play_worker (player), position_us);
  hearth_player_playback_changed (player);
}

void
hearth_player_recording_changed (HearthPlayer *player)
{
  HearthPlayback *playback = hearth_player_get_playback (player);

  if (playback != NULL)
    hearth_playback_recording_changed (playback, hearth_player_get_play_worker (player));
}

/* ---- calls --------------------------------------------------------------------------------- */

/* (nullable): the caller was told that there is none. */
static HearthPlayback *
need_playback (Sides *sides, GDBusMethodInvocation *call)
{
  HearthPlayback *playback = hearth_player_get_playback (sides->player);

  if (playback == NULL)
    g_dbus_method_invocation_return_error_literal (call, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                                                   "what is on is no recording: it cannot be paused or moved in");
  return playback;
}

static gboolean
on_open_recording (HearthDBusPlayer1 *face, GDBusMethodInvocation *call, const char *id, GVariant *options, gpointer user_data)
{
  Sides *sides = user_data;
  GError *error = NULL;
  gint64 position_us = -1;
  HearthPlayback *playback;
  guint serial;

  g_variant_lookup (options, "position", "x", &position_us);
  playback = hearth_playback_new (sides->recordings, id, position_us, &error);
  serial = playback != NULL ? hearth_player_open_playback (sides->player, playback, &error) : 0;
  if (serial != 0)
    hearth_dbus_player1_complete_open_recording (face, call, serial);
  else
    g_dbus_method_invocation_take_error (call, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_paused (HearthDBusPlayer1 *face, GDBusMethodInvocation *call, gboolean paused, gpointer user_data)
{
  Sides *sides = user_data;

  if (need_playback (sides, call) == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  hearth_player_set_paused (sides->player, paused);
  hearth_dbus_player1_complete_set_paused (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_seek (HearthDBusPlayer1 *face, GDBusMethodInvocation *call, gint64 offset_us, gpointer user_data)
{
  Sides *sides = user_data;
  HearthPlayback *playback = need_playback (sides, call);

  if (playback == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  hearth_player_seek (sides->player, hearth_playback_get_position_us (playback) + offset_us);
  hearth_dbus_player1_complete_seek (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_position (HearthDBusPlayer1 *face, GDBusMethodInvocation *call, gint64 position_us, gpointer user_data)
{
  Sides *sides = user_data;

  if (need_playback (sides, call) == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  hearth_player_seek (sides->player, position_us);
  hearth_dbus_player1_complete_set_position (face, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_position (HearthDBusPlayer1 *face, GDBusMethodInvocation *call, gpointer user_data)
{
  Sides *sides = user_data;

  if (need_playback (sides, call) != NULL)
    hearth_play_worker_pass (hearth_player_get_play_worker (sides->player), "GetPosition", NULL, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
sides_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

void
hearth_playback_face_connect (HearthPlayer *player, HearthRecordings *recordings)
{
  HearthDBusPlayer1 *face = hearth_player_get_face (player);
  Sides *sides = g_new0 (Sides, 1);

  sides->player = player;
  sides->recordings = recordings;
  hearth_player_set_recordings (player, recordings);
  g_signal_connect_data (face, "handle-open-recording", G_CALLBACK (on_open_recording), sides, sides_free, 0);
  g_signal_connect (face, "handle-set-paused", G_CALLBACK (on_set_paused), sides);
  g_signal_connect (face, "handle-seek", G_CALLBACK (on_seek), sides);
  g_signal_connect (face, "handle-set-position", G_CALLBACK (on_set_position), sides);
  g_signal_connect (face, "handle-get-position", G_CALLBACK (on_get_position), sides);
}
