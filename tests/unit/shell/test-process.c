/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real hearth-shell with a make-believe hearthd and a make-believe player, both in this test. With SHELL_TEST_SAVE=FOLDER
 * its screenshots are kept. */
#include "base/hearth-progress.h"
#include "dbus/tv.hearth.internal.Manager1.h"
#include "dbus/tv.hearth.internal.Shell1.h"
#include "frames-testing.h"

#include <cairo.h>
#include <drm_fourcc.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OBJECT_PATH "/tv/hearth/internal"
#define PERIOD_US 20000
#define WIDTH 1280
#define HEIGHT 720
#define N_BUFFERS 6
#define WAIT_S 10
#define HOUR_US G_GINT64_CONSTANT (3600000000)

typedef struct {
  guint64 sequence;
  gint64 shown_us; /* 0: dropped */
} Answer;

typedef struct {
  char *folder, *socket;
  GDBusServer *server;
  HearthDBusInternalManager1 *manager;
  GSubprocess *process;
  GDBusConnection *connection;
  HearthDBusInternalShell1 *shell;
  guint n_hellos;
  HearthProgress *progress;
  GString *closed; /* LinkClosed signals */

  HearthFramesProducer *player;
  guint player_source;
  gboolean player_ready, player_closed;
  TestingPool pool;
  gboolean out[N_BUFFERS];
  GArray *answers; /* Answer */
  guint64 sequence;
} Fixture;

/* ---- waiting -------------------------------------------------------------------------------- */

static gboolean
on_too_late (gpointer user_data)
{
  g_error ("what the test waits for did not come in %d s", WAIT_S);
  return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition)                                                      \
  G_STMT_START                                                                   \
  {                                                                              \
    guint too_late = g_timeout_add_seconds (WAIT_S, on_too_late, NULL);          \
    while (!(condition))                                                         \
      g_main_context_iteration (NULL, TRUE);                                     \
    g_source_remove (too_late);                                                  \
  }                                                                              \
  G_STMT_END

/* ---- hearthd ----------------------------------------------------------------------------------- */

static gboolean
on_hello (HearthDBusInternalManager1 *manager, GDBusMethodInvocation *call, GUnixFDList *fds, const char *role,
          const char *instance, const char *token, const char *version, GVariant *holds, GVariant *handles, gpointer user_data)
{
  Fixture *f = user_data;
  g_autofree const char **views = NULL;
  gboolean banner = TRUE;

  g_assert_cmpstr (role, ==, "shell");
  g_assert_cmpint (g_unix_fd_list_get_length (fds), ==, 1); /* the progress page */
  g_assert_true (g_variant_lookup (holds, "views", "^a&s", &views));
  g_assert_true (g_variant_lookup (holds, "banner", "b", &banner));
  g_assert_false (banner);
  f->progress = hearth_progress_new_for_fd (g_unix_fd_list_peek_fds (fds, NULL)[0], NULL);
  g_assert_nonnull (f->progress);
  f->n_hellos++;
  hearth_dbus_internal_manager1_complete_hello (manager, call, NULL, g_variant_new ("a{sv}", NULL));
  return TRUE;
}

static gboolean
on_new_connection (GDBusServer *server, GDBusConnection *connection, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GError) error = NULL;

  g_set_object (&f->connection, connection);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (f->manager), connection, OBJECT_PATH, &error);
  g_assert_no_error (error);
  return TRUE;
}

static void
on_link_closed (HearthDBusInternalShell1 *shell, const char *view, const char *name, const char *text, gpointer user_data)
{
  g_string_append_printf (((Fixture *) user_data)->closed, "%s %s;", view, name);
}

static void
start_server (Fixture *f)
{
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autofree char *address = g_strconcat ("unix:path=", f->socket, NULL);
  g_autoptr (GError) error = NULL;

  f->manager = hearth_dbus_internal_manager1_skeleton_new ();
  g_signal_connect (f->manager, "handle-hello", G_CALLBACK (on_hello), f);
  f->server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (f->server, "new-connection", G_CALLBACK (on_new_connection), f);
  g_dbus_server_start (f->server);
}

static void
setup (Fixture *f, gconstpointer data)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearth-shell", NULL);
  g_autofree char *plugins = g_test_build_filename (G_TEST_BUILT, ".libs", NULL);
  g_autofree char *theme = g_test_build_filename (G_TEST_DIST, "data", NULL);
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("hearth-shell-XXXXXX", &error);
  g_assert_no_error (error);
  f->socket = g_build_filename (f->folder, "hearthd.sock", NULL);
  f->closed = g_string_new (NULL);
  f->answers = g_array_new (FALSE, TRUE, sizeof (Answer));
  start_server (f);
  g_subprocess_launcher_setenv (launcher, "HEARTH_PLUGIN_DIR", plugins, TRUE);
  g_subprocess_launcher_setenv (launcher, "HEARTH_DATA_DIR", theme, TRUE);
  f->process = g_subprocess_launcher_spawn (launcher, &error, program, "--socket", f->socket, "--mode", "1280x720@50",
                                            "--language", "zh", NULL);
  g_assert_no_error (error);
  WAIT_FOR (f->n_hellos == 1);
  f->shell = hearth_dbus_internal_shell1_proxy_new_sync (f->connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL,
                                                         OBJECT_PATH, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (f->shell, "link-closed", G_CALLBACK (on_link_closed), f);
}

static void
drop_player (Fixture *f)
{
  g_clear_handle_id (&f->player_source, g_source_remove);
  g_clear_pointer (&f->player, hearth_frames_producer_free);
  if (f->pool.pool.n_buffers > 0)
    testing_pool_clear (&f->pool);
  memset (&f->pool, 0, sizeof f->pool);
  memset (f->out, 0, sizeof f->out);
  f->player_ready = f->player_closed = FALSE;
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_subprocess_send_signal (f->process, SIGTERM);
  g_assert_true (g_subprocess_wait_check (f->process, NULL, NULL)); /* it ends in order */
  drop_player (f);
  hearth_progress_free (f->progress);
  g_object_unref (f->process);
  g_object_unref (f->shell);
  g_dbus_server_stop (f->server);
  g_object_unref (f->server);
  g_object_unref (f->manager);
  g_object_unref (f->connection);
  g_remove (f->socket);
  g_rmdir (f->folder);
  g_free (f->socket);
  g_free (f->folder);
  g_string_free (f->closed, TRUE);
  g_array_unref (f->answers);
}

/* ---- the player ----------------------------------------------------------------------------------- */

static void
on_caps (HearthFramesProducer *link, const HearthFramesCaps *caps, gpointer user_data)
{
  g_assert_cmpuint (caps->memory, ==, HEARTH_MEMORY_MEMFD);
  ((Fixture *) user_data)->player_ready = TRUE;
}

static void
on_shown (HearthFramesProducer *link, guint64 sequence, guint32 serial, gint64 shown_us, gpointer user_data)
{
  const Answer answer = { sequence, shown_us };

  g_array_append_val (((Fixture *) user_data)->answers, answer);
}

static void
on_dropped (HearthFramesProducer *link, guint64 sequence, guint32 serial, gpointer user_data)
{
  const Answer answer = { sequence, 0 };

  g_array_append_val (((Fixture *) user_data)->answers, answer);
}

static void
on_freed (HearthFramesProducer *link, guint32 pool, guint32 index, gpointer user_data)
{
  ((Fixture *) user_data)->out[index] = FALSE;
}

static void
on_refused (HearthFramesProducer *link, guint32 pool, const char *reason, gpointer user_data)
{
  g_error ("refused: %s", reason);
}

static void
on_player_closed (HearthFramesProducer *link, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  ((Fixture *) user_data)->player_closed = TRUE;
}

static const HearthFramesProducerFuncs player_funcs = { on_caps, on_shown, on_dropped, on_freed, on_refused, on_player_closed };

static gboolean
on_player_readable (int fd, GIOCondition condition, gpointer user_data)
{
  Fixture *f = user_data;

  if (hearth_frames_producer_dispatch (f->player))
    return G_SOURCE_CONTINUE;
  f->player_source = 0;
  return G_SOURCE_REMOVE;
}

static void
add_view (Fixture *f, int shell_end)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  int index = g_unix_fd_list_append (fds, shell_end, &error);

  close (shell_end);
  hearth_dbus_internal_shell1_call_add_view_sync (f->shell, "main", g_variant_new_handle (index), g_variant_new ("a{sv}", NULL),
                                                  fds, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
add_player (Fixture *f, guint32 fourcc)
{
  g_autoptr (GError) error = NULL;
  int fds[2];

  testing_pair (fds);
  f->player = hearth_frames_producer_new (fds[0], &player_funcs, f, NULL);
  f->player_source = g_unix_fd_add (hearth_frames_producer_get_fd (f->player), G_IO_IN, on_player_readable, f);
  add_view (f, fds[1]);
  WAIT_FOR (f->player_ready);
  testing_pool_init (&f->pool, 1, fourcc, WIDTH, HEIGHT, N_BUFFERS);
  hearth_frames_producer_add_pool (f->player, &f->pool.pool, &error);
  g_assert_no_error (error);
}

/* Sky above a field, as in the drawing of the banner. */
static void
paint_picture (Fixture *f, guint index, guint32 channel, guint32 frame)
{
  for (gint32 y = 0; y < HEIGHT; y += 2) {
    guint8 luma = y < HEIGHT * 45 / 100 ? (guint8) (100 + y / 6) : (guint8) MAX (40, 85 - (y - HEIGHT * 45 / 100) / 6);
    gboolean sky = y < HEIGHT * 45 / 100;

    testing_fill_rect (&f->pool, index, &(HearthRect){ 0, y, WIDTH, 2 }, luma, sky ? 138 : 120, sky ? 118 : 122);
  }
  testing_paint_barcode (f->pool.bytes[index], f->pool.pool.stride[0], WIDTH, HEIGHT,
                         f->pool.pool.fourcc == HEARTH_FORMAT_YUV420_10LE ? 2 : 1, channel, frame);
}

static guint
find_free (Fixture *f)
{
  guint index = 0;

  while (index < N_BUFFERS && f->out[index])
    index++;
  return index;
}

/* Waits for a buffer that is ours. */
static guint64
send_frame (Fixture *f, guint32 serial, gint64 present_us, guint32 channel, guint32 code)
{
  g_autoptr (GError) error = NULL;
  HearthFrame frame;
  guint index;

  WAIT_FOR (find_free (f) < N_BUFFERS);
  index = find_free (f);
  paint_picture (f, index, channel, code);
  frame = testing_frame (&f->pool, index, ++f->sequence, serial);
  frame.present_us = present_us;
  hearth_frames_producer_send (f->player, &frame, &error);
  g_assert_no_error (error);
  f->out[index] = TRUE;
  return frame.sequence;
}

static const Answer *
find_answer (Fixture *f, guint64 sequence)
{
  for (guint i = 0; i < f->answers->len; i++)
    if (g_array_index (f->answers, Answer, i).sequence == sequence)
      return &g_array_index (f->answers, Answer, i);
  return NULL;
}

static gint64
wait_shown (Fixture *f, guint64 sequence)
{
  WAIT_FOR (find_answer (f, sequence) != NULL);
  g_assert_cmpint (find_answer (f, sequence)->shown_us, >, 0);
  return find_answer (f, sequence)->shown_us;
}

/* ---- screenshots ------------------------------------------------------------------------------------- */

typedef struct {
  GVariant *info;
  guint8 *bytes;
  gsize n_bytes;
  cairo_surface_t *surface; /* of a PNG */
  gsize at;
} Shot;

static cairo_status_t
read_png (void *closure, unsigned char *bytes, unsigned int n_bytes)
{
  Shot *shot = closure;

  if (shot->at + n_bytes > shot->n_bytes)
    return CAIRO_STATUS_READ_ERROR;
  memcpy (bytes, shot->bytes + shot->at, n_bytes);
  shot->at += n_bytes;
  return CAIRO_STATUS_SUCCESS;
}

static void
read_memfd (Shot *shot, int fd)
{
  guint32 n_bytes = 0;
  struct stat status;

  g_assert_cmpint (fcntl (fd, F_GET_SEALS), ==, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  g_assert_cmpint (fstat (fd, &status), ==, 0);
  g_assert_true (g_variant_lookup (shot->info, "bytes", "u", &n_bytes));
  g_assert_cmpuint (n_bytes, ==, (guint) status.st_size);
  shot->n_bytes = n_bytes;
  shot->bytes = mmap (NULL, n_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  g_assert_true (shot->bytes != MAP_FAILED);
  close (fd);
}

static void
save (const Shot *shot, const char *name)
{
  const char *folder = g_getenv ("SHELL_TEST_SAVE");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;

  if (path != NULL)
    g_file_set_contents (path, (const char *) shot->bytes, (gssize) shot->n_bytes, NULL);
}

static void
on_shot (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static Shot
take_shot (Fixture *f, const char *options, const char *name)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) handle = NULL;
  g_autoptr (GError) error = NULL;
  Shot shot = { 0 };
  int fd;

  hearth_dbus_internal_shell1_call_screenshot (f->shell, g_variant_new_parsed (options), NULL, NULL, on_shot, &result);
  WAIT_FOR (result != NULL);
  hearth_dbus_internal_shell1_call_screenshot_finish (f->shell, &handle, &shot.info, &fds, result, &error);
  g_assert_no_error (error);
  fd = g_unix_fd_list_get (fds, g_variant_get_handle (handle), &error);
  g_assert_no_error (error);
  read_memfd (&shot, fd);
  save (&shot, name);
  if (g_str_has_suffix (name, ".png"))
    shot.surface = cairo_image_surface_create_from_png_stream (read_png, &shot);
  return shot;
}

static void
shot_clear (Shot *shot)
{
  g_variant_unref (shot->info);
  munmap (shot->bytes, shot->n_bytes);
  if (shot->surface != NULL)
    cairo_surface_destroy (shot->surface);
}

static guint32
get_pixel (const Shot *shot, guint x, guint y)
{
  guint32 pixel;

  g_assert_cmpint (cairo_surface_status (shot->surface), ==, CAIRO_STATUS_SUCCESS);
  memcpy (&pixel, cairo_image_surface_get_data (shot->surface) + y * (guint) cairo_image_surface_get_stride (shot->surface) + x * 4,
          4);
  return pixel & 0xffffff;
}

/* As a person's camera would: from the picture's own pixels. */
static gboolean
read_code (const Shot *shot, guint32 *channel, guint32 *frame)
{
  guint width = (guint) cairo_image_surface_get_width (shot->surface);
  guint height = (guint) cairo_image_surface_get_height (shot->surface);
  g_autofree guint8 *luma = g_malloc ((gsize) width * height);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      luma[(gsize) y * width + x] = get_pixel (shot, x, y) >> 8 & 0xff;
  return hearth_frames_read_barcode (luma, width, width, height, 1, channel, frame);
}

static void
assert_shot_shows (Fixture *f, guint32 channel, guint32 frame, gint64 shown_us)
{
  Shot shot = take_shot (f, "{'osd': <false>}", "plain.png");
  guint32 said_channel = 0, said_frame = 0, seen_channel = 0, seen_frame = 0;
  gint64 said_us = 0;

  g_assert_true (g_variant_lookup (shot.info, "channel", "u", &said_channel));
  g_assert_true (g_variant_lookup (shot.info, "frame", "u", &said_frame));
  g_assert_true (g_variant_lookup (shot.info, "time", "x", &said_us));
  g_assert_true (read_code (&shot, &seen_channel, &seen_frame));
  g_assert_cmpuint (said_channel, ==, channel);
  g_assert_cmpuint (said_frame, ==, frame);
  g_assert_cmpuint (seen_channel, ==, channel);
  g_assert_cmpuint (seen_frame, ==, frame);
  g_assert_cmpint (said_us, ==, shown_us);
  shot_clear (&shot);
}

/* ---- tests ----------------------------------------------------------------------------------------------- */

static void
test_frames_at_their_time (Fixture *f, gconstpointer data)
{
  gint64 start_us, present_us[12];
  guint64 sequences[12];
  g_autoptr (GVariant) log = NULL;
  g_autoptr (GError) error = NULL;

  add_player (f, DRM_FORMAT_YUV420);
  hearth_dbus_internal_shell1_call_set_frame_log_sync (f->shell, TRUE, NULL, &error);
  g_assert_no_error (error);
  start_us = g_get_monotonic_time () + 300000;
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++) {
    present_us[i] = start_us + 40000 * i;
    sequences[i] = send_frame (f, 1, present_us[i], 3, 100 + i);
  }
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++) {
    gint64 shown_us = wait_shown (f, sequences[i]);

    g_assert_cmpint (shown_us, >=, present_us[i] - 4000);
    g_assert_cmpint (shown_us, <=, present_us[i] + 2 * PERIOD_US); /* one by right, one for a busy machine */
  }
  hearth_dbus_internal_shell1_call_get_frame_log_sync (f->shell, 0, &log, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (log), ==, G_N_ELEMENTS (sequences));
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++) {
    guint64 number, sequence;
    guint32 serial, channel, frame;
    gint64 shown_us, pts90k;

    g_variant_get_child (log, i, "(ttuxxuu)", &number, &sequence, &serial, &shown_us, &pts90k, &channel, &frame);
    g_assert_cmpuint (number, ==, i + 1);
    g_assert_cmpuint (sequence, ==, sequences[i]);
    g_assert_cmpuint (serial, ==, 1);
    g_assert_cmpint (shown_us, ==, find_answer (f, sequence)->shown_us);
    g_assert_cmpint (pts90k, ==, (gint64) sequence * 3600);
    g_assert_cmpuint (channel, ==, 3);
    g_assert_cmpuint (frame, ==, 100 + i);
  }
  assert_shot_shows (f, 3, 111, wait_shown (f, sequences[11]));
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE; /* has the condition looked at again */
}

/* Busy while frames come, not long after: hearthd takes a busy shell that does not beat for a stuck one. */
static void
test_progress (Fixture *f, gconstpointer data)
{
  guint tick = g_timeout_add (5, on_tick, NULL);
  guint64 before = hearth_progress_get_units (f->progress, HEARTH_PROGRESS_SHELL_FRAMES);

  add_player (f, DRM_FORMAT_YUV420);
  g_assert_false (hearth_progress_is_busy (f->progress));
  for (guint i = 0; i < 10; i++) {
    wait_shown (f, send_frame (f, 1, 0, 1, i));
    g_assert_true (hearth_progress_is_busy (f->progress));
    g_assert_cmpint (hearth_progress_get_stall_us (f->progress, g_get_monotonic_time ()), <, 250000);
  }
  g_assert_cmpuint (hearth_progress_get_units (f->progress, HEARTH_PROGRESS_SHELL_FRAMES), >=, before + 10);
  send_frame (f, 1, g_get_monotonic_time () + HOUR_US, 1, 11); /* one that waits long is no reason to be busy */
  WAIT_FOR (!hearth_progress_is_busy (f->progress));
  g_source_remove (tick);
}

static void
test_a_zap (Fixture *f, gconstpointer data)
{
  guint64 old[2], first;
  gint64 sent_us, shown_us;

  add_player (f, HEARTH_FORMAT_YUV420_10LE);
  wait_shown (f, send_frame (f, 1, 0, 1, 1));
  old[0] = send_frame (f, 1, g_get_monotonic_time () + HOUR_US, 1, 2);
  old[1] = send_frame (f, 1, g_get_monotonic_time () + HOUR_US, 1, 3);
  g_assert_true (hearth_frames_producer_flush (f->player, 2, NULL));
  WAIT_FOR (find_answer (f, old[0]) != NULL && find_answer (f, old[1]) != NULL);
  g_assert_cmpint (find_answer (f, old[0])->shown_us, ==, 0);
  g_assert_cmpint (find_answer (f, old[1])->shown_us, ==, 0);
  assert_shot_shows (f, 1, 1, g_array_index (f->answers, Answer, 0).shown_us); /* the last picture stands */
  sent_us = g_get_monotonic_time ();
  first = send_frame (f, 2, 0, 2, 50);
  shown_us = wait_shown (f, first);
  g_test_message ("the first frame after the zap was on glass %" G_GINT64_FORMAT " us after it was sent", shown_us - sent_us);
  g_assert_cmpint (shown_us, <=, sent_us + 200000); /* two refreshes, and a busy machine's share */
  assert_shot_shows (f, 2, 50, shown_us);
}

static void
test_a_new_link_keeps_the_picture (Fixture *f, gconstpointer data)
{
  gint64 shown_us;

  add_player (f, DRM_FORMAT_YUV420);
  shown_us = wait_shown (f, send_frame (f, 1, 0, 7, 70));
  drop_player (f);
  WAIT_FOR (f->closed->len > 0);
  g_assert_cmpstr (f->closed->str, ==, "main Disconnected;");
  assert_shot_shows (f, 7, 70, shown_us);
  f->sequence = 0; /* another player: numbers of pools and frames begin anew */
  g_array_set_size (f->answers, 0);
  add_player (f, DRM_FORMAT_NV12);
  assert_shot_shows (f, 7, 70, shown_us);
  shown_us = wait_shown (f, send_frame (f, 1, 0, 7, 71));
  assert_shot_shows (f, 7, 71, shown_us);
  g_assert_true (hearth_frames_producer_drop_pool (f->player, 1, NULL));
  assert_shot_shows (f, 7, 71, shown_us); /* on glass it stays */
}

static void
test_a_hostile_link (Fixture *f, gconstpointer data)
{
  int fds[2];

  testing_pair (fds);
  add_view (f, fds[1]);
  g_assert_cmpint (write (fds[0], "hello there", 11), ==, 11);
  WAIT_FOR (f->closed->len > 0);
  g_assert_cmpstr (f->closed->str, ==, "main Corrupt;");
  close (fds[0]);
  add_player (f, DRM_FORMAT_YUV420);
  wait_shown (f, send_frame (f, 1, 0, 7, 71));
}

static void
test_clear_and_remove (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 last;
  Shot shot;

  add_player (f, DRM_FORMAT_YUV420);
  last = send_frame (f, 1, 0, 7, 71);
  wait_shown (f, last);
  g_assert_true (hearth_frames_producer_clear (f->player, NULL));
  WAIT_FOR (!f->out[0]);
  shot = take_shot (f, "@a{sv} {}", "clear.png");
  g_assert_cmphex (get_pixel (&shot, 640, 100), ==, 0);
  g_assert_null (g_variant_lookup_value (shot.info, "channel", NULL));
  shot_clear (&shot);
  wait_shown (f, send_frame (f, 1, 0, 7, 72));
  hearth_dbus_internal_shell1_call_remove_view_sync (f->shell, "main", NULL, &error);
  g_assert_no_error (error);
  WAIT_FOR (f->player_closed);
  g_assert_false (hearth_dbus_internal_shell1_call_remove_view_sync (f->shell, "main", NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
}

static void
show_banner (Fixture *f, const char *banner)
{
  g_autoptr (GError) error = NULL;

  hearth_dbus_internal_shell1_call_set_banner_sync (f->shell, g_variant_new_parsed (banner), NULL, &error);
  g_assert_no_error (error);
}

static void
test_banner_notice_blank (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  Shot shot;

  add_player (f, DRM_FORMAT_YUV420);
  wait_shown (f, send_frame (f, 1, 0, 7, 71));
  show_banner (f, "{'milliseconds': <uint32 60000>, 'number': <'1'>, 'names': <{'zh': 'CCTV-1 综合', 'en': 'CCTV-1 General'}>, "
                  "'network': <'有线'>, 'pills': <['1080p', 'HEVC', '国语 5.1']>}");
  shot = take_shot (f, "@a{sv} {}", "banner.png");
  g_assert_cmpuint (get_pixel (&shot, 20, 715) >> 8 & 0xff, <, 30);   /* ground */
  g_assert_cmpuint (get_pixel (&shot, 20, 300) >> 8 & 0xff, >, 100); /* sky, untouched */
  shot_clear (&shot);
  hearth_dbus_internal_shell1_call_set_notice_sync (
    f->shell, g_variant_new_parsed ("{'title': <{'zh': '没有信号', 'en': 'No signal'}>, 'text': <{'zh': '请检查电缆。'}>, "
                                    "'details': <'NoPackets'>}"),
    NULL, &error);
  g_assert_no_error (error);
  show_banner (f, "@a{sv} {}");
  shot = take_shot (f, "{'width': <uint32 960>}", "notice.png");
  g_assert_cmpint (cairo_image_surface_get_height (shot.surface), ==, 540);
  g_assert_cmpuint (get_pixel (&shot, 300, 260) >> 8 & 0xff, <, 40); /* the card */
  g_assert_cmpuint (get_pixel (&shot, 5, 250) >> 8 & 0xff, >, 60);
  shot_clear (&shot);
  hearth_dbus_internal_shell1_call_set_blank_sync (f->shell, TRUE, NULL, &error);
  g_assert_no_error (error);
  shot = take_shot (f, "@a{sv} {}", "blank.png");
  for (guint i = 0; i < 720; i += 30)
    g_assert_cmphex (get_pixel (&shot, i, i), ==, 0);
  shot_clear (&shot);
  hearth_dbus_internal_shell1_call_set_blank_sync (f->shell, FALSE, NULL, &error);
  g_assert_no_error (error);
  wait_shown (f, send_frame (f, 1, 0, 7, 73));
}

static void
test_jpeg_and_wrong_options (Fixture *f, gconstpointer data)
{
  static const char *const wrong[] = { "{'format': <'gif'>}", "{'width': <uint32 0>}", "{'width': <uint32 100000>}" };
  Shot shot = take_shot (f, "{'format': <'jpeg'>, 'width': <uint32 640>}", "small.jpeg");

  g_assert_cmpmem (shot.bytes, 3, "\xff\xd8\xff", 3);
  g_assert_cmpmem (shot.bytes + shot.n_bytes - 2, 2, "\xff\xd9", 2);
  shot_clear (&shot);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (hearth_dbus_internal_shell1_call_screenshot_sync (f->shell, g_variant_new_parsed (wrong[i]), NULL, NULL, NULL,
                                                                      NULL, NULL, &error));
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  }
}

static void
test_modes (Fixture *f, gconstpointer data)
{
  g_auto (GStrv) modes = NULL;
  g_autoptr (GVariant) display = NULL;
  g_autoptr (GError) error = NULL;
  const char *text = NULL;
  Shot shot;

  add_player (f, DRM_FORMAT_YUV420);
  hearth_dbus_internal_shell1_call_list_modes_sync (f->shell, &modes, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (modes[0], ==, "1280x720@50");
  hearth_dbus_internal_shell1_call_set_mode_sync (f->shell, "1920x1080@59.94", NULL, &error);
  g_assert_no_error (error);
  hearth_dbus_internal_shell1_call_describe_sync (f->shell, &display, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (display, "mode", "&s", &text));
  g_assert_cmpstr (text, ==, "1920x1080@59.94");
  g_assert_true (g_variant_lookup (display, "plugin", "&s", &text));
  g_assert_cmpstr (text, ==, "headless");
  wait_shown (f, send_frame (f, 1, 0, 7, 71));
  show_banner (f, "{'milliseconds': <uint32 60000>, 'number': <'1'>, 'name': <'CCTV-1 综合'>}");
  shot = take_shot (f, "@a{sv} {}", "hd.png");
  g_assert_cmpint (cairo_image_surface_get_width (shot.surface), ==, 1920);
  shot_clear (&shot);
  g_assert_false (hearth_dbus_internal_shell1_call_set_mode_sync (f->shell, "huge", NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

/* ---- figures --------------------------------------------------------------------------------------------------- */

static guint64
count_switches (Fixture *f)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%s/task", g_subprocess_get_identifier (f->process));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *task;
  guint64 total = 0;

  while ((task = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, task, "status", NULL);
    g_autofree char *status = NULL;
    const char *at;

    if (!g_file_get_contents (path, &status, NULL, NULL))
      continue;
    for (at = status; (at = strstr (at, "voluntary_ctxt_switches:")) != NULL; at++)
      total += g_ascii_strtoull (at + strlen ("voluntary_ctxt_switches:"), NULL, 10);
  }
  return total;
}

static gboolean
on_second (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static double
switches_a_second (Fixture *f, guint n_frames)
{
  guint64 before = count_switches (f);
  gint64 start_us = g_get_monotonic_time ();
  gboolean over = FALSE;

  if (n_frames == 0)
    g_timeout_add_seconds (3, on_second, &over);
  for (guint i = 0; i < n_frames; i++) {
    guint64 sequence = send_frame (f, 1, start_us + 60000 + 40000 * i, 1, i);

    if (i > 2)
      wait_shown (f, sequence - 2);
  }
  if (n_frames == 0)
    WAIT_FOR (over);
  return (double) (count_switches (f) - before) * G_USEC_PER_SEC / (double) (g_get_monotonic_time () - start_us);
}

static void
tell_figure (double figure, const char *what)
{
  g_test_minimized_result (figure, "%.1f %s", figure, what);
}

static void
test_wakeups (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *rollup = NULL;

  if (!g_test_perf ()) {
    g_test_skip ("only with -m perf");
    return;
  }
  add_player (f, DRM_FORMAT_YUV420);
  show_banner (f, "{'milliseconds': <uint32 60000>, 'number': <'1'>, 'name': <'CCTV-1 综合'>}");
  wait_shown (f, send_frame (f, 1, 0, 7, 71));
  tell_figure (switches_a_second (f, 75), "context switches a second at 25 frames a second");
  show_banner (f, "@a{sv} {}");
  switches_a_second (f, 5);
  tell_figure (switches_a_second (f, 0), "context switches a second, idle");
  path = g_strdup_printf ("/proc/%s/smaps_rollup", g_subprocess_get_identifier (f->process));
  if (g_file_get_contents (path, &rollup, NULL, NULL) && strstr (rollup, "Pss:") != NULL)
    tell_figure (g_ascii_strtod (strstr (rollup, "Pss:") + 4, NULL), "kB of PSS, frames included");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hearth_error_quark ();
#define ADD(name, func) g_test_add ("/shell/process/" name, Fixture, NULL, setup, func, teardown)
  ADD ("frames-at-their-time", test_frames_at_their_time);
  ADD ("progress", test_progress);
  ADD ("a-zap", test_a_zap);
  ADD ("a-new-link-keeps-the-picture", test_a_new_link_keeps_the_picture);
  ADD ("a-hostile-link", test_a_hostile_link);
  ADD ("clear-and-remove", test_clear_and_remove);
  ADD ("banner-notice-blank", test_banner_notice_blank);
  ADD ("jpeg-and-wrong-options", test_jpeg_and_wrong_options);
  ADD ("modes", test_modes);
  ADD ("wakeups", test_wakeups);
  return g_test_run ();
}
