/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-play-service.h"

#include "dbus/tv.hearth.internal.Play1.h"

#include <gio/gunixfdlist.h>
#include <unistd.h>

#define MAX_WAITERS 4 /* descriptors: two readers, a page and an event each */

struct _HearthPlayService {
  HearthDBusInternalPlay1 *skeleton;
  HearthPlayer *player;
  double volume;
  gboolean mute;
};

/* ---- the player's news go out -------------------------------------------------------------------- */

static void
on_stage (guint32 serial, const char *stage, gint64 time_us, gpointer user_data)
{
  HearthPlayService *self = user_data;

  hearth_dbus_internal_play1_emit_stage (self->skeleton, serial, stage, time_us);
}

static void
on_state (guint32 serial, const char *state, const char *reason, const char *text, gpointer user_data)
{
  HearthPlayService *self = user_data;

  hearth_dbus_internal_play1_emit_state (self->skeleton, serial, state, reason, text);
}

static void
on_tracks (guint32 serial, gpointer user_data)
{
  HearthPlayService *self = user_data;

  hearth_dbus_internal_play1_emit_tracks (self->skeleton, serial);
}

static void
on_picture (guint32 serial, GVariant *picture, gpointer user_data)
{
  HearthPlayService *self = user_data;

  hearth_dbus_internal_play1_emit_picture (self->skeleton, serial, picture);
}

static const HearthPlayerFuncs player_funcs = { .stage = on_stage, .state = on_state, .tracks = on_tracks, .picture = on_picture };

/* ---- calls come in ---------------------------------------------------------------------------------- */

/* Ours to close; -1 with @error. */
static int
get_fd (GUnixFDList *fds, GVariant *handle, GError **error)
{
  gint32 index = g_variant_get_handle (handle);

  if (fds == NULL || index < 0 || index >= g_unix_fd_list_get_length (fds)) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a descriptor is missing");
    return -1;
  }
  return g_unix_fd_list_get (fds, index, error);
}

static gboolean
on_set_link (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, GVariant *link, gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;
  int fd = get_fd (fds, link, &error);

  if (fd >= 0 && hearth_player_set_link (self->player, fd, &error))
    hearth_dbus_internal_play1_complete_set_link (skeleton, call, NULL);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
get_waiters (GUnixFDList *fds, GVariant *handles, int *waiters, guint *n_waiters, GError **error)
{
  *n_waiters = 0;
  for (gsize i = 0; i < MIN (g_variant_n_children (handles), MAX_WAITERS); i++) {
    g_autoptr (GVariant) handle = g_variant_get_child_value (handles, i);

    waiters[i] = get_fd (fds, handle, error);
    if (waiters[i] < 0)
      return FALSE;
    (*n_waiters)++;
  }
  return TRUE;
}

static gboolean
on_open (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, guint serial, GVariant *ring_handle,
         GVariant *waiter_handles, GVariant *options, gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;
  int waiters[MAX_WAITERS];
  HearthPlayerRing ring = { .serial = serial, .waiters = waiters, .options = options };
  gboolean good;

  ring.ring_fd = get_fd (fds, ring_handle, &error);
  good = ring.ring_fd >= 0 && get_waiters (fds, waiter_handles, waiters, &ring.n_waiters, &error) &&
         hearth_player_open (self->player, &ring, &error);
  for (guint i = 0; i < ring.n_waiters; i++)
    close (waiters[i]);
  if (ring.ring_fd >= 0)
    close (ring.ring_fd);
  if (good)
    hearth_dbus_internal_play1_complete_open (skeleton, call, NULL);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_open_uri (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, guint serial, const char *uri, GVariant *options,
             gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;

  if (hearth_player_open_uri (self->player, serial, uri, options, &error))
    hearth_dbus_internal_play1_complete_open_uri (skeleton, call);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_open_recording (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, guint serial, GVariant *stream,
                   GVariant *index, GVariant *options, gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;
  HearthPlayerRecording recording = { .serial = serial, .index_fd = -1, .options = options };

  recording.stream_fd = get_fd (fds, stream, &error);
  if (recording.stream_fd >= 0)
    recording.index_fd = get_fd (fds, index, &error);
  if (recording.index_fd >= 0 && hearth_player_open_recording (self->player, &recording, &error))
    hearth_dbus_internal_play1_complete_open_recording (skeleton, call, NULL);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  if (recording.stream_fd >= 0)
    close (recording.stream_fd);
  if (recording.index_fd >= 0)
    close (recording.index_fd);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_seek (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, gint64 position_us, gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;

  if (hearth_player_seek (self->player, position_us, &error))
    hearth_dbus_internal_play1_complete_seek (skeleton, call);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_paused (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, gboolean paused, gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;

  if (hearth_player_set_paused (self->player, paused, &error))
    hearth_dbus_internal_play1_complete_set_paused (skeleton, call);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_growing (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, gboolean growing, gpointer user_data)
{
  HearthPlayService *self = user_data;

  hearth_player_set_growing (self->player, growing);
  hearth_dbus_internal_play1_complete_set_growing (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_position (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 position_us, duration_us;

  if (hearth_player_get_position (self->player, &position_us, &duration_us, &error))
    hearth_dbus_internal_play1_complete_get_position (skeleton, call, position_us, duration_us);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_stop (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, guint serial, gpointer user_data)
{
  HearthPlayService *self = user_data;

  hearth_player_stop (self->player, serial);
  hearth_dbus_internal_play1_complete_stop (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_volume (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, double volume, gboolean mute, gpointer user_data)
{
  HearthPlayService *self = user_data;

  self->volume = volume;
  self->mute = mute;
  hearth_player_set_volume (self->player, volume, mute);
  hearth_dbus_internal_play1_complete_set_volume (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_list_tracks (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, const char *kind, gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;
  GVariant *tracks = hearth_player_list_tracks (self->player, kind, &error);

  if (tracks != NULL)
    hearth_dbus_internal_play1_complete_list_tracks (skeleton, call, tracks);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_select_track (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, const char *kind, const char *id,
                 gpointer user_data)
{
  HearthPlayService *self = user_data;
  g_autoptr (GError) error = NULL;

  if (hearth_player_select_track (self->player, kind, id, &error))
    hearth_dbus_internal_play1_complete_select_track (skeleton, call);
  else
    g_dbus_method_invocation_take_error (call, g_steal_pointer (&error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_statistics (HearthDBusInternalPlay1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthPlayService *self = user_data;

  hearth_dbus_internal_play1_complete_get_statistics (skeleton, call, hearth_player_get_statistics (self->player));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- from outside -------------------------------------------------------------------------------------- */

static void
connect_calls (HearthPlayService *self)
{
  g_signal_connect (self->skeleton, "handle-set-link", G_CALLBACK (on_set_link), self);
  g_signal_connect (self->skeleton, "handle-open", G_CALLBACK (on_open), self);
  g_signal_connect (self->skeleton, "handle-open-uri", G_CALLBACK (on_open_uri), self);
  g_signal_connect (self->skeleton, "handle-open-recording", G_CALLBACK (on_open_recording), self);
  g_signal_connect (self->skeleton, "handle-seek", G_CALLBACK (on_seek), self);
  g_signal_connect (self->skeleton, "handle-set-paused", G_CALLBACK (on_set_paused), self);
  g_signal_connect (self->skeleton, "handle-set-growing", G_CALLBACK (on_set_growing), self);
  g_signal_connect (self->skeleton, "handle-get-position", G_CALLBACK (on_get_position), self);
  g_signal_connect (self->skeleton, "handle-stop", G_CALLBACK (on_stop), self);
  g_signal_connect (self->skeleton, "handle-set-volume", G_CALLBACK (on_set_volume), self);
  g_signal_connect (self->skeleton, "handle-list-tracks", G_CALLBACK (on_list_tracks), self);
  g_signal_connect (self->skeleton, "handle-select-track", G_CALLBACK (on_select_track), self);
  g_signal_connect (self->skeleton, "handle-get-statistics", G_CALLBACK (on_get_statistics), self);
}

HearthPlayService *
hearth_play_service_new (gboolean internet, HearthProgress *progress, GError **error)
{
  g_autoptr (HearthPlayService) self = g_new0 (HearthPlayService, 1);

  self->volume = 1.0;
  self->skeleton = hearth_dbus_internal_play1_skeleton_new ();
  self->player = hearth_player_new (internet, progress, &player_funcs, self, error);
  if (self->player == NULL)
    return NULL;
  connect_calls (self);
  return g_steal_pointer (&self);
}

void
hearth_play_service_free (HearthPlayService *self)
{
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  g_clear_pointer (&self->player, hearth_player_free);
  g_object_unref (self->skeleton);
  g_free (self);
}

GDBusInterfaceSkeleton *
hearth_play_service_get_skeleton (HearthPlayService *self)
{
  return G_DBUS_INTERFACE_SKELETON (self->skeleton);
}

HearthPlayer *
hearth_play_service_get_player (HearthPlayService *self)
{
  return self->player;
}

GVariant *
hearth_play_service_describe (HearthPlayService *self)
{
  g_autoptr (GVariant) state = g_variant_ref_sink (hearth_player_describe (self->player));
  GVariantDict dict;

  g_variant_dict_init (&dict, state);
  g_variant_dict_insert (&dict, "volume", "d", self->volume);
  g_variant_dict_insert (&dict, "mute", "b", self->mute);
  return g_variant_dict_end (&dict);
}

void
hearth_play_service_take_settings (HearthPlayService *self, GVariant *settings)
{
  guint32 careful = 0;

  g_variant_lookup (settings, "careful", "u", &careful);
  hearth_player_set_careful (self->player, careful);
  g_variant_lookup (settings, "volume", "d", &self->volume);
  g_variant_lookup (settings, "mute", "b", &self->mute);
  hearth_player_set_volume (self->player, self->volume, self->mute);
}
