/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/broadcast/hearth-router.h"
#include "stream/broadcast/hearth-tuning.h"

G_BEGIN_DECLS

/**
 * SECTION:tuner-pool
 *
 * Which tuner is on which multiplex. Whoever wants a multiplex gets a lease of
 * it: the tuner that is there already, else a free one, else one that only
 * stands where it was last, else one that a scan gives up for people. A tuner
 * whose last lease went stays on its multiplex for ten seconds, so that a zap
 * back needs no lock. Main thread.
 */
typedef struct _HearthTunerPool HearthTunerPool;
typedef struct _HearthTunerLease HearthTunerLease;

/* Each yields to those before it. */
typedef enum {
  HEARTH_TUNER_USE_PEOPLE,   /* view, record */
  HEARTH_TUNER_USE_SCAN,
  HEARTH_TUNER_USE_PREFETCH, /* perhaps the next zap */
  HEARTH_TUNER_USE_GUIDE,    /* collects events; takes no tuner that somebody may zap back to */
} HearthTunerUse;

typedef struct {
  /* Main thread: the tuner told a state. (nullable) */
  void (*state) (HearthTunerLease *lease, HearthStreamState state, HearthError code, const char *text, gpointer user_data);
  /* The tuner's thread, router locked: a whole section. (nullable) */
  void (*section) (HearthTunerLease *lease, guint16 pid, const guint8 *section, gsize n_bytes, gpointer user_data);
  /* Main thread, mandatory but for people's leases: give it back before you return, somebody else needs the tuner. */
  void (*yield) (HearthTunerLease *lease, gpointer user_data);
} HearthTunerLeaseFuncs;

/* @instance: the plug-in's. Both borrowed. @freed: main loop: something was given back, or a tuner came; to try again. */
HearthTunerPool *hearth_tuner_pool_new (const HearthTunerOps *ops, gpointer instance, void (*freed) (gpointer user_data), gpointer user_data);
/* @changed: main loop: who holds which multiplex has changed; before the first lease, at most once. */
void hearth_tuner_pool_set_changed (HearthTunerPool *self, void (*changed) (gpointer user_data), gpointer user_data);
/* Each multiplex on which a tuner is; @n_viewers: how many leases people and prefetching have of it. @func must not touch the pool. */
void hearth_tuner_pool_foreach_tuned (HearthTunerPool *self, void (*func) (const HearthTunerParams *params, guint n_viewers, gpointer user_data),
                                      gpointer func_data);
/* Without leases. */
void hearth_tuner_pool_free (HearthTunerPool *self);
/* Asks the plug-in anew which tuners there are. */
void hearth_tuner_pool_update (HearthTunerPool *self);

/* @label: for people, what it is wanted for: "CCTV-1". Errors: LIMIT, saying what holds the tuners; NOT_SUPPORTED when none
 * receives this; what the plug-in says. */
HearthTunerLease *hearth_tuner_pool_acquire (HearthTunerPool *self, const HearthTunerParams *params, HearthTunerUse use, const char *label,
                                             const HearthTunerLeaseFuncs *funcs, gpointer user_data, GError **error);
void hearth_tuner_lease_release (HearthTunerLease *lease);
void hearth_tuner_lease_set_use (HearthTunerLease *lease, HearthTunerUse use);
HearthRouter *hearth_tuner_lease_get_router (HearthTunerLease *lease); /* borrowed */
const HearthTunerParams *hearth_tuner_lease_get_params (HearthTunerLease *lease);
/* What the tuner told last; CONNECTING before it did. */
HearthStreamState hearth_tuner_lease_get_state (HearthTunerLease *lease);
void hearth_tuner_lease_get_status (HearthTunerLease *lease, HearthTunerStatus *status);

/* All systems that some tuner receives, as bits; how many tuners nobody holds. */
guint32 hearth_tuner_pool_get_systems (HearthTunerPool *self);
guint hearth_tuner_pool_count_free (HearthTunerPool *self);
/* aa{sv}: as tv.hearth.Network1.GetTuners. (transfer floating) */
GVariant *hearth_tuner_pool_describe (HearthTunerPool *self);

G_END_DECLS
