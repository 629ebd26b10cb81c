/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

G_BEGIN_DECLS

/**
 * SECTION:tuner-desk
 *
 * Between the host's main thread, which wishes, and the thread of one tuner,
 * which waits for hardware or for a server. A plug-in with tuners may use it or
 * do the same by itself: HearthTunerOps.tune(), set_pids(), hurry() and
 * get_status() become calls of the desk that never wait; the thread sleeps in
 * poll(2) on its own descriptors and the desk's, and takes what was wished.
 * Of several wishes that were not taken yet the last one holds.
 */
typedef struct _HearthTunerDesk HearthTunerDesk;

/* What is wished since the last look. */
typedef struct {
  gboolean tune;            /* go to @params */
  gboolean repeat;          /* the same @params came again: tell JOINED again if it is locked */
  HearthTunerParams params; /* valid with either */
  GArray *pids;             /* (nullable) guint16, the thread's: wanted from now on; NULL: those of before */
  guint32 asked;            /* the bits of hearth_tuner_desk_ask() */
} HearthTunerWishes;

/* ---- the main thread ------------------------------------------------------- */

/* Errors: IO (no descriptor). */
HearthTunerDesk *hearth_tuner_desk_new (GError **error);
/* Begins the thread, @name as in top(1) (15 bytes). Once. Errors: IO. */
gboolean hearth_tuner_desk_start (HearthTunerDesk *self, const char *name, GThreadFunc run, gpointer user_data, GError **error);
/* Ends the thread and waits for it. */
void hearth_tuner_desk_free (HearthTunerDesk *self);

/* As much of @params as its struct_size says. */
HearthTunerParams hearth_tuner_params_copy (const HearthTunerParams *params);
/* @params: whole, a copy of the above, which the tuner can receive. */
void hearth_tuner_desk_tune (HearthTunerDesk *self, const HearthTunerParams *params);
/* @pids: guint16, copied. */
void hearth_tuner_desk_set_pids (HearthTunerDesk *self, const guint16 *pids, guint n_pids);
/* Whatever else a plug-in wishes of its threads; bits of its own. */
void hearth_tuner_desk_ask (HearthTunerDesk *self, guint32 bits);
/* As HearthTunerOps.get_status(): what the thread put last, and nothing between tune() and then. */
void hearth_tuner_desk_get_status (HearthTunerDesk *self, HearthTunerStatus *status);

/* ---- the tuner's thread ---------------------------------------------------- */

/* Readable (POLLIN) when something is wished; hearth_tuner_desk_take() reads it. */
int hearth_tuner_desk_get_fd (HearthTunerDesk *self);
/* FALSE: the thread is to end. @wishes is overwritten; its @pids are the caller's to unref. */
gboolean hearth_tuner_desk_take (HearthTunerDesk *self, HearthTunerWishes *wishes);
void hearth_tuner_desk_put_status (HearthTunerDesk *self, const HearthTunerStatus *status);

G_END_DECLS
