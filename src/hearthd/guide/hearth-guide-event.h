/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-db.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A row of the guide as tv.hearth.Guide1 shows it. Pure functions. */

/* Columns of a row, in this order. */
#define HEARTH_GUIDE_COLUMNS "e.id, e.start_s, e.duration_s, e.running, e.encrypted, e.genres, e.age, e.country, e.programme, e.series, e.texts"

typedef struct {
  gint64 row, start_s;
  guint32 duration_s;
  guint8 running;
  gboolean encrypted;
  guint8 genre; /* the first; 0: none */
  guint age;
  const char *country, *programme, *series; /* "" none; borrowed from the statement until it steps */
  const char *texts;
} HearthGuideRow;

void hearth_guide_row_read (HearthGuideRow *row, sqlite3_stmt *statement);
/* Floating a{sv}. @languages: "chi eng", best first. @whole: with all texts and whatever else is known. */
GVariant *hearth_guide_row_describe (const HearthGuideRow *row, const char *channel, const char *languages, gboolean whole);
/* "1a2b" and back; FALSE for what is none. */
char *hearth_guide_row_dup_id (gint64 row);
gboolean hearth_guide_row_parse_id (const char *id, gint64 *row);

G_END_DECLS
