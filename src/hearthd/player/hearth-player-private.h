/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the player's files share: hearth-player.c is the object and what others ask of it, hearth-player-programme.c what is on and
 * its state, hearth-player-workers.c what the workers say. */

#include "hearthd/player/hearth-kept-streams.h"
#include "hearthd/player/hearth-play-worker.h"
#include "hearthd/player/hearth-player.h"
#include "hearthd/player/hearth-view-waiters.h"
#include "hearthd/player/hearth-zaps.h"

G_BEGIN_DECLS

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

  char *path; /* on the bus */
  HearthBus *bus;
  HearthWorkers *workers;
  HearthChannels *channels;
  HearthNetworks *networks;
  HearthRecordings *recordings; /* NULL until they are told */
  HearthSettingsStore *settings;
  HearthOutput *output;
  HearthDBusPlayer1 *face;

  HearthPlayWorker *ring_worker, *internet_worker; /* the second is started when first needed */
  HearthPlayWorker *linked;                        /* whose frames the screen gets */
  HearthKeptStreams *kept;
  gboolean watching;        /* counted among those that have the workers watched */
  guint turning;            /* idle: what is on is one of them */
  HearthZaps *zaps;
  HearthViewWaiters *waiters;
  guint serial;
  Programme on;
  char *last;     /* channel id, for the next start */
  char *previous; /* channel id, for Back */
  char *asleep;   /* what was on when standby came, "" for nothing; NULL: awake */
  char *play_state, *play_reason, *play_text; /* as the worker says */
};

void hearth_player_tell_changed (HearthPlayer *self);
/* @picture: (nullable): not known yet. */
void hearth_player_set_picture (HearthPlayer *self, GVariant *picture);

/* ---- hearth-player-programme.c ---- */

void hearth_player_clear_programme (HearthPlayer *self);
HearthPlayWorker *hearth_player_get_worker (HearthPlayer *self);
gboolean hearth_player_is_nothing_on (HearthPlayer *self);
gboolean hearth_player_is_shown (HearthPlayer *self);
void hearth_player_let_player_fetch (HearthPlayer *self);
void hearth_player_link_up (HearthPlayer *self, HearthPlayWorker *worker);
void hearth_player_need_internet_worker (HearthPlayer *self);
void hearth_player_on_stage (HearthPlayer *self, guint serial, const char *stage, gint64 time_us);
void hearth_player_open_on_worker (HearthPlayer *self, gboolean resume);
void hearth_player_remove_waiters (HearthPlayer *self);
void hearth_player_set_play_state (HearthPlayer *self, const char *state, const char *reason, const char *text);
void hearth_player_take_stream (HearthPlayer *self, HearthStream *stream);
void hearth_player_update_kept (HearthPlayer *self);
void hearth_player_update_state (HearthPlayer *self);
void hearth_player_update_watching (HearthPlayer *self);

/* ---- hearth-player-workers.c ---- */

extern const HearthPlayWorkerFuncs hearth_player_worker_funcs;
void hearth_player_on_output_connected (HearthOutput *output, gboolean fresh, gpointer user_data);

G_END_DECLS
