/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guide-testing.h"

#include <glib/gstdio.h>

void
testing_append_section (GByteArray *batch, guint16 service, guint8 table, guint8 section, const TestingEvent *events, guint n)
{
  const HearthGuideRecord record = { .kind = HEARTH_GUIDE_SECTION, .original_network_id = 1, .transport_stream_id = 2, .service_id = service,
                                     .table = table, .section = section, .n_events = n };

  hearth_guide_batch_append_record (batch, &record);
  for (guint i = 0; i < n; i++) {
    HearthGuideEvent event = { .event_id = events[i].id, .start_s = events[i].start_s, .duration_s = events[i].duration_s,
                               .running = events[i].running, .n_texts = events[i].english != NULL ? 2 : 1, .age = 12, .country = "chn",
                               .n_genres = 1, .genres = { 0x43 } };

    event.texts[0] = (HearthGuideText) { "zho", events[i].title, "简介", "" };
    event.texts[1] = (HearthGuideText) { "eng", events[i].english, "A summary", "With a description" };
    hearth_guide_batch_append_event (batch, &event);
  }
}

/* ---- a store ------------------------------------------------------------------------------------- */

static void
on_changed (GHashTable *services, gpointer user_data)
{
  TestingStore *self = user_data;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, services);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (self->changed, g_strdup (key));
}

static void
on_emptied (gpointer user_data)
{
  ((TestingStore *) user_data)->n_emptied++;
}

static const HearthGuideStoreFuncs funcs = { .changed = on_changed, .emptied = on_emptied };

void
testing_store_open (TestingStore *self)
{
  g_autoptr (GError) error = NULL;

  self->store = hearth_guide_store_new (self->path, &funcs, self, &error);
  g_assert_no_error (error);
}

void
testing_store_close (TestingStore *self)
{
  g_clear_pointer (&self->store, hearth_guide_store_free);
}

void
testing_store_init (TestingStore *self)
{
  *self = (TestingStore) { .folder = g_dir_make_tmp ("hearth-guide-XXXXXX", NULL) };
  self->path = g_build_filename (self->folder, "guide.db", NULL);
  self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->map = hearth_guide_map_new ();
  for (guint i = 1; i < 1000; i++) {
    g_autofree char *key = g_strdup_printf (TESTING_NETWORK "\x1f" "dvb://1.2.%u", i), *channel = g_strdup_printf ("channel%u", i);

    hearth_guide_map_add (self->map, key, channel);
  }
  testing_store_open (self);
}

void
testing_store_clear (TestingStore *self)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  testing_store_close (self);
  dir = g_dir_open (self->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (self->folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (self->folder);
  g_hash_table_unref (self->changed);
  hearth_guide_map_unref (self->map);
  g_free (self->path);
  g_free (self->folder);
}

typedef struct {
  gboolean over;
  GError *error;
  HearthGuideQuery *query;
} Waiting;

static void
on_done (const GError *error, gpointer user_data)
{
  Waiting *waiting = user_data;

  waiting->error = error != NULL ? g_error_copy (error) : NULL;
  waiting->over = TRUE;
}

static void
on_answer (HearthGuideQuery *query, gpointer user_data)
{
  Waiting *waiting = user_data;

  waiting->query = query;
  waiting->over = TRUE;
}

GError *
testing_store_put (TestingStore *self, GByteArray *batch)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (batch);
  Waiting waiting = { 0 };

  hearth_guide_store_put (self->store, "eit", TESTING_NETWORK, bytes, TESTING_NOW_S, on_done, &waiting);
  while (!waiting.over)
    g_main_context_iteration (NULL, TRUE);
  return waiting.error;
}

void
testing_store_put_section (TestingStore *self, guint16 service, guint8 table, guint8 section, const TestingEvent *events, guint n)
{
  GByteArray *batch = g_byte_array_new ();

  testing_append_section (batch, service, table, section, events, n);
  g_assert_no_error (testing_store_put (self, batch));
}

HearthGuideQuery *
testing_store_ask (TestingStore *self, HearthGuideQuery *query)
{
  Waiting waiting = { 0 };

  hearth_guide_store_ask (self->store, query, on_answer, &waiting);
  while (!waiting.over)
    g_main_context_iteration (NULL, TRUE);
  return waiting.query;
}

static void
add_channel (HearthGuideQuery *query, guint16 service, gboolean live)
{
  g_autofree char *id = g_strdup_printf ("channel%u", service);
  HearthGuideChannel *channel = hearth_guide_channel_new (id, 1);

  channel->keys[0] = g_strdup_printf (TESTING_NETWORK "\x1f" "dvb://1.2.%u", service);
  channel->live[0] = live;
  g_ptr_array_add (query->channels, channel);
}

static char *
join_titles (GVariant *events)
{
  GString *titles = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (events); i++) {
    g_autoptr (GVariant) event = g_variant_get_child_value (events, i);
    const char *title = "";

    g_variant_lookup (event, "title", "&s", &title);
    g_string_append_printf (titles, "%s%s", i > 0 ? "|" : "", title);
  }
  return g_string_free (titles, FALSE);
}

char *
testing_store_dup_titles (TestingStore *self, guint16 service)
{
  HearthGuideQuery *query = hearth_guide_query_new (HEARTH_GUIDE_ASK_LIST, self->map);
  char *titles;

  query->from_s = 0;
  query->limit = 1000;
  add_channel (query, service, FALSE);
  query = testing_store_ask (self, query);
  g_assert_no_error (query->error);
  titles = join_titles (query->answer);
  hearth_guide_query_free (query);
  return titles;
}

char *
testing_store_dup_found (TestingStore *self, const char *text)
{
  HearthGuideQuery *query = hearth_guide_query_new (HEARTH_GUIDE_ASK_SEARCH, self->map);
  char *titles;

  query->from_s = 0;
  query->text = g_strdup (text);
  query = testing_store_ask (self, query);
  g_assert_no_error (query->error);
  titles = join_titles (query->answer);
  hearth_guide_query_free (query);
  return titles;
}

HearthGuideQuery *
testing_store_ask_now (TestingStore *self, guint16 service, gint64 now_s, gboolean live)
{
  HearthGuideQuery *query = hearth_guide_query_new (HEARTH_GUIDE_ASK_PRESENT, self->map);

  query->now_s = now_s;
  add_channel (query, service, live);
  query = testing_store_ask (self, query);
  g_assert_no_error (query->error);
  g_assert_cmpuint (query->nows->len, ==, 1);
  return query;
}
