/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is on: its stream, the way by which it reaches the screen, its state as people see it, and what is kept ahead. */
#include "hearthd/player/hearth-player-private.h"

#include "hearthd/player/hearth-direct-options.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("player")

static void open_ring (HearthPlayer *self, gboolean resume);

/* ---- state -------------------------------------------------------------------------------------- */

static void
set_state (HearthPlayer *self, const char *state, const char *reason, const char *text)
{
  gboolean no_signal = g_str_equal (state, "no-signal");

  hearth_dbus_player1_set_state (self->face, state);
  hearth_dbus_player1_set_reason (self->face, no_signal ? reason : "");
  hearth_dbus_player1_set_reason_text (self->face, no_signal ? text : "");
  hearth_output_set_notice (self->output, no_signal ? reason : NULL, text);
  hearth_player_tell_changed (self);
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

gboolean
hearth_player_is_nothing_on (HearthPlayer *self)
{
  return *self->on.channel == '\0' && self->on.uri == NULL && self->on.playback == NULL;
}

void
hearth_player_update_state (HearthPlayer *self)
{
  HearthStream *stream = self->on.stream;

  if (hearth_player_is_nothing_on (self))
    set_state (self, "stopped", "", "");
  else if (stream_has_reason (self))
    set_state (self, "no-signal", hearth_stream_get_reason (stream), hearth_stream_get_reason_text (stream));
  else
    set_state (self, self->play_state, self->play_reason, self->play_text);
}

void
hearth_player_set_play_state (HearthPlayer *self, const char *state, const char *reason, const char *text)
{
  g_free (self->play_state);
  g_free (self->play_reason);
  g_free (self->play_text);
  self->play_state = g_strdup (state);
  self->play_reason = g_strdup (reason);
  self->play_text = g_strdup (text);
}

/* Progress is watched while anything can stand still. */
void
hearth_player_update_watching (HearthPlayer *self)
{
  const gboolean watching = !hearth_kept_streams_is_empty (self->kept) || self->on.direct || self->on.playback != NULL;

  if (watching != self->watching)
    hearth_workers_add_watching (self->workers, watching ? 1 : -1);
  self->watching = watching;
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
    hearth_player_update_state (self);
  else if (self->turning == 0) /* not inside the stream's own call: it goes */
    self->turning = g_idle_add (on_turn_direct, self);
}

void
hearth_player_on_stage (HearthPlayer *self, guint serial, const char *stage, gint64 time_us)
{
  if (hearth_zaps_add (self->zaps, serial, stage, time_us))
    hearth_dbus_player1_emit_zap_stage (self->face, serial, stage, time_us);
}

static void
on_stream_stage (HearthStream *stream, const char *stage, gint64 time_us, gpointer user_data)
{
  HearthPlayer *self = user_data;

  hearth_player_on_stage (self, self->serial, stage, time_us);
}

void
hearth_player_clear_programme (HearthPlayer *self)
{
  if (self->on.stream != NULL)
    g_signal_handlers_disconnect_by_data (self->on.stream, self);
  g_clear_object (&self->on.stream);
  g_clear_pointer (&self->on.playback, hearth_playback_free);
  g_free (self->on.channel);
  g_free (self->on.uri);
  self->on = (Programme){ .channel = g_strdup ("") };
}

void
hearth_player_take_stream (HearthPlayer *self, HearthStream *stream)
{
  self->on.stream = g_object_ref (stream);
  g_signal_connect (stream, "ring", G_CALLBACK (on_stream_ring), self);
  g_signal_connect (stream, "state", G_CALLBACK (on_stream_state), self);
  g_signal_connect (stream, "stage", G_CALLBACK (on_stream_stage), self);
}

/* ---- frame links ------------------------------------------------------------------------------------ */

void
hearth_player_link_up (HearthPlayer *self, HearthPlayWorker *worker)
{
  if (hearth_play_worker_link_up (worker, self->output, hearth_output_get_name (self->output)))
    self->linked = worker;
}

HearthPlayWorker *
hearth_player_get_worker (HearthPlayer *self)
{
  return self->on.direct ? self->internet_worker : self->ring_worker;
}

/* ---- opening ------------------------------------------------------------------------------------------ */

void
hearth_player_remove_waiters (HearthPlayer *self)
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
  hearth_player_set_play_state (self, "no-signal", hearth_error_get_name ((HearthError) error->code), error->message);
}

void
hearth_player_open_on_worker (HearthPlayer *self, gboolean resume)
{
  if (self->linked != hearth_player_get_worker (self)) {
    if (self->linked != NULL)
      hearth_play_worker_stop (self->linked, self->serial);
    hearth_player_link_up (self, hearth_player_get_worker (self));
  }
  if (self->on.playback != NULL)
    open_playback (self);
  else if (self->on.direct)
    open_direct (self);
  else if (self->on.stream != NULL)
    open_ring (self, resume);
}

void
hearth_player_need_internet_worker (HearthPlayer *self)
{
  g_autofree char *instance = g_strconcat (hearth_output_get_name (self->output), "-internet", NULL);

  if (self->internet_worker == NULL)
    self->internet_worker = hearth_play_worker_new (self->workers, instance, TRUE, &hearth_player_worker_funcs, self);
}

/* The stream of what is on goes, its address stays. */
void
hearth_player_let_player_fetch (HearthPlayer *self)
{
  g_free (self->on.uri);
  self->on.uri = g_strdup (hearth_stream_get_uri (self->on.stream));
  hearth_player_remove_waiters (self);
  g_signal_handlers_disconnect_by_data (self->on.stream, self);
  g_clear_object (&self->on.stream);
  self->on.direct = TRUE;
  self->on.opened = FALSE;
  hearth_player_need_internet_worker (self);
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
  hearth_player_let_player_fetch (self);
  hearth_player_open_on_worker (self, FALSE);
  hearth_player_update_state (self);
  hearth_player_update_kept (self);
  return G_SOURCE_REMOVE;
}

/* ---- ahead of the next key press ------------------------------------------------------------------------- */

gboolean
hearth_player_is_shown (HearthPlayer *self)
{
  return g_str_equal (self->play_state, "playing");
}

/* Keeps the neighbours' streams, and opens them once this channel's picture is there: until then the line and the processor are
 * its own. */
void
hearth_player_update_kept (HearthPlayer *self)
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
    if (hearth_player_is_shown (self))
      hearth_kept_streams_open_ahead (self->kept, channel, 0);
    wanted[n++] = channel->id;
  }
  hearth_kept_streams_close_others (self->kept, self->on.stream, wanted, n);
  hearth_player_update_watching (self);
}
