/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program itself, with real content made by ffmpeg: starts, says that it is ready, sends, replays, ends. */
#include <arpa/inet.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "headend-testing.h"

#define TWO_SECONDS_BYTES (2 * 6000000 / 8) /* of channel 1 */
#define GOOD_SECONDS 20.0

static char *
dup_program (void)
{
  return g_test_build_filename (G_TEST_BUILT, "hearth-headend", NULL);
}

static GSubprocess *
start (const char *const *arguments)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autofree char *program = dup_program ();
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_ptr_array_add (words, program);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (words, (gpointer) *arguments);
  g_ptr_array_add (words, NULL);
  process = g_subprocess_newv ((const char *const *) words->pdata, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  return process;
}

/* The ready line, parsed. */
static JsonNode *
wait_ready (GSubprocess *process)
{
  g_autoptr (GDataInputStream) output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (output), FALSE);
  line = g_data_input_stream_read_line_utf8 (output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  node = json_from_string (line, &error);
  g_assert_no_error (error);
  return node;
}

static void
stop (GSubprocess *process)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (process, SIGTERM);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

static GBytes *
get (const char *base, const char *path)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strconcat (base, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = soup_session_send_and_read (session, message, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, SOUP_STATUS_OK);
  return bytes;
}

/* The first bytes of a stream without an end. */
static GBytes *
get_first (const char *base, const char *path, gsize n_bytes)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strconcat (base, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send (session, message, NULL, &error);
  guint8 *bytes = g_malloc (n_bytes);
  gsize read = 0;

  g_assert_no_error (error);
  g_assert_true (g_input_stream_read_all (stream, bytes, n_bytes, &read, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (read, ==, n_bytes);
  return g_bytes_new_take (bytes, n_bytes);
}

static void
assert_continuous (GBytes *bytes)
{
  gsize n_bytes;
  const guint8 *data = g_bytes_get_data (bytes, &n_bytes);
  int last[8192];

  memset (last, 0xff, sizeof last);
  for (gsize i = 0; i + HEADEND_PACKET <= n_bytes; i += HEADEND_PACKET) {
    TestingPacket p;

    testing_packet_parse (&p, data + i);
    if (last[p.pid] >= 0 && p.pid != 0x1fff)
      g_assert_cmpint (p.continuity, ==, (last[p.pid] + (p.payload ? 1 : 0)) % 16);
    last[p.pid] = p.continuity;
  }
}

static int
open_receiver (guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  const struct timeval patience = { 20, 0 };
  socklen_t n = sizeof address;
  const int fd = socket (AF_INET, SOCK_DGRAM, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, n), ==, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  getsockname (fd, (struct sockaddr *) &address, &n);
  *port = ntohs (address.sin_port);
  return fd;
}

static guint
get_status (const char *base, const char *path)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strconcat (base, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read (session, message, NULL, &error);

  g_assert_no_error (error);
  return soup_message_get_status (message);
}

/* The newest segment of a list. */
static char *
dup_newest (GBytes *list)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (list, NULL), g_bytes_get_size (list));
  char *last = strrchr (g_strchomp (text), '\n');

  return g_strconcat ("/hls/1/", last + 1, NULL);
}

/* Until the channel has sent so much more: its own stream is the clock. */
static void
read_stream (const char *base, gsize n_bytes)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strconcat (base, "/ts/1", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GInputStream) stream = soup_session_send (session, message, NULL, NULL);
  g_autofree guint8 *bytes = g_malloc (n_bytes);
  gsize n_read;

  g_assert_true (g_input_stream_read_all (stream, bytes, n_bytes, &n_read, NULL, NULL));
  g_assert_cmpuint (n_read, ==, n_bytes);
}

static void
test_web_faults (const char *base)
{
  g_autoptr (GBytes) list = get (base, "/hls/1/index.m3u8");
  g_autoptr (GBytes) frozen = NULL;
  g_autofree char *segment = dup_newest (list);
  g_autofree char *newest = NULL;

  g_assert_cmpuint (get_status (base, segment), ==, SOUP_STATUS_OK);
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=segments"), ==, SOUP_STATUS_OK);
  g_assert_cmpuint (get_status (base, segment), ==, SOUP_STATUS_NOT_FOUND);
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=list&mode=missing"), ==, SOUP_STATUS_OK);
  g_assert_cmpuint (get_status (base, "/hls/1/index.m3u8"), ==, SOUP_STATUS_NOT_FOUND);
  g_assert_cmpuint (get_status (base, "/dash/1/manifest.mpd"), ==, SOUP_STATUS_NOT_FOUND);
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=list&mode=held"), ==, SOUP_STATUS_BAD_REQUEST);
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=list&mode=frozen"), ==, SOUP_STATUS_OK);
  frozen = get (base, "/hls/1/index.m3u8");
  read_stream (base, TWO_SECONDS_BYTES); /* longer than a segment: the list must not go on */
  g_clear_pointer (&list, g_bytes_unref);
  list = get (base, "/hls/1/index.m3u8");
  g_assert_true (g_bytes_equal (list, frozen));
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=clear"), ==, SOUP_STATUS_OK);
  g_clear_pointer (&list, g_bytes_unref);
  list = get (base, "/hls/1/index.m3u8");
  newest = dup_newest (list);
  g_assert_cmpuint (get_status (base, newest), ==, SOUP_STATUS_OK);
  g_assert_false (g_bytes_equal (list, frozen));
}

/* What a provider's HTTP server does on a bad day. */
static void
test_answers (const char *base)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *uri = g_strconcat (base, "/ts/1", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GInputStream) stream = soup_session_send (session, message, NULL, NULL);
  g_autoptr (GBytes) page = NULL, right = NULL;
  guint8 bytes[4096];

  g_assert_cmpint (g_input_stream_read (stream, bytes, sizeof bytes, NULL, NULL), >, 0);
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=answer&mode=forbidden"), ==, SOUP_STATUS_OK);
  g_assert_cmpuint (get_status (base, "/ts/1"), ==, SOUP_STATUS_FORBIDDEN);
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=answer"), ==, SOUP_STATUS_OK);
  g_assert_cmpuint (get_status (base, "/ts/1"), ==, SOUP_STATUS_SERVICE_UNAVAILABLE);
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=answer&mode=page"), ==, SOUP_STATUS_OK);
  page = get (base, "/ts/1");
  g_assert_nonnull (memmem (g_bytes_get_data (page, NULL), g_bytes_get_size (page), "Please pay", 10));
  g_assert_cmpint (g_input_stream_read (stream, bytes, sizeof bytes, NULL, NULL), >, 0); /* who was there goes on */
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=cut"), ==, SOUP_STATUS_OK);
  while (g_input_stream_read (stream, bytes, sizeof bytes, NULL, NULL) > 0)
    ;
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=answer&mode=silent"), ==, SOUP_STATUS_OK);
  g_assert_cmpuint (get_status (base, "/fault?channel=1&kind=clear"), ==, SOUP_STATUS_OK);
  right = get_first (base, "/ts/1", 100 * HEADEND_PACKET);
  assert_continuous (right);
}

/* One channel, by UDP to this process alone: all its outputs, the log, a fault, the end. */
static void
test_one_channel (void)
{
  guint16 port;
  const int fd = open_receiver (&port);
  g_autofree char *port_text = g_strdup_printf ("%u", port);
  const char *const arguments[] = { "--channels", "1", "--group-base", "127.0.0.1", "--rtp-base", "none", "--port", port_text, "--http-port", "0", NULL };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (JsonNode) ready = NULL;
  const char *base;
  guint8 datagram[2048];

  process = start (arguments);
  ready = wait_ready (process);
  base = json_object_get_string_member (json_node_get_object (ready), "http");
  for (guint i = 0; i < 100; i++) {
    g_assert_cmpint (recv (fd, datagram, sizeof datagram, 0), ==, 1316);
    g_assert_cmpuint (datagram[0], ==, 0x47);
  }
  close (fd);
  {
    g_autoptr (GBytes) live = get_first (base, "/ts/1", 1000 * HEADEND_PACKET);
    g_autoptr (GBytes) key = get_first (base, "/ts/1?from=key", 1000 * HEADEND_PACKET);
    g_autoptr (GBytes) log = get (base, "/log?channel=1&keys=1");
    g_autoptr (GBytes) playlist = get (base, "/playlist.m3u?out=all");
    g_autoptr (GBytes) index = get (base, "/hls/1/index.m3u8");
    g_autoptr (GBytes) manifest = get (base, "/dash/1/manifest.mpd");
    g_autoptr (GBytes) master = get (base, "/hls/1/master.m3u8");
    g_autoptr (GBytes) led = get (base, "/go/hls/1");
    g_autoptr (GBytes) fault = get (base, "/fault?channel=1&kind=loss&percent=1&seed=5");

    assert_continuous (live);
    assert_continuous (key);
    g_assert_nonnull (memmem (g_bytes_get_data (log, NULL), g_bytes_get_size (log), "\"key\":true", 10));
    g_assert_nonnull (memmem (g_bytes_get_data (playlist, NULL), g_bytes_get_size (playlist), "/dash/1/manifest.mpd", 20));
    g_assert_nonnull (memmem (g_bytes_get_data (index, NULL), g_bytes_get_size (index), ".ts\n", 4));
    g_assert_nonnull (memmem (g_bytes_get_data (led, NULL), g_bytes_get_size (led), ".ts\n", 4));
    g_assert_nonnull (memmem (g_bytes_get_data (master, NULL), g_bytes_get_size (master), "LANGUAGE=\"zho\"", 14));
    g_assert_nonnull (memmem (g_bytes_get_data (manifest, NULL), g_bytes_get_size (manifest), "avc1.64", 7));
  }
  test_web_faults (base);
  test_answers (base);
  stop (process);
}

static char *
dup_errors (const char *const *arguments, int *status)
{
  g_autoptr (GSubprocess) process = start (arguments);
  g_autoptr (GError) error = NULL;
  char *words = NULL;

  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &words, &error);
  g_assert_no_error (error);
  *status = g_subprocess_get_exit_status (process);
  return words;
}

static void
test_errors_say_what_to_do (void)
{
  const struct {
    const char *arguments[5];
    const char *says;
  } cases[] = {
    { { "--channels", "1,99", NULL }, "numbers from 1 to 10" },
    { { "--interface", "nonesuch0", NULL }, "ip link" },
    { { "--group-base", "here", NULL }, "not an IPv4 or IPv6 address" },
    { { "replay", "/dev/null", NULL }, "replay --help" },
    { { "replay", "/nonesuch", "udp://127.0.0.1:9", NULL }, "/nonesuch" },
    { { "replay", "/dev/null", "http://127.0.0.1", NULL }, "udp://ADDRESS:PORT" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    int status;
    g_autofree char *words = dup_errors (cases[i].arguments, &status);

    g_test_message ("%s", words);
    g_assert_cmpint (status, !=, 0);
    g_assert_nonnull (strstr (words, cases[i].says));
  }
}

/* Without ffmpeg and without content it says what is missing. */
static void
test_without_ffmpeg (void)
{
  g_autofree char *cache = g_dir_make_tmp ("headend-XXXXXX", NULL);
  g_autofree char *program = dup_program ();
  g_autofree char *folder = g_build_filename (cache, "headend", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  g_subprocess_launcher_setenv (launcher, "HEARTH_CACHE_DIR", cache, TRUE);
  if (!g_str_has_prefix (program, "/"))
    g_test_skip ("the build folder is not known");
  /* libtool's wrapper needs its tools: so the path is emptied behind it. */
  g_subprocess_launcher_setenv (launcher, "HEARTH_FFMPEG", "/nonesuch/ffmpeg", TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, program, "--channels", "1", "--http-port", "0", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &words, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  g_assert_nonnull (strstr (words, "apt-get install ffmpeg"));
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* and leaves nothing half made */
  g_rmdir (cache);
}

/* A capture goes out as it came in, its second stream beside it. */
static void
test_replay (void)
{
  guint16 port;
  const int fd = open_receiver (&port);
  g_autofree char *url = g_strdup_printf ("udp://127.0.0.1:%u", port);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "headend-replay.pcap", NULL);
  static const char capture[] = "\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x65\0\0\0"
                                "\x01\0\0\0\0\0\0\0\x20\0\0\0\x20\0\0\0"
                                "\x45\0\0\x20\0\0\x40\0\x01\x11\0\0\x0a\0\0\x01\xef\x01\x02\x03\x12\x34\x13\x8c\0\x0c\0\0data";
  const char *const arguments[] = { "replay", path, url, NULL };
  g_autoptr (GSubprocess) process = NULL;
  char datagram[16];

  g_assert_true (g_file_set_contents (path, capture, sizeof capture - 1, NULL));
  process = start (arguments);
  g_assert_cmpint (recv (fd, datagram, sizeof datagram, 0), ==, 4);
  g_assert_cmpmem (datagram, 4, "data", 4);
  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
  g_unlink (path);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/headend/program/errors", test_errors_say_what_to_do);
  g_test_add_func ("/headend/program/without-ffmpeg", test_without_ffmpeg);
  g_test_add_func ("/headend/program/replay", test_replay);
  g_test_add_func ("/headend/program/one-channel", test_one_channel);
  return g_test_run ();
}
