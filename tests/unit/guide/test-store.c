/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guide-testing.h"

#include "base/hearth-db.h"

#include <glib/gstdio.h>
#include <hearth/error.h>
#include <string.h>

#define HOUR 3600
#define T0 TESTING_NOW_S

static void
assert_titles (TestingStore *f, guint16 service, const char *expected)
{
  g_autofree char *titles = testing_store_dup_titles (f, service);

  g_assert_cmpstr (titles, ==, expected);
}

static void
assert_found (TestingStore *f, const char *text, const char *expected)
{
  g_autofree char *found = testing_store_dup_found (f, text);

  g_assert_cmpstr (found, ==, expected);
}

static void
assert_now (TestingStore *f, gint64 now_s, gboolean live, const char *present, const char *following)
{
  HearthGuideQuery *query = testing_store_ask_now (f, 7, now_s, live);
  const HearthGuideNow *now = g_ptr_array_index (query->nows, 0);
  const char *title = "", *next = "";

  if (now->present != NULL)
    g_variant_lookup (now->present, "title", "&s", &title);
  if (now->following != NULL)
    g_variant_lookup (now->following, "title", "&s", &next);
  g_assert_cmpstr (title, ==, present);
  g_assert_cmpstr (next, ==, following);
  hearth_guide_query_free (query);
}

/* ---- schedules ---------------------------------------------------------------------------- */

static void
test_schedule (void)
{
  const TestingEvent first[] = { { 1, T0, HOUR, "新闻", NULL, 0 }, { 2, T0 + HOUR, HOUR, "足球之夜", NULL, 0 } };
  const TestingEvent second[] = { { 3, T0 + 2 * HOUR, HOUR, "电影", NULL, 0 } };
  TestingStore f;

  testing_store_init (&f);
  g_assert_true (hearth_guide_store_is_empty (f.store));
  testing_store_put_section (&f, 7, 0x50, 0, first, 2);
  testing_store_put_section (&f, 7, 0x50, 8, second, 1);
  testing_store_put_section (&f, 8, 0x50, 0, second, 1);
  assert_titles (&f, 7, "新闻|足球之夜|电影");
  assert_titles (&f, 8, "电影");
  assert_titles (&f, 9, "");
  g_assert_true (g_hash_table_contains (f.changed, TESTING_NETWORK "\x1f" "dvb://1.2.7"));
  g_assert_false (hearth_guide_store_is_empty (f.store));
  testing_store_clear (&f);
}

/* What is told again in the same words changes nothing. */
static void
test_unchanged (void)
{
  const TestingEvent events[] = { { 1, T0, HOUR, "新闻", NULL, 0 } };
  TestingStore f;

  testing_store_init (&f);
  testing_store_put_section (&f, 7, 0x50, 0, events, 1);
  g_hash_table_remove_all (f.changed);
  testing_store_put_section (&f, 7, 0x50, 0, events, 1);
  g_assert_cmpuint (g_hash_table_size (f.changed), ==, 0);
  testing_store_close (&f);
  testing_store_open (&f); /* nor when the writer has forgotten it */
  testing_store_put_section (&f, 7, 0x50, 0, events, 1);
  g_assert_cmpuint (g_hash_table_size (f.changed), ==, 0);
  testing_store_clear (&f);
}

/* A section told anew: events that it has no more are gone, those of other sections stay, those that are over stay. */
static void
test_replaced (void)
{
  const TestingEvent before[] = { { 9, T0 - 2 * HOUR, HOUR, "早", NULL, 0 }, { 1, T0, HOUR, "新闻", NULL, 0 }, { 2, T0 + HOUR, HOUR, "足球", NULL, 0 } };
  const TestingEvent after[] = { { 1, T0, HOUR, "新闻联播", NULL, 0 }, { 5, T0 + HOUR, HOUR, "篮球", NULL, 0 } };
  const TestingEvent other[] = { { 3, T0 + 2 * HOUR, HOUR, "电影", NULL, 0 } };
  TestingStore f;

  testing_store_init (&f);
  testing_store_put_section (&f, 7, 0x50, 0, before, 3);
  testing_store_put_section (&f, 7, 0x50, 1, other, 1);
  testing_store_put_section (&f, 7, 0x50, 0, after, 2);
  assert_titles (&f, 7, "早|新闻联播|篮球|电影");
  assert_found (&f, "足球", "");
  assert_found (&f, "新闻", "新闻联播");
  testing_store_put_section (&f, 7, 0x50, 0, NULL, 0);
  assert_titles (&f, 7, "早|电影");
  testing_store_clear (&f);
}

static void
test_overlaps (void)
{
  const TestingEvent old[] = { { 1, T0, HOUR, "甲", NULL, 0 }, { 2, T0 + HOUR, HOUR, "乙", NULL, 0 } };
  const TestingEvent longer[] = { { 3, T0 + HOUR / 2, HOUR, "特别节目", NULL, 0 } };
  const TestingEvent later[] = { { 4, T0 + 2 * HOUR - 300, HOUR, "丙", NULL, 0 } };
  TestingStore f;

  testing_store_init (&f);
  testing_store_put_section (&f, 7, 0x50, 0, old, 2);
  testing_store_put_section (&f, 7, 0x50, 1, later, 1); /* five minutes over each other: both stay */
  assert_titles (&f, 7, "甲|乙|丙");
  testing_store_put_section (&f, 7, HEARTH_GUIDE_TABLE_PRESENT, 0, (TestingEvent[]) { { 5, T0 + 600, 2 * HOUR - 1200, "直播", NULL, 4 } }, 1);
  assert_titles (&f, 7, "直播|丙");
  testing_store_put_section (&f, 7, 0x50, 2, longer, 1); /* a schedule knows less than present/following */
  assert_titles (&f, 7, "直播|丙");
  testing_store_clear (&f);
}

/* ---- present and following --------------------------------------------------------------------- */

/* A children's channel: many have ended within the time in which one might run over. */
static void
test_present_among_clips (void)
{
  TestingEvent clips[120];
  char titles[G_N_ELEMENTS (clips)][8];
  TestingStore f;

  testing_store_init (&f);
  for (guint i = 0; i < G_N_ELEMENTS (clips); i++) {
    g_snprintf (titles[i], sizeof titles[i], "%u", i);
    clips[i] = (TestingEvent) { (guint16) (i + 1), T0 + i * 30, 30, titles[i], NULL, 0 };
  }
  testing_store_put_section (&f, 7, 0x50, 0, clips, G_N_ELEMENTS (clips));
  assert_now (&f, T0 + 100 * 30 + 1, TRUE, "100", "101");
  testing_store_clear (&f);
}

static void
test_present (void)
{
  const TestingEvent schedule[] = { { 1, T0, HOUR, "球赛", NULL, 0 }, { 2, T0 + HOUR, HOUR, "新闻", NULL, 0 }, { 3, T0 + 2 * HOUR, HOUR, "电影", NULL, 0 } };
  const TestingEvent present = { 1, T0, HOUR, "球赛", NULL, 4 }, following = { 2, T0 + HOUR, HOUR, "新闻", NULL, 1 };
  TestingStore f;

  testing_store_init (&f);
  testing_store_put_section (&f, 7, 0x50, 0, schedule, 3);
  assert_now (&f, T0 - 60, FALSE, "", "球赛");
  assert_now (&f, T0 + 60, FALSE, "球赛", "新闻");
  testing_store_put_section (&f, 7, HEARTH_GUIDE_TABLE_PRESENT, 0, &present, 1);
  testing_store_put_section (&f, 7, HEARTH_GUIDE_TABLE_PRESENT, 1, &following, 1);
  assert_now (&f, T0 + HOUR + 300, TRUE, "球赛", "新闻"); /* it takes longer, and the operator says so */
  assert_now (&f, T0 + HOUR + 300, FALSE, "新闻", "电影"); /* what it said some time ago is worth nothing */
  testing_store_put_section (&f, 7, HEARTH_GUIDE_TABLE_PRESENT, 0, (TestingEvent[]) { { 2, T0 + HOUR, HOUR, "新闻", NULL, 4 } }, 1);
  testing_store_put_section (&f, 7, HEARTH_GUIDE_TABLE_PRESENT, 1, (TestingEvent[]) { { 3, T0 + 2 * HOUR, HOUR, "电影", NULL, 1 } }, 1);
  assert_now (&f, T0 + HOUR + 300, TRUE, "新闻", "电影");
  testing_store_clear (&f);
}

static void
test_running_status (void)
{
  const TestingEvent schedule[] = { { 1, T0, HOUR, "球赛", NULL, 0 }, { 2, T0 + HOUR, HOUR, "新闻", NULL, 0 } };
  GByteArray *batch = g_byte_array_new ();
  TestingStore f;

  testing_store_init (&f);
  testing_store_put_section (&f, 7, 0x50, 0, schedule, 2);
  hearth_guide_batch_append_record (batch, &(HearthGuideRecord) { .kind = HEARTH_GUIDE_RUNNING, .original_network_id = 1, .transport_stream_id = 2,
                                                                  .service_id = 7, .event_id = 2, .running = 4 });
  g_assert_no_error (testing_store_put (&f, batch));
  assert_now (&f, T0 + HOUR - 300, TRUE, "新闻", "");
  assert_now (&f, T0 + HOUR - 300, FALSE, "球赛", "新闻");
  testing_store_clear (&f);
}

/* ---- search ------------------------------------------------------------------------------------------ */

static void
test_search (void)
{
  const TestingEvent events[] = { { 1, T0, HOUR, "足球之夜", "Football Night", 0 }, { 2, T0 + HOUR, HOUR, "之夜足球", "Café Olé", 0 },
                                  { 3, T0 + 2 * HOUR, HOUR, "CCTV5 体育", NULL, 0 }, { 4, T0 + 3 * HOUR, HOUR, "龍", NULL, 0 } };
  TestingStore f;

  testing_store_init (&f);
  testing_store_put_section (&f, 7, 0x50, 0, events, 4);
  assert_found (&f, "足球", "足球之夜|之夜足球");
  assert_found (&f, "球之夜", "足球之夜");
  assert_found (&f, "球", "足球之夜|之夜足球");
  assert_found (&f, "龍", "龍");
  assert_found (&f, "夜 足球", "足球之夜|之夜足球");
  assert_found (&f, "夜球", "");
  assert_found (&f, "foot", "足球之夜");
  assert_found (&f, "NIGHT football", "足球之夜");
  assert_found (&f, "night opera", "");
  assert_found (&f, "cafe ole", "之夜足球");
  assert_found (&f, "ｃａｆé", "之夜足球");
  assert_found (&f, "description", "足球之夜|之夜足球");
  assert_found (&f, "cctv5体育", "");
  assert_found (&f, "cctv 体育", "CCTV5 体育");
  assert_found (&f, "eng", ""); /* no language is a word */
  assert_found (&f, "\" OR * NEAR(", "");
  testing_store_clear (&f);
}

static void
test_search_nothing (void)
{
  TestingStore f;
  HearthGuideQuery *query;

  testing_store_init (&f);
  query = hearth_guide_query_new (HEARTH_GUIDE_ASK_SEARCH, f.map);
  query->text = g_strdup ("。 ！");
  query = testing_store_ask (&f, query);
  g_assert_error (query->error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  hearth_guide_query_free (query);
  testing_store_clear (&f);
}

static void
test_pages (void)
{
  g_autofree TestingEvent *events = g_new0 (TestingEvent, 25);
  HearthGuideQuery *query;
  gint64 after_s = G_MININT64, after_row = 0;
  guint n = 0, n_pages = 0;
  gboolean more = TRUE;
  TestingStore f;

  testing_store_init (&f);
  for (guint i = 0; i < 25; i++)
    events[i] = (TestingEvent) { (guint16) (i + 1), T0 + i * HOUR, HOUR, "足球", NULL, 0 };
  testing_store_put_section (&f, 7, 0x50, 0, events, 25);
  testing_store_put_section (&f, 8, 0x50, 0, events, 25);
  for (; more; n_pages++) {
    query = hearth_guide_query_new (HEARTH_GUIDE_ASK_SEARCH, f.map);
    query->text = g_strdup ("足球");
    query->limit = 7;
    query->after_s = after_s;
    query->after_row = after_row;
    query = testing_store_ask (&f, query);
    n += (guint) g_variant_n_children (query->answer);
    after_s = query->last_s;
    after_row = query->last_row;
    more = query->more;
    hearth_guide_query_free (query);
  }
  g_assert_cmpuint (n, ==, 50);
  g_assert_cmpuint (n_pages, ==, 8);
  testing_store_clear (&f);
}

/* ---- what goes, and what breaks ------------------------------------------------------------------------ */

static void
test_pruned (void)
{
  const TestingEvent events[] = { { 1, T0, HOUR, "旧", NULL, 0 }, { 2, T0 + HOUR, HOUR, "新", NULL, 0 } };
  TestingStore f;

  testing_store_init (&f);
  testing_store_put_section (&f, 7, 0x50, 0, events, 2);
  hearth_guide_store_prune (f.store, T0 + HOUR + 1);
  hearth_guide_store_flush (f.store);
  assert_titles (&f, 7, "新");
  assert_found (&f, "旧", "");
  hearth_guide_store_remove_network (f.store, TESTING_NETWORK);
  hearth_guide_store_flush (f.store);
  assert_titles (&f, 7, "");
  testing_store_put_section (&f, 7, 0x50, 0, events, 2); /* a service that went may come back */
  assert_titles (&f, 7, "旧|新");
  testing_store_clear (&f);
}

static void
test_hostile_batch (void)
{
  const TestingEvent events[] = { { 1, T0, HOUR, "新闻", NULL, 0 } };
  GByteArray *batch = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  TestingStore f;

  testing_store_init (&f);
  testing_append_section (batch, 7, 0x50, 0, events, 1);
  g_byte_array_set_size (batch, batch->len - 3);
  error = testing_store_put (&f, batch);
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  assert_titles (&f, 7, ""); /* all of it was taken back */
  g_assert_cmpuint (f.n_emptied, ==, 0); /* and it was not the database's fault */
  testing_store_put_section (&f, 7, 0x50, 0, events, 1);
  assert_titles (&f, 7, "新闻");
  testing_store_clear (&f);
}

static void
overwrite (const char *path, gsize from, gsize n_bytes)
{
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  for (gsize i = from; i < MIN (n, from + n_bytes); i++)
    bytes[i] = (char) (i * 37);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
}

/* Broken somewhere in its midst: found, put aside, and the guide goes on empty. */
static void
test_corrupt (gconstpointer data)
{
  const gsize from = GPOINTER_TO_SIZE (data);
  g_autofree TestingEvent *events = g_new0 (TestingEvent, 300);
  g_autofree char *aside = NULL;
  TestingStore f;

  testing_store_init (&f);
  for (guint i = 0; i < 300; i++)
    events[i] = (TestingEvent) { (guint16) (i + 1), T0 + i * HOUR, HOUR, "足球之夜和许多别的节目", "And English beside it", 0 };
  testing_store_put_section (&f, 7, 0x50, 0, events, 300);
  testing_store_close (&f);
  overwrite (f.path, from, 20000);
  testing_store_open (&f);
  aside = g_strconcat (f.path, ".broken", NULL);
  while (!g_file_test (aside, G_FILE_TEST_EXISTS) || (from > 0 && f.n_emptied == 0))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (hearth_guide_store_is_empty (f.store));
  testing_store_put_section (&f, 7, 0x50, 0, events, 2);
  assert_titles (&f, 7, "足球之夜和许多别的节目|足球之夜和许多别的节目");
  testing_store_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK); /* the store says what it puts aside */
  g_test_add_func ("/guide/store/schedule", test_schedule);
  g_test_add_func ("/guide/store/unchanged", test_unchanged);
  g_test_add_func ("/guide/store/replaced", test_replaced);
  g_test_add_func ("/guide/store/overlaps", test_overlaps);
  g_test_add_func ("/guide/store/present", test_present);
  g_test_add_func ("/guide/store/present-among-clips", test_present_among_clips);
  g_test_add_func ("/guide/store/running-status", test_running_status);
  g_test_add_func ("/guide/store/search", test_search);
  g_test_add_func ("/guide/store/search-nothing", test_search_nothing);
  g_test_add_func ("/guide/store/pages", test_pages);
  g_test_add_func ("/guide/store/pruned", test_pruned);
  g_test_add_func ("/guide/store/hostile-batch", test_hostile_batch);
  g_test_add_data_func ("/guide/store/corrupt-head", GSIZE_TO_POINTER (0), test_corrupt);
  g_test_add_data_func ("/guide/store/corrupt-midst", GSIZE_TO_POINTER (12288), test_corrupt);
  return g_test_run ();
}
