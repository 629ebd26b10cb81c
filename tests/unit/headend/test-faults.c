/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Faults do what they say, and the same again for the same seed; the log of truth knows of them. */
#include <hearth/error.h>

#include "headend-testing.h"
#include "headend/service.h"

/* ---- the bad network -------------------------------------------------------------------------------------------- */

static HeadendChunk *
new_chunk (guint i)
{
  HeadendChunk *chunk = g_new0 (HeadendChunk, 1);

  chunk->release_ns = (gint64) i * 1000000;
  chunk->rtp[0] = (guint8) (i >> 8);
  chunk->rtp[1] = (guint8) i;
  return chunk;
}

static guint
get_number (const HeadendChunk *chunk)
{
  return (guint) chunk->rtp[0] << 8 | chunk->rtp[1];
}

/* What comes out of n chunks a millisecond apart, by number. */
static GArray *
pass (HeadendImpair *impair, guint n)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < n + 100; i++) {
    HeadendChunk *chunk;

    if (i < n)
      g_free (headend_impair_push (impair, new_chunk (i)));
    while ((chunk = headend_impair_pull (impair, (gint64) i * 1000000)) != NULL) {
      const guint number = get_number (chunk);

      g_array_append_val (out, number);
      g_free (chunk);
    }
  }
  return out;
}

static void
assert_equal (GArray *a, GArray *b)
{
  g_assert_cmpmem (a->data, a->len * sizeof (guint), b->data, b->len * sizeof (guint));
}

static void
test_nothing (void)
{
  g_autoptr (HeadendImpair) impair = headend_impair_new (1);
  g_autoptr (GArray) out = pass (impair, 1000);

  g_assert_cmpuint (out->len, ==, 1000);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (g_array_index (out, guint, i), ==, i);
}

static void
test_loss_is_repeatable (void)
{
  g_autoptr (HeadendImpair) one = headend_impair_new (42);
  g_autoptr (HeadendImpair) same = headend_impair_new (42);
  g_autoptr (HeadendImpair) other = headend_impair_new (43);
  g_autoptr (GArray) a = NULL;
  g_autoptr (GArray) b = NULL;
  g_autoptr (GArray) c = NULL;

  headend_impair_get (one)->loss_percent = headend_impair_get (same)->loss_percent = headend_impair_get (other)->loss_percent = 10;
  headend_impair_get (same)->jitter_ns = 1000; /* another fault does not change which are lost */
  a = pass (one, 5000);
  b = pass (same, 5000);
  c = pass (other, 5000);
  g_assert_cmpuint (a->len, >, 4350);
  g_assert_cmpuint (a->len, <, 4650);
  assert_equal (a, b);
  g_assert_false (a->len == c->len && memcmp (a->data, c->data, a->len * sizeof (guint)) == 0);
}

static void
test_reorder (void)
{
  g_autoptr (HeadendImpair) impair = headend_impair_new (7);
  g_autoptr (GArray) out = NULL;
  g_autofree gboolean *seen = g_new0 (gboolean, 5000);
  guint late = 0, highest = 0;

  headend_impair_get (impair)->reorder_percent = 5;
  headend_impair_get (impair)->reorder_depth = 4;
  out = pass (impair, 5000);
  g_assert_cmpuint (out->len, >, 4990); /* some may still be waiting to be overtaken */
  for (guint i = 0; i < out->len; i++) {
    const guint number = g_array_index (out, guint, i);

    g_assert_false (seen[number]);
    seen[number] = TRUE;
    if (number < highest) {
      g_assert_cmpuint (highest - number, <=, 12);
      late++;
    }
    highest = MAX (highest, number);
  }
  g_assert_cmpuint (late, >, 150);
  g_assert_cmpuint (late, <, 350);
}

static void
test_duplicate (void)
{
  g_autoptr (HeadendImpair) impair = headend_impair_new (7);
  g_autoptr (GArray) out = NULL;

  headend_impair_get (impair)->duplicate_percent = 100;
  out = pass (impair, 10);
  g_assert_cmpuint (out->len, ==, 20);
  g_assert_cmpuint (g_array_index (out, guint, 4), ==, 2);
  g_assert_cmpuint (g_array_index (out, guint, 5), ==, 2);
}

static void
test_jitter_keeps_order (void)
{
  g_autoptr (HeadendImpair) impair = headend_impair_new (7);
  HeadendChunk *chunk;

  headend_impair_get (impair)->jitter_ns = 20000000;
  for (guint i = 0; i < 100; i++)
    g_assert_null (headend_impair_push (impair, new_chunk (i)));
  for (guint i = 0; i < 100; i++) {
    chunk = headend_impair_pull (impair, G_MAXINT64 - 1);
    g_assert_cmpuint (get_number (chunk), ==, i);
    g_assert_cmpint (chunk->release_ns, >=, (gint64) i * 1000000);
    g_assert_cmpint (chunk->release_ns, <=, (gint64) i * 1000000 + 20000000);
    g_free (chunk);
  }
}

static void
test_stall (void)
{
  g_autoptr (HeadendImpair) impair = headend_impair_new (7);
  g_autoptr (GArray) lost = NULL;
  g_autoptr (GArray) held = NULL;

  headend_impair_get (impair)->stall_until_ns = 50 * 1000000;
  lost = pass (impair, 80);
  g_assert_cmpuint (lost->len, ==, 30);
  headend_impair_get (impair)->stall = HEADEND_STALL_HELD;
  held = pass (impair, 80);
  g_assert_cmpuint (held->len, ==, 80);
}

/* ---- a service -------------------------------------------------------------------------------------------------- */

typedef struct {
  HeadendLoop *loop;
  HeadendMux *mux;
  HeadendService *service;
  gint64 now_ns;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->loop = testing_loop_new (1);
  f->mux = headend_mux_new (f->loop);
  f->now_ns = 1000000000;
  f->service = headend_service_new (f->loop->channel, 1, f->mux, 1, f->now_ns);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  headend_service_free (f->service);
  headend_mux_free (f->mux);
  testing_loop_free (f->loop);
}

typedef void (*PacketFunc) (const guint8 *packet, gpointer user_data);

/* Lets time pass, tick by tick, as the sender does. Returns the number of chunks. */
static guint
play (Fixture *f, guint ms, PacketFunc func, gpointer user_data)
{
  guint n = 0;

  for (guint i = 0; i < ms; i++) {
    g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func (g_free);

    f->now_ns += 1000000;
    headend_service_collect (f->service, f->now_ns, chunks);
    n += chunks->len;
    for (guint j = 0; j < chunks->len; j++) {
      const HeadendChunk *chunk = g_ptr_array_index (chunks, j);

      headend_service_sent (f->service, chunk, f->now_ns / 1000, f->now_ns / 1000 + 10);
      for (guint k = 0; func != NULL && k < HEADEND_CHUNK_PACKETS; k++)
        func (chunk->packets + k * HEADEND_PACKET, user_data);
    }
  }
  return n;
}

static void
fault (Fixture *f, const char *kind, const char *key, const char *value)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  if (key != NULL)
    g_hash_table_insert (words, (gpointer) key, (gpointer) value);
  headend_service_fault (f->service, kind, words, f->now_ns, &error);
  g_assert_no_error (error);
}

static void
test_wrong_words (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;

  g_assert_false (headend_service_fault (f->service, "flood", words, 0, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_hash_table_insert (words, "percent", "much");
  g_assert_false (headend_service_fault (f->service, "loss", words, 0, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_hash_table_remove_all (words);
  g_hash_table_insert (words, "ms", "5");
  g_assert_false (headend_service_fault (f->service, "loss", words, 0, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

/* As many packets as the rate says, with the clock's error as asked for. */
static void
test_clock (Fixture *f, gconstpointer data)
{
  const double a_second = f->mux->n_packets / 9.6 / HEADEND_CHUNK_PACKETS;
  guint n = play (f, 10000, NULL, NULL);

  g_assert_cmpfloat (ABS (n - 10 * a_second), <, 2);
  fault (f, "clock", "ppm", "10000"); /* 1 %, to be seen in ten seconds */
  n = play (f, 10000, NULL, NULL);
  g_assert_cmpfloat (ABS (n - 10.1 * a_second), <, 2);
}

static void
count_keys (const char *json, guint *keys, guint *all)
{
  *keys = *all = 0;
  for (const char *p = json; (p = strstr (p, "\"key\":")) != NULL; p++) {
    (*all)++;
    *keys += g_str_has_prefix (p, "\"key\":true");
  }
}

static void
test_log (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) json = g_string_new (NULL);
  const gint64 since_us = f->now_ns / 1000 + 5000000;
  guint keys, all;

  play (f, 14600, NULL, NULL);
  headend_service_append_log (f->service, since_us, FALSE, FALSE, json);
  count_keys (json->str, &keys, &all);
  g_assert_cmpuint (keys, ==, 10);
  g_assert_cmpuint (all, >=, 238);
  g_assert_cmpuint (all, <=, 241);
  g_string_truncate (json, 0);
  headend_service_append_log (f->service, since_us, TRUE, FALSE, json);
  count_keys (json->str, &keys, &all);
  g_assert_cmpuint (all, ==, 10);
}

/* A frame of which a part was lost is not said to have been sent. */
static void
test_log_with_loss (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) any = g_string_new (NULL);
  guint keys, n_whole, n_any;

  fault (f, "loss", "percent", "2");
  play (f, 9600, NULL, NULL);
  headend_service_append_log (f->service, 0, FALSE, FALSE, whole);
  headend_service_append_log (f->service, 0, FALSE, TRUE, any);
  count_keys (whole->str, &keys, &n_whole);
  count_keys (any->str, &keys, &n_any);
  g_assert_cmpuint (n_whole, <, n_any - 20);
  g_assert_null (strstr (whole->str, "\"lost\":1"));
  g_assert_nonnull (strstr (any->str, "\"lost\":1"));
}

typedef struct {
  guint first_pid;
  guint n_video, n_random_access, n_null, n_pmt, n_errors, version;
  gint64 pcr27m, step27m;
  gint continuity;
} Seen;

static void
see (const guint8 *packet, gpointer user_data)
{
  Seen *seen = user_data;
  TestingPacket p;

  testing_packet_parse (&p, packet);
  seen->n_null += p.pid == 0x1fff;
  if (p.pid == seen->first_pid) {
    seen->n_pmt++;
    seen->version = packet[5 + 5] >> 1 & 31;
  }
  if (p.pid != seen->first_pid + 1)
    return;
  seen->n_video++;
  seen->n_random_access += p.random_access;
  if (seen->continuity >= 0 && p.continuity != (seen->continuity + (p.payload ? 1 : 0)) % 16)
    seen->n_errors++;
  seen->continuity = p.continuity;
  if (p.pcr27m < 0)
    return;
  if (seen->pcr27m >= 0 && ABS (p.pcr27m - seen->pcr27m) > ABS (seen->step27m))
    seen->step27m = p.pcr27m - seen->pcr27m;
  seen->pcr27m = p.pcr27m;
}

static Seen
look (Fixture *f, guint first_pid, guint ms)
{
  Seen seen = { .first_pid = first_pid, .pcr27m = -1, .continuity = -1 };

  play (f, ms, see, &seen);
  return seen;
}

static void
test_pids (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (look (f, 0x100, 1000).n_video, >, 0);
  fault (f, "pids", "first", "2048");
  g_assert_cmpuint (look (f, 0x100, 1000).n_video, ==, 0);
  g_assert_cmpuint (look (f, 0x800, 1000).n_video, >, 0);
  g_assert_cmpuint (look (f, 0x800, 1000).version, ==, 1);
}

static void
test_audio (Fixture *f, gconstpointer data)
{
  const Seen one = look (f, 0x100, 9600);
  Seen none;

  fault (f, "audio", "tracks", "0");
  none = look (f, 0x100, 9600);
  g_assert_cmpuint (none.n_null, >, one.n_null + 400);
  g_assert_cmpuint (none.version, ==, (one.version + 1) % 32);
  g_assert_cmpuint (none.n_video, ==, one.n_video);
}

/* A jump is a jump of the times alone; a restart one of continuity too. */
static void
test_jump_and_restart (Fixture *f, gconstpointer data)
{
  Seen seen = { .first_pid = 0x100, .pcr27m = -1, .continuity = -1 };

  play (f, 500, see, &seen);
  g_assert_cmpint (seen.step27m, <, 40 * 27000);
  fault (f, "pcr-jump", "seconds", "30");
  play (f, 500, see, &seen);
  g_assert_cmpint (seen.step27m / 27000000, ==, 30);
  g_assert_cmpuint (seen.n_errors, ==, 0);
  seen.step27m = 0;
  fault (f, "restart", "time", "5");
  play (f, 500, see, &seen);
  g_assert_cmpint (seen.pcr27m / 27000000, ==, 5);
  g_assert_cmpint (seen.step27m, <, 0);
}

static void
test_wrap (Fixture *f, gconstpointer data)
{
  Seen seen;

  fault (f, "wrap", "seconds", "2");
  seen = look (f, 0x100, 1900);
  g_assert_cmpint (seen.pcr27m, >, (G_GINT64_CONSTANT (1) << 33) * 300 - 27000000);
  seen = look (f, 0x100, 1000);
  g_assert_cmpint (seen.pcr27m, <, 27000000);
  g_assert_cmpuint (seen.n_errors, ==, 0);
}

static void
test_keyless (Fixture *f, gconstpointer data)
{
  Seen seen;

  seen = look (f, 0x100, 3000);
  g_assert_cmpuint (seen.n_random_access, >, 0);
  fault (f, "keyless", NULL, NULL);
  look (f, 0x100, 500); /* what was under way */
  seen = look (f, 0x100, 3000);
  g_assert_cmpuint (seen.n_random_access, ==, 0);
  g_assert_cmpuint (seen.n_errors, ==, 0);
  fault (f, "clear", NULL, NULL);
  seen = look (f, 0x100, 3000);
  g_assert_cmpuint (seen.n_random_access, >, 0);
}

static void
test_end_and_resume (Fixture *f, gconstpointer data)
{
  fault (f, "end", NULL, NULL);
  g_assert_cmpuint (play (f, 100, NULL, NULL), ==, 0);
  g_assert_true (headend_service_has_ended (f->service));
  fault (f, "resume", NULL, NULL);
  g_assert_cmpuint (play (f, 100, NULL, NULL), >, 40);
  fault (f, "stall", NULL, NULL);
  g_assert_cmpuint (play (f, 100, NULL, NULL), ==, 0);
  fault (f, "clear", NULL, NULL);
  g_assert_cmpuint (play (f, 100, NULL, NULL), >, 40);
}

/* From the key frame on: PAT, PMT, then the key frame's first packet, all with continuity that goes on. */
static void
test_from_key (Fixture *f, gconstpointer data)
{
  guint8 tables[2 * HEADEND_PACKET];
  g_autofree guint8 *bytes = g_malloc (HEADEND_PACKET * 4000);
  gsize n_bytes = HEADEND_PACKET * 4000;
  guint64 position;
  TestingPacket p, pat;
  int continuity = -1;

  play (f, 3000, NULL, NULL);
  position = headend_service_find_key (f->service, tables);
  g_assert_true (headend_service_read (f->service, &position, bytes, &n_bytes));
  testing_packet_parse (&p, bytes);
  g_assert_true (p.random_access && p.pid == 0x101 && p.unit_start);
  testing_packet_parse (&pat, tables);
  g_assert_cmpuint (pat.pid, ==, 0);
  for (gsize i = 0; i < n_bytes && continuity < 0; i += HEADEND_PACKET) {
    testing_packet_parse (&p, bytes + i);
    if (p.pid == 0)
      continuity = p.continuity;
  }
  g_assert_cmpint (continuity, ==, (pat.continuity + 1) % 16);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/headend/impair/nothing", test_nothing);
  g_test_add_func ("/headend/impair/loss-is-repeatable", test_loss_is_repeatable);
  g_test_add_func ("/headend/impair/reorder", test_reorder);
  g_test_add_func ("/headend/impair/duplicate", test_duplicate);
  g_test_add_func ("/headend/impair/jitter-keeps-order", test_jitter_keeps_order);
  g_test_add_func ("/headend/impair/stall", test_stall);
  add ("/headend/faults/wrong-words", test_wrong_words);
  add ("/headend/faults/clock", test_clock);
  add ("/headend/faults/pids", test_pids);
  add ("/headend/faults/audio", test_audio);
  add ("/headend/faults/jump-and-restart", test_jump_and_restart);
  add ("/headend/faults/wrap", test_wrap);
  add ("/headend/faults/keyless", test_keyless);
  add ("/headend/faults/end-and-resume", test_end_and_resume);
  add ("/headend/log/frames", test_log);
  add ("/headend/log/loss", test_log_with_loss);
  add ("/headend/http/from-key", test_from_key);
  return g_test_run ();
}
