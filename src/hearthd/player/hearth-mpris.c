/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-mpris.h"

#include "dbus/org.mpris.MediaPlayer2.Player.h"
#include "dbus/org.mpris.MediaPlayer2.h"

#include <hearth/error.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("mpris")

#define NAME "org.mpris.MediaPlayer2.hearth"
#define PATH "/org/mpris/MediaPlayer2"

struct _HearthMpris {
  HearthBus *bus;
  HearthPlayer *player;
  HearthMprisMediaPlayer2 *root;
  HearthMprisMediaPlayer2Player *face;
  gulong changed;
  guint name;
};

/* ---- the face: its position is always the one of now ----------------------------------------------- */

typedef struct {
  HearthMprisMediaPlayer2PlayerSkeleton parent;
  HearthPlayer *player; /* borrowed; NULL at the end */
} MprisFace;
typedef HearthMprisMediaPlayer2PlayerSkeletonClass MprisFaceClass;

static GType mpris_face_get_type (void);
G_DEFINE_TYPE (MprisFace, mpris_face, HEARTH_MPRIS_TYPE_MEDIA_PLAYER2_PLAYER_SKELETON)

static void
mpris_face_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MprisFace *self = (MprisFace *) object;
  HearthPlayback *playback = self->player != NULL ? hearth_player_get_playback (self->player) : NULL;

  if (g_str_equal (pspec->name, "position"))
    g_value_set_int64 (value, playback != NULL ? hearth_playback_get_position_us (playback) : 0);
  else
    G_OBJECT_CLASS (mpris_face_parent_class)->get_property (object, id, value, pspec);
}

static void
mpris_face_class_init (MprisFaceClass *class)
{
  G_OBJECT_CLASS (class)->get_property = mpris_face_get_property;
}

static void
mpris_face_init (MprisFace *self)
{
}

/* ---- what is on ------------------------------------------------------------------------------ */

static char *
dup_track (HearthPlayback *playback)
{
  return g_strconcat ("/tv/hearth/recording/", hearth_playback_get_id (playback), NULL);
}

static GVariant *
make_metadata (HearthMpris *self)
{
  const HearthChannel *channel = hearth_player_get_channel (self->player);
  HearthPlayback *playback = hearth_player_get_playback (self->player);
  g_autofree char *track = NULL;
  GVariantDict metadata;

  g_variant_dict_init (&metadata, NULL);
  if (playback != NULL) {
    track = dup_track (playback);
    g_variant_dict_insert (&metadata, "mpris:trackid", "o", track);
    g_variant_dict_insert (&metadata, "mpris:length", "x", hearth_playback_get_duration_us (playback));
    g_variant_dict_insert (&metadata, "xesam:title", "s", hearth_playback_get_title (playback));
  } else if (channel != NULL) {
    track = g_strconcat ("/tv/hearth/channel/", channel->id, NULL);
    g_variant_dict_insert (&metadata, "mpris:trackid", "o", track);
    g_variant_dict_insert (&metadata, "xesam:title", "s", channel->name);
    g_variant_dict_insert (&metadata, "xesam:trackNumber", "i", (gint32) g_ascii_strtoll (channel->number, NULL, 10));
    if (g_str_has_prefix (channel->logo, "http"))
      g_variant_dict_insert (&metadata, "mpris:artUrl", "s", channel->logo);
  }
  return g_variant_dict_end (&metadata);
}

static void
reflect (HearthMpris *self)
{
  HearthDBusPlayer1 *player = hearth_player_get_face (self->player);
  const char *state = hearth_dbus_player1_get_state (player);
  gboolean stopped = g_str_equal (state, "stopped") || g_str_equal (state, "ended");

  HearthPlayback *playback = hearth_player_get_playback (self->player);
  gboolean paused = playback != NULL && hearth_playback_is_paused (playback);

  hearth_mpris_media_player2_player_set_playback_status (self->face, stopped ? "Stopped" : paused ? "Paused" : "Playing");
  hearth_mpris_media_player2_player_set_can_pause (self->face, playback != NULL);
  hearth_mpris_media_player2_player_set_can_seek (self->face, playback != NULL);
  hearth_mpris_media_player2_player_set_metadata (self->face, make_metadata (self));
  if (hearth_mpris_media_player2_player_get_volume (self->face) != hearth_dbus_player1_get_volume (player))
    hearth_mpris_media_player2_player_set_volume (self->face, hearth_dbus_player1_get_volume (player));
}

static void
on_player_changed (HearthPlayer *player, gpointer user_data)
{
  reflect (user_data);
}

static void
on_volume (GObject *face, GParamSpec *pspec, gpointer user_data)
{
  HearthMpris *self = user_data;
  HearthDBusPlayer1 *player = hearth_player_get_face (self->player);
  double asked = hearth_mpris_media_player2_player_get_volume (self->face);
  double volume = asked > 0 ? MIN (asked, 1.0) : 0.0; /* MPRIS: a negative one counts as 0 */

  if (volume != hearth_dbus_player1_get_volume (player)) /* set by a caller, not by reflect() */
    hearth_dbus_player1_set_volume (player, volume);
}

/* ---- calls --------------------------------------------------------------------------------------- */

static gboolean
finish (GDBusMethodInvocation *invocation, guint serial, GError **error)
{
  if (serial != 0)
    g_dbus_method_invocation_return_value (invocation, NULL);
  else
    g_dbus_method_invocation_take_error (invocation, g_steal_pointer (error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_next (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  GError *error = NULL;

  return finish (invocation, hearth_player_zap (((HearthMpris *) user_data)->player, 1, &error), &error);
}

static gboolean
on_previous (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  GError *error = NULL;

  return finish (invocation, hearth_player_zap (((HearthMpris *) user_data)->player, -1, &error), &error);
}

static gboolean
on_open_uri (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, const char *uri, gpointer user_data)
{
  GError *error = NULL;

  return finish (invocation, hearth_player_open_uri (((HearthMpris *) user_data)->player, uri, &error), &error);
}

static gboolean
on_stop (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  hearth_player_stop (((HearthMpris *) user_data)->player);
  g_dbus_method_invocation_return_value (invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_play (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthMpris *self = user_data;
  GError *error = NULL;

  hearth_player_set_paused (self->player, FALSE);
  if (hearth_player_get_channel (self->player) != NULL || hearth_player_get_playback (self->player) != NULL)
    return finish (invocation, 1, NULL); /* it plays */
  return finish (invocation, hearth_player_zap (self->player, 0, &error), &error);
}

/* MPRIS: where CanPause and CanSeek are false these do nothing, without an error. */
static gboolean
on_pause (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  hearth_player_set_paused (((HearthMpris *) user_data)->player, TRUE);
  return finish (invocation, 1, NULL);
}

static gboolean
on_play_pause (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthMpris *self = user_data;
  HearthPlayback *playback = hearth_player_get_playback (self->player);

  if (playback != NULL)
    hearth_player_set_paused (self->player, !hearth_playback_is_paused (playback));
  return finish (invocation, 1, NULL);
}

static void
move_to (HearthMpris *self, HearthPlayback *playback, gint64 position_us)
{
  hearth_player_seek (self->player, position_us);
  hearth_mpris_media_player2_player_emit_seeked (self->face, hearth_playback_get_position_us (playback));
}

static gboolean
on_seek (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, gint64 offset, gpointer user_data)
{
  HearthMpris *self = user_data;
  HearthPlayback *playback = hearth_player_get_playback (self->player);

  if (playback != NULL)
    move_to (self, playback, hearth_playback_get_position_us (playback) + offset);
  return finish (invocation, 1, NULL);
}

/* A place in another track than the one that is on is a late wish: MPRIS wants it passed over. */
static gboolean
on_set_position (HearthMprisMediaPlayer2Player *face, GDBusMethodInvocation *invocation, const char *track, gint64 position,
                 gpointer user_data)
{
  HearthMpris *self = user_data;
  HearthPlayback *playback = hearth_player_get_playback (self->player);
  g_autofree char *on = playback != NULL ? dup_track (playback) : NULL;

  if (g_strcmp0 (on, track) == 0)
    move_to (self, playback, position);
  return finish (invocation, 1, NULL);
}

static gboolean
on_root_nothing (HearthMprisMediaPlayer2 *root, GDBusMethodInvocation *invocation, gpointer user_data)
{
  g_dbus_method_invocation_return_value (invocation, NULL); /* CanRaise and CanQuit are false */
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- the object ------------------------------------------------------------------------------------ */

static void
make_root (HearthMpris *self)
{
  static const char *const schemes[] = { "udp", "rtp", "http", "https", "file", NULL };
  static const char *const types[] = { "video/mp2t", "application/vnd.apple.mpegurl", "application/dash+xml", NULL };

  self->root = hearth_mpris_media_player2_skeleton_new ();
  hearth_mpris_media_player2_set_identity (self->root, "Hearth");
  hearth_mpris_media_player2_set_supported_uri_schemes (self->root, schemes);
  hearth_mpris_media_player2_set_supported_mime_types (self->root, types);
  g_signal_connect (self->root, "handle-raise", G_CALLBACK (on_root_nothing), self);
  g_signal_connect (self->root, "handle-quit", G_CALLBACK (on_root_nothing), self);
}

static void
make_face (HearthMpris *self)
{
  self->face = g_object_new (mpris_face_get_type (), NULL);
  ((MprisFace *) self->face)->player = self->player;
  hearth_mpris_media_player2_player_set_rate (self->face, 1.0);
  hearth_mpris_media_player2_player_set_minimum_rate (self->face, 1.0);
  hearth_mpris_media_player2_player_set_maximum_rate (self->face, 1.0);
  hearth_mpris_media_player2_player_set_can_go_next (self->face, TRUE);
  hearth_mpris_media_player2_player_set_can_go_previous (self->face, TRUE);
  hearth_mpris_media_player2_player_set_can_play (self->face, TRUE);
  hearth_mpris_media_player2_player_set_can_control (self->face, TRUE);
  g_signal_connect (self->face, "handle-next", G_CALLBACK (on_next), self);
  g_signal_connect (self->face, "handle-previous", G_CALLBACK (on_previous), self);
  g_signal_connect (self->face, "handle-open-uri", G_CALLBACK (on_open_uri), self);
  g_signal_connect (self->face, "handle-stop", G_CALLBACK (on_stop), self);
  g_signal_connect (self->face, "handle-play", G_CALLBACK (on_play), self);
  g_signal_connect (self->face, "handle-pause", G_CALLBACK (on_pause), self);
  g_signal_connect (self->face, "handle-play-pause", G_CALLBACK (on_play_pause), self);
  g_signal_connect (self->face, "handle-seek", G_CALLBACK (on_seek), self);
  g_signal_connect (self->face, "handle-set-position", G_CALLBACK (on_set_position), self);
  g_signal_connect (self->face, "notify::volume", G_CALLBACK (on_volume), self);
}

HearthMpris *
hearth_mpris_new (HearthBus *bus, HearthPlayer *player)
{
  HearthMpris *self = g_new0 (HearthMpris, 1);
  g_autoptr (GError) error = NULL;

  self->bus = bus;
  self->player = g_object_ref (player);
  make_root (self);
  make_face (self);
  reflect (self);
  if (!hearth_bus_export (bus, PATH, G_DBUS_INTERFACE_SKELETON (self->root), &error) ||
      !hearth_bus_export (bus, PATH, G_DBUS_INTERFACE_SKELETON (self->face), &error))
    hearth_warning ("%s", error->message);
  self->changed = g_signal_connect (player, "changed", G_CALLBACK (on_player_changed), self);
  self->name = g_bus_own_name_on_connection (hearth_bus_get_connection (bus), NAME, G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL,
                                             NULL, NULL);
  return self;
}

void
hearth_mpris_free (HearthMpris *self)
{
  g_bus_unown_name (self->name);
  hearth_bus_unexport (self->bus, PATH);
  g_signal_handler_disconnect (self->player, self->changed);
  g_signal_handlers_disconnect_by_data (self->face, self);
  g_object_unref (self->root);
  ((MprisFace *) self->face)->player = NULL;
  g_object_unref (self->face);
  g_object_unref (self->player);
  g_free (self);
}
