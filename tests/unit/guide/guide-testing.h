/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-guide-batch.h"
#include "hearthd/guide/hearth-guide-store.h"

#define TESTING_NOW_S G_GINT64_CONSTANT (1795464000)
#define TESTING_NETWORK "cable"

typedef struct {
  guint16 id;
  gint64 start_s;
  guint32 duration_s;
  const char *title, *english; /* english: (nullable) */
  guint8 running;
} TestingEvent;

/* A section of @service with @n events. */
void testing_append_section (GByteArray *batch, guint16 service, guint8 table, guint8 section, const TestingEvent *events, guint n);

/* A store in a folder of its own, that waits for what it is asked to do. */
typedef struct {
  char *folder, *path;
  HearthGuideStore *store;
  GHashTable *changed; /* all services that were told to have changed */
  guint n_emptied;
  HearthGuideMap *map;
} TestingStore;

void testing_store_init (TestingStore *self);
void testing_store_open (TestingStore *self);
void testing_store_close (TestingStore *self);
void testing_store_clear (TestingStore *self);
/* Consumes @batch; the error of the store (transfer full), NULL when all is well. */
GError *testing_store_put (TestingStore *self, GByteArray *batch);
void testing_store_put_section (TestingStore *self, guint16 service, guint8 table, guint8 section, const TestingEvent *events, guint n);
/* Waits for the answer; @query: taken and returned. */
HearthGuideQuery *testing_store_ask (TestingStore *self, HearthGuideQuery *query);
/* Titles of a channel's events, joined by '|'. (transfer full) */
char *testing_store_dup_titles (TestingStore *self, guint16 service);
char *testing_store_dup_found (TestingStore *self, const char *text);
HearthGuideQuery *testing_store_ask_now (TestingStore *self, guint16 service, gint64 now_s, gboolean live);
