/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real hearth-stream with a network of ours and a make-believe hearthd. */
#include "stream-testing.h"

#include <hearth/error.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void
start_network (FakeHearthd *f, const char *settings)
{
  g_autoptr (GVariant) reply =
    fake_hearthd_call (f, "Start", g_variant_new ("(s@a{sv})", "test", g_variant_new_parsed (settings)), NULL, NULL);
}

static void
set_up (FakeHearthd *f, gconstpointer data)
{
  fake_hearthd_start (f);
  start_network (f, "{'services': <uint32 1000>}");
}

static void
tear_down (FakeHearthd *f, gconstpointer data)
{
  fake_hearthd_stop (f);
}

static guint64
get_counter (GVariant *stream, const char *key)
{
  guint64 value = G_MAXUINT64;

  g_assert_true (g_variant_lookup (stream, key, "t", &value));
  return value;
}

static void
add_waiter (FakeHearthd *f, const char *id, HearthRingWaiter *waiter)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int page = g_unix_fd_list_append (fds, hearth_ring_waiter_get_page_fd (waiter), NULL);
  int event = g_unix_fd_list_append (fds, hearth_ring_waiter_get_event_fd (waiter), NULL);
  g_autoptr (GVariant) reply = fake_hearthd_call (f, "AddWaiter", g_variant_new ("(suhh)", id, 7, page, event), fds, NULL);
}

/* Sleeps until the ring has grown. */
static void
wait_for_bytes (HearthRingReader *reader, HearthRingWaiter *waiter)
{
  struct pollfd event = { .fd = hearth_ring_waiter_get_event_fd (waiter), .events = POLLIN };

  hearth_ring_waiter_clear (waiter);
  if (hearth_ring_reader_arm (reader, waiter, hearth_ring_reader_get_head (reader) + 188))
    g_assert_cmpint (poll (&event, 1, 20000), ==, 1);
}

/* @waiter: one of @reader's stream. */
static void
wait_for_head (HearthRingReader *reader, HearthRingWaiter *waiter, guint64 head)
{
  struct pollfd event = { .fd = hearth_ring_waiter_get_event_fd (waiter), .events = POLLIN };

  for (;;) {
    hearth_ring_waiter_clear (waiter);
    if (!hearth_ring_reader_arm (reader, waiter, head))
      break;
    g_assert_cmpint (poll (&event, 1, 20000), ==, 1);
  }
  g_assert_cmpuint (hearth_ring_reader_get_head (reader), >=, head);
}

static void
test_run (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = fake_hearthd_open (f, "one", "run");
  g_autoptr (HearthRingWaiter) waiter = hearth_ring_waiter_new (NULL);
  g_autoptr (GVariant) stream = NULL;
  g_autoptr (GVariant) reply = NULL;
  guint8 packets[188 * 7], pat[1024], pmt[1024];
  gsize n, n_pat, n_pmt;
  guint32 generation, bit_rate;
  const char *codec, *state;
  HearthRingRap rap;
  HearthRingRead result;

  add_waiter (f, "one", waiter);
  fake_hearthd_wait_for (f, "stage one random-access-point");
  fake_hearthd_wait_for (f, "state one running ");
  g_assert_true (fake_hearthd_has (f, "stage one join"));
  g_assert_true (fake_hearthd_has (f, "stage one first-packet"));
  g_assert_true (fake_hearthd_has (f, "stage one tables"));
  for (guint i = 0; i < 10; i++)
    wait_for_bytes (reader, waiter);

  g_assert_true (hearth_ring_reader_get_newest_rap (reader, &rap));
  g_assert_cmpint (ABS (rap.utc_us - g_get_real_time ()), <, 20 * G_USEC_PER_SEC);
  g_assert_cmpint (rap.pts90k, >, 0);
  hearth_ring_reader_seek (reader, rap.position);
  g_assert_cmpint (hearth_ring_reader_read (reader, packets, sizeof packets, &n), ==, HEARTH_RING_READ_OK);
  g_assert_cmpuint (packets[0], ==, 0x47);
  g_assert_cmpuint (packets[2], ==, 0x01); /* the picture's PID */
  g_assert_true (hearth_ring_reader_get_tables (reader, pat, &n_pat, pmt, &n_pmt, &generation));
  g_assert_cmpuint (pmt[0], ==, 2);
  g_assert_cmpuint (rap.pmt_generation, ==, generation);

  stream = fake_hearthd_get_stream (f, "one");
  g_assert_cmpuint (get_counter (stream, "packets"), >=, 10 * 12);
  g_assert_cmpuint (get_counter (stream, "bytes"), ==, get_counter (stream, "packets") * 188);
  g_assert_cmpuint (get_counter (stream, "key-frames"), >=, 10);
  g_assert_cmpuint (get_counter (stream, "received"), >=, 10);
  g_assert_cmpuint (get_counter (stream, "continuity-errors"), ==, 0);
  g_assert_true (g_variant_lookup (stream, "codec", "&s", &codec));
  g_assert_cmpstr (codec, ==, "h264");
  g_assert_true (g_variant_lookup (stream, "state", "&s", &state));
  g_assert_cmpstr (state, ==, "running");
  g_assert_true (g_variant_lookup (stream, "bit-rate", "u", &bit_rate));

  reply = fake_hearthd_call (f, "RemoveWaiter", g_variant_new ("(su)", "one", 7), NULL, NULL);
  fake_hearthd_call_fails (f, "RemoveWaiter", g_variant_new ("(su)", "one", 7), HEARTH_ERROR_NOT_FOUND);
  g_clear_pointer (&reply, g_variant_unref);
  reply = fake_hearthd_call (f, "Close", g_variant_new ("(s)", "one"), NULL, NULL);
  do /* the ring outlives its stream, and ends */
    result = hearth_ring_reader_read (reader, packets, sizeof packets, &n);
  while (result == HEARTH_RING_READ_OK);
  g_assert_cmpint (result, ==, HEARTH_RING_READ_ENDED);
}

static guint64
get_ring_bytes (FakeHearthd *f, const char *id)
{
  g_autoptr (GVariant) stream = fake_hearthd_get_stream (f, id);

  return get_counter (stream, "ring-bytes");
}

/* A ring holds 20 s of its stream by the stream's own clock, however fast it comes, between 4 and 128 MiB. */
static void
test_ring_follows (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) thin = fake_hearthd_open_with (f, "thin", "flood", "@a{sv} {}");
  g_autoptr (HearthRingReader) fat = fake_hearthd_open_with (f, "fat", "fat", "@a{sv} {}");
  g_autoptr (HearthRingWaiter) thin_waiter = hearth_ring_waiter_new (NULL);
  g_autoptr (HearthRingWaiter) fat_waiter = hearth_ring_waiter_new (NULL);

  add_waiter (f, "thin", thin_waiter);
  wait_for_head (thin, thin_waiter, 188 * 12 * 15); /* three seconds of it */
  g_assert_cmpuint (get_ring_bytes (f, "thin"), <, 5u << 20);
  add_waiter (f, "fat", fat_waiter);
  wait_for_head (fat, fat_waiter, 20u << 20);                   /* once round what it began with */
  g_assert_cmpuint (get_ring_bytes (f, "fat"), >=, 24u << 20); /* a sixteenth of the box's memory, 128 MiB at most */
}

static void
test_refusals (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = fake_hearthd_open (f, "one", "run");
  g_autoptr (GVariant) options = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));

  fake_hearthd_call_fails (f, "Open", g_variant_new ("(sss@a{sv})", "one", "test:run", "c", options), HEARTH_ERROR_EXISTS);
  fake_hearthd_call_fails (f, "Open", g_variant_new ("(sss@a{sv})", "", "test:run", "c", options), HEARTH_ERROR_INVALID_ARGUMENT);
  fake_hearthd_call_fails (f, "Open", g_variant_new ("(sss@a{sv})", "two", "http:", "c", options), HEARTH_ERROR_INVALID_ARGUMENT);
  fake_hearthd_call_fails (f, "Close", g_variant_new ("(s)", "two"), HEARTH_ERROR_NOT_FOUND);
  fake_hearthd_call_fails (f, "AddWaiter", g_variant_new ("(suhh)", "one", 1, 0, 1), HEARTH_ERROR_INVALID_ARGUMENT);
  fake_hearthd_call_fails (f, "Start", g_variant_new ("(s@a{sv})", "../etc", options), HEARTH_ERROR_INVALID_ARGUMENT);
  fake_hearthd_call_fails (f, "Start", g_variant_new ("(s@a{sv})", "none", options), HEARTH_ERROR_NOT_FOUND);
  fake_hearthd_wait_for (f, "state one failed Failed"); /* its plug-in is gone */
  start_network (f, "{'services': <uint32 2>}");
  fake_hearthd_wait_for (f, "state one running ");
}

static void
test_before_start (void)
{
  FakeHearthd f = { 0 };

  fake_hearthd_start (&f);
  fake_hearthd_call_fails (&f, "Open", g_variant_new ("(sss@a{sv})", "one", "test:run", "c", g_variant_new_parsed ("@a{sv} {}")),
                           HEARTH_ERROR_FAILED);
  fake_hearthd_stop (&f);
}

static void
test_late (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = fake_hearthd_open (f, "one", "late");

  fake_hearthd_wait_for (f, "state one joined ");
  fake_hearthd_wait_for (f, "state one joined NoPackets");
  g_assert_false (fake_hearthd_has (f, "stage one first-packet"));
  fake_hearthd_wait_for (f, "state one running ");
}

static void
test_keyless (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = fake_hearthd_open (f, "one", "keyless");

  fake_hearthd_wait_for (f, "state one running NoKeyFrame");
  g_assert_false (fake_hearthd_has (f, "stage one random-access-point"));
  g_ptr_array_set_size (f->signals, 0);
  fake_hearthd_wait_for (f, "stage one random-access-point");
  fake_hearthd_wait_for (f, "state one running ");
}

static void
test_scrambled (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = fake_hearthd_open (f, "one", "scrambled");
  g_autoptr (GVariant) stream = NULL;
  const char *text;

  fake_hearthd_wait_for (f, "state one running NoKeyFrame");
  stream = fake_hearthd_get_stream (f, "one");
  g_assert_cmpuint (get_counter (stream, "scrambled"), >, 0);
  g_assert_true (g_variant_lookup (stream, "reason-text", "&s", &text));
  g_assert_nonnull (strstr (text, "scrambled"));
}

static void
test_end_and_failure (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) ending = fake_hearthd_open (f, "one", "end");
  g_autoptr (HearthRingReader) failing = fake_hearthd_open (f, "two", "fail");

  fake_hearthd_wait_for (f, "state one ended ");
  g_assert_true (hearth_ring_reader_is_ended (ending));
  g_assert_cmpuint (hearth_ring_reader_get_head (ending), ==, 3 * 12 * 188);
  fake_hearthd_wait_for (f, "state two failed NoAddress");
}

static void
test_list (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (GVariant) reply = fake_hearthd_call (f, "Refresh", NULL, NULL, NULL);
  g_autoptr (GVariant) list = NULL;
  g_autoptr (GVariant) oddities = NULL;
  g_autoptr (GVariant) details = NULL;
  g_autoptr (GMappedFile) mapping = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) attributes = NULL;
  const char *uri, *name, *number, *logo;
  guint32 line, n_services, n_oddities;
  guint64 n_bytes;
  gint32 index;
  int fd;

  while (f->services == NULL)
    fake_hearthd_turn ();
  g_variant_get (f->services, "(htu@a(uss)u@a{sv})", &index, &n_bytes, &n_services, &oddities, &n_oddities, &details);
  g_assert_cmpuint (n_services, ==, 1000);
  g_assert_cmpuint (n_oddities, ==, 1);
  g_assert_cmpuint (g_variant_n_children (oddities), ==, 1);
  g_assert_true (g_variant_lookup (details, "name", "&s", &name));
  g_assert_cmpstr (name, ==, "Test list");

  fd = g_unix_fd_list_get (f->service_fds, index, NULL);
  mapping = g_mapped_file_new_from_fd (fd, FALSE, NULL);
  close (fd);
  g_assert_cmpuint (g_mapped_file_get_length (mapping), ==, n_bytes);
  bytes = g_mapped_file_get_bytes (mapping);
  list = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("a(susssssuua(ss))"), bytes, FALSE));
  g_assert_true (g_variant_is_normal_form (list));
  g_assert_cmpuint (g_variant_n_children (list), ==, 1000);
  g_variant_get_child (list, 999, "(&su&s&s&s&s&suu@a(ss))", &uri, &line, &name, &number, &logo, NULL, NULL, NULL, NULL, &attributes);
  g_assert_cmpstr (uri, ==, "test:run#999");
  g_assert_cmpuint (line, ==, 1001);
  g_assert_cmpstr (name, ==, "频道 999");
  g_assert_cmpstr (number, ==, "1000");
  g_assert_cmpstr (logo, ==, "");
  g_assert_cmpuint (g_variant_n_children (attributes), ==, 2);
}

static void
test_list_fails (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (GVariant) reply = NULL;
  const char *error;

  start_network (f, "{'fail': <true>}");
  reply = fake_hearthd_call (f, "Refresh", NULL, NULL, NULL);
  while (f->list_failed == NULL)
    fake_hearthd_turn ();
  g_variant_get (f->list_failed, "(&s&s)", &error, NULL);
  g_assert_cmpstr (error, ==, "NoSignal");
  g_assert_null (f->services);
}

/* Streams outlive hearthd; it gets them back with its next Hello. */
static void
test_adoption (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = fake_hearthd_open (f, "one", "run");
  g_autoptr (HearthRingReader) adopted = NULL;
  g_autoptr (HearthRingWaiter) waiter = hearth_ring_waiter_new (NULL);
  g_autoptr (GVariant) streams = NULL;
  g_autoptr (GVariant) stream = NULL;
  const char *plugin, *id, *uri, *channel, *state;
  gint32 index;
  guint64 head;
  int fd;

  fake_hearthd_wait_for (f, "state one running ");
  add_waiter (f, "one", waiter);
  fake_hearthd_go (f);
  wait_for_head (reader, waiter, hearth_ring_reader_get_head (reader) + 188 * 50); /* without hearthd */
  fake_hearthd_come_back (f);
  g_assert_cmpuint (f->hellos, ==, 2);
  g_assert_true (g_variant_lookup (f->holds, "plugin", "&s", &plugin));
  g_assert_cmpstr (plugin, ==, "test");
  streams = g_variant_lookup_value (f->holds, "streams", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (streams), ==, 1);
  stream = g_variant_get_child_value (streams, 0);
  g_assert_true (g_variant_lookup (stream, "id", "&s", &id) && g_variant_lookup (stream, "uri", "&s", &uri) &&
                 g_variant_lookup (stream, "channel", "&s", &channel) && g_variant_lookup (stream, "state", "&s", &state) &&
                 g_variant_lookup (stream, "ring", "h", &index));
  g_assert_cmpstr (id, ==, "one");
  g_assert_cmpstr (uri, ==, "test:run");
  g_assert_cmpstr (channel, ==, "channel1");
  g_assert_cmpstr (state, ==, "running");
  fd = g_unix_fd_list_get (f->hold_fds, index, NULL);
  adopted = hearth_ring_reader_new (fd, NULL);
  close (fd);
  g_assert_cmpuint (hearth_ring_reader_get_head (adopted), >=, hearth_ring_reader_get_head (reader));

  start_network (f, "{'services': <uint32 1000>}"); /* the same: nothing happens */
  start_network (f, "{'services': <uint32 5>}");    /* another: connected again, into the same ring */
  head = hearth_ring_reader_get_head (adopted);
  wait_for_head (adopted, waiter, head + 188 * 50);
  g_clear_pointer (&stream, g_variant_unref);
  stream = fake_hearthd_get_stream (f, "one");
  g_assert_cmpuint (get_counter (stream, "continuity-errors"), ==, 0);
}

static HearthProgress *
get_progress (FakeHearthd *f)
{
  g_autoptr (GError) error = NULL;
  HearthProgress *progress;
  gint32 index;
  int fd;

  g_assert_true (g_variant_lookup (f->holds, "progress", "h", &index));
  fd = g_unix_fd_list_get (f->hold_fds, index, NULL);
  progress = hearth_progress_new_for_fd (fd, &error);
  g_assert_no_error (error);
  close (fd);
  return progress;
}

/* What hearthd sees of a process that was stopped. */
static void
test_liveness (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthProgress) progress = get_progress (f);
  g_autoptr (HearthRingReader) silent = NULL;
  g_autoptr (GVariant) reply = NULL;
  const gint64 until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  gint64 worst_us = 0;

  g_assert_false (hearth_progress_is_busy (progress));
  silent = fake_hearthd_open (f, "one", "late");
  g_assert_true (hearth_progress_is_busy (progress));
  fake_hearthd_wait_for (f, "state one joined NoPackets"); /* silence: for over a second */
  worst_us = hearth_progress_get_stall_us (progress, g_get_monotonic_time ());
  g_assert_cmpint (worst_us, <, 900000);

  g_subprocess_send_signal (f->worker, SIGSTOP);
  while (hearth_progress_get_stall_us (progress, g_get_monotonic_time ()) < G_USEC_PER_SEC)
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
  g_subprocess_send_signal (f->worker, SIGCONT);
  fake_hearthd_wait_for (f, "state one running ");
  g_assert_cmpuint (hearth_progress_get_units (progress, HEARTH_PROGRESS_STREAM_INGEST), >, 0);
  reply = fake_hearthd_call (f, "Close", g_variant_new ("(s)", "one"), NULL, NULL);
  g_assert_false (hearth_progress_is_busy (progress));
}

/* Told as what it is; then the process ends, for it cannot get rid of the thread. */
static void
test_stuck (FakeHearthd *f, gconstpointer data)
{
  g_autoptr (HearthRingReader) reader = fake_hearthd_open (f, "one", "stuck");

  fake_hearthd_wait_for (f, "state one running Plugin");
  fake_hearthd_wait_for_fall (f);
}

/* Many streams at once, opened and closed while they run. */
static void
test_many (FakeHearthd *f, gconstpointer data)
{
  HearthRingReader *readers[20];

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++) {
    g_autofree char *id = g_strdup_printf ("s%u", i);

    readers[i] = fake_hearthd_open (f, id, i % 2 == 0 ? "run" : "flood");
  }
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++) {
    g_autofree char *id = g_strdup_printf ("s%u", i), *stage = g_strdup_printf ("stage s%u random-access-point", i);
    g_autoptr (GVariant) reply = NULL;

    fake_hearthd_wait_for (f, stage);
    reply = fake_hearthd_call (f, "Close", g_variant_new ("(s)", id), NULL, NULL);
    hearth_ring_reader_free (readers[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, FakeHearthd, NULL, set_up, func, tear_down)
  ADD ("/stream/run", test_run);
  ADD ("/stream/refusals", test_refusals);
  g_test_add_func ("/stream/before-start", test_before_start);
  ADD ("/stream/late", test_late);
  ADD ("/stream/keyless", test_keyless);
  ADD ("/stream/scrambled", test_scrambled);
  ADD ("/stream/end-and-failure", test_end_and_failure);
  ADD ("/stream/list", test_list);
  ADD ("/stream/list-fails", test_list_fails);
  ADD ("/stream/adoption", test_adoption);
  ADD ("/stream/liveness", test_liveness);
  ADD ("/stream/ring-follows", test_ring_follows);
  ADD ("/stream/stuck", test_stuck);
  ADD ("/stream/many", test_many);
#undef ADD
  return g_test_run ();
}
