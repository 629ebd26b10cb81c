/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-db.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SECTION:guide-query
 *
 * Questions to the guide's database, asked on its reading thread. Who is whose
 * channel is the main thread's to know, so a question brings it along.
 */

/* Which service is which channel: immutable, reference counted; any thread. */
typedef struct _HearthGuideMap HearthGuideMap;
HearthGuideMap *hearth_guide_map_new (void);
HearthGuideMap *hearth_guide_map_ref (HearthGuideMap *self);
void hearth_guide_map_unref (HearthGuideMap *self);
/* @key: "network MARK address". Only before it is shared. */
void hearth_guide_map_add (HearthGuideMap *self, const char *key, const char *channel);
const char *hearth_guide_map_find (HearthGuideMap *self, const char *key); /* (nullable) */
guint hearth_guide_map_get_size (HearthGuideMap *self);

typedef enum {
  HEARTH_GUIDE_ASK_PRESENT, /* present and following of @channels */
  HEARTH_GUIDE_ASK_LIST,    /* of the one channel, between from_s and to_s */
  HEARTH_GUIDE_ASK_SEARCH,
  HEARTH_GUIDE_ASK_EVENT,   /* all about @event */
  HEARTH_GUIDE_ASK_STATUS,
} HearthGuideAsk;

/* A channel whose events are wanted, and the services that tell of it, best first. */
typedef struct {
  char *id;
  char **keys;
  gboolean *live; /* each: its multiplex is received just now, so that its running status is true */
} HearthGuideChannel;

HearthGuideChannel *hearth_guide_channel_new (const char *id, guint n_keys);
void hearth_guide_channel_free (gpointer channel);

/* What is on. */
typedef struct {
  char *channel;
  GVariant *present, *following; /* a{sv}; NULL: none is known */
  gint64 present_row;            /* 0: none */
  gint64 next_s;                 /* when it will be another; G_MAXINT64: not known */
} HearthGuideNow;

void hearth_guide_now_free (gpointer now);

typedef struct {
  HearthGuideAsk ask;
  gint64 now_s, from_s, to_s;
  GPtrArray *channels; /* HearthGuideChannel */
  char *text;          /* SEARCH */
  char *channel;       /* SEARCH: only there; NULL: anywhere */
  gint64 row;          /* EVENT */
  gint64 after_s, after_row; /* LIST, SEARCH: goes on behind this one */
  guint limit;
  char *languages;     /* "chi eng", best first */
  HearthGuideMap *map;
  /* The answer. */
  GError *error;
  GPtrArray *nows;     /* PRESENT: HearthGuideNow */
  GVariant *answer;    /* LIST, SEARCH: aa{sv}; EVENT, STATUS: a{sv} */
  gboolean more;
  gint64 last_s, last_row; /* of the last one in the answer */
} HearthGuideQuery;

HearthGuideQuery *hearth_guide_query_new (HearthGuideAsk ask, HearthGuideMap *map);
void hearth_guide_query_free (HearthGuideQuery *self);
/* Fills in the answer, or the error: INVALID_ARGUMENT, NOT_FOUND, and the database's. */
void hearth_guide_query_run (HearthGuideQuery *self, sqlite3 *sqlite);

G_END_DECLS
