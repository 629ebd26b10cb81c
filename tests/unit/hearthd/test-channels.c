/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels and their identities: who is who when lists come anew. */
#include "hearthd-testing.h"
#include "hearthd/channels/hearth-channels.h"

#include <string.h>

typedef struct {
  char *folder, *path;
  HearthDb *db;
  HearthChannels *channels;
  HearthChannelsDiff diff;
} Fixture;

static void
open_channels (Fixture *f)
{
  const char *migrations[] = { hearth_channels_schema, hearth_channels_seen_schema, NULL };
  g_autoptr (GError) error = NULL;

  f->db = hearth_db_open (f->path, migrations, &error);
  g_assert_no_error (error);
  f->channels = hearth_channels_new (f->db);
}

static void
close_channels (Fixture *f)
{
  hearth_channels_free (f->channels);
  hearth_db_close (f->db);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = testing_make_folder ();
  f->path = g_build_filename (f->folder, "hearth.db", NULL);
  open_channels (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_channels (f);
  testing_remove_folder (f->folder);
  g_free (f->path);
}

static void
set_list (Fixture *f, const char *network, const TestService *services, guint n)
{
  g_autoptr (HearthServiceList) list = testing_make_list (services, n);

  hearth_channels_set_list (f->channels, network, list, &f->diff);
}
#define set(f, network, ...)                                                                 \
  set_list (f, network, (const TestService[]){ __VA_ARGS__ },                                \
            sizeof ((const TestService[]){ __VA_ARGS__ }) / sizeof (TestService))

/* The ids in the order of their numbers, "id id id". */
static char *
dup_ids (Fixture *f)
{
  GString *ids = g_string_new (NULL);

  for (guint i = 0; i < hearth_channels_get_size (f->channels); i++)
    g_string_append_printf (ids, "%s ", hearth_channels_get (f->channels, i)->id);
  return g_string_free (ids, FALSE);
}

static const HearthChannel *
find_name (Fixture *f, const char *name)
{
  for (guint i = 0; i < hearth_channels_get_size (f->channels); i++)
    if (g_str_equal (hearth_channels_get (f->channels, i)->name, name))
      return hearth_channels_get (f->channels, i);
  return NULL;
}

static void
assert_diff (Fixture *f, guint added, guint removed, guint changed)
{
  g_assert_cmpuint (f->diff.added, ==, added);
  g_assert_cmpuint (f->diff.removed, ==, removed);
  g_assert_cmpuint (f->diff.changed, ==, changed);
}

#define ONE { .uri = "udp://@239.1.1.1:1", .name = "One", .number = "1", .guide_id = "one.tv" }
#define TWO { .uri = "udp://@239.1.1.2:1", .name = "Two", .number = "2" }
#define THREE { .uri = "udp://@239.1.1.3:1", .name = "Three", .number = "3" }

/* ---- identities ------------------------------------------------------------------------------ */

static void
test_first_list (Fixture *f, gconstpointer data)
{
  g_autofree char *ids = NULL, *again = NULL;

  set (f, "a", ONE, TWO);
  assert_diff (f, 2, 0, 0);
  ids = dup_ids (f);
  set (f, "a", ONE, TWO);
  assert_diff (f, 0, 0, 0);
  again = dup_ids (f);
  g_assert_cmpstr (ids, ==, again);
}

static void
test_new_addresses (Fixture *f, gconstpointer data)
{
  g_autofree char *ids = NULL, *again = NULL;

  set (f, "a", ONE, TWO);
  ids = dup_ids (f);
  set (f, "a", { .uri = "http://new/1", .name = "One", .number = "1", .guide_id = "one.tv" },
       { .uri = "http://new/2", .name = "TWO ", .number = "2" });
  again = dup_ids (f);
  g_assert_cmpstr (ids, ==, again); /* one by guide id and name, two by name alone */
}

static void
test_new_tokens_and_names (Fixture *f, gconstpointer data)
{
  g_autofree char *ids = NULL, *again = NULL;

  set (f, "a", { .uri = "http://b/1.ts?token=a", .name = "One" }, { .uri = "http://b/2.ts?token=a", .name = "Two" });
  ids = dup_ids (f);
  set (f, "a", { .uri = "http://b/1.ts?token=b", .name = "First" }, { .uri = "http://b/2.ts?token=b", .name = "Second" });
  again = dup_ids (f);
  g_assert_cmpstr (ids, ==, again);
  assert_diff (f, 0, 0, 2);
}

/* Addresses and names change places: the address is the surer key. */
static void
test_address_before_name (Fixture *f, gconstpointer data)
{
  char id[17];

  set (f, "a", ONE, TWO);
  g_strlcpy (id, find_name (f, "One")->id, sizeof id);
  set (f, "a", { .uri = "udp://@239.1.1.1:1", .name = "Two" }, { .uri = "udp://@239.1.1.2:1", .name = "One" });
  g_assert_cmpstr (find_name (f, "Two")->id, ==, id);
}

static void
test_comes_back (Fixture *f, gconstpointer data)
{
  g_autofree char *ids = NULL, *again = NULL;

  set (f, "a", ONE, TWO, THREE);
  ids = dup_ids (f);
  set (f, "a", ONE, THREE);
  assert_diff (f, 0, 1, 0);
  g_assert_null (find_name (f, "Two"));
  set (f, "a", ONE, TWO, THREE);
  assert_diff (f, 1, 0, 0);
  again = dup_ids (f);
  g_assert_cmpstr (ids, ==, again);
}

static void
test_new_numbers (Fixture *f, gconstpointer data)
{
  char id[17];

  set (f, "a", ONE, TWO);
  g_strlcpy (id, find_name (f, "One")->id, sizeof id);
  set (f, "a", { .uri = "udp://@239.1.1.1:1", .name = "One", .number = "101" }, TWO);
  assert_diff (f, 0, 0, 1);
  g_assert_cmpstr (hearth_channels_find_number (f->channels, "101")->id, ==, id);
  g_assert_null (hearth_channels_find_number (f->channels, "1"));
}

/* Two with one address, two with one name, and both: each is a channel, and stays the one that it is. */
static void
test_duplicates (Fixture *f, gconstpointer data)
{
  static const TestService list[] = {
    { .uri = "http://b/x?token=1", .name = "Same" }, { .uri = "http://b/x?token=2", .name = "Same" },
    { .uri = "http://b/x?token=3", .name = "Other" }, { .uri = "http://b/y", .name = "Same" }, { .uri = "http://b/z", .name = "Same" },
  };
  g_autofree char *ids = NULL;

  set_list (f, "a", list, G_N_ELEMENTS (list));
  g_assert_cmpuint (hearth_channels_get_size (f->channels), ==, G_N_ELEMENTS (list));
  ids = dup_ids (f);
  for (guint time = 0; time < 3; time++) {
    g_autofree char *again = NULL;

    set_list (f, "a", list, G_N_ELEMENTS (list));
    assert_diff (f, 0, 0, 0);
    again = dup_ids (f);
    g_assert_cmpstr (ids, ==, again);
  }
}

/* Lists give the reserves of a channel its name; all their addresses change at once. */
static void
test_reserves_with_new_addresses (Fixture *f, gconstpointer data)
{
  g_autofree char *ids = NULL, *again = NULL;

  set (f, "a", { .uri = "http://1", .name = "Same" }, { .uri = "http://2", .name = "Same" }, { .uri = "http://3", .name = "Same" });
  ids = dup_ids (f);
  set (f, "a", { .uri = "http://4", .name = "Same" }, { .uri = "http://5", .name = "Same" }, { .uri = "http://6", .name = "Same" });
  assert_diff (f, 0, 0, 0);
  again = dup_ids (f);
  g_assert_cmpstr (ids, ==, again);
}

static void
test_kept_over_restarts (Fixture *f, gconstpointer data)
{
  g_autofree char *ids = NULL, *again = NULL;

  set (f, "a", ONE, TWO, { .uri = "http://x?token=1", .name = "Twin" }, { .uri = "http://x?token=2", .name = "Twin" });
  set (f, "b", { .uri = "http://one", .name = "one" });
  ids = dup_ids (f);
  close_channels (f);
  open_channels (f);
  set (f, "b", { .uri = "http://one", .name = "one" }); /* in whatever order the networks come */
  set (f, "a", { .uri = "http://new/1", .name = "One", .number = "1", .guide_id = "one.tv" }, TWO,
       { .uri = "http://x?token=3", .name = "Twin" }, { .uri = "http://x?token=4", .name = "Twin" });
  again = dup_ids (f);
  g_assert_cmpstr (ids, ==, again);
}

/* ---- forgetting ------------------------------------------------------------------------------ */

static guint
count_rows (Fixture *f, const char *sql)
{
  g_autoptr (sqlite3_stmt) statement = NULL;

  hearth_db_flush (f->db);
  statement = hearth_db_prepare (hearth_db_get (f->db), sql, NULL);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  return (guint) sqlite3_column_int (statement, 0);
}

/* As if the lists had been read so many days earlier. */
static void
grow_older (Fixture *f, guint days)
{
  g_autofree char *sql = g_strdup_printf ("UPDATE services SET seen = seen - %u", days);

  hearth_db_flush (f->db);
  g_assert_cmpint (sqlite3_exec (hearth_db_get (f->db), sql, NULL, NULL, NULL), ==, SQLITE_OK);
  close_channels (f);
  open_channels (f);
}

static void
test_forgets_after_a_year (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) pointed = g_hash_table_new (g_str_hash, g_str_equal);
  char one[17], three[17];

  set (f, "a", ONE, TWO, THREE);
  g_strlcpy (one, find_name (f, "One")->id, sizeof one);
  g_strlcpy (three, find_name (f, "Three")->id, sizeof three);
  g_hash_table_add (pointed, three);
  grow_older (f, 364);
  set (f, "a", ONE);
  g_assert_cmpuint (hearth_channels_forget (f->channels, pointed), ==, 0);
  grow_older (f, 10);
  set (f, "a", ONE);
  g_assert_cmpuint (hearth_channels_forget (f->channels, pointed), ==, 1);
  g_assert_cmpuint (count_rows (f, "SELECT count(*) FROM services"), ==, 2);
  g_assert_cmpuint (count_rows (f, "SELECT count(*) FROM channels"), ==, 2);
  set (f, "a", ONE, { .uri = "http://new/3", .name = "Three" });
  g_assert_cmpstr (find_name (f, "One")->id, ==, one);
  g_assert_cmpstr (find_name (f, "Three")->id, ==, three);
}

/* What stood still for a year with the box is as it was. */
static void
test_a_year_without_current (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) pointed = g_hash_table_new (g_str_hash, g_str_equal);

  set (f, "a", ONE, TWO, THREE);
  grow_older (f, 1000);
  g_assert_cmpuint (hearth_channels_forget (f->channels, pointed), ==, 0);
  set (f, "a", ONE, TWO);
  g_assert_cmpuint (hearth_channels_forget (f->channels, pointed), ==, 1);
  g_assert_nonnull (find_name (f, "Two"));
}

static void
set_many (Fixture *f, guint list, guint n)
{
  g_autofree TestService *services = g_new0 (TestService, n);
  g_autoptr (GStringChunk) texts = g_string_chunk_new (1 << 20);
  g_autoptr (HearthServiceList) made = NULL;

  for (guint i = 0; i < n; i++) {
    char text[64];

    g_snprintf (text, sizeof text, "http://provider.example/%u/%u.ts", list, i);
    services[i].uri = g_string_chunk_insert (texts, text);
    g_snprintf (text, sizeof text, "Film %u of list %u", i, list);
    services[i].name = g_string_chunk_insert (texts, text);
  }
  made = testing_make_list (services, n);
  hearth_channels_set_list (f->channels, "a", made, &f->diff);
}

/* A provider with other entries each day. */
static void
test_forgets_beyond_a_bound (Fixture *f, gconstpointer data)
{
  enum { N = 40000 };
  g_autoptr (GHashTable) pointed = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint list = 0; list < 4; list++)
    set_many (f, list, N);
  g_assert_cmpuint (hearth_channels_forget (f->channels, pointed), ==, 3 * N - 100000);
  g_assert_cmpuint (count_rows (f, "SELECT count(*) FROM services"), ==, 100000 + N);
  g_assert_cmpuint (hearth_channels_get_size (f->channels), ==, N);
  set_many (f, 3, N);
  assert_diff (f, 0, 0, 0);
}

/* ---- legs ------------------------------------------------------------------------------------- */

static void
test_two_networks_make_legs (Fixture *f, gconstpointer data)
{
  const HearthChannel *one;
  HearthServiceEntry entry;

  set (f, "a", ONE, TWO);
  set (f, "b", { .uri = "http://one", .name = "ONE", .guide_id = "one.tv" }, { .uri = "http://nine", .name = "Nine" });
  assert_diff (f, 1, 0, 1);
  one = find_name (f, "One");
  g_assert_cmpuint (one->n_legs, ==, 2);
  g_assert_cmpstr (one->legs[0].network, ==, "a");
  hearth_channels_get_leg (f->channels, &one->legs[1], &entry);
  g_assert_cmpstr (entry.uri, ==, "http://one");
  g_assert_cmpuint (find_name (f, "Nine")->n_legs, ==, 1);
  hearth_channels_remove_network (f->channels, "a", &f->diff);
  assert_diff (f, 0, 1, 1);
  g_assert_cmpuint (find_name (f, "ONE")->n_legs, ==, 1);
  hearth_channels_remove_network (f->channels, "no such", &f->diff);
  assert_diff (f, 0, 0, 0);
}

static void
test_one_network_gives_one_leg (Fixture *f, gconstpointer data)
{
  set (f, "a", ONE);
  set (f, "b", { .uri = "http://1", .name = "One" }, { .uri = "http://2", .name = "One" });
  g_assert_cmpuint (hearth_channels_get_size (f->channels), ==, 2);
  g_assert_cmpuint (find_name (f, "One")->n_legs, ==, 2);
  set (f, "b", { .uri = "http://1", .name = "One" }, { .uri = "http://2", .name = "One" });
  assert_diff (f, 0, 0, 0);
}

/* ---- the list ---------------------------------------------------------------------------------- */

static void
test_numbers (Fixture *f, gconstpointer data)
{
  static const char *const expected[] = { "1", "2", "3", "5.1", "5.2", "10", "A" };

  set (f, "a", { .uri = "1", .name = "a", .number = "10" }, { .uri = "2", .name = "b", .number = "5.2" },
       { .uri = "3", .name = "c", .number = "5.1" }, { .uri = "4", .name = "d" }, { .uri = "5", .name = "e", .number = "A" },
       { .uri = "6", .name = "f", .number = "10" } /* taken: the next free one */, { .uri = "7", .name = "g", .number = "1" });
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (hearth_channels_get (f->channels, i)->number, ==, expected[i]);
  g_assert_cmpstr (find_name (f, "f")->number, ==, "3");
  set (f, "a", { .uri = "1", .name = "a", .number = "10" }, { .uri = "6", .name = "f" }, { .uri = "8", .name = "new" });
  g_assert_cmpstr (find_name (f, "f")->number, ==, "3"); /* keeps what it had */
  g_assert_cmpstr (find_name (f, "new")->number, ==, "1");
}

/* Zapping meets each channel once and comes round, also where "5" and "05" stand side by side. */
static void
test_stepping (Fixture *f, gconstpointer data)
{
  const HearthChannel *channel;

  g_assert_null (hearth_channels_step (f->channels, "nothing", 1));
  set (f, "a", { .uri = "1", .name = "a", .number = "5" }, { .uri = "2", .name = "b", .number = "05" },
       { .uri = "3", .name = "c", .number = "5.1" }, { .uri = "4", .name = "d", .number = "005" });
  channel = hearth_channels_get (f->channels, 0);
  for (guint i = 1; i <= 8; i++) {
    channel = hearth_channels_step (f->channels, channel->id, 1);
    g_assert_true (channel == hearth_channels_get (f->channels, i % 4));
    g_assert_true (hearth_channels_step (f->channels, channel->id, -1) == hearth_channels_get (f->channels, (i - 1) % 4));
  }
  g_assert_true (hearth_channels_step (f->channels, "nothing", 3) == hearth_channels_get (f->channels, 0));
  g_assert_true (hearth_channels_step (f->channels, channel->id, G_MININT) != NULL);
}

static void
test_pages_lose_nothing (Fixture *f, gconstpointer data)
{
  set (f, "a", { .uri = "1", .name = "a", .number = "5" }, { .uri = "2", .name = "b", .number = "05" }, { .uri = "3", .name = "c" });
  for (guint i = 0; i < hearth_channels_get_size (f->channels); i++)
    g_assert_cmpuint (hearth_channels_position_after (f->channels, hearth_channels_get (f->channels, i)->number), ==, i + 1);
  g_assert_cmpuint (hearth_channels_position_after (f->channels, ""), ==, 3);
  g_assert_cmpuint (hearth_channels_position_after (f->channels, "0"), ==, 0);
}

static void
test_describe (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) described = NULL;
  g_autoptr (GVariant) names = NULL;
  const char *text;
  guint64 version = hearth_channels_get_version (f->channels);

  set (f, "a", { .uri = "1", .name = "炉火一台 Hearth One", .group = "新闻;体育" });
  g_assert_cmpuint (hearth_channels_get_version (f->channels), >, version);
  described = g_variant_ref_sink (hearth_channels_describe (f->channels, hearth_channels_get (f->channels, 0)));
  g_assert_true (g_variant_lookup (described, "group", "&s", &text));
  g_assert_cmpstr (text, ==, "新闻;体育");
  g_assert_false (g_variant_lookup (described, "logo", "&s", &text));
  g_assert_true (g_variant_lookup (described, "names", "@a{ss}", &names));
  g_assert_true (g_variant_lookup (names, "en", "&s", &text));
  g_assert_cmpstr (text, ==, "Hearth One");
}

/* ---- size ------------------------------------------------------------------------------------------ */

/* An everyday list of some providers: all are there, and the same list again changes nothing. */
static void
test_hundred_thousand (Fixture *f, gconstpointer data)
{
  enum { N = 100000 };
  g_autofree TestService *services = g_new0 (TestService, N);
  g_autoptr (GStringChunk) texts = g_string_chunk_new (1 << 20);

  for (guint i = 0; i < N; i++) {
    char text[64];

    g_snprintf (text, sizeof text, "http://provider.example/live/%u.ts?token=a", i);
    services[i].uri = g_string_chunk_insert (texts, text);
    g_snprintf (text, sizeof text, "Channel %u HD", i);
    services[i].name = g_string_chunk_insert (texts, text);
    g_snprintf (text, sizeof text, "channel%u.example", i);
    services[i].guide_id = g_string_chunk_insert (texts, text);
  }
  for (guint time = 0; time < 2; time++) {
    g_autoptr (HearthServiceList) list = testing_make_list (services, N);

    hearth_channels_set_list (f->channels, "a", list, &f->diff);
    assert_diff (f, time == 0 ? N : 0, 0, 0);
    hearth_db_flush (f->db);
  }
}

int
main (int argc, char **argv)
{
  const struct {
    const char *path;
    void (*test) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/channels/identities/first-list", test_first_list },
    { "/channels/identities/new-addresses", test_new_addresses },
    { "/channels/identities/new-tokens-and-names", test_new_tokens_and_names },
    { "/channels/identities/address-before-name", test_address_before_name },
    { "/channels/identities/comes-back", test_comes_back },
    { "/channels/identities/new-numbers", test_new_numbers },
    { "/channels/identities/duplicates", test_duplicates },
    { "/channels/identities/reserves-with-new-addresses", test_reserves_with_new_addresses },
    { "/channels/identities/kept-over-restarts", test_kept_over_restarts },
    { "/channels/identities/forgets-after-a-year", test_forgets_after_a_year },
    { "/channels/identities/a-year-without-current", test_a_year_without_current },
    { "/channels/identities/forgets-beyond-a-bound", test_forgets_beyond_a_bound },
    { "/channels/legs/two-networks", test_two_networks_make_legs },
    { "/channels/legs/one-a-network", test_one_network_gives_one_leg },
    { "/channels/list/numbers", test_numbers },
    { "/channels/list/stepping", test_stepping },
    { "/channels/list/pages-lose-nothing", test_pages_lose_nothing },
    { "/channels/list/describe", test_describe },
    { "/channels/list/hundred-thousand", test_hundred_thousand },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
