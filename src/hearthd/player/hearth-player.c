/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-player.h"

#include "hearthd/player/hearth-direct-options.h"
#include "hearthd/player/hearth-kept-streams.h"
#include "hearthd/player/hearth-play-worker.h"
#include "hearthd/player/hearth-player-face.h"
#include "hearthd/player/hearth-view-waiters.h"
#include "hearthd/player/hearth-zaps.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("player")

#define VIEW "main"
#define VIEW_PATH "/tv/hearth/view/main"

/* What is on, or is to be. */
typedef struct {
  char *channel; /* id, "" for an address */
  guint leg;
  char *uri;     /* of an address, or of a direct leg */
  gboolean direct; /* the player fetches it itself */
  HearthStream *stream; /* of a ring, (nullable) */
  HearthPlayback *playback; /* (nullable): a recording */
  gboolean opened; /* Play1.Open was called for the stream's ring */
} Programme;

struct _HearthPlayer {
  GObject parent;

  HearthWorkers *workers;
  HearthChannels *channels;
  HearthNetworks *networks;
  HearthSettingsStore *settings;
  HearthOutput *output;
  HearthDBusPlayer1 *face;

  HearthPlayWorker *ring_worker, *internet_worker; /* the second is started when first needed */
  HearthPlayWorker *linked;                        /* whose frames the screen gets */
  HearthKeptStreams *kept;
  guint turning;            /* idle: what is on is one of them */
  HearthZaps *zaps;
  HearthViewWaiters *waiters;
  guint serial;
  Programme on;
  char *previous; /* channel id, for Back */
  char *asleep;   /* what was on when standby came, "" for nothing; NULL: awake */
  char *play_state, *play_reason, *play_text; /* as the worker says */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (HearthPlayer, hearth_player, G_TYPE_OBJECT)

static void open_ring (HearthPlayer *self, gboolean resume);
static void update_kept (HearthPlayer *self);

/* ---- state -------------------------------------------------------------------------------------- */

static void
set_state (HearthPlayer *self, const char *state, const char *reason, const char *text)
{
  gboolean no_signal = g_str_equal (state, "no-signal");

  hearth_dbus_player1_set_state (self->face, state);
  hearth_dbus_player1_set_reason (self->face, no_signal ? reason : "");
  hearth_dbus_player1_set_reason_text (self->face, no_signal ? text : "");
  hearth_output_set_notice (self->output, no_signal ? reason : NULL, text);
  g_signal_emit (self, changed_signal, 0);
}

/* The stream knows why nothing comes; the player, why nothing is seen. That no key frame was found counts only while no picture
 * moves: some streams have none for many seconds, and play from other points. */
static gboolean
stream_has_reason (HearthPlayer *self)
{
  const char *reason = self->on.stream != NULL ? hearth_stream_get_reason (self->on.stream) : "";

  return *reason != '\0' && !(g_str_equal (reason, hearth_error_get_name (HEARTH_ERROR_NO_KEY_FRAME)) &&
                              g_str_equal (self->play_state, "playing"));
}

static gboolean
is_nothing_on (HearthPlayer *self)
{
  return *self->on.channel == '\0' && self->on.uri == NULL && self->on.playback == NULL;
}

static void
update_state (HearthPlayer *self)
{
  HearthStream *stream = self->on.stream;

  if (is_nothing_on (self))
    set_state (self, "stopped", "", "");
  else if (stream_has_reason (self))
    set_state (self, "no-signal", hearth_stream_get_reason (stream), hearth_stream_get_reason_text (stream));
  else
    set_state (self, self->play_state, self->play_reason, self->play_text);
}

static void
set_play_state (HearthPlayer *self, const char *state, const char *reason, const char *text)
{
  g_free (self->play_state);
  g_free (self->play_reason);
  g_free (self->play_text);
  self->play_state = g_strdup (state);
  self->play_reason = g_strdup (reason);
  self->play_text = g_strdup (text);
}

/* Progress is watched while anything can stand still. */
static void
update_watching (HearthPlayer *self)
{
  hearth_workers_set_watching (self->workers, !hearth_kept_streams_is_empty (self->kept) || self->on.direct || self->on.playback != NULL);
}

/* ---- the programme that is on -------------------------------------------------------------------- */

static void
on_stream_ring (HearthStream *stream, gpointer user_data)
{
  HearthPlayer *self = user_data;

  open_ring (self, self->on.opened);
}

static gboolean on_turn_direct (gpointer user_data);

static void
on_stream_state (HearthStream *stream, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (!hearth_kept_streams_note_direct (self->kept, stream))
    update_state (self);
  else if (self->turning == 0) /* not inside the stream's own call: it goes */
    self->turning = g_idle_add (on_turn_direct, self);
}

static void
on_stage (HearthPlayer *self, guint serial, const char *stage, gint64 time_us)
{
  if (hearth_zaps_add (self->zaps, serial, stage, time_us))
    hearth_dbus_player1_emit_zap_stage (self->face, serial, stage, time_us);
}

static void
on_stream_stage (HearthStream *stream, const char *stage, gint64 time_us, gpointer user_data)
{
  HearthPlayer *self = user_data;

  on_stage (self, self->serial, stage, time_us);
}

static void
clear_programme (HearthPlayer *self)
{
  if (self->on.stream != NULL)
    g_signal_handlers_disconnect_by_data (self->on.stream, self);
  g_clear_object (&self->on.stream);
  g_clear_pointer (&self->on.playback, hearth_playback_free);
  g_free (self->on.channel);
  g_free (self->on.uri);
  self->on = (Programme){ .channel = g_strdup ("") };
}

static void
take_stream (HearthPlayer *self, HearthStream *stream)
{
  self->on.stream = g_object_ref (stream);
  g_signal_connect (stream, "ring", G_CALLBACK (on_stream_ring), self);
  g_signal_connect (stream, "state", G_CALLBACK (on_stream_state), self);
  g_signal_connect (stream, "stage", G_CALLBACK (on_stream_stage), self);
}

/* ---- frame links ------------------------------------------------------------------------------------ */

static void
link_up (HearthPlayer *self, HearthPlayWorker *worker)
{
  if (hearth_play_worker_link_up (worker, self->output, VIEW))
    self->linked = worker;
}

static HearthPlayWorker *
get_worker (HearthPlayer *self)
{
  return self->on.direct ? self->internet_worker : self->ring_worker;
}

/* ---- opening ------------------------------------------------------------------------------------------ */

static void
remove_waiters (HearthPlayer *self)
{
  if (self->on.stream != NULL)
    hearth_view_waiters_remove (self->waiters, hearth_networks_find (self->networks, hearth_stream_get_network (self->on.stream)),
                                self->on.stream);
}

static GVariant *
make_options (HearthPlayer *self, gboolean resume)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "channel", "s", self->on.channel);
  g_variant_dict_insert (&options, "resume", "b", resume);
  g_variant_dict_insert (&options, "audio", "s", hearth_settings_store_get_string (self->settings, "player.audio-language"));
  if (self->on.direct)
    hearth_direct_options_add_of_channel (&options, self->networks, self->channels, self->on.channel, self->on.leg);
  return g_variant_dict_end (&options);
}

/* Hands the ring to the player; when there is none yet, the stream's signal brings us here again. */
static void
open_ring (HearthPlayer *self, gboolean resume)
{
  HearthNetworkObject *network = hearth_networks_find (self->networks, hearth_stream_get_network (self->on.stream));
  int fds[1 + 2 * HEARTH_VIEW_READERS];

  if (hearth_stream_get_ring_fd (self->on.stream) < 0 || network == NULL || !hearth_play_worker_is_connected (self->ring_worker))
    return;
  if (!hearth_view_waiters_make (self->waiters, network, self->on.stream, fds + 1))
    return;
  fds[0] = hearth_stream_get_ring_fd (self->on.stream);
  self->on.opened = TRUE;
  hearth_play_worker_open (self->ring_worker, self->serial, fds, make_options (self, resume));
}

static void
open_direct (HearthPlayer *self)
{
  hearth_play_worker_open_uri (self->internet_worker, self->serial, self->on.uri, make_options (self, FALSE));
}

static void
open_playback (HearthPlayer *self)
{
  const char *language = hearth_settings_store_get_string (self->settings, "player.audio-language");
  g_autoptr (GError) error = NULL;

  if (hearth_playback_open (self->on.playback, self->ring_worker, self->serial, language, &error))
    return;
  hearth_warning ("%s", error->message);
  set_play_state (self, "no-signal", hearth_error_get_name ((HearthError) error->code), error->message);
}

static void
open_on_worker (HearthPlayer *self, gboolean resume)
{
  if (self->linked != get_worker (self)) {
    if (self->linked != NULL)
      hearth_play_worker_stop (self->linked, self->serial);
    link_up (self, get_worker (self));
  }
  if (self->on.playback != NULL)
    open_playback (self);
  else if (self->on.direct)
    open_direct (self);
  else if (self->on.stream != NULL)
    open_ring (self, resume);
}

static const HearthPlayWorkerFuncs worker_funcs;

static void
need_internet_worker (HearthPlayer *self)
{
  if (self->internet_worker == NULL)
    self->internet_worker = hearth_play_worker_new (self->workers, "main-internet", TRUE, &worker_funcs, self);
}

/* The stream of what is on goes, its address stays. */
static void
let_player_fetch (HearthPlayer *self)
{
  g_free (self->on.uri);
  self->on.uri = g_strdup (hearth_stream_get_uri (self->on.stream));
  remove_waiters (self);
  g_signal_handlers_disconnect_by_data (self->on.stream, self);
  g_clear_object (&self->on.stream);
  self->on.direct = TRUE;
  self->on.opened = FALSE;
  need_internet_worker (self);
}

/* The same zap goes on, by another way. */
static gboolean
on_turn_direct (gpointer user_data)
{
  HearthPlayer *self = user_data;

  self->turning = 0;
  if (self->on.stream == NULL || !hearth_kept_streams_note_direct (self->kept, self->on.stream))
    return G_SOURCE_REMOVE;
  hearth_info ("%s is a list: the player fetches it", *self->on.channel != '\0' ? self->on.channel : "the address");
  let_player_fetch (self);
  open_on_worker (self, FALSE);
  update_state (self);
  update_kept (self);
  return G_SOURCE_REMOVE;
}

/* What all ways of opening share, once self->on is set. */
static guint
begin (HearthPlayer *self, gint64 command_us, gboolean prefetched)
{
  g_autofree char *shown = NULL;

  self->serial++;
  hearth_zaps_begin (self->zaps, self->serial, self->on.channel, prefetched, command_us);
  set_play_state (self, "opening", "", "");
  hearth_dbus_player1_set_channel (self->face, self->on.channel);
  hearth_playback_show (self->on.playback, self->face);
  shown = *self->on.channel == '\0' && self->on.uri != NULL ? hearth_direct_dup_shown (self->on.uri) : NULL;
  hearth_dbus_player1_set_uri (self->face, shown != NULL ? shown : "");
  hearth_dbus_player1_set_serial (self->face, self->serial);
  open_on_worker (self, FALSE);
  update_state (self);
  update_kept (self);
  return self->serial;
}

static void
change_programme (HearthPlayer *self, const char *channel)
{
  if (*self->on.channel != '\0' && !g_str_equal (self->on.channel, channel)) {
    g_free (self->previous);
    self->previous = g_strdup (self->on.channel);
  }
  remove_waiters (self);
  clear_programme (self);
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
    need_internet_worker (self);
  } else {
    stream = hearth_kept_streams_find (self->kept, channel, leg);
    prefetched = stream != NULL && hearth_stream_get_stage (stream, "random-access-point") != 0;
    if (stream == NULL)
      stream = hearth_kept_streams_open (self->kept, channel, leg);
    if (stream != NULL)
      take_stream (self, stream);
  }
  if (self->on.stream != NULL && hearth_kept_streams_note_direct (self->kept, self->on.stream)) /* while it was kept ahead */
    let_player_fetch (self);
  serial = begin (self, command_us, prefetched);
  hearth_output_show_banner (self->output, self->channels, channel);
  hearth_settings_store_set (self->settings, "player.last-channel", g_variant_new_string (channel->id), NULL);
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
    need_internet_worker (self);
  else
    take_stream (self, hearth_kept_streams_open_uri (self->kept, network, uri));
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
  hearth_dbus_player1_set_channel (self->face, "");
  hearth_playback_show (self->on.playback, self->face);
  hearth_dbus_player1_set_uri (self->face, "");
  hearth_dbus_player1_set_serial (self->face, self->serial);
  hearth_kept_streams_close_others (self->kept, NULL, NULL, 0);
  update_watching (self);
  update_state (self);
}

/* ---- recordings --------------------------------------------------------------------------------------------- */

HearthPlayback *
hearth_player_get_playback (HearthPlayer *self)
{
  return self->on.playback;
}

void
hearth_player_playback_changed (HearthPlayer *self)
{
  hearth_playback_show (self->on.playback, self->face);
  g_signal_emit (self, changed_signal, 0);
}

/* ---- ahead of the next key press ------------------------------------------------------------------------- */

static gboolean
is_shown (HearthPlayer *self)
{
  return g_str_equal (self->play_state, "playing");
}

/* Keeps the neighbours' streams, and opens them once this channel's picture is there: until then the line and the processor are
 * its own. */
static void
update_kept (HearthPlayer *self)
{
  const char *wanted[3];
  guint n = 0;
  gboolean prefetch = hearth_settings_store_get_boolean (self->settings, "player.prefetch") && *self->on.channel != '\0';

  if (*self->on.channel != '\0' && !self->on.direct)
    wanted[n++] = self->on.channel;
  for (gint delta = -1; prefetch && delta <= 1; delta += 2) {
    const HearthChannel *channel = hearth_channels_step (self->channels, self->on.channel, delta);
    HearthServiceEntry entry;

    if (channel == NULL)
      continue;
    hearth_channels_get_leg (self->channels, &channel->legs[0], &entry);
    if (entry.delivery != HEARTH_DELIVERY_RING || hearth_kept_streams_is_direct (self->kept, entry.uri))
      continue;
    if (is_shown (self))
      hearth_kept_streams_open_ahead (self->kept, channel, 0);
    wanted[n++] = channel->id;
  }
  hearth_kept_streams_close_others (self->kept, self->on.stream, wanted, n);
  update_watching (self);
}

/* ---- the workers speak -------------------------------------------------------------------------------------- */

static void
on_worker_stage (HearthPlayWorker *worker, guint serial, const char *stage, gint64 time_us, gpointer user_data)
{
  on_stage (user_data, serial, stage, time_us);
}

static void
on_worker_state (HearthPlayWorker *worker, guint serial, const char *state, const char *reason, const char *text,
                 gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (serial != self->serial || worker != get_worker (self))
    return;
  set_play_state (self, state, reason, text);
  if (self->on.playback != NULL)
    hearth_playback_take_state (self->on.playback, state);
  update_state (self);
  if (is_shown (self))
    update_kept (self);
}

static void
on_worker_tracks (HearthPlayWorker *worker, guint serial, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (serial == self->serial)
    hearth_dbus_player1_emit_tracks_changed (self->face);
}

static void
on_worker_lost (HearthPlayWorker *worker, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (self->linked == worker)
    self->linked = NULL;
}

/* hearthd was restarted and this player goes on: its books are rebuilt from what it says. */
static void
adopt (HearthPlayer *self, HearthPlayWorker *worker, guint serial, const char *id, const char *state, const char *reason,
       const char *text, gboolean has_link)
{
  const HearthChannel *channel = hearth_channels_find (self->channels, id);

  self->serial = MAX (self->serial, serial);
  clear_programme (self);
  g_free (self->on.channel);
  self->on.channel = g_strdup (channel != NULL ? id : "");
  self->on.direct = worker == self->internet_worker;
  self->on.opened = !self->on.direct;
  set_play_state (self, state, reason, text);
  hearth_dbus_player1_set_channel (self->face, self->on.channel);
  hearth_dbus_player1_set_serial (self->face, self->serial);
  if (has_link)
    self->linked = worker;
  else
    link_up (self, worker);
  if (channel != NULL && !self->on.direct) {
    HearthStream *stream = hearth_kept_streams_find (self->kept, channel, 0);

    if (stream != NULL)
      take_stream (self, stream);
  }
  hearth_info ("adopted the player with channel %s, %s", id, state);
  update_state (self);
}

static void
on_worker_connected (HearthPlayWorker *worker, guint serial, const char *channel, const char *state, const char *reason,
                     const char *text, gboolean has_link, gpointer user_data)
{
  HearthPlayer *self = user_data;
  gboolean nothing_on = is_nothing_on (self);

  hearth_play_worker_set_volume (worker, hearth_dbus_player1_get_volume (self->face), hearth_dbus_player1_get_mute (self->face));
  if (nothing_on && serial > 0 && !g_str_equal (state, "stopped")) {
    adopt (self, worker, serial, channel, state, reason, text, has_link);
    return;
  }
  if (nothing_on && serial == 0 && worker == self->ring_worker && self->serial == 0) {
    hearth_player_start (self); /* the one we awaited did not come back */
    return;
  }
  self->serial = MAX (self->serial, serial);
  if (worker != get_worker (self) || nothing_on)
    return;
  link_up (self, worker);
  set_play_state (self, "opening", "", "");
  open_on_worker (self, FALSE);
}

static const HearthPlayWorkerFuncs worker_funcs = {
  .connected = on_worker_connected,
  .lost = on_worker_lost,
  .stage = on_worker_stage,
  .state = on_worker_state,
  .tracks = on_worker_tracks,
};

static void
on_output_connected (HearthOutput *output, gboolean fresh, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (fresh && get_worker (self) != NULL)
    link_up (self, get_worker (self));
}

/* ---- from outside ----------------------------------------------------------------------------------------------- */

void
hearth_player_start (HearthPlayer *self)
{
  const char *last = hearth_settings_store_get_string (self->settings, "player.last-channel");

  if (hearth_play_worker_is_awaited (self->ring_worker) || !hearth_settings_store_get_boolean (self->settings, "player.resume"))
    return;
  if (*last != '\0' && hearth_channels_find (self->channels, last) != NULL)
    hearth_player_open_channel (self, last, 0, NULL);
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
  update_kept (self);
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
    take_stream (self, stream);
  update_state (self);
  update_kept (self);
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
  HearthPlayWorker *worker = get_worker (self);

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

  hearth_settings_store_set (self->settings, "player.volume", g_variant_new_double (volume), NULL);
  hearth_settings_store_set (self->settings, "player.mute", g_variant_new_boolean (mute), NULL);
  hearth_play_worker_set_volume (self->ring_worker, volume, mute);
  if (self->internet_worker != NULL)
    hearth_play_worker_set_volume (self->internet_worker, volume, mute);
  g_signal_emit (self, changed_signal, 0);
}

/* ---- the object ------------------------------------------------------------------------------------------------------ */

HearthPlayer *
hearth_player_new (HearthBus *bus, HearthWorkers *workers, HearthChannels *channels, HearthNetworks *networks,
                   HearthSettingsStore *settings, HearthOutput *output)
{
  HearthPlayer *self = g_object_new (HEARTH_TYPE_PLAYER, NULL);
  g_autoptr (GError) error = NULL;

  self->workers = workers;
  self->channels = channels;
  self->networks = networks;
  self->settings = g_object_ref (settings);
  self->output = g_object_ref (output);
  self->kept = hearth_kept_streams_new (networks, channels);
  self->face = hearth_player_face_new (self, settings);
  if (!hearth_bus_export (bus, VIEW_PATH, G_DBUS_INTERFACE_SKELETON (self->face), &error))
    hearth_error ("%s", error->message);
  self->ring_worker = hearth_play_worker_new (workers, "main", FALSE, &worker_funcs, self);
  g_signal_connect_object (output, "connected", G_CALLBACK (on_output_connected), self, 0);
  return self;
}

static void
hearth_player_init (HearthPlayer *self)
{
  self->on.channel = g_strdup ("");
  self->zaps = hearth_zaps_new ();
  self->waiters = hearth_view_waiters_new ();
  set_play_state (self, "stopped", "", "");
}

static void
hearth_player_finalize (GObject *object)
{
  HearthPlayer *self = HEARTH_PLAYER (object);

  g_clear_handle_id (&self->turning, g_source_remove);
  g_clear_pointer (&self->waiters, hearth_view_waiters_free);
  clear_programme (self);
  g_free (self->on.channel);
  g_clear_pointer (&self->ring_worker, hearth_play_worker_free);
  g_clear_pointer (&self->internet_worker, hearth_play_worker_free);
  g_clear_pointer (&self->kept, hearth_kept_streams_free);
  hearth_zaps_free (self->zaps);
  g_signal_handlers_disconnect_by_data (self->face, self);
  g_clear_object (&self->face);
  g_clear_object (&self->settings);
  g_clear_object (&self->output);
  g_free (self->previous);
  g_free (self->asleep);
  g_free (self->play_state);
  g_free (self->play_reason);
  g_free (self->play_text);
  G_OBJECT_CLASS (hearth_player_parent_class)->finalize (object);
}

static void
hearth_player_class_init (HearthPlayerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hearth_player_finalize;
  changed_signal = g_signal_new ("changed", HEARTH_TYPE_PLAYER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}
