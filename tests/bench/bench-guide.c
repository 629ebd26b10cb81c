/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* eit-store: the EIT schedule of 500 services for 8 days, 160,000 events, into the guide's store with its search index, as batches from a
 * network's worker; beside a plain loop of SQLite inserts of the same rows. In turn, in one run; the median's ratio counts. */
#include "base/hearth-guide-batch.h"
#include "hearthd/guide/hearth-guide-store.h"
#include "hearthd/guide/hearth-guide-writer.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#define SERVICES 500
#define EVENTS 320 /* a service: 40 a day, 36 minutes each */
#define EVENTS_A_SECTION 5
#define DURATION_S 2160
#define START_S G_GINT64_CONSTANT (1795464000)
#define BATCH_BYTES (512u << 10) /* as hearth-stream sends them */
#define ROUNDS 3

/* ---- the rows ---------------------------------------------------------------------------- */

static const char *const first[] = { "山海", "炉边", "云雀", "深海", "夜行", "足球", "桃花", "星河", "长风", "极光", "老街", "环球" };
static const char *const second[] = { "新闻", "故事", "课堂", "之谜", "列车", "之夜", "剧场", "纵横", "影院", "访谈", "音乐会" };
static const char *const words[] = { "journey", "coast", "river", "evening", "children", "football", "opera", "kitchen", "train", "winter",
                                     "history", "garden", "doctor", "harbour", "mountain", "letter", "village", "violin", "market" };

/* Each event's text is its own. */
static void
make_texts (guint service, guint number, GString *title, GString *summary)
{
  guint seed = service * 7919u + number * 104729u;

  g_string_printf (title, "%s%s %u", first[seed % G_N_ELEMENTS (first)], second[seed / 13 % G_N_ELEMENTS (second)], number);
  g_string_printf (summary, "第%u集 %s%s。", number, second[seed / 7 % G_N_ELEMENTS (second)], first[seed / 5 % G_N_ELEMENTS (first)]);
  for (guint i = 0; i < 6; i++, seed = seed * 1103515245u + 12345u)
    g_string_append_printf (summary, " %s", words[(seed >> 16) % G_N_ELEMENTS (words)]);
}

static GPtrArray *
make_batches (void)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GByteArray *batch = g_byte_array_new ();
  g_autoptr (GString) title = g_string_new (NULL), summary = g_string_new (NULL);

  for (guint number = 0; number < EVENTS; number += EVENTS_A_SECTION) /* as carousels mix them */
    for (guint service = 1; service <= SERVICES; service++) {
      hearth_guide_batch_append_record (batch, &(HearthGuideRecord) { .kind = HEARTH_GUIDE_SECTION, .original_network_id = 1, .transport_stream_id = 2,
                                                                      .service_id = (guint16) service, .table = (guint8) (0x50 + number / 160),
                                                                      .section = (guint8) (number % 160 / EVENTS_A_SECTION * 8),
                                                                      .n_events = EVENTS_A_SECTION });
      for (guint i = number; i < number + EVENTS_A_SECTION; i++) {
        HearthGuideEvent event = { .event_id = (guint16) i, .start_s = START_S + (gint64) i * DURATION_S, .duration_s = DURATION_S, .n_texts = 1,
                                   .n_genres = 1, .genres = { 0x10 } };

        make_texts (service, i, title, summary);
        event.texts[0] = (HearthGuideText) { "zho", title->str, summary->str, "" };
        hearth_guide_batch_append_event (batch, &event);
      }
      if (batch->len >= BATCH_BYTES) {
        g_ptr_array_add (batches, g_byte_array_free_to_bytes (batch));
        batch = g_byte_array_new ();
      }
    }
  g_ptr_array_add (batches, g_byte_array_free_to_bytes (batch));
  return batches;
}

/* ---- the store -------------------------------------------------------------------------------- */

static void
on_changed (GHashTable *services, gpointer user_data)
{
}

static void
on_emptied (gpointer user_data)
{
  g_error ("the store lost what it had");
}

static void
on_put (const GError *error, gpointer user_data)
{
  if (error != NULL)
    g_error ("%s", error->message);
  ++*(guint *) user_data;
}

static void
on_status (HearthGuideQuery *query, gpointer user_data)
{
  *(HearthGuideQuery **) user_data = query;
}

static guint64
count_events (HearthGuideStore *store)
{
  HearthGuideMap *map = hearth_guide_map_new ();
  HearthGuideQuery *query = NULL;
  guint64 n = 0;

  hearth_guide_store_ask (store, hearth_guide_query_new (HEARTH_GUIDE_ASK_STATUS, map), on_status, &query);
  while (query == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_variant_lookup (query->answer, "events", "t", &n);
  hearth_guide_query_free (query);
  hearth_guide_map_unref (map);
  return n;
}

static void
remove_files (const char *path)
{
  static const char *const ends[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *file = g_strconcat (path, ends[i], NULL);

    g_unlink (file);
  }
}

/* One batch under way at a time, as a worker sends them. */
static double
time_store (const char *path, GPtrArray *batches)
{
  static const HearthGuideStoreFuncs funcs = { .changed = on_changed, .emptied = on_emptied };
  g_autoptr (GError) error = NULL;
  HearthGuideStore *store = hearth_guide_store_new (path, &funcs, NULL, &error);
  const gint64 began_us = g_get_monotonic_time ();
  double took_s;
  guint done = 0;

  if (store == NULL)
    g_error ("%s", error->message);
  for (guint i = 0; i < batches->len; i++) {
    hearth_guide_store_put (store, "eit", "cable", g_ptr_array_index (batches, i), START_S, on_put, &done);
    while (done <= i)
      g_main_context_iteration (NULL, TRUE);
  }
  took_s = (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC;
  if (count_events (store) != SERVICES * EVENTS)
    g_error ("the store has %" G_GUINT64_FORMAT " events", count_events (store));
  hearth_guide_store_free (store);
  remove_files (path);
  return took_s;
}

/* ---- beside it ----------------------------------------------------------------------------------- */

static void
execute (sqlite3 *sqlite, const char *sql)
{
  if (sqlite3_exec (sqlite, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (sqlite));
}

static void
insert (sqlite3_stmt *statement, gint64 id, const HearthGuideEvent *event)
{
  g_autofree char *texts = g_strjoin ("\x1f", event->texts[0].language, event->texts[0].title, event->texts[0].summary, "", NULL);

  sqlite3_bind_int64 (statement, 1, id);
  sqlite3_bind_int64 (statement, 2, event->start_s);
  sqlite3_bind_int64 (statement, 3, event->duration_s);
  for (int i = 4; i <= 8; i++)
    sqlite3_bind_int64 (statement, i, i == 7 ? id * G_GINT64_CONSTANT (0x9e3779b97f4a7c1) : 0); /* a hash */
  sqlite3_bind_blob (statement, 9, event->genres, (int) event->n_genres, SQLITE_STATIC);
  sqlite3_bind_int (statement, 10, 0);
  sqlite3_bind_text (statement, 14, texts, -1, SQLITE_STATIC);
  if (sqlite3_step (statement) != SQLITE_DONE)
    g_error ("%s", sqlite3_errmsg (sqlite3_db_handle (statement)));
  sqlite3_reset (statement);
}

static void
insert_batch (sqlite3_stmt *statement, GBytes *batch)
{
  HearthGuideReader reader;
  HearthGuideRecord record;
  HearthGuideEvent event;
  gsize n_bytes;
  const guint8 *bytes = g_bytes_get_data (batch, &n_bytes);

  hearth_guide_reader_init (&reader, bytes, n_bytes);
  while (hearth_guide_reader_next (&reader, &record))
    while (hearth_guide_reader_next_event (&reader, &event))
      insert (statement, ((gint64) record.service_id << HEARTH_GUIDE_EVENT_BITS) | event.event_id, &event);
}

/* The same table without search, all in one transaction: as fast as SQLite takes rows. */
static double
time_plain (const char *path, GPtrArray *batches)
{
  sqlite3 *sqlite = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 began_us;
  double took_s;

  sqlite3_open (path, &sqlite);
  execute (sqlite, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384");
  execute (sqlite, "CREATE TABLE events (id INTEGER PRIMARY KEY, start_s INTEGER, duration_s INTEGER, running INTEGER, place INTEGER, "
                   "present INTEGER, hash INTEGER, encrypted INTEGER, genres BLOB, age INTEGER, country TEXT, programme TEXT, series TEXT, texts TEXT)");
  began_us = g_get_monotonic_time ();
  sqlite3_prepare_v2 (sqlite, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &statement, NULL);
  execute (sqlite, "BEGIN");
  for (guint i = 0; i < batches->len; i++)
    insert_batch (statement, g_ptr_array_index (batches, i));
  execute (sqlite, "COMMIT");
  took_s = (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC;
  sqlite3_finalize (statement);
  sqlite3_close (sqlite);
  remove_files (path);
  return took_s;
}

static int
compare (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

int
main (void)
{
  g_autoptr (GPtrArray) batches = make_batches ();
  g_autofree char *folder = g_dir_make_tmp ("hearth-bench-XXXXXX", NULL), *path = g_build_filename (folder, "guide.db", NULL);
  double store[ROUNDS], plain[ROUNDS], ratio[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++) {
    plain[i] = time_plain (path, batches);
    store[i] = time_store (path, batches);
    ratio[i] = store[i] / plain[i];
    fprintf (stderr, "eit-store: store %.2f s, plain inserts %.2f s\n", store[i], plain[i]);
  }
  g_rmdir (folder);
  qsort (ratio, ROUNDS, sizeof *ratio, compare);
  qsort (store, ROUNDS, sizeof *store, compare);
  qsort (plain, ROUNDS, sizeof *plain, compare);
  printf ("{\"name\": \"eit-store\", \"value\": %.2f, \"unit\": \"times\", \"goal\": 8, \"better\": \"lower\", \"beside\": {\"store_s\": %.2f, "
          "\"plain_inserts_s\": %.2f}, \"detail\": {\"events\": %d, \"batches\": %u}}\n", ratio[ROUNDS / 2], store[ROUNDS / 2], plain[ROUNDS / 2],
          SERVICES * EVENTS, batches->len);
  return EXIT_SUCCESS;
}
