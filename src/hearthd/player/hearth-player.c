/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-player-private.h"

#include "hearthd/player/hearth-direct-options.h"
#include "hearthd/player/hearth-player-face.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("player")

static guint changed_signal;

G_DEFINE_FINAL_TYPE (HearthPlayer, hearth_player, G_TYPE_OBJECT)

/* ---- opening ------------------------------------------------------------------------------------------ */

void
hearth_player_set_picture (HearthPlayer *self, GVariant *picture)
{
  GVariant *known = picture != NULL ? picture : g_variant_new ("a{sv}", NULL);
  g_autoptr (GVariant) owned = g_variant_ref_sink (known);

  hearth_dbus_player1_set_picture (self->face, owned);
  hearth_output_set_picture (self->output, owned);
}

/* What all ways of opening share, once self->on is set. */
static guint
begin (HearthPlayer *self, gint64 command_us, gboolean prefetched)
{
  g_autofree char *shown = NULL;

  self->serial++;
  hearth_zaps_begin (self->zaps, self->serial, self->on.channel, prefetched, command_us);
  hearth_player_set_play_state (self, "opening", "", "");
  hearth_player_set_picture (self, NULL);
  hearth_dbus_player1_set_channel (self->face, self->on.channel);
  hearth_playback_show (self->on.playback, self->face);
  shown = *self->on.channel == '\0' && self->on.uri != NULL ? hearth_direct_dup_shown (self->on.uri) : NULL;
  hearth_dbus_player1_set_uri (self->face, shown != NULL ? shown : "");
  hearth_dbus_player1_set_serial (self->face, self->serial);
  hearth_player_open_on_worker (self, FALSE);
  hearth_player_update_state (self);
  hearth_player_update_kept (self);
  return self->serial;
}

static void
change_programme (HearthPlayer *self, const char *channel)
{
  if (*self->on.channel != '\0' && !g_str_equal (self->on.channel, channel)) {
    g_free (self->previous);
    self->previous = g_strdup (self->on.channel);
  }
  hearth_player_remove_waiters (self);
  hearth_player_clear_programme (self);
}

static gboolean
check_awake (HearthPlayer *self, GError **error)
{
  if (self->asleep != NULL)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL, "the box is in standby: System1.Wake first");
  return self->asleep == NULL;
}

guint
hearth_player_open_channel (HearthPlayer *self, const char *id, guint leg, GError **error)
{
  const HearthChannel *channel = hearth_channels_find (self->channels, id);
  gint64 command_us = g_get_monotonic_time ();
  gboolean prefetched = FALSE;
  HearthServiceEntry entry;
  HearthStream *stream;
  guint serial;

  if (channel == NULL || leg >= channel->n_legs) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                 channel == NULL ? "there is no channel with the id “%s”" : "channel %s has no such leg", id);
    return 0;
  }
  if (!check_awake (self, error))
    return 0;
  change_programme (self, channel->id);
  g_free (self->on.channel);
  self->on.channel = g_strdup (channel->id);
  self->on.leg = leg;
  hearth_channels_get_leg (self->channels, &channel->legs[leg], &entry);
  self->on.direct = entry.delivery == HEARTH_DELIVERY_DIRECT || hearth_kept_streams_is_direct (self->kept, entry.uri);
  if (self->on.direct) {
    self->on.uri = g_strdup (entry.uri);
    hearth_player_need_internet_worker (self);
  } else {
    stream = hearth_kept_streams_find (self->kept, channel, leg);
    prefetched = stream != NULL && hearth_stream_get_stage (stream, "random-access-point") != 0;
    if (stream == NULL)
      stream = hearth_kept_streams_open (self->kept, channel, leg);
    if (stream != NULL)
      hearth_player_take_stream (self, stream);
  }
  if (self->on.stream != NULL && hearth_kept_streams_note_direct (self->kept, self->on.stream)) /* while it was kept ahead */
    hearth_player_let_player_fetch (self);
  g_free (self->last);
  self->last = g_strdup (channel->id);
  serial = begin (self, command_us, prefetched);
  hearth_output_show_banner (self->output, self->channels, channel, prefetched ? serial : 0);
  return serial;
}

guint
hearth_player_open_uri (HearthPlayer *self, const char *uri, GError **error)
{
  HearthNetworkObject *network = hearth_direct_is_list (uri) ? NULL : hearth_networks_get_any (self->networks, "iptv");
  gint64 command_us = g_get_monotonic_time ();

  if (strstr (uri, "://") == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no address: it lacks a scheme, as in udp://", uri);
    return 0;
  }
  if (!hearth_direct_is_list (uri) && network == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "no network opens %s: add one of kind iptv first", uri);
    return 0;
  }
  if (!check_awake (self, error))
    return 0;
  change_programme (self, "");
  self->on.uri = g_strdup (uri);
  self->on.direct = network == NULL || hearth_kept_streams_is_direct (self->kept, uri);
  if (self->on.direct)
    hearth_player_need_internet_worker (self);
  else
    hearth_player_take_stream (self, hearth_kept_streams_open_uri (self->kept, network, uri));
  return begin (self, command_us, FALSE);
}

guint
hearth_player_open_playback (HearthPlayer *self, HearthPlayback *playback, GError **error)
{
  if (!check_awake (self, error)) {
    hearth_playback_free (playback);
    return 0;
  }
  change_programme (self, "");
  self->on.playback = playback;
  return begin (self, g_get_monotonic_time (), FALSE);
}

guint
hearth_player_zap (HearthPlayer *self, gint delta, GError **error)
{
  const HearthChannel *channel = hearth_channels_step (self->channels, self->on.channel, delta);

  if (channel == NULL) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there are no channels: add a network first");
    return 0;
  }
  return hearth_player_open_channel (self, channel->id, 0, error);
}

void
hearth_player_stop (HearthPlayer *self)
{
  change_programme (self, "");
  self->serial++;
  if (self->linked != NULL)
    hearth_play_worker_stop (self->linked, self->serial);
  hearth_player_set_picture (self, NULL);
  hearth_dbus_player1_set_channel (self->face, "");
  hearth_playback_show (self->on.playback, self->face);
  hearth_dbus_player1_set_uri (self->face, "");
  hearth_dbus_player1_set_serial (self->face, self->serial);
  hearth_kept_streams_close_others (self->kept, NULL, NULL, 0);
  hearth_player_update_watching (self);
  hearth_player_update_state (self);
}

/* ---- recordings --------------------------------------------------------------------------------------------- */

void
hearth_player_set_recordings (HearthPlayer *self, HearthRecordings *recordings)
{
  self->recordings = recordings;
}

HearthPlayback *
hearth_player_get_playback (HearthPlayer *self)
{
  return self->on.playback;
}

void
hearth_player_playback_changed (HearthPlayer *self)
{
  hearth_playback_show (self->on.playback, self->face);
  hearth_player_tell_changed (self);
}

/* ---- from outside ----------------------------------------------------------------------------------------------- */

void
hearth_player_start (HearthPlayer *self)
{
  if (hearth_play_worker_is_awaited (self->ring_worker) || !hearth_settings_store_get_boolean (self->settings, "player.resume"))
    return;
  if (*self->last != '\0' && hearth_channels_find (self->channels, self->last) != NULL)
    hearth_player_open_channel (self, self->last, 0, NULL);
}

void
hearth_player_sleep (HearthPlayer *self)
{
  if (self->asleep != NULL)
    return;
  self->asleep = g_strdup (self->on.channel);
  hearth_player_stop (self);
}

void
hearth_player_wake (HearthPlayer *self)
{
  g_autofree char *channel = g_steal_pointer (&self->asleep);

  if (channel != NULL && *channel != '\0')
    hearth_player_open_channel (self, channel, 0, NULL);
}

void
hearth_player_channels_changed (HearthPlayer *self)
{
  if (*self->on.channel == '\0' && self->on.uri == NULL) {
    if (self->serial == 0)
      hearth_player_start (self); /* the list had not come yet */
    return;
  }
  hearth_player_update_kept (self);
}

void
hearth_player_network_ready (HearthPlayer *self, HearthNetworkObject *network)
{
  const HearthChannel *channel = hearth_player_get_channel (self);
  HearthStream *stream;

  if (channel == NULL || self->on.stream != NULL || self->on.direct ||
      !g_str_equal (channel->legs[self->on.leg].network, hearth_network_object_get_name (network)))
    return;
  /* Adopted: the player reads a ring whose stream we take up, or, when its writer has died too, open anew. */
  stream = hearth_kept_streams_open (self->kept, channel, self->on.leg);
  if (stream != NULL)
    hearth_player_take_stream (self, stream);
  hearth_player_update_state (self);
  hearth_player_update_kept (self);
}

const HearthChannel *
hearth_player_get_channel (HearthPlayer *self)
{
  return *self->on.channel != '\0' ? hearth_channels_find (self->channels, self->on.channel) : NULL;
}

HearthDBusPlayer1 *
hearth_player_get_face (HearthPlayer *self)
{
  return self->face;
}

/* ---- for the face ------------------------------------------------------------------------------------------------- */

const char *
hearth_player_get_previous (HearthPlayer *self)
{
  return self->previous;
}

HearthPlayWorker *
hearth_player_get_play_worker (HearthPlayer *self)
{
  HearthPlayWorker *worker = hearth_player_get_worker (self);

  return worker != NULL ? worker : self->ring_worker;
}

GVariant *
hearth_player_describe_zap (HearthPlayer *self, guint serial)
{
  return hearth_zaps_describe (self->zaps, serial);
}

HearthChannels *
hearth_player_get_channels (HearthPlayer *self)
{
  return self->channels;
}

void
hearth_player_volume_changed (HearthPlayer *self)
{
  double volume = CLAMP (hearth_dbus_player1_get_volume (self->face), 0.0, 1.0);
  gboolean mute = hearth_dbus_player1_get_mute (self->face);

  hearth_play_worker_set_volume (self->ring_worker, volume, mute);
  if (self->internet_worker != NULL)
    hearth_play_worker_set_volume (self->internet_worker, volume, mute);
  hearth_player_tell_changed (self);
}

/* ---- the object ------------------------------------------------------------------------------------------------------ */

void
hearth_player_get_memory (HearthPlayer *self, HearthPlayerMemory *memory)
{
  *memory = (HearthPlayerMemory){ self->last, hearth_dbus_player1_get_volume (self->face), hearth_dbus_player1_get_mute (self->face) };
}

HearthPlayer *
hearth_player_new (HearthOutput *output, HearthBus *bus, HearthWorkers *workers, HearthChannels *channels, HearthNetworks *networks,
                   HearthSettingsStore *settings, const HearthPlayerMemory *memory)
{
  HearthPlayer *self = g_object_new (HEARTH_TYPE_PLAYER, NULL);
  g_autoptr (GError) error = NULL;

  self->path = g_strconcat ("/tv/hearth/view/", hearth_output_get_name (output), NULL);
  self->bus = bus;
  self->workers = workers;
  self->channels = channels;
  self->networks = networks;
  self->settings = g_object_ref (settings);
  self->output = g_object_ref (output);
  self->last = g_strdup (memory->channel);
  self->kept = hearth_kept_streams_new (networks, channels);
  self->face = hearth_player_face_new (self, memory);
  if (!hearth_bus_export (bus, self->path, G_DBUS_INTERFACE_SKELETON (self->face), &error))
    hearth_error ("%s", error->message);
  self->ring_worker = hearth_play_worker_new (workers, hearth_output_get_name (output), FALSE, &hearth_player_worker_funcs, self);
  g_signal_connect_object (output, "connected", G_CALLBACK (hearth_player_on_output_connected), self, 0);
  return self;
}

static void
hearth_player_init (HearthPlayer *self)
{
  self->on.channel = g_strdup ("");
  self->zaps = hearth_zaps_new ();
  self->waiters = hearth_view_waiters_new ();
  hearth_player_set_play_state (self, "stopped", "", "");
}

static void
hearth_player_finalize (GObject *object)
{
  HearthPlayer *self = HEARTH_PLAYER (object);

  g_clear_handle_id (&self->turning, g_source_remove);
  g_clear_pointer (&self->waiters, hearth_view_waiters_free);
  hearth_player_clear_programme (self);
  g_free (self->on.channel);
  g_clear_pointer (&self->ring_worker, hearth_play_worker_free);
  g_clear_pointer (&self->internet_worker, hearth_play_worker_free);
  g_clear_pointer (&self->kept, hearth_kept_streams_free);
  if (self->watching)
    hearth_workers_add_watching (self->workers, -1);
  hearth_zaps_free (self->zaps);
  hearth_bus_unexport (self->bus, self->path);
  g_signal_handlers_disconnect_by_data (self->face, self);
  g_clear_object (&self->face);
  g_clear_object (&self->settings);
  g_clear_object (&self->output);
  g_free (self->path);
  g_free (self->last);
  g_free (self->previous);
  g_free (self->asleep);
  g_free (self->play_state);
  g_free (self->play_reason);
  g_free (self->play_text);
  G_OBJECT_CLASS (hearth_player_parent_class)->finalize (object);
}

void
hearth_player_tell_changed (HearthPlayer *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static void
hearth_player_class_init (HearthPlayerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hearth_player_finalize;
  changed_signal = g_signal_new ("changed", HEARTH_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}
