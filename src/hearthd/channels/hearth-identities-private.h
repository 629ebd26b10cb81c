/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What hearth-identities.c (who is who) and hearth-identities-store.c (what is kept, and for how long) share. */

#include "hearthd/channels/hearth-identities.h"

G_BEGIN_DECLS

/* A channel, with legs or without. */
typedef struct {
  char id[17];
  GRefString *number; /* (nullable) */
  guint generation; /* of the match that gave it a leg last: one network gives one leg at most */
  gboolean dirty;
} Identity;

/* A service as it was known last. Its strings are shared with the buckets and with rows on their way to the database: of a list of
 * 100,000 each is made once. */
typedef struct {
  const char *network; /* interned */
  GRefString *address, *name, *guide_id;
  Identity *identity;
  guint generation; /* of the match that found it */
  guint seen_day;   /* when a list had it last, to the week: days since 1970 */
  gboolean dirty;
} Known;

/* Channels that had one name, or one guide id and name, in the order in which they came: lists give a channel's reserves its name. */
typedef struct {
  GRefString *guide_id; /* (nullable): where the name alone counts */
  GRefString *name;
  Identity *first;
  GPtrArray *others; /* (nullable) */
  guint generation, next; /* of the match that looks here, where it goes on: each is looked at once a match */
} Bucket;

struct _HearthIdentities {
  HearthDb *db;
  GHashTable *identities; /* id -> Identity */
  GPtrArray *known;       /* of Known, owned */
  GHashTable *by_address; /* set of Known, by network and address */
  GHashTable *by_name;    /* set of Bucket, by folded name, across networks */
  GHashTable *by_guide;   /* set of Bucket, by guide id and folded name, across networks */
  guint generation;
  guint matched_from; /* what the lists have now was matched at this generation or later ... */
  guint next_from;    /* ... and what the next lists will have, from this one on */
};

/* Puts @known's words, or all knowns', where matches look. */
void hearth_identities_index (HearthIdentities *self, Known *known);

G_END_DECLS
