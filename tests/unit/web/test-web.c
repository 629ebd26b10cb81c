/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearth-web as a browser meets it, against a make-believe hearthd. */
#include "tests/unit/client/fake-hearth.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>

typedef struct {
  FakeHearth fake;
  GSubprocess *web;
  char *address; /* "http://127.0.0.1:4711/" */
  SoupSession *session;
} Fixture;

static void
start_web (Fixture *f)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearth-web", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) lines = NULL;

  f->web = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--port", "0", NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (f->web));
  f->address = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (f->address);
  f->session = soup_session_new ();
}

static void
stop_web (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (f->web, SIGTERM);
  g_assert_true (g_subprocess_wait_check (f->web, NULL, &error));
  g_clear_object (&f->web);
  g_clear_object (&f->session);
  g_free (f->address);
}

static SoupMessage *
new_message (Fixture *f, const char *method, const char *path)
{
  g_autofree char *uri = g_strconcat (f->address, path, NULL);

  return soup_message_new (method, uri);
}

static char *
ask (Fixture *f, SoupMessage *message, guint status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = soup_session_send_and_read (f->session, message, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, status);
  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static char *
get (Fixture *f, const char *path)
{
  g_autoptr (SoupMessage) message = new_message (f, "GET", path);

  return ask (f, message, SOUP_STATUS_OK);
}

static void
press (Fixture *f, const char *query, guint status)
{
  g_autofree char *path = g_strconcat ("key?", query, NULL);
  g_autoptr (SoupMessage) message = new_message (f, "POST", path);
  g_autofree char *answer = ask (f, message, status);
  g_autoptr (JsonNode) node = json_from_string (answer, NULL);

  g_assert_nonnull (node);
}

/* Reads on until @part was there @times times. */
static void
wait_for (GInputStream *stream, const char *part, guint times)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  const char *from;

  while (times > 0) {
    char bytes[4096];
    g_autoptr (GError) error = NULL;
    gssize n_bytes = g_input_stream_read (stream, bytes, sizeof bytes, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpint (n_bytes, >, 0);
    g_string_append_len (seen, bytes, n_bytes);
    while (times > 0 && (from = memmem (seen->str, seen->len, part, strlen (part))) != NULL) {
      g_string_erase (seen, 0, from - seen->str + (gssize) strlen (part));
      times--;
    }
  }
}

static GInputStream *
open_stream (Fixture *f, const char *path, const char *type)
{
  g_autoptr (SoupMessage) message = new_message (f, "GET", path);
  g_autoptr (GError) error = NULL;
  GInputStream *stream = soup_session_send (f->session, message, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL), ==, type);
  return stream;
}

static void
set_up (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GInputStream) events = NULL;

  fake_hearth_up (&f->fake, NULL);
  start_web (f);
  events = open_stream (f, "events", "text/event-stream");
  wait_for (events, "\"connected\":true", 1);
}

static void
tear_down (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  stop_web (f);
  fake_hearth_down (&f->fake);
}

static void
test_page (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *page = get (f, "");
  g_autofree char *script = get (f, "live.js");
  g_autofree char *style = get (f, "live.css");
  g_autoptr (SoupMessage) nothing = new_message (f, "GET", "etc/passwd");
  g_autofree char *not_found = ask (f, nothing, SOUP_STATUS_NOT_FOUND);

  g_assert_nonnull (strstr (page, "<!doctype html>"));
  g_assert_nonnull (strstr (script, "EventSource"));
  g_assert_nonnull (strstr (style, ":focus-visible"));
}

static void
test_live (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GInputStream) first = open_stream (f, "live.mjpeg", "multipart/x-mixed-replace");
  g_autoptr (GInputStream) second = open_stream (f, "live.mjpeg", "multipart/x-mixed-replace");

  wait_for (first, FAKE_JPEG "\r\n--hearth-picture\r\n", 3);
  wait_for (second, FAKE_JPEG "\r\n--hearth-picture\r\n", 3);
  g_clear_object (&first);
  wait_for (second, FAKE_JPEG, 3);
}

static void
test_keys (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GInputStream) events = open_stream (f, "events", "text/event-stream");

  wait_for (events, "\"connected\":true,\"state\":\"stopped\"", 1);
  press (f, "name=number&number=1", SOUP_STATUS_OK);
  wait_for (events, "\"name\":\"CCTV-1 综合\",\"name_zh\":\"频道\"", 1);
  press (f, "name=up", SOUP_STATUS_OK);
  wait_for (events, "\"number\":\"2\"", 1);
  press (f, "name=back", SOUP_STATUS_OK);
  wait_for (events, "\"number\":\"1\"", 1);
  press (f, "name=mute", SOUP_STATUS_OK);
  wait_for (events, "\"mute\":true", 1);
  press (f, "name=volume-up", SOUP_STATUS_OK);
  wait_for (events, "\"volume\":0.55", 1);
  press (f, "name=banner", SOUP_STATUS_OK);
  press (f, "name=number&number=4", SOUP_STATUS_OK);
  wait_for (events, "\"reason\":\"NoPackets\"", 1);
  press (f, "name=stop", SOUP_STATUS_OK);
  press (f, "name=number&number=77", SOUP_STATUS_NOT_FOUND);
  press (f, "name=number", SOUP_STATUS_BAD_REQUEST);
  press (f, "name=explode", SOUP_STATUS_BAD_REQUEST);
  press (f, "", SOUP_STATUS_BAD_REQUEST);
}

static void
test_hearthd_goes (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (GInputStream) events = open_stream (f, "events", "text/event-stream");

  wait_for (events, "\"connected\":true", 1);
  fake_hearth_stop (&f->fake);
  wait_for (events, "\"connected\":false", 1);
  press (f, "name=up", SOUP_STATUS_BAD_GATEWAY);
  fake_hearth_start (&f->fake, NULL);
  wait_for (events, "\"connected\":true", 1);
  press (f, "name=up", SOUP_STATUS_OK);
}

/* The page is there before the bus is, and begins to live with it. */
static void
test_bus_comes_later (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("hearth-web-XXXXXX", NULL);
  g_autofree char *bus = g_strdup_printf ("unix:path=%s/bus", folder);
  g_autofree char *file = g_build_filename (folder, "bus", NULL);
  g_autoptr (GSubprocess) daemon = NULL;
  g_autoptr (GInputStream) events = NULL;
  g_autoptr (GError) error = NULL;

  g_setenv ("HEARTH_BUS", bus, TRUE);
  start_web (f);
  events = open_stream (f, "events", "text/event-stream");
  wait_for (events, "\"connected\":false", 1);
  press (f, "name=up", SOUP_STATUS_BAD_GATEWAY);
  daemon = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "dbus-daemon", "--session", "--nofork", "--print-address=1",
                             "--address", bus, NULL);
  g_assert_no_error (error);
  g_input_stream_read (g_subprocess_get_stdout_pipe (daemon), (char[1]){ 0 }, 1, NULL, NULL); /* it listens */
  fake_hearth_start (&f->fake, NULL);
  wait_for (events, "\"connected\":true", 1);
  press (f, "name=up", SOUP_STATUS_OK);
  stop_web (f);
  fake_hearth_stop (&f->fake);
  g_subprocess_send_signal (daemon, SIGTERM);
  g_subprocess_wait (daemon, NULL, NULL);
  g_unsetenv ("HEARTH_BUS");
  g_remove (file);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* ---- who may ask ----------------------------------------------------------------------------- */

typedef struct {
  const char *host, *origin; /* NULL: as they are */
  guint status;
} Guarded;

static void
test_guard (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *own = g_strndup (f->address, strlen (f->address) - 1); /* an origin has no slash at its end */
  const Guarded cases[] = {
    { NULL, NULL, SOUP_STATUS_OK },
    { NULL, own, SOUP_STATUS_OK },
    { "localhost", NULL, SOUP_STATUS_OK },
    { "[::1]:8480", NULL, SOUP_STATUS_OK },
    { "evil.example", NULL, SOUP_STATUS_FORBIDDEN },
    { "127.0.0.1.evil.example", NULL, SOUP_STATUS_FORBIDDEN },
    { "localhost.evil.example:8480", NULL, SOUP_STATUS_FORBIDDEN },
    { NULL, "http://evil.example", SOUP_STATUS_FORBIDDEN },
    { NULL, "http://127.0.0.1:1", SOUP_STATUS_FORBIDDEN },
    { NULL, "null", SOUP_STATUS_FORBIDDEN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (SoupMessage) message = new_message (f, "POST", "key?name=banner");
    SoupMessageHeaders *headers = soup_message_get_request_headers (message);
    g_autofree char *answer = NULL;

    if (cases[i].host != NULL)
      soup_message_headers_replace (headers, "Host", cases[i].host);
    if (cases[i].origin != NULL)
      soup_message_headers_replace (headers, "Origin", cases[i].origin);
    answer = ask (f, message, cases[i].status);
  }
}

static void
test_methods (Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
  g_autoptr (SoupMessage) get_key = new_message (f, "GET", "key?name=up");
  g_autoptr (SoupMessage) post_page = new_message (f, "POST", "state");
  g_autofree char *first = ask (f, get_key, SOUP_STATUS_METHOD_NOT_ALLOWED); /* an image's address shall press no key */
  g_autofree char *second = ask (f, post_page, SOUP_STATUS_METHOD_NOT_ALLOWED);
  g_autofree char *state = get (f, "state");

  g_assert_nonnull (strstr (state, "\"state\":\"stopped\""));
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
#ifdef __SANITIZE_ADDRESS__ /* the leak check traces hearth-web, which its confinement rightly forbids */
  g_setenv ("HEARTH_CONFINE", "0", TRUE);
  g_setenv ("HEARTH_DUMPABLE", "1", TRUE);
#endif
  g_test_init (&argc, &argv, NULL);
  ADD ("/web/page", test_page);
  ADD ("/web/live", test_live);
  ADD ("/web/keys", test_keys);
  ADD ("/web/hearthd-goes", test_hearthd_goes);
  g_test_add ("/web/bus-comes-later", Fixture, NULL, NULL, test_bus_comes_later, NULL);
  ADD ("/web/guard", test_guard);
  ADD ("/web/methods", test_methods);
  return g_test_run ();
}
