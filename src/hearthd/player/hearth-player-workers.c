/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the players' processes and the screen say: how far they are, that they came, that they went. */
#include "hearthd/player/hearth-player-private.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("player")

/* ---- the workers speak -------------------------------------------------------------------------------------- */

static void
on_worker_stage (HearthPlayWorker *worker, guint serial, const char *stage, gint64 time_us, gpointer user_data)
{
  hearth_player_on_stage (user_data, serial, stage, time_us);
}

static void
on_worker_state (HearthPlayWorker *worker, guint serial, const char *state, const char *reason, const char *text,
                 gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (serial != self->serial || worker != hearth_player_get_worker (self))
    return;
  hearth_player_set_play_state (self, state, reason, text);
  if (self->on.playback != NULL)
    hearth_playback_take_state (self->on.playback, state);
  hearth_player_update_state (self);
  if (hearth_player_is_shown (self))
    hearth_player_update_kept (self);
}

static void
on_worker_tracks (HearthPlayWorker *worker, guint serial, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (serial == self->serial)
    hearth_dbus_player1_emit_tracks_changed (self->face);
}

static void
on_worker_picture (HearthPlayWorker *worker, guint serial, GVariant *picture, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (serial == self->serial && worker == hearth_player_get_worker (self))
    hearth_player_set_picture (self, picture);
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
       const char *text, gboolean has_link, GVariant *holds)
{
  const HearthChannel *channel = hearth_channels_find (self->channels, id);
  g_autoptr (GVariant) picture = g_variant_lookup_value (holds, "picture", G_VARIANT_TYPE_VARDICT);

  self->serial = MAX (self->serial, serial);
  hearth_player_clear_programme (self);
  g_free (self->on.channel);
  self->on.channel = g_strdup (channel != NULL ? id : "");
  self->on.direct = worker == self->internet_worker;
  self->on.opened = !self->on.direct;
  self->on.playback = self->recordings != NULL ? hearth_playback_adopt (self->recordings, holds, state) : NULL;
  hearth_player_set_play_state (self, state, reason, text);
  hearth_player_set_picture (self, picture);
  hearth_playback_show (self->on.playback, self->face);
  hearth_dbus_player1_set_channel (self->face, self->on.channel);
  hearth_dbus_player1_set_serial (self->face, self->serial);
  if (has_link)
    self->linked = worker;
  else
    hearth_player_link_up (self, worker);
  if (channel != NULL && !self->on.direct) {
    HearthStream *stream = hearth_kept_streams_find (self->kept, channel, 0);

    if (stream != NULL)
      hearth_player_take_stream (self, stream);
  }
  hearth_info ("adopted the player with %s %s, %s", self->on.playback != NULL ? "recording" : "channel",
               self->on.playback != NULL ? hearth_playback_get_id (self->on.playback) : id, state);
  hearth_player_update_watching (self);
  hearth_player_update_state (self);
}

static void
on_worker_connected (HearthPlayWorker *worker, guint serial, const char *channel, const char *state, const char *reason,
                     const char *text, gboolean has_link, GVariant *holds, gpointer user_data)
{
  HearthPlayer *self = user_data;
  gboolean nothing_on = hearth_player_is_nothing_on (self);

  hearth_play_worker_set_volume (worker, hearth_dbus_player1_get_volume (self->face), hearth_dbus_player1_get_mute (self->face));
  if (nothing_on && serial > 0 && !g_str_equal (state, "stopped")) {
    adopt (self, worker, serial, channel, state, reason, text, has_link, holds);
    return;
  }
  if (nothing_on && serial == 0 && worker == self->ring_worker && self->serial == 0) {
    hearth_player_start (self); /* the one we awaited did not come back */
    return;
  }
  self->serial = MAX (self->serial, serial);
  if (worker != hearth_player_get_worker (self) || nothing_on)
    return;
  hearth_player_link_up (self, worker);
  hearth_player_set_play_state (self, "opening", "", "");
  hearth_player_open_on_worker (self, FALSE);
}

const HearthPlayWorkerFuncs hearth_player_worker_funcs = {
  .connected = on_worker_connected,
  .lost = on_worker_lost,
  .stage = on_worker_stage,
  .state = on_worker_state,
  .tracks = on_worker_tracks,
  .picture = on_worker_picture,
};

void
hearth_player_on_output_connected (HearthOutput *output, gboolean fresh, gpointer user_data)
{
  HearthPlayer *self = user_data;

  if (fresh && hearth_player_get_worker (self) != NULL)
    hearth_player_link_up (self, hearth_player_get_worker (self));
}
