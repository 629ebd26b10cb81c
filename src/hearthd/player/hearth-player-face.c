/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-player-face.h"

/* Each handler's last step: a serial, or the error. @error is a place, for the call that fills it may be an argument beside it,
 * and the order of arguments is nobody's promise. */
static gboolean
answer (GDBusMethodInvocation *invocation, guint serial, GError **error)
{
  if (serial != 0)
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", serial));
  else
    g_dbus_method_invocation_take_error (invocation, g_steal_pointer (error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_open (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, const char *channel, GVariant *options,
                gpointer user_data)
{
  GError *error = NULL;
  guint32 leg = 0;

  g_variant_lookup (options, "leg", "u", &leg);
  return answer (invocation, hearth_player_open_channel (user_data, channel, leg, &error), &error);
}

static gboolean
on_handle_open_number (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, const char *number, GVariant *options,
                       gpointer user_data)
{
  const HearthChannel *channel = hearth_channels_find_number (hearth_player_get_channels (user_data), number);
  GError *error = NULL;

  if (channel != NULL)
    return answer (invocation, hearth_player_open_channel (user_data, channel->id, 0, &error), &error);
  g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "no channel has the number %s", number);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_open_uri (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, const char *uri, GVariant *options,
                    gpointer user_data)
{
  GError *error = NULL;

  return answer (invocation, hearth_player_open_uri (user_data, uri, &error), &error);
}

static gboolean
on_handle_zap (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, gint delta, GVariant *options, gpointer user_data)
{
  GError *error = NULL;

  return answer (invocation, hearth_player_zap (user_data, delta, &error), &error);
}

static gboolean
on_handle_back (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, GVariant *options, gpointer user_data)
{
  const char *previous = hearth_player_get_previous (user_data);
  g_autofree char *id = g_strdup (previous);
  GError *error = NULL;

  if (id != NULL)
    return answer (invocation, hearth_player_open_channel (user_data, id, 0, &error), &error);
  g_dbus_method_invocation_return_error_literal (invocation, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                                                 "no other channel was on before this one");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_stop (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, GVariant *options, gpointer user_data)
{
  hearth_player_stop (user_data);
  hearth_dbus_player1_complete_stop (face, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
check_kind (GDBusMethodInvocation *invocation, const char *kind)
{
  static const char *const kinds[] = { "video", "audio", "text", NULL };

  if (g_strv_contains (kinds, kind))
    return TRUE;
  g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                                         "“%s” is no kind of track: video, audio or text", kind);
  return FALSE;
}

static gboolean
on_handle_list_tracks (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, const char *kind, gpointer user_data)
{
  if (check_kind (invocation, kind))
    hearth_play_worker_pass (hearth_player_get_play_worker (user_data), "ListTracks", g_variant_new ("(s)", kind), invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_select_track (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, const char *kind, const char *id,
                        gpointer user_data)
{
  if (check_kind (invocation, kind))
    hearth_play_worker_pass (hearth_player_get_play_worker (user_data), "SelectTrack", g_variant_new ("(ss)", kind, id),
                             invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get_statistics (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  hearth_play_worker_pass (hearth_player_get_play_worker (user_data), "GetStatistics", NULL, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get_zap (HearthDBusPlayer1 *face, GDBusMethodInvocation *invocation, guint serial, gpointer user_data)
{
  GVariant *zap = hearth_player_describe_zap (user_data, serial);

  if (zap != NULL)
    hearth_dbus_player1_complete_get_zap (face, invocation, zap);
  else
    g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                                           "zap %u is not among the last 32", serial);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_volume (GObject *face, GParamSpec *pspec, gpointer user_data)
{
  double volume = hearth_dbus_player1_get_volume (HEARTH_DBUS_PLAYER1 (face));

  if (!(volume >= 0.0 && volume <= 1.0)) { /* also not a number: comes back here with the right one */
    hearth_dbus_player1_set_volume (HEARTH_DBUS_PLAYER1 (face), volume > 1.0 ? 1.0 : 0.0);
    return;
  }
  hearth_player_volume_changed (user_data);
}

HearthDBusPlayer1 *
hearth_player_face_new (HearthPlayer *player, const HearthPlayerMemory *memory)
{
  HearthDBusPlayer1 *face = hearth_dbus_player1_skeleton_new ();

  hearth_dbus_player1_set_channel (face, "");
  hearth_dbus_player1_set_uri (face, "");
  hearth_dbus_player1_set_recording (face, "");
  hearth_dbus_player1_set_picture (face, g_variant_new ("a{sv}", NULL));
  hearth_dbus_player1_set_state (face, "stopped");
  hearth_dbus_player1_set_reason (face, "");
  hearth_dbus_player1_set_reason_text (face, "");
  hearth_dbus_player1_set_volume (face, memory->volume);
  hearth_dbus_player1_set_mute (face, memory->mute);
  g_signal_connect (face, "handle-open", G_CALLBACK (on_handle_open), player);
  g_signal_connect (face, "handle-open-number", G_CALLBACK (on_handle_open_number), player);
  g_signal_connect (face, "handle-open-uri", G_CALLBACK (on_handle_open_uri), player);
  g_signal_connect (face, "handle-zap", G_CALLBACK (on_handle_zap), player);
  g_signal_connect (face, "handle-back", G_CALLBACK (on_handle_back), player);
  g_signal_connect (face, "handle-stop", G_CALLBACK (on_handle_stop), player);
  g_signal_connect (face, "handle-list-tracks", G_CALLBACK (on_handle_list_tracks), player);
  g_signal_connect (face, "handle-select-track", G_CALLBACK (on_handle_select_track), player);
  g_signal_connect (face, "handle-get-statistics", G_CALLBACK (on_handle_get_statistics), player);
  g_signal_connect (face, "handle-get-zap", G_CALLBACK (on_handle_get_zap), player);
  g_signal_connect (face, "notify::volume", G_CALLBACK (on_volume), player);
  g_signal_connect (face, "notify::mute", G_CALLBACK (on_volume), player);
  return face;
}
