/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/display/hearth-output.h"
#include "hearthd/networks/hearth-stream.h"
#include "hearthd/workers/hearth-workers.h"

G_BEGIN_DECLS

/**
 * SECTION:play-worker
 *
 * One hearth-play: its calls and what it tells. Main thread.
 */
typedef struct _HearthPlayWorker HearthPlayWorker;

typedef struct {
  /* There, or there again. @serial: of what it plays; 0: it is fresh and needs everything. @has_link: its frame link lives.
   * @holds: all that it said; of a recording "recording" s, "position" x, "paused" b. */
  void (*connected) (HearthPlayWorker *worker, guint serial, const char *channel, const char *state, const char *reason,
                     const char *text, gboolean has_link, GVariant *holds, gpointer user_data);
  void (*lost) (HearthPlayWorker *worker, gpointer user_data);
  void (*stage) (HearthPlayWorker *worker, guint serial, const char *stage, gint64 time_us, gpointer user_data);
  void (*state) (HearthPlayWorker *worker, guint serial, const char *state, const char *reason, const char *text, gpointer user_data);
  void (*tracks) (HearthPlayWorker *worker, guint serial, gpointer user_data);
  /* @picture: a{sv}, as Player1.Picture. */
  void (*picture) (HearthPlayWorker *worker, guint serial, GVariant *picture, gpointer user_data);
} HearthPlayWorkerFuncs;

/* @internet: started with --network. */
HearthPlayWorker *hearth_play_worker_new (HearthWorkers *workers, const char *instance, gboolean internet,
                                          const HearthPlayWorkerFuncs *funcs, gpointer user_data);
void hearth_play_worker_free (HearthPlayWorker *worker);
gboolean hearth_play_worker_is_connected (HearthPlayWorker *worker);
/* A living process of before our restart, not heard of yet. */
gboolean hearth_play_worker_is_awaited (HearthPlayWorker *worker);
guint hearth_play_worker_get_restarts (HearthPlayWorker *worker);
/* A new frame link between the worker and the screen, whenever either side is new; the screen keeps the view's last picture.
 * FALSE: one of them is not there yet; to be done when it comes. */
gboolean hearth_play_worker_link_up (HearthPlayWorker *worker, HearthOutput *output, const char *view);
void hearth_play_worker_set_link (HearthPlayWorker *worker, int link_fd);
/* @fds: ring, page, event, page, event; @options: floating a{sv}. */
void hearth_play_worker_open (HearthPlayWorker *worker, guint serial, const int fds[5], GVariant *options);
void hearth_play_worker_open_uri (HearthPlayWorker *worker, guint serial, const char *uri, GVariant *options);
/* @fds: stream.ts, index.bin; @options: floating a{sv}. */
void hearth_play_worker_open_recording (HearthPlayWorker *worker, guint serial, const int fds[2], GVariant *options);
void hearth_play_worker_seek (HearthPlayWorker *worker, gint64 position_us);
void hearth_play_worker_set_paused (HearthPlayWorker *worker, gboolean paused);
void hearth_play_worker_set_growing (HearthPlayWorker *worker, gboolean growing);
void hearth_play_worker_stop (HearthPlayWorker *worker, guint serial);
void hearth_play_worker_set_volume (HearthPlayWorker *worker, double volume, gboolean mute);
/* Passes a Player1 call on and its answer back. BUSY when there is none to ask. */
void hearth_play_worker_pass (HearthPlayWorker *worker, const char *method, GVariant *parameters, GDBusMethodInvocation *invocation);

G_END_DECLS
