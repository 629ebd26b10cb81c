/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-db.h"
#include "hearthd/channels/hearth-service-list.h"

G_BEGIN_DECLS

/**
 * SECTION:channels
 *
 * The one list over all networks: channels with their legs, known again by
 * their keys, sorted by number. All in memory; the database only remembers who
 * was who. Main thread.
 */
typedef struct _HearthChannels HearthChannels;

/* A service that carries a channel. */
typedef struct {
  const char *network; /* interned */
  guint index;         /* in that network's list */
} HearthLeg;

/* Borrowed from the list; valid until its next change. Strings "" where unknown. */
typedef struct {
  char id[17];
  const char *number; /* never "" */
  const char *name, *group, *logo, *guide_id;
  HearthServiceKind kind;
  guint n_legs;
  HearthLeg *legs; /* best first */
} HearthChannel;

typedef struct {
  guint added, removed, changed;
} HearthChannelsDiff;

extern const char hearth_channels_schema[];      /* for the database's first migration */
extern const char hearth_channels_seen_schema[]; /* for a later one */

HearthChannels *hearth_channels_new (HearthDb *db);
void hearth_channels_free (HearthChannels *channels);
/* A network's list, new or anew (referenced). Keeps the ids of what is known again. */
void hearth_channels_set_list (HearthChannels *channels, const char *network, HearthServiceList *list, HearthChannelsDiff *diff);
void hearth_channels_remove_network (HearthChannels *channels, const char *network, HearthChannelsDiff *diff);

guint hearth_channels_get_size (HearthChannels *channels);
guint64 hearth_channels_get_version (HearthChannels *channels);
const HearthChannel *hearth_channels_get (HearthChannels *channels, guint position);
/* (nullable) */
const HearthChannel *hearth_channels_find (HearthChannels *channels, const char *id);
const HearthChannel *hearth_channels_find_number (HearthChannels *channels, const char *number);
/* The channel @delta places further in the list, round its ends; the first one when @id is not there. (nullable) */
const HearthChannel *hearth_channels_step (HearthChannels *channels, const char *id, gint delta);
/* The first position whose number is after @number. */
guint hearth_channels_position_after (HearthChannels *channels, const char *number);
void hearth_channels_get_leg (HearthChannels *channels, const HearthLeg *leg, HearthServiceEntry *entry);
GVariant *hearth_channels_dup_leg_attributes (HearthChannels *channels, const HearthLeg *leg); /* a(ss) */
/* Floating a{sv} as on the bus. */
GVariant *hearth_channels_describe (HearthChannels *channels, const HearthChannel *channel);
/* To be called now and then, once all lists are in: forgets who has been gone for long, but none of @pointed (a set of ids: what
 * somebody has kept). Returns how many services. */
guint hearth_channels_forget (HearthChannels *channels, GHashTable *pointed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthChannels, hearth_channels_free)

G_END_DECLS
