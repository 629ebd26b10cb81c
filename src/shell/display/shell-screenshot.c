/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/display/shell-screenshot.h"

#include "shell/display/shell-encode.h"

#include <string.h>

#define MAX_AT_ONCE 4
#define LEAST_WIDTH 16
#define MOST_WIDTH 7680

typedef struct {
  gboolean jpeg, osd;
  ShellPixels pixels;
  gint64 time_us;
  gboolean has_code;
  guint32 channel, frame;
  gsize n_bytes;
} Shot;

static guint n_running; /* main thread */

static void
shot_free (Shot *shot)
{
  shell_pixels_clear (&shot->pixels);
  g_free (shot);
}

static gboolean
shot_parse (Shot *shot, GVariant *options, const HearthDisplayMode *mode, GError **error)
{
  const char *format = "png";
  guint32 width = mode->width;

  shot->osd = TRUE;
  g_variant_lookup (options, "format", "&s", &format);
  g_variant_lookup (options, "width", "u", &width);
  g_variant_lookup (options, "osd", "b", &shot->osd);
  shot->jpeg = g_str_equal (format, "jpeg");
  if (!shot->jpeg && !g_str_equal (format, "png")) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "screenshot: format “%s” is neither png nor jpeg", format);
    return FALSE;
  }
  if (width < LEAST_WIDTH || width > MOST_WIDTH) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "screenshot: width %u is not one of %u to %u", width,
                 LEAST_WIDTH, MOST_WIDTH);
    return FALSE;
  }
  shot->pixels.width = width;
  shot->pixels.height = MAX (1, (guint32) (((guint64) width * mode->height + mode->width / 2) / mode->width));
  return TRUE;
}

/* A thread's: owns nothing but its Shot. */
static void
encode_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Shot *shot = task_data;
  g_autoptr (GError) error = NULL;
  int fd = shell_encode (&shot->pixels, shot->jpeg, &shot->n_bytes, &error);

  if (fd < 0)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_int (task, fd);
}

static void
on_steady (ShellStage *stage, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Shot *shot = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!shell_pixels_allocate (&shot->pixels, &error) ||
      !shell_stage_read_back (stage, shot->pixels.bytes, shot->pixels.width * 4, shot->pixels.width, shot->pixels.height,
                              shot->osd, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  shot->time_us = shell_stage_get_shown_us (stage);
  shot->has_code = shell_stage_read_code (stage, &shot->channel, &shot->frame);
  g_task_run_in_thread (task, encode_in_thread);
}

static void
on_completed (GObject *task, GParamSpec *property, gpointer user_data)
{
  n_running--;
}

void
shell_screenshot_async (ShellStage *stage, GVariant *options, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Shot *shot = g_new0 (Shot, 1);
  g_autoptr (GError) error = NULL;

  n_running++;
  g_signal_connect (task, "notify::completed", G_CALLBACK (on_completed), NULL);
  g_task_set_source_tag (task, shell_screenshot_async);
  g_task_set_task_data (task, shot, (GDestroyNotify) shot_free);
  if (n_running > MAX_AT_ONCE)
    g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "%u screenshots are being made already: try again in a second",
                 MAX_AT_ONCE);
  else
    shot_parse (shot, options, shell_stage_get_mode (stage), &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    shell_stage_when_steady (stage, on_steady, g_steal_pointer (&task));
}

static GVariant *
make_info (const Shot *shot)
{
  GVariantDict info;

  g_variant_dict_init (&info, NULL);
  g_variant_dict_insert (&info, "width", "u", shot->pixels.width);
  g_variant_dict_insert (&info, "height", "u", shot->pixels.height);
  g_variant_dict_insert (&info, "bytes", "u", (guint32) shot->n_bytes);
  g_variant_dict_insert (&info, "time", "x", shot->time_us);
  if (shot->has_code) {
    g_variant_dict_insert (&info, "channel", "u", shot->channel);
    g_variant_dict_insert (&info, "frame", "u", shot->frame);
  }
  return g_variant_dict_end (&info);
}

int
shell_screenshot_finish (GAsyncResult *result, GVariant **info, GError **error)
{
  gssize fd = g_task_propagate_int (G_TASK (result), error);

  if (fd >= 0)
    *info = make_info (g_task_get_task_data (G_TASK (result)));
  return (int) fd;
}
