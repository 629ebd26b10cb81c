/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Servers that refuse, pack, stall, show wrong papers; lists that change. */
#include "iptv-testing.h"

#include "plugins/network-iptv/iptv-fetch.h"
#include "plugins/network-iptv/iptv-network.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

/* Made for this test: nobody trusts it. For hearth.test and 127.0.0.1, good till 2126. */
static const char papers[] =
  "-----BEGIN CERTIFICATE-----\n"
  "MIIBoDCCAUegAwIBAgIUQYhYIX7kE3HAtCqnyLnGHnBylkQwCgYIKoZIzj0EAwIw\n"
  "FjEUMBIGA1UEAwwLaGVhcnRoLnRlc3QwIBcNMjYxMTIzMDMyMjE1WhgPMjEyNjEw\n"
  "MzAwMzIyMTVaMBYxFDASBgNVBAMMC2hlYXJ0aC50ZXN0MFkwEwYHKoZIzj0CAQYI\n"
  "KoZIzj0DAQcDQgAESXEAHn3vP1EL6XHsMEfdIv+Qa442IBCvkdjKTXF8BeDFpK13\n"
  "Zx/oSzpbpKZlGV3m6R9YWFnevbTERWs/NssauKNxMG8wHQYDVR0OBBYEFG61OyWe\n"
  "9cw+Ywi2cO4ANfKUud73MB8GA1UdIwQYMBaAFG61OyWe9cw+Ywi2cO4ANfKUud73\n"
  "MA8GA1UdEwEB/wQFMAMBAf8wHAYDVR0RBBUwE4ILaGVhcnRoLnRlc3SHBH8AAAEw\n"
  "CgYIKoZIzj0EAwIDRwAwRAIgJ42Y9csb/PC/+0eepFX3xCL9dNj7BkGmotRI7oDi\n"
  "ickCIHIHyWuu4MDpIqhfL4N7jVbKoaEkPAbWkQ3VGEQtLdqj\n"
  "-----END CERTIFICATE-----\n"
  "-----BEGIN PRIVATE KEY-----\n"
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9B/NHlukJ5jexA0s\n"
  "L9g2EcOcFgLFKRQ+F6oQO7Ak6AehRANCAARJcQAefe8/UQvpcewwR90i/5BrjjYg\n"
  "EK+R2MpNcXwF4MWkrXdnH+hLOlukpmUZXebpH1hYWd69tMRFaz82yxq4\n"
  "-----END PRIVATE KEY-----\n";

typedef struct {
  SoupServer *server;
  char *base;
  TestSink *sink;
  gint64 asked_us[8]; /* when /later was asked */
  guint n_asked;
  guint version; /* of /list */
  gboolean marks; /* /list has an ETag */
  guint n_unchanged;
} Fixture;

/* ---- what the server does ------------------------------------------------------------------------ */

static void
answer_payloads (SoupServerMessage *message, guint n)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
  for (guint i = 0; i < n; i++) {
    guint8 payload[TEST_PAYLOAD];

    testing_fill_payload (payload, i);
    soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, payload, sizeof payload);
  }
}

static void
on_plain (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  answer_payloads (message, 10);
}

static void
on_status (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  soup_server_message_set_status (message, (guint) atoi (path + strlen ("/status/")), NULL);
}

/* Twice: come back in a second. */
static void
on_later (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *f = data;

  f->asked_us[f->n_asked++ % G_N_ELEMENTS (f->asked_us)] = g_get_monotonic_time ();
  if (f->n_asked > 2) {
    answer_payloads (message, 10);
    return;
  }
  soup_server_message_set_status (message, f->n_asked == 1 ? 429 : SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", "1");
}

/* The first connection dries up after ten payloads. */
static void
on_stall (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  answer_payloads (message, 10);
}

static void
on_silent (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  soup_server_message_pause (message);
}

static void
on_packed (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  guint8 plain[10 * TEST_PAYLOAD];
  char packed[2 * sizeof plain];
  gsize n_read = 0, n_written = 0;

  for (guint i = 0; i < 10; i++)
    testing_fill_payload (plain + i * TEST_PAYLOAD, i);
  g_converter_convert (G_CONVERTER (gzip), plain, sizeof plain, packed, sizeof packed, G_CONVERTER_INPUT_AT_END, &n_read, &n_written, NULL);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Content-Encoding", "gzip");
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, packed, n_written);
}

static void
on_list (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *f = data;
  g_autofree char *etag = g_strdup_printf ("\"v%u\"", f->version);
  g_autofree char *text = g_strdup_printf ("#EXTM3U\n#EXTINF:-1,V%u\nudp://@239.77.1.1:1\n", f->version);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (f->marks)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "ETag", etag);
  if (g_strcmp0 (soup_message_headers_get_one (headers, "If-None-Match"), etag) == 0) {
    f->n_unchanged++;
    soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
    return;
  }
  soup_server_message_set_response (message, "audio/x-mpegurl", SOUP_MEMORY_COPY, text, strlen (text));
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

/* ---- fixture -------------------------------------------------------------------------------------- */

static gboolean
check_password (SoupAuthDomain *domain, SoupServerMessage *message, const char *user, const char *password, gpointer data)
{
  return g_str_equal (user, "anna") && g_str_equal (password, "p w");
}

static void
add_handlers (Fixture *f)
{
  g_autoptr (SoupAuthDomain) domain =
    soup_auth_domain_basic_new ("realm", "tv", "auth-callback", check_password, NULL);

  soup_auth_domain_add_path (domain, "/private");
  soup_server_add_auth_domain (f->server, domain);
  soup_server_add_handler (f->server, "/plain", on_plain, f, NULL);
  soup_server_add_handler (f->server, "/private", on_plain, f, NULL);
  soup_server_add_handler (f->server, "/private/list", on_list, f, NULL);
  soup_server_add_handler (f->server, "/status/", on_status, f, NULL);
  soup_server_add_handler (f->server, "/later", on_later, f, NULL);
  soup_server_add_handler (f->server, "/stall", on_stall, f, NULL);
  soup_server_add_handler (f->server, "/silent", on_silent, f, NULL);
  soup_server_add_handler (f->server, "/packed", on_packed, f, NULL);
  soup_server_add_handler (f->server, "/list", on_list, f, NULL);
}

/* @tls: with our papers. */
static void
set_up (Fixture *f, gconstpointer tls)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;
  GSList *uris;

  if (tls != NULL && g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    certificate = g_tls_certificate_new_from_pem (papers, -1, &error);
  g_assert_no_error (error);
  f->server = soup_server_new ("tls-certificate", certificate, NULL);
  add_handlers (f);
  soup_server_listen_local (f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY | (certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0), &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (f->server);
  f->base = g_strdup_printf ("127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  f->sink = test_sink_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_sink_free (f->sink);
  g_object_unref (f->server);
  g_free (f->base);
}

/* Waits for @state, closes, and returns what was said. */
static char *
try (Fixture *f, TestNetwork *network, const char *scheme, const char *path, const char *state)
{
  g_autofree char *uri = g_strconcat (scheme, f->base, path, NULL);
  TestSink *sink = test_sink_new ();
  gpointer stream = test_network_open (network, uri, sink);
  char *text;

  WAIT_FOR (test_sink_has_state (sink, state));
  test_network_close (network, stream, sink);
  text = g_strdup (sink->text != NULL ? sink->text : "");
  test_sink_free (sink);
  return text;
}

/* ---- streams ------------------------------------------------------------------------------------------ */

static void
test_statuses (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *path, *word;
  } statuses[] = { { "/status/401", "USER:PASSWORD" }, { "/status/402", "paid" },    { "/status/403", "subscription" },
                   { "/status/404", "changed" },       { "/status/429", "another" }, { "/status/502", "of its own" } };
  TestNetwork *network = test_network_new ("/dev/null");

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autofree char *text = try (f, network, "http://", statuses[i].path, "reconnecting:NoSignal");

    g_assert_nonnull (strstr (text, statuses[i].path + strlen ("/status/")));
    g_assert_nonnull (strstr (text, statuses[i].word));
  }
  test_network_free (network);
}

static void
test_password (Fixture *f, gconstpointer data)
{
  TestNetwork *network = test_network_new ("/dev/null");
  g_autofree char *without = try (f, network, "http://", "/private", "reconnecting:NoSignal");
  g_autofree char *wrong = try (f, network, "http://anna:secret@", "/private", "reconnecting:NoSignal");
  g_autofree char *right = try (f, network, "http://anna:p%20w@", "/private", "running");

  g_assert_nonnull (strstr (without, "401"));
  g_assert_nonnull (strstr (wrong, "401"));
  g_assert_null (strstr (wrong, "secret"));
  test_network_free (network);
}

static void
test_retry_after (Fixture *f, gconstpointer data)
{
  TestNetwork *network = test_network_new ("/dev/null");
  g_autofree char *text = try (f, network, "http://", "/later", "running");

  g_assert_cmpuint (f->n_asked, ==, 3);
  g_assert_cmpint (f->asked_us[1] - f->asked_us[0], >=, 1000000);
  g_assert_cmpint (f->asked_us[2] - f->asked_us[1], >=, 1000000);
  test_network_free (network);
}

static void
test_stall (Fixture *f, gconstpointer data)
{
  TestNetwork *network = test_network_new ("/dev/null");
  g_autofree char *uri = g_strconcat ("http://", f->base, "/silent", NULL);
  TestSink *silent = test_sink_new ();
  gpointer stream = test_network_open (network, uri, silent);
  g_autofree char *text = try (f, network, "http://", "/stall", "reconnecting:NoPackets");

  g_assert_nonnull (strstr (text, "nothing came"));
  WAIT_FOR (test_sink_has_state (silent, "reconnecting:TimedOut"));
  test_network_close (network, stream, silent);
  test_sink_free (silent);
  test_network_free (network);
}

static void
test_packed (Fixture *f, gconstpointer data)
{
  TestNetwork *network = test_network_new ("/dev/null");
  g_autofree char *uri = g_strconcat ("http://", f->base, "/packed", NULL);
  gpointer stream = test_network_open (network, uri, f->sink);

  WAIT_FOR (test_sink_get_size (f->sink) >= 10 * TEST_PAYLOAD);
  test_network_close (network, stream, f->sink);
  testing_assert_payloads (f->sink, 0, 10);
  test_network_free (network);
}

/* Refused and said why; let in by the list's word or by the household's. */
static void
test_certificate (Fixture *f, gconstpointer data)
{
  TestNetwork *strict = test_network_new ("/dev/null");
  TestNetwork *easy = test_network_new_with ("{'location': <'/dev/null'>, 'refresh-minutes': <uint32 0>, 'any-certificate': <true>}");

  if (g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_autofree char *refused = try (f, strict, "https://", "/plain", "reconnecting:NoSignal");
    g_autofree char *by_list = try (f, strict, "https://", "/plain|verifypeer=false", "running");
    g_autofree char *by_setting = try (f, easy, "https://", "/plain", "running");

    g_assert_nonnull (strstr (refused, "nobody whom this box trusts"));
    g_assert_nonnull (strstr (refused, "any-certificate"));
  } else {
    g_test_skip ("GIO has no TLS here (glib-networking)");
  }
  test_network_free (strict);
  test_network_free (easy);
}

/* ---- lists ---------------------------------------------------------------------------------------------- */

typedef struct {
  IptvFetch what;
  IptvFetchMark mark;
  GBytes *bytes;
  GError *error;
  int done;
} Fetching;

static gpointer
run_fetch (gpointer data)
{
  Fetching *self = data;
  g_autofree char *uri = NULL;

  iptv_fetch (&self->what, &self->mark, &self->bytes, &uri, NULL, &self->error);
  g_atomic_int_set (&self->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
fetch (Fetching *self)
{
  GThread *thread;

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_error (&self->error);
  g_atomic_int_set (&self->done, FALSE);
  thread = g_thread_new ("fetch", run_fetch, self);
  WAIT_FOR (g_atomic_int_get (&self->done));
  g_thread_join (thread);
}

static void
fetching_clear (Fetching *self)
{
  iptv_fetch_mark_clear (&self->mark);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_error (&self->error);
}

/* Once with an ETag, once without: then the bytes tell. */
static void
test_unchanged (Fixture *f, gconstpointer data)
{
  g_autofree char *uri = g_strconcat ("http://", f->base, "/list", NULL);

  for (guint marks = 0; marks < 2; marks++) {
    Fetching fetching = { .what = { .location = uri, .max_bytes = 1 << 20 } };

    f->marks = marks == 1;
    fetch (&fetching);
    g_assert_nonnull (fetching.bytes);
    fetch (&fetching);
    g_assert_no_error (fetching.error);
    g_assert_null (fetching.bytes);
    g_assert_cmpuint (f->n_unchanged, ==, marks);
    f->version++;
    fetch (&fetching);
    g_assert_nonnull (fetching.bytes);
    fetching_clear (&fetching);
  }
}

static void
test_list_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *later = g_strconcat ("http://", f->base, "/later?token=secret", NULL);
  g_autofree char *uri = g_strconcat ("http://anna:wrong@", f->base, "/private/list", NULL);
  g_autofree char *good = g_strconcat ("http://anna:p%20w@", f->base, "/private/list", NULL);
  Fetching fetching = { .what = { .location = later, .max_bytes = 1 << 20 } };

  fetch (&fetching);
  g_assert_error (fetching.error, HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL);
  g_assert_cmpuint (fetching.mark.wait_s, ==, 1);
  g_assert_null (strstr (fetching.error->message, "secret"));
  fetching.what.location = uri;
  fetch (&fetching);
  g_assert_error (fetching.error, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED);
  g_assert_null (strstr (fetching.error->message, "wrong@"));
  fetching.what.location = good;
  fetch (&fetching);
  g_assert_no_error (fetching.error);
  fetching_clear (&fetching);
}

static void
test_list_certificate (Fixture *f, gconstpointer data)
{
  g_autofree char *uri = g_strconcat ("https://", f->base, "/list", NULL);
  Fetching fetching = { .what = { .location = uri, .max_bytes = 1 << 20 } };

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ())) {
    g_test_skip ("GIO has no TLS here (glib-networking)");
    return;
  }
  fetch (&fetching);
  g_assert_error (fetching.error, HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL);
  g_assert_nonnull (strstr (fetching.error->message, "nobody whom this box trusts"));
  fetching.what.any_certificate = TRUE;
  fetch (&fetching);
  g_assert_no_error (fetching.error);
  fetching_clear (&fetching);
}

static void
write_list (const char *path, const char *name)
{
  g_autofree char *text = g_strdup_printf ("#EXTM3U\n#EXTINF:-1,%s\nudp://@239.77.1.1:1\n", name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
network_has (TestNetwork *network, const char *name)
{
  gboolean has;

  g_mutex_lock (&network->lock);
  has = network->n_begun == network->n_ended && g_str_has_prefix (network->services->str, name);
  g_mutex_unlock (&network->lock);
  return has;
}

/* The host asks once. Then the file is replaced, written anew, touched, and lost for a while. */
static void
test_file_watched (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("iptv-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "list.m3u", NULL);
  TestNetwork *network;

  write_list (path, "One");
  network = test_network_new_refreshing (path, G_MAXUINT);
  iptv_network_ops.refresh (network->instance);
  WAIT_FOR (network_has (network, "One"));
  write_list (path, "Two"); /* by rename */
  WAIT_FOR (network_has (network, "Two"));
  write_list (path, "Two"); /* nothing new: not told */
  g_unlink (path);
  WAIT_FOR (network->error != NULL);
  g_assert_cmpuint (test_network_get_ended (network), ==, 3);
  write_list (path, "Two");
  WAIT_FOR (network_has (network, "Two"));
  test_network_free (network);
  g_unlink (path);
  g_rmdir (folder);
}

/* The server has trouble when the box starts: two seconds later it is asked again. */
static void
test_list_comes_late (Fixture *f, gconstpointer data)
{
  g_autofree char *location = g_strconcat ("http://", f->base, "/list", NULL);
  TestNetwork *network = test_network_new_refreshing (location, 600);

  soup_server_remove_handler (f->server, "/list");
  iptv_network_ops.refresh (network->instance);
  WAIT_FOR (test_network_get_ended (network) == 1);
  g_assert_error (network->error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
  soup_server_add_handler (f->server, "/list", on_list, f, NULL);
  WAIT_FOR (network_has (network, "V0"));
  test_network_free (network);
}

#define ADD(name, tls, func) g_test_add ("/iptv/" name, Fixture, tls, set_up, func, tear_down)

void
test_iptv_trouble_add (void)
{
  ADD ("http/statuses", NULL, test_statuses);
  ADD ("http/password", NULL, test_password);
  ADD ("http/retry-after", NULL, test_retry_after);
  ADD ("http/stall", NULL, test_stall);
  ADD ("http/packed", NULL, test_packed);
  ADD ("http/certificate", "tls", test_certificate);
  ADD ("list/unchanged", NULL, test_unchanged);
  ADD ("list/refused", NULL, test_list_refused);
  ADD ("list/certificate", "tls", test_list_certificate);
  ADD ("list/file-watched", NULL, test_file_watched);
  ADD ("list/comes-late", NULL, test_list_comes_late);
}
