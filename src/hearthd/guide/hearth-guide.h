/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/channels/hearth-channels.h"
#include "hearthd/guide/hearth-guide-store.h"
#include "hearthd/settings/hearth-settings-store.h"

G_BEGIN_DECLS

/**
 * SECTION:guide
 *
 * The programme guide: whose events are which channel's, what is on now (kept in
 * memory, so that nobody who zaps waits for a database), and what the networks
 * say of their collecting. Main thread.
 */
typedef struct _HearthGuide HearthGuide;

typedef struct {
  /* @channels: a set of ids whose events changed. */
  void (*changed) (GHashTable *channels, gpointer user_data);
  /* @nows: of HearthGuideNow: something else is on. */
  void (*now_changed) (GPtrArray *nows, gpointer user_data);
  /* (nullable): the store had to begin anew: all networks are to tell all again. */
  void (*emptied) (gpointer user_data);
} HearthGuideFuncs;

/* Errors: those of the store. */
HearthGuide *hearth_guide_new (const char *state_dir, HearthChannels *channels, HearthSettingsStore *settings, const HearthGuideFuncs *funcs,
                               gpointer user_data, GError **error);
void hearth_guide_free (HearthGuide *self);

/* From a network's worker; @done: (nullable). */
void hearth_guide_put (HearthGuide *self, const char *network, GBytes *batch, HearthGuideDone done, gpointer user_data);
/* As tv.hearth.internal.Stream1.GuideState. */
void hearth_guide_take_state (HearthGuide *self, const char *network, GVariant *state);
void hearth_guide_channels_changed (HearthGuide *self);
void hearth_guide_remove_network (HearthGuide *self, const char *network);
/* Nothing has been collected yet, or all was lost. */
gboolean hearth_guide_is_empty (HearthGuide *self);

/* What the time is by all that is known: µs UTC. */
gint64 hearth_guide_get_now_us (HearthGuide *self);
/* The broadcasts' clock is this far ahead of the system's, which is plainly wrong; 0: it is right, or nobody knows better. */
void hearth_guide_set_clock_offset (HearthGuide *self, gint64 offset_us);

/* (nullable): what is on. */
const HearthGuideNow *hearth_guide_find_now (HearthGuide *self, const char *channel);
GHashTable *hearth_guide_get_nows (HearthGuide *self); /* id -> HearthGuideNow; borrowed */

/* A question with what the guide knows filled in: time, languages, who is whose. @languages: (nullable). */
HearthGuideQuery *hearth_guide_make_query (HearthGuide *self, HearthGuideAsk ask, const char *languages);
/* Adds a channel to it; FALSE with NOT_FOUND. */
gboolean hearth_guide_query_add_channel (HearthGuide *self, HearthGuideQuery *query, const char *channel, GError **error);
void hearth_guide_ask (HearthGuide *self, HearthGuideQuery *query, HearthGuideAnswer answer, gpointer user_data);
/* aa{sv}, floating: as in Guide1.GetStatus. */
GVariant *hearth_guide_describe_networks (HearthGuide *self);
void hearth_guide_flush (HearthGuide *self);

G_END_DECLS
