/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell-box.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OBJECT_PATH "/tv/hearth/internal"
#define WIDTH 1280
#define HEIGHT 720

/* ---- waiting -------------------------------------------------------------------------------- */

gboolean
shell_box_too_late (gpointer user_data)
{
  g_error ("what the test waits for did not come in %d s", SHELL_BOX_WAIT_S);
  return G_SOURCE_REMOVE;
}

/* ---- hearthd ----------------------------------------------------------------------------------- */

static gboolean
on_hello (HearthDBusInternalManager1 *manager, GDBusMethodInvocation *call, GUnixFDList *fds, const char *role,
          const char *instance, const char *token, const char *version, GVariant *holds, GVariant *handles, gpointer user_data)
{
  ShellBox *f = user_data;
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
  ShellBox *f = user_data;
  g_autoptr (GError) error = NULL;

  g_set_object (&f->connection, connection);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (f->manager), connection, OBJECT_PATH, &error);
  g_assert_no_error (error);
  return TRUE;
}

static void
on_link_closed (HearthDBusInternalShell1 *shell, const char *view, const char *name, const char *text, gpointer user_data)
{
  g_string_append_printf (((ShellBox *) user_data)->closed, "%s %s;", view, name);
}

static void
start_server (ShellBox *f)
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

void
shell_box_setup (ShellBox *f, gconstpointer data)
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
  f->answers = g_array_new (FALSE, TRUE, sizeof (ShellAnswer));
  start_server (f);
  g_subprocess_launcher_setenv (launcher, "HEARTH_PLUGIN_DIR", plugins, TRUE);
  /* A confined process cannot look for its leaks: that takes ptrace. */
  g_subprocess_launcher_setenv (launcher, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
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

void
shell_box_drop_player (ShellBox *f)
{
  g_clear_handle_id (&f->player_source, g_source_remove);
  g_clear_pointer (&f->player, hearth_frames_producer_free);
  if (f->pool.pool.n_buffers > 0)
    testing_pool_clear (&f->pool);
  memset (&f->pool, 0, sizeof f->pool);
  memset (f->out, 0, sizeof f->out);
  f->player_ready = f->player_closed = FALSE;
}

void
shell_box_teardown (ShellBox *f, gconstpointer data)
{
  g_subprocess_send_signal (f->process, SIGTERM);
  g_assert_true (g_subprocess_wait_check (f->process, NULL, NULL)); /* it ends in order */
  shell_box_drop_player (f);
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
  ((ShellBox *) user_data)->player_ready = TRUE;
}

static void
on_shown (HearthFramesProducer *link, guint64 sequence, guint32 serial, gint64 shown_us, gpointer user_data)
{
  const ShellAnswer answer = { sequence, shown_us };

  g_array_append_val (((ShellBox *) user_data)->answers, answer);
}

static void
on_dropped (HearthFramesProducer *link, guint64 sequence, guint32 serial, gpointer user_data)
{
  const ShellAnswer answer = { sequence, 0 };

  g_array_append_val (((ShellBox *) user_data)->answers, answer);
}

static void
on_freed (HearthFramesProducer *link, guint32 pool, guint32 index, gpointer user_data)
{
  ((ShellBox *) user_data)->out[index] = FALSE;
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
  ((ShellBox *) user_data)->player_closed = TRUE;
}

static const HearthFramesProducerFuncs player_funcs = { on_caps, on_shown, on_dropped, on_freed, on_refused, on_player_closed };

static gboolean
on_player_readable (int fd, GIOCondition condition, gpointer user_data)
{
  ShellBox *f = user_data;

  if (hearth_frames_producer_dispatch (f->player))
    return G_SOURCE_CONTINUE;
  f->player_source = 0;
  return G_SOURCE_REMOVE;
}

void
shell_box_add_view (ShellBox *f, int shell_end)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  int index = g_unix_fd_list_append (fds, shell_end, &error);

  close (shell_end);
  hearth_dbus_internal_shell1_call_add_view_sync (f->shell, "main", g_variant_new_handle (index), g_variant_new ("a{sv}", NULL),
                                                  fds, NULL, NULL, &error);
  g_assert_no_error (error);
}

void
shell_box_add_player (ShellBox *f, guint32 fourcc)
{
  g_autoptr (GError) error = NULL;
  int fds[2];

  testing_pair (fds);
  f->player = hearth_frames_producer_new (fds[0], &player_funcs, f, NULL);
  f->player_source = g_unix_fd_add (hearth_frames_producer_get_fd (f->player), G_IO_IN, on_player_readable, f);
  shell_box_add_view (f, fds[1]);
  WAIT_FOR (f->player_ready);
  testing_pool_init (&f->pool, 1, fourcc, WIDTH, HEIGHT, SHELL_BOX_BUFFERS);
  hearth_frames_producer_add_pool (f->player, &f->pool.pool, &error);
  g_assert_no_error (error);
}

/* Sky above a field, as in the drawing of the banner. */
static void
paint_picture (ShellBox *f, guint index, guint32 channel, guint32 frame)
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
find_free (ShellBox *f)
{
  guint index = 0;

  while (index < SHELL_BOX_BUFFERS && f->out[index])
    index++;
  return index;
}

/* Waits for a buffer that is ours. */
guint64
shell_box_send (ShellBox *f, guint32 serial, gint64 present_us, guint32 channel, guint32 code)
{
  g_autoptr (GError) error = NULL;
  HearthFrame frame;
  guint index;

  WAIT_FOR (find_free (f) < SHELL_BOX_BUFFERS);
  index = find_free (f);
  paint_picture (f, index, channel, code);
  frame = testing_frame (&f->pool, index, ++f->sequence, serial);
  frame.present_us = present_us;
  hearth_frames_producer_send (f->player, &frame, &error);
  g_assert_no_error (error);
  f->out[index] = TRUE;
  return frame.sequence;
}

const ShellAnswer *
shell_box_find_answer (ShellBox *f, guint64 sequence)
{
  for (guint i = 0; i < f->answers->len; i++)
    if (g_array_index (f->answers, ShellAnswer, i).sequence == sequence)
      return &g_array_index (f->answers, ShellAnswer, i);
  return NULL;
}

gint64
shell_box_wait_shown (ShellBox *f, guint64 sequence)
{
  WAIT_FOR (shell_box_find_answer (f, sequence) != NULL);
  g_assert_cmpint (shell_box_find_answer (f, sequence)->shown_us, >, 0);
  return shell_box_find_answer (f, sequence)->shown_us;
}

/* ---- screenshots ------------------------------------------------------------------------------------- */


static cairo_status_t
read_png (void *closure, unsigned char *bytes, unsigned int n_bytes)
{
  ShellShot *shot = closure;

  if (shot->at + n_bytes > shot->n_bytes)
    return CAIRO_STATUS_READ_ERROR;
  memcpy (bytes, shot->bytes + shot->at, n_bytes);
  shot->at += n_bytes;
  return CAIRO_STATUS_SUCCESS;
}

static void
read_memfd (ShellShot *shot, int fd)
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
save (const ShellShot *shot, const char *name)
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

ShellShot
shell_box_take_shot (ShellBox *f, const char *options, const char *name)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) handle = NULL;
  g_autoptr (GError) error = NULL;
  ShellShot shot = { 0 };
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

void
shell_box_shot_clear (ShellShot *shot)
{
  g_variant_unref (shot->info);
  munmap (shot->bytes, shot->n_bytes);
  if (shot->surface != NULL)
    cairo_surface_destroy (shot->surface);
}

guint32
shell_box_get_pixel (const ShellShot *shot, guint x, guint y)
{
  guint32 pixel;

  g_assert_cmpint (cairo_surface_status (shot->surface), ==, CAIRO_STATUS_SUCCESS);
  memcpy (&pixel, cairo_image_surface_get_data (shot->surface) + y * (guint) cairo_image_surface_get_stride (shot->surface) + x * 4,
          4);
  return pixel & 0xffffff;
}

/* As a person's camera would: from the picture's own pixels. */
static gboolean
read_code (const ShellShot *shot, guint32 *channel, guint32 *frame)
{
  guint width = (guint) cairo_image_surface_get_width (shot->surface);
  guint height = (guint) cairo_image_surface_get_height (shot->surface);
  g_autofree guint8 *luma = g_malloc ((gsize) width * height);

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      luma[(gsize) y * width + x] = shell_box_get_pixel (shot, x, y) >> 8 & 0xff;
  return hearth_frames_read_barcode (luma, width, width, height, 1, channel, frame);
}

void
shell_box_assert_shows (ShellBox *f, guint32 channel, guint32 frame, gint64 shown_us)
{
  ShellShot shot = shell_box_take_shot (f, "{'osd': <false>}", "plain.png");
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
  shell_box_shot_clear (&shot);
}
