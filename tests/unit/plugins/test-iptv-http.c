/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams and lists by HTTP and from files, with a server in the test. */
#include "iptv-testing.h"

#include "plugins/network-iptv/iptv-network.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#define PACKETS_A_PCR 20
#define MS_A_PCR 40
#define RECORDING_PACKETS 240 /* twelve PCRs: 440 ms and the rest */

typedef struct {
  SoupServer *server;
  char *base; /* "http://127.0.0.1:1234" */
  char *folder;
  TestNetwork *network;
  TestSink *sink;
  gpointer stream;
  guint n_live; /* requests of /live */
  guint n_agent;
  SoupServerMessage *flow; /* /flow, which sends on and on */
  guint n_flowed;
} Fixture;

/* ---- what the server has ----------------------------------------------------------------------- */

static void
append_payloads (SoupServerMessage *message, guint from, guint to)
{
  for (guint i = from; i < to; i++) {
    guint8 payload[TEST_PAYLOAD];

    testing_fill_payload (payload, i);
    soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, payload, sizeof payload);
  }
}

static void
answer_chunked (SoupServerMessage *message)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
}

/* Two connections that break off, a refusal, a web page, and one that stays. */
static void
on_live (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *f = data;

  switch (f->n_live++) {
  case 0:
  case 1:
    answer_chunked (message);
    append_payloads (message, (f->n_live - 1) * 100, f->n_live * 100);
    soup_message_body_complete (soup_server_message_get_response_body (message));
    break;
  case 2:
    soup_server_message_set_status (message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
    break;
  case 3:
    soup_server_message_set_response (message, "text/html", SOUP_MEMORY_STATIC, "<html>pay</html>", 16);
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    break;
  default:
    answer_chunked (message);
    append_payloads (message, 200, 300);
    break;
  }
}

static gboolean
flow (gpointer data)
{
  Fixture *f = data;

  append_payloads (f->flow, f->n_flowed, f->n_flowed + 10);
  f->n_flowed += 10;
  soup_server_message_unpause (f->flow);
  return G_SOURCE_CONTINUE;
}

static void
on_flow (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *f = data;

  answer_chunked (message);
  f->flow = g_object_ref (message);
  flow (f);
}

static void
on_hls (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  soup_server_message_set_response (message, "audio/mpegurl", SOUP_MEMORY_STATIC, "#EXTM3U\n#EXT-X-VERSION:3\n", 25);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

/* Only for the box that the list describes. */
static void
on_agent (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *f = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  f->n_agent++;
  if (g_strcmp0 (soup_message_headers_get_one (headers, "User-Agent"), "Box 1.0") != 0 ||
      g_strcmp0 (soup_message_headers_get_one (headers, "Referer"), "http://portal/") != 0) {
    soup_server_message_set_status (message, SOUP_STATUS_FORBIDDEN, NULL);
    return;
  }
  answer_chunked (message);
  append_payloads (message, 0, 10);
}

static void
on_moved (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  soup_server_message_set_redirect (message, SOUP_STATUS_FOUND, "/agent");
}

static void
on_never (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  soup_server_message_pause (message);
}

static GByteArray *
make_recording (void)
{
  GByteArray *recording = g_byte_array_new ();

  for (guint i = 0; i < RECORDING_PACKETS; i++) {
    guint8 packet[188] = { 0x47, 0x01, 0x00, 0x10 };
    guint32 serial = GUINT32_TO_BE (i), base = i / PACKETS_A_PCR * MS_A_PCR * 90;

    if (i % PACKETS_A_PCR == 0) {
      packet[3] = 0x30;
      packet[4] = 7;
      packet[5] = 0x10;
      packet[7] = (guint8) (base >> 17);
      packet[8] = (guint8) (base >> 9);
      packet[9] = (guint8) (base >> 1);
      packet[10] = (guint8) (base << 7);
    }
    memcpy (packet + 100, &serial, sizeof serial);
    g_byte_array_append (recording, packet, sizeof packet);
  }
  return recording;
}

static void
on_recording (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  g_autoptr (GByteArray) recording = make_recording ();

  soup_server_message_set_response (message, "video/mp2t", SOUP_MEMORY_COPY, (const char *) recording->data, recording->len);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

static const char list[] = "#EXTM3U x-tvg-url=\"http://guide/\"\n"
                           "#EXTINF:-1 tvg-id=\"a\",Agent\n#EXTVLCOPT:http-user-agent=Box 1.0\nagent|Referer=http%3A%2F%2Fportal%2F\n"
                           "#EXTINF:-1,Group\nudp//@239.77.1.1:1\n";

static void
on_list (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  soup_server_message_set_response (message, "audio/x-mpegurl", SOUP_MEMORY_STATIC, list, strlen (list));
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

/* ---- fixture -------------------------------------------------------------------------------------- */

static void
set_up (Fixture *f, gconstpointer path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *location = NULL;
  GSList *uris;

  f->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (f->server, "/live", on_live, f, NULL);
  soup_server_add_handler (f->server, "/flow", on_flow, f, NULL);
  soup_server_add_handler (f->server, "/hls", on_hls, f, NULL);
  soup_server_add_handler (f->server, "/agent", on_agent, f, NULL);
  soup_server_add_handler (f->server, "/moved", on_moved, f, NULL);
  soup_server_add_handler (f->server, "/never", on_never, f, NULL);
  soup_server_add_handler (f->server, "/recording", on_recording, f, NULL);
  soup_server_add_handler (f->server, "/list", on_list, f, NULL);
  soup_server_listen_local (f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (f->server);
  f->base = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  f->folder = g_dir_make_tmp ("iptv-XXXXXX", &error);
  g_assert_no_error (error);
  location = g_strconcat (f->base, path != NULL ? path : "/list", NULL);
  f->network = test_network_new (location);
  f->sink = test_sink_new ();
}

static void
open_path (Fixture *f, const char *path)
{
  g_autofree char *uri = g_strconcat (f->base, path, NULL);

  f->stream = test_network_open (f->network, uri, f->sink);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gint64 start_us;

  if (f->stream != NULL)
    test_network_close (f->network, f->stream, f->sink);
  start_us = g_get_monotonic_time ();
  test_network_free (f->network);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 2000000); /* nothing waits for a server */
  test_sink_free (f->sink);
  g_clear_object (&f->flow);
  g_object_unref (f->server);
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->base);
}

static void
wait_for_payloads (Fixture *f, guint n)
{
  WAIT_FOR (test_sink_get_size (f->sink) >= (gsize) n * TEST_PAYLOAD);
}

/* ---- streams ----------------------------------------------------------------------------------------- */

static void
test_live (Fixture *f, gconstpointer data)
{
  g_autofree char *states = NULL;

  open_path (f, "/live");
  wait_for_payloads (f, 300);
  WAIT_FOR (test_sink_get_health (f->sink).reconnects == 4);
  testing_assert_payloads (f->sink, 0, 300);
  states = test_sink_dup_states (f->sink);
  g_assert_cmpstr (states, ==,
                   "connecting joined running reconnecting:Disconnected joined running reconnecting:Disconnected "
                   "reconnecting:NoSignal joined reconnecting:Corrupt joined running ");
  g_assert_cmpuint (f->sink->n_gaps, ==, 2);
}

/* Past two seconds what has come is taken at the tick. */
static void
test_flow (Fixture *f, gconstpointer data)
{
  gint64 start_us = g_get_monotonic_time ();
  guint source, pushes_before, sent_before;

  open_path (f, "/flow");
  WAIT_FOR (f->flow != NULL);
  source = g_timeout_add (3, flow, f);
  WAIT_FOR (g_get_monotonic_time () - start_us > 2500000);
  g_mutex_lock (&f->sink->lock);
  pushes_before = f->sink->n_pushes;
  g_mutex_unlock (&f->sink->lock);
  sent_before = f->n_flowed;
  WAIT_FOR (f->n_flowed >= sent_before + 2000);
  g_source_remove (source);
  wait_for_payloads (f, f->n_flowed);
  testing_assert_payloads (f->sink, 0, f->n_flowed);
  g_test_message ("%u pushes for 200 chunks", f->sink->n_pushes - pushes_before);
  g_assert_cmpuint (f->sink->n_pushes - pushes_before, <, 200);
  g_assert_cmpuint (f->sink->n_gaps, ==, 0);
}

static void
test_refusals (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *uri, *state, *word;
  } refusals[] = {
    { "/nothing", "reconnecting:NoSignal", "404" },
    { "/agent", "reconnecting:NoSignal", "403" },
    { "/hls", "direct", "" },
    { "/list", "direct", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++) {
    TestSink *sink = test_sink_new ();
    g_autofree char *uri = g_strconcat (f->base, refusals[i].uri, NULL);
    gpointer stream = test_network_open (f->network, uri, sink);

    WAIT_FOR (test_sink_has_state (sink, refusals[i].state));
    test_network_close (f->network, stream, sink);
    g_assert_true (*refusals[i].word == '\0' || strstr (sink->text, refusals[i].word) != NULL);
    g_assert_cmpuint (sink->bytes->len, ==, 0);
    test_sink_free (sink);
  }
}

static void
test_unreachable (Fixture *f, gconstpointer data)
{
  TestSink *sink = test_sink_new ();
  gpointer stream;

  soup_server_disconnect (f->server);
  open_path (f, "/live?token=secret");
  WAIT_FOR (test_sink_has_state (f->sink, "reconnecting:NoSignal"));
  g_assert_null (strstr (f->sink->text, "secret"));
  stream = test_network_open (f->network, "http://no-such-host.invalid/1.ts", sink);
  WAIT_FOR (test_sink_has_state (sink, "reconnecting:NoAddress"));
  test_network_close (f->network, stream, sink);
  test_sink_free (sink);
}

/* The server takes the request and says nothing: closing waits for nobody. */
static void
test_no_answer (Fixture *f, gconstpointer data)
{
  open_path (f, "/never");
  WAIT_FOR (test_sink_has_state (f->sink, "connecting"));
}

/* Though nothing comes, the threads say that they live. */
static void
test_beats (Fixture *f, gconstpointer data)
{
  TestSink *datagrams = test_sink_new ();
  gpointer stream = test_network_open (f->network, "udp://@:4050", datagrams);
  gint64 start_us = g_get_monotonic_time ();

  open_path (f, "/never");
  WAIT_FOR (test_sink_get_beats (f->sink) >= 3 && test_sink_get_beats (datagrams) >= 3);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >, 500000); /* and not all the time */
  test_network_close (f->network, stream, datagrams);
  test_sink_free (datagrams);
}

static void
test_pipe_options (Fixture *f, gconstpointer data)
{
  open_path (f, "/moved|User-Agent=Box%201.0&Referer=http://portal/"); /* by a redirect, too */
  wait_for_payloads (f, 10);
  testing_assert_payloads (f->sink, 0, 10);
}

/* The list was read before this process was; the host remembers what it said. */
static void
test_attributes (Fixture *f, gconstpointer data)
{
  static const char words[] = "{'attributes': <[('tvg-id', 'a'), ('extvlcopt:http-user-agent', 'Box 1.0'), ('pipe:referer', 'http://portal/')]>}";
  g_autoptr (GVariant) options = g_variant_parse (G_VARIANT_TYPE_VARDICT, words, NULL, NULL, NULL);
  g_autofree char *uri = g_strconcat (f->base, "/agent", NULL);

  f->stream = iptv_network_ops.open (f->network->instance, uri, options, &f->sink->sink, NULL);
  wait_for_payloads (f, 10);
}

static void
test_recording (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) recording = make_recording ();
  gint64 start_us = g_get_monotonic_time ();
  g_autofree char *states = NULL;

  open_path (f, "/recording");
  WAIT_FOR (test_sink_has_state (f->sink, "ended"));
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 400000);
  g_assert_cmpmem (f->sink->bytes->data, f->sink->bytes->len, recording->data, recording->len);
  /* Eleven steps of 40 ms from the first PCR to the last. */
  g_assert_cmpint (f->sink->last_arrival_us - f->sink->first_arrival_us, >=, 430000);
  states = test_sink_dup_states (f->sink);
  g_assert_cmpstr (states, ==, "connecting joined running ended ");
}

/* ---- files ---------------------------------------------------------------------------------------------- */

static char *
write_file (Fixture *f, const char *name, const void *bytes, gsize n_bytes)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (f->folder, name, NULL);

  g_file_set_contents (path, bytes, (gssize) n_bytes, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_file (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) recording = make_recording ();
  g_autofree char *path = write_file (f, "a b.ts", recording->data, recording->len);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  gint64 start_us = g_get_monotonic_time ();

  f->stream = test_network_open (f->network, uri, f->sink);
  WAIT_FOR (test_sink_has_state (f->sink, "ended"));
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 400000);
  g_assert_cmpmem (f->sink->bytes->data, f->sink->bytes->len, recording->data, recording->len);
  g_unlink (path);
}

static void
test_file_loop (Fixture *f, gconstpointer data)
{
  g_autoptr (GByteArray) recording = make_recording ();
  g_autofree char *path = write_file (f, "a.ts", recording->data, recording->len);
  g_autofree char *uri = g_strconcat ("file://", path, "?loop=1", NULL);

  f->stream = test_network_open (f->network, uri, f->sink);
  WAIT_FOR (test_sink_get_size (f->sink) > 2 * recording->len);
  g_mutex_lock (&f->sink->lock);
  g_assert_cmpuint (f->sink->n_gaps, ==, f->sink->bytes->len / recording->len - (f->sink->bytes->len % recording->len == 0));
  for (guint i = 0; i < 2; i++)
    g_assert_cmpmem (f->sink->bytes->data + i * recording->len, recording->len, recording->data, recording->len);
  g_mutex_unlock (&f->sink->lock);
  g_unlink (path);
}

static void
test_file_errors (Fixture *f, gconstpointer data)
{
  g_autofree char *path = write_file (f, "a.ts", "hello", 5);
  g_autofree char *wrong = g_strconcat ("file://", path, NULL);
  const char *const uris[] = { wrong, "file:///nowhere/at/all.ts", "file:///dev/zero" };
  const char *const states[] = { "failed:Corrupt", "failed:NotFound", "failed:InvalidArgument" };

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++) {
    TestSink *sink = test_sink_new ();
    gpointer stream = test_network_open (f->network, uris[i], sink);

    WAIT_FOR (test_sink_has_state (sink, states[i]));
    test_network_close (f->network, stream, sink);
    test_sink_free (sink);
  }
  g_unlink (path);
}

static void
test_wrong_addresses (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *uri;
    HearthError code;
  } wrong[] = {
    { "srt://127.0.0.1:1", HEARTH_ERROR_NOT_SUPPORTED },     { "http://", HEARTH_ERROR_INVALID_ARGUMENT },
    { "udp://some$where:1", HEARTH_ERROR_INVALID_ARGUMENT }, { "nonsense", HEARTH_ERROR_NOT_SUPPORTED },
    { "http://[::1/x.ts", HEARTH_ERROR_INVALID_ARGUMENT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (iptv_network_ops.open (f->network->instance, wrong[i].uri, NULL, &f->sink->sink, &error));
    g_assert_error (error, HEARTH_ERROR, (gint) wrong[i].code);
  }
}

/* ---- lists ------------------------------------------------------------------------------------------------ */

/* What the list says about an entry counts when it is opened by its address alone. */
static void
test_list (Fixture *f, gconstpointer data)
{
  g_autofree char *services = g_strdup_printf ("Agent %s/agent\nGroup udp://@239.77.1.1:1\n", f->base);

  iptv_network_ops.refresh (f->network->instance);
  iptv_network_ops.refresh (f->network->instance);
  WAIT_FOR (test_network_get_ended (f->network) >= 1);
  g_assert_no_error (f->network->error);
  g_assert_cmpstr (f->network->services->str, ==, services);
  g_assert_cmpuint (f->network->n_oddities, ==, 2);
  g_assert_true (g_variant_lookup (f->network->details, "guide-urls", "^a&s", NULL));
  open_path (f, "/agent");
  wait_for_payloads (f, 10);
}

static void
test_list_fails (Fixture *f, gconstpointer data)
{
  iptv_network_ops.refresh (f->network->instance);
  WAIT_FOR (test_network_get_ended (f->network) == 1);
  g_assert_error (f->network->error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (f->network->error->message, "404"));
}

static void
test_list_never (Fixture *f, gconstpointer data)
{
  iptv_network_ops.refresh (f->network->instance); /* stop() does not wait for the answer: see tear_down */
}

static char *
write_gzip (Fixture *f, const char *name)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  char packed[4096];
  gsize n_read = 0, n_written = 0;

  g_assert_cmpint (g_converter_convert (G_CONVERTER (gzip), list, strlen (list), packed, sizeof packed, G_CONVERTER_INPUT_AT_END, &n_read,
                                        &n_written, NULL),
                   ==, G_CONVERTER_FINISHED);
  return write_file (f, name, packed, n_written);
}

static void
test_inspect (Fixture *f, gconstpointer data)
{
  g_autofree char *path = write_gzip (f, "list.m3u.gz");
  g_autofree char *expected = g_strdup_printf ("Agent file://%s/agent\nGroup udp://@239.77.1.1:1\n", f->folder);
  g_autoptr (GError) error = NULL;

  g_assert_true (iptv_network_ops.inspect (path, &f->network->host, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (f->network->services->str, ==, expected);
  g_unlink (path);
  g_assert_false (iptv_network_ops.inspect (path, &f->network->host, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (iptv_network_ops.inspect ("/dev/zero", &f->network->host, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (iptv_network_ops.inspect ("rtsp://a/b", &f->network->host, NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
}

static void
test_settings (Fixture *f, gconstpointer data)
{
  static const char *const wrong[] = { "{}", "{'location': <''>}", "{'location': <5>}",
                                       "{'location': <'/a'>, 'refresh-minutes': <'often'>}" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_parse (G_VARIANT_TYPE_VARDICT, wrong[i], NULL, NULL, NULL));
    g_autofree guint8 *instance = g_malloc0 (iptv_network_ops.instance_size);
    g_autoptr (GError) error = NULL;

    g_assert_false (iptv_network_ops.start (instance, &f->network->host, settings, &error));
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  }
}

#define ADD(name, path, func) g_test_add ("/iptv/" name, Fixture, path, set_up, func, tear_down)

void
test_iptv_http_add (void)
{
  ADD ("http/live", NULL, test_live);
  ADD ("http/flow", NULL, test_flow);
  ADD ("http/refusals", NULL, test_refusals);
  ADD ("http/unreachable", NULL, test_unreachable);
  ADD ("http/no-answer", NULL, test_no_answer);
  ADD ("http/beats", NULL, test_beats);
  ADD ("http/pipe-options", NULL, test_pipe_options);
  ADD ("http/attributes", NULL, test_attributes);
  ADD ("http/recording", NULL, test_recording);
  ADD ("file/once", NULL, test_file);
  ADD ("file/loop", NULL, test_file_loop);
  ADD ("file/errors", NULL, test_file_errors);
  ADD ("open/wrong-addresses", NULL, test_wrong_addresses);
  ADD ("list/http", NULL, test_list);
  ADD ("list/fails", "/missing.m3u", test_list_fails);
  ADD ("list/never", "/never", test_list_never);
  ADD ("list/inspect", NULL, test_inspect);
  ADD ("start/settings", NULL, test_settings);
}
