/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/guide/hearth-guide-query.h"

#include "hearthd/guide/hearth-guide-event.h"
#include "hearthd/guide/hearth-guide-words.h"
#include "hearthd/guide/hearth-guide-writer.h"

#include <hearth/error.h>
#include <string.h>

#define OVERRUN_S 1800  /* a programme that is told to run still does so this long after its end */
#define EARLY_S 900
#define MOST_SPANS "128" /* events of one service that are looked at, from OVERRUN_S ago on: clips of 15 seconds */
#define MOST_FOUND 20000 /* rows looked at by one search */

/* ---- who is whose -------------------------------------------------------------------------- */

struct _HearthGuideMap {
  gatomicrefcount references;
  GHashTable *channels; /* key -> channel */
};

HearthGuideMap *
hearth_guide_map_new (void)
{
  HearthGuideMap *self = g_new0 (HearthGuideMap, 1);

  g_atomic_ref_count_init (&self->references);
  self->channels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

HearthGuideMap *
hearth_guide_map_ref (HearthGuideMap *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
hearth_guide_map_unref (HearthGuideMap *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->channels);
  g_free (self);
}

void
hearth_guide_map_add (HearthGuideMap *self, const char *key, const char *channel)
{
  g_hash_table_insert (self->channels, g_strdup (key), g_strdup (channel));
}

const char *
hearth_guide_map_find (HearthGuideMap *self, const char *key)
{
  return g_hash_table_lookup (self->channels, key);
}

guint
hearth_guide_map_get_size (HearthGuideMap *self)
{
  return g_hash_table_size (self->channels);
}

/* ---- a question's parts ---------------------------------------------------------------------- */

HearthGuideChannel *
hearth_guide_channel_new (const char *id, guint n_keys)
{
  HearthGuideChannel *self = g_new0 (HearthGuideChannel, 1);

  self->id = g_strdup (id);
  self->keys = g_new0 (char *, n_keys + 1);
  self->live = g_new0 (gboolean, n_keys + 1);
  return self;
}

void
hearth_guide_channel_free (gpointer data)
{
  HearthGuideChannel *self = data;

  g_strfreev (self->keys);
  g_free (self->live);
  g_free (self->id);
  g_free (self);
}

void
hearth_guide_now_free (gpointer data)
{
  HearthGuideNow *self = data;

  g_clear_pointer (&self->present, g_variant_unref);
  g_clear_pointer (&self->following, g_variant_unref);
  g_free (self->channel);
  g_free (self);
}

HearthGuideQuery *
hearth_guide_query_new (HearthGuideAsk ask, HearthGuideMap *map)
{
  HearthGuideQuery *self = g_new0 (HearthGuideQuery, 1);

  self->ask = ask;
  self->map = hearth_guide_map_ref (map);
  self->channels = g_ptr_array_new_with_free_func (hearth_guide_channel_free);
  self->nows = g_ptr_array_new_with_free_func (hearth_guide_now_free);
  self->to_s = G_MAXINT64;
  self->limit = 100;
  self->after_s = G_MININT64;
  return self;
}

void
hearth_guide_query_free (HearthGuideQuery *self)
{
  g_clear_pointer (&self->answer, g_variant_unref);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->channels);
  g_ptr_array_unref (self->nows);
  hearth_guide_map_unref (self->map);
  g_free (self->text);
  g_free (self->channel);
  g_free (self->languages);
  g_free (self);
}

static const char *
get_languages (const HearthGuideQuery *self)
{
  return self->languages != NULL ? self->languages : "chi eng";
}

/* Rows of services by their keys, of all sources, the most trusted first. */
static sqlite3_stmt *
prepare_services (sqlite3 *sqlite, GError **error)
{
  return hearth_db_prepare (sqlite, "SELECT id FROM services WHERE network = ? AND key = ? ORDER BY source", error);
}

static GArray *
find_services (sqlite3_stmt *services, const char *key)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (GStrv) parts = g_strsplit (key, HEARTH_GUIDE_KEY_MARK, 2);

  if (parts[0] == NULL || parts[1] == NULL)
    return ids;
  sqlite3_bind_text (services, 1, parts[0], -1, SQLITE_STATIC);
  sqlite3_bind_text (services, 2, parts[1], -1, SQLITE_STATIC);
  while (sqlite3_step (services) == SQLITE_ROW) {
    const gint64 id = sqlite3_column_int64 (services, 0);

    g_array_append_val (ids, id);
  }
  sqlite3_reset (services);
  sqlite3_clear_bindings (services);
  return ids;
}

static void
bind_service (sqlite3_stmt *statement, gint64 service)
{
  sqlite3_bind_int64 (statement, 1, service << HEARTH_GUIDE_EVENT_BITS);
  sqlite3_bind_int64 (statement, 2, (service + 1) << HEARTH_GUIDE_EVENT_BITS);
}

/* The next row; FALSE at the end, and with the error of a database that cannot be read. */
static gboolean
step (HearthGuideQuery *self, sqlite3_stmt *statement)
{
  const int status = sqlite3_step (statement);

  if (status != SQLITE_ROW && status != SQLITE_DONE && self->error == NULL)
    g_set_error (&self->error, HEARTH_ERROR, status == SQLITE_CORRUPT || status == SQLITE_NOTADB ? HEARTH_ERROR_CORRUPT : HEARTH_ERROR_IO,
                 "the guide's database: %s", sqlite3_errmsg (sqlite3_db_handle (statement)));
  return status == SQLITE_ROW;
}

/* ---- present and following ---------------------------------------------------------------------- */

typedef struct {
  sqlite3_stmt *services, *around, *event;
} Statements;

typedef struct {
  gint64 row, start_s, end_s;
  guint8 running;
} Span;

/* The operator's word, while it is fresh, goes before the clock: matches run over, bulletins begin early. */
static guint
find_present (const GArray *spans, gint64 now_s, gboolean live)
{
  guint by_clock = G_MAXUINT;

  for (guint i = 0; i < spans->len; i++) {
    const Span *span = &g_array_index (spans, Span, i);

    if (live && span->running == 4 && span->start_s - EARLY_S <= now_s && now_s < span->end_s + OVERRUN_S)
      return i;
    if (span->start_s <= now_s && now_s < span->end_s)
      by_clock = i;
  }
  return by_clock;
}

static GArray *
read_spans (HearthGuideQuery *self, sqlite3_stmt *around, gint64 service)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (Span));

  bind_service (around, service);
  sqlite3_bind_int64 (around, 3, self->now_s - OVERRUN_S);
  while (step (self, around)) {
    Span span = { sqlite3_column_int64 (around, 0), sqlite3_column_int64 (around, 1), 0, (guint8) sqlite3_column_int (around, 3) };

    span.end_s = span.start_s + sqlite3_column_int64 (around, 2);
    g_array_append_val (spans, span);
  }
  sqlite3_reset (around);
  return spans;
}

static GVariant *
describe_row (HearthGuideQuery *self, sqlite3_stmt *event, gint64 row, const char *channel)
{
  GVariant *described = NULL;
  HearthGuideRow found;

  sqlite3_bind_int64 (event, 1, row);
  if (step (self, event)) {
    hearth_guide_row_read (&found, event);
    described = g_variant_ref_sink (hearth_guide_row_describe (&found, channel, get_languages (self), FALSE));
  }
  sqlite3_reset (event);
  return described;
}

/* FALSE: nothing is known of this service now. */
static gboolean
look_at_service (HearthGuideQuery *self, const Statements *statements, gint64 service, gboolean live, HearthGuideNow *now)
{
  g_autoptr (GArray) spans = read_spans (self, statements->around, service);
  const guint present = find_present (spans, self->now_s, live);
  guint following = G_MAXUINT;

  for (guint i = 0; i < spans->len && following == G_MAXUINT; i++)
    if (present != G_MAXUINT ? i > present : g_array_index (spans, Span, i).start_s > self->now_s)
      following = i;
  if (present != G_MAXUINT) {
    const Span *span = &g_array_index (spans, Span, present);

    now->present_row = span->row;
    now->present = describe_row (self, statements->event, span->row, now->channel);
    now->next_s = span->end_s > self->now_s ? span->end_s : span->end_s + OVERRUN_S;
  }
  if (following != G_MAXUINT) {
    const Span *span = &g_array_index (spans, Span, following);

    now->following = describe_row (self, statements->event, span->row, now->channel);
    if (span->start_s > self->now_s)
      now->next_s = MIN (now->next_s, span->start_s);
  }
  return now->present != NULL || now->following != NULL;
}

static void
look_at_channel (HearthGuideQuery *self, const Statements *statements, const HearthGuideChannel *channel)
{
  HearthGuideNow *now = g_new0 (HearthGuideNow, 1);
  gboolean found = FALSE;

  now->channel = g_strdup (channel->id);
  now->next_s = G_MAXINT64;
  for (guint i = 0; !found && channel->keys[i] != NULL; i++) {
    g_autoptr (GArray) services = find_services (statements->services, channel->keys[i]);

    for (guint k = 0; !found && k < services->len; k++)
      found = look_at_service (self, statements, g_array_index (services, gint64, k), channel->live[i], now);
  }
  g_ptr_array_add (self->nows, now);
}

static void
run_present (HearthGuideQuery *self, sqlite3 *sqlite)
{
  g_autoptr (sqlite3_stmt) services = prepare_services (sqlite, &self->error);
  g_autoptr (sqlite3_stmt) around = NULL, event = NULL;

  if (services != NULL)
    around = hearth_db_prepare (sqlite, "SELECT id, start_s, duration_s, running FROM events WHERE id >= ? AND id < ? AND "
                                "start_s + duration_s > ? ORDER BY start_s LIMIT " MOST_SPANS, &self->error);
  if (around != NULL)
    event = hearth_db_prepare (sqlite, "SELECT " HEARTH_GUIDE_COLUMNS " FROM events e WHERE e.id = ?", &self->error);
  if (event == NULL)
    return;
  for (guint i = 0; i < self->channels->len; i++)
    look_at_channel (self, &(Statements) { services, around, event }, g_ptr_array_index (self->channels, i));
}

/* ---- a channel's events --------------------------------------------------------------------------- */

typedef struct {
  GVariantBuilder builder; /* aa{sv} */
  guint n;
} Page;

/* FALSE: the page is full, and there is one more. */
static gboolean
add_to_page (HearthGuideQuery *self, Page *page, const HearthGuideRow *row, const char *channel)
{
  if (page->n == self->limit) {
    self->more = TRUE;
    return FALSE;
  }
  g_variant_builder_add_value (&page->builder, hearth_guide_row_describe (row, channel, get_languages (self), FALSE));
  self->last_s = row->start_s;
  self->last_row = row->row;
  page->n++;
  return TRUE;
}

static void
list_service (HearthGuideQuery *self, sqlite3_stmt *list, gint64 service, const char *channel, Page *page)
{
  HearthGuideRow row;
  gboolean room = TRUE;

  bind_service (list, service);
  sqlite3_bind_int64 (list, 3, self->from_s);
  sqlite3_bind_int64 (list, 4, self->to_s);
  sqlite3_bind_int64 (list, 5, self->after_s);
  while (room && step (self, list)) {
    hearth_guide_row_read (&row, list);
    room = add_to_page (self, page, &row, channel);
  }
  sqlite3_reset (list);
}

static void
run_list (HearthGuideQuery *self, sqlite3 *sqlite)
{
  const HearthGuideChannel *channel = g_ptr_array_index (self->channels, 0);
  g_autoptr (sqlite3_stmt) services = prepare_services (sqlite, &self->error), list = NULL;
  Page page = { .n = 0 };

  if (services != NULL)
    list = hearth_db_prepare (sqlite, "SELECT " HEARTH_GUIDE_COLUMNS " FROM events e WHERE e.id >= ? AND e.id < ? AND e.start_s + e.duration_s > ? "
                              "AND e.start_s < ? AND e.start_s > ? ORDER BY e.start_s", &self->error);
  if (list == NULL)
    return;
  g_variant_builder_init (&page.builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; page.n == 0 && channel->keys[i] != NULL; i++) {
    g_autoptr (GArray) found = find_services (services, channel->keys[i]);

    for (guint k = 0; page.n == 0 && k < found->len; k++)
      list_service (self, list, g_array_index (found, gint64, k), channel->id, &page);
  }
  self->answer = g_variant_ref_sink (g_variant_builder_end (&page.builder));
}

/* ---- search ------------------------------------------------------------------------------------------ */

static const char *
find_channel (const HearthGuideQuery *self, sqlite3_stmt *row, int network, int key)
{
  g_autofree char *address = g_strconcat ((const char *) sqlite3_column_text (row, network), HEARTH_GUIDE_KEY_MARK,
                                          (const char *) sqlite3_column_text (row, key), NULL);

  return hearth_guide_map_find (self->map, address);
}

static void
add_found (HearthGuideQuery *self, sqlite3_stmt *rows, char **needles, Page *page)
{
  gboolean room = TRUE;

  for (guint n = 0; room && n < MOST_FOUND && step (self, rows); n++) {
    const char *channel = find_channel (self, rows, 11, 12);
    HearthGuideRow row;

    hearth_guide_row_read (&row, rows);
    if (channel == NULL || (self->channel != NULL && !g_str_equal (channel, self->channel)) || !hearth_guide_words_match (row.texts, needles))
      continue;
    room = add_to_page (self, page, &row, channel);
  }
}

static void
run_search (HearthGuideQuery *self, sqlite3 *sqlite)
{
  g_autofree char *query = hearth_guide_words_dup_query (self->text);
  g_auto (GStrv) needles = hearth_guide_words_dup_needles (self->text);
  g_autoptr (sqlite3_stmt) rows = NULL;
  Page page = { .n = 0 };

  if (query == NULL) {
    g_set_error (&self->error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” has no word to look for", self->text);
    return;
  }
  rows = hearth_db_prepare (sqlite, "SELECT " HEARTH_GUIDE_COLUMNS ", s.network, s.key FROM words w JOIN events e ON e.id = w.rowid "
                            "JOIN services s ON s.id = e.id >> 20 WHERE w.words MATCH ? AND e.start_s + e.duration_s > ? AND e.start_s < ? "
                            "AND (e.start_s > ? OR (e.start_s = ? AND e.id > ?)) ORDER BY e.start_s, e.id", &self->error);
  G_STATIC_ASSERT (HEARTH_GUIDE_EVENT_BITS == 20);
  if (rows == NULL)
    return;
  sqlite3_bind_text (rows, 1, query, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (rows, 2, self->from_s);
  sqlite3_bind_int64 (rows, 3, self->to_s);
  sqlite3_bind_int64 (rows, 4, self->after_s);
  sqlite3_bind_int64 (rows, 5, self->after_s);
  sqlite3_bind_int64 (rows, 6, self->after_row);
  g_variant_builder_init (&page.builder, G_VARIANT_TYPE ("aa{sv}"));
  add_found (self, rows, needles, &page);
  self->answer = g_variant_ref_sink (g_variant_builder_end (&page.builder));
}

/* ---- one event, and how much there is --------------------------------------------------------------------- */

static void
run_event (HearthGuideQuery *self, sqlite3 *sqlite)
{
  g_autoptr (sqlite3_stmt) rows =
    hearth_db_prepare (sqlite, "SELECT " HEARTH_GUIDE_COLUMNS ", s.network, s.key, s.source FROM events e JOIN services s ON s.id = e.id >> 20 "
                       "WHERE e.id = ?", &self->error);
  g_autoptr (GVariant) described = NULL;
  HearthGuideRow row;
  GVariantDict dict;
  const char *channel;

  if (rows == NULL)
    return;
  sqlite3_bind_int64 (rows, 1, self->row);
  if (!step (self, rows)) {
    if (self->error == NULL)
      g_set_error_literal (&self->error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "the guide has no such event: it may be over, or have been taken back");
    return;
  }
  channel = find_channel (self, rows, 11, 12);
  hearth_guide_row_read (&row, rows);
  described = g_variant_ref_sink (hearth_guide_row_describe (&row, channel != NULL ? channel : "", get_languages (self), TRUE));
  g_variant_dict_init (&dict, described);
  g_variant_dict_insert (&dict, "network", "s", (const char *) sqlite3_column_text (rows, 11));
  g_variant_dict_insert (&dict, "source", "s", (const char *) sqlite3_column_text (rows, 13));
  self->answer = g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
run_status (HearthGuideQuery *self, sqlite3 *sqlite)
{
  g_autoptr (sqlite3_stmt) rows =
    hearth_db_prepare (sqlite, "SELECT count(*), coalesce(min(start_s), 0), coalesce(max(start_s + duration_s), 0), (SELECT count(*) FROM services) "
                       "FROM events", &self->error);
  GVariantDict dict;

  if (rows == NULL || !step (self, rows))
    return;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "events", "t", (guint64) sqlite3_column_int64 (rows, 0));
  g_variant_dict_insert (&dict, "earliest", "x", sqlite3_column_int64 (rows, 1) * G_USEC_PER_SEC);
  g_variant_dict_insert (&dict, "latest", "x", sqlite3_column_int64 (rows, 2) * G_USEC_PER_SEC);
  g_variant_dict_insert (&dict, "services", "u", (guint) sqlite3_column_int64 (rows, 3));
  self->answer = g_variant_ref_sink (g_variant_dict_end (&dict));
}

void
hearth_guide_query_run (HearthGuideQuery *self, sqlite3 *sqlite)
{
  switch (self->ask) {
  case HEARTH_GUIDE_ASK_PRESENT: run_present (self, sqlite); break;
  case HEARTH_GUIDE_ASK_LIST: run_list (self, sqlite); break;
  case HEARTH_GUIDE_ASK_SEARCH: run_search (self, sqlite); break;
  case HEARTH_GUIDE_ASK_EVENT: run_event (self, sqlite); break;
  case HEARTH_GUIDE_ASK_STATUS: run_status (self, sqlite); break;
  default: g_assert_not_reached ();
  }
  if (self->answer == NULL && self->error == NULL && self->ask != HEARTH_GUIDE_ASK_PRESENT)
    g_set_error (&self->error, HEARTH_ERROR, HEARTH_ERROR_IO, "the guide's database: %s", sqlite3_errmsg (sqlite));
}
