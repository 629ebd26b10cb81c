/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hearth-shell from outside: what it answers, and what is in its screenshots. */
#include "shell-box.h"

#include <drm_fourcc.h>
#include <string.h>
#include <unistd.h>

#define PERIOD_US 20000
#define FRAME_US 120000
#define HOUR_US G_GINT64_CONSTANT (3600000000)

/* ---- tests ----------------------------------------------------------------------------------------------- */

static void
test_frames_at_their_time (ShellBox *f, gconstpointer data)
{
  gint64 start_us, present_us[12];
  guint64 sequences[12];
  g_autoptr (GVariant) log = NULL;
  g_autoptr (GError) error = NULL;

  shell_box_add_player (f, DRM_FORMAT_YUV420);
  hearth_dbus_internal_shell1_call_set_frame_log_sync (f->shell, TRUE, NULL, &error);
  g_assert_no_error (error);
  start_us = g_get_monotonic_time () + 300000;
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++) {
    present_us[i] = start_us + FRAME_US * i;
    sequences[i] = shell_box_send (f, 1, present_us[i], 3, 100 + i);
  }
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++) {
    gint64 shown_us = shell_box_wait_shown (f, sequences[i]);

    g_assert_cmpint (shown_us, >=, present_us[i] - 4000);
    g_assert_cmpint (shown_us, <=, present_us[i] + 4 * PERIOD_US); /* one by right, the others for a busy machine */
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
    g_assert_cmpint (shown_us, ==, shell_box_find_answer (f, sequence)->shown_us);
    g_assert_cmpint (pts90k, ==, (gint64) sequence * 3600);
    g_assert_cmpuint (channel, ==, 3);
    g_assert_cmpuint (frame, ==, 100 + i);
  }
  shell_box_assert_shows (f, 3, 111, shell_box_wait_shown (f, sequences[11]));
}

static gboolean
on_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE; /* has the condition looked at again */
}

/* Busy while frames come, not long after: hearthd takes a busy shell that does not beat for a stuck one. */
static void
test_progress (ShellBox *f, gconstpointer data)
{
  guint tick = g_timeout_add (5, on_tick, NULL);
  guint64 before = hearth_progress_get_units (f->progress, HEARTH_PROGRESS_SHELL_FRAMES);

  shell_box_add_player (f, DRM_FORMAT_YUV420);
  g_assert_false (hearth_progress_is_busy (f->progress));
  for (guint i = 0; i < 10; i++) {
    shell_box_wait_shown (f, shell_box_send (f, 1, 0, 1, i));
    g_assert_true (hearth_progress_is_busy (f->progress));
    g_assert_cmpint (hearth_progress_get_stall_us (f->progress, g_get_monotonic_time ()), <, 250000);
  }
  g_assert_cmpuint (hearth_progress_get_units (f->progress, HEARTH_PROGRESS_SHELL_FRAMES), >=, before + 10);
  shell_box_send (f, 1, g_get_monotonic_time () + HOUR_US, 1, 11); /* one that waits long is no reason to be busy */
  WAIT_FOR (!hearth_progress_is_busy (f->progress));
  g_source_remove (tick);
}

static void
test_a_zap (ShellBox *f, gconstpointer data)
{
  guint64 old[2], first;
  gint64 sent_us, shown_us;

  shell_box_add_player (f, HEARTH_FORMAT_YUV420_10LE);
  shell_box_wait_shown (f, shell_box_send (f, 1, 0, 1, 1));
  old[0] = shell_box_send (f, 1, g_get_monotonic_time () + HOUR_US, 1, 2);
  old[1] = shell_box_send (f, 1, g_get_monotonic_time () + HOUR_US, 1, 3);
  g_assert_true (hearth_frames_producer_flush (f->player, 2, NULL));
  WAIT_FOR (shell_box_find_answer (f, old[0]) != NULL && shell_box_find_answer (f, old[1]) != NULL);
  g_assert_cmpint (shell_box_find_answer (f, old[0])->shown_us, ==, 0);
  g_assert_cmpint (shell_box_find_answer (f, old[1])->shown_us, ==, 0);
  shell_box_assert_shows (f, 1, 1, g_array_index (f->answers, ShellAnswer, 0).shown_us); /* the last picture stands */
  sent_us = g_get_monotonic_time ();
  first = shell_box_send (f, 2, 0, 2, 50);
  shown_us = shell_box_wait_shown (f, first);
  g_test_message ("the first frame after the zap was on glass %" G_GINT64_FORMAT " us after it was sent", shown_us - sent_us);
  g_assert_cmpint (shown_us, <=, sent_us + 200000); /* two refreshes, and a busy machine's share */
  shell_box_assert_shows (f, 2, 50, shown_us);
}

static void
test_a_new_link_keeps_the_picture (ShellBox *f, gconstpointer data)
{
  gint64 shown_us;

  shell_box_add_player (f, DRM_FORMAT_YUV420);
  shown_us = shell_box_wait_shown (f, shell_box_send (f, 1, 0, 7, 70));
  shell_box_drop_player (f);
  WAIT_FOR (f->closed->len > 0);
  g_assert_cmpstr (f->closed->str, ==, "main Disconnected;");
  shell_box_assert_shows (f, 7, 70, shown_us);
  f->sequence = 0; /* another player: numbers of pools and frames begin anew */
  g_array_set_size (f->answers, 0);
  shell_box_add_player (f, DRM_FORMAT_NV12);
  shell_box_assert_shows (f, 7, 70, shown_us);
  shown_us = shell_box_wait_shown (f, shell_box_send (f, 1, 0, 7, 71));
  shell_box_assert_shows (f, 7, 71, shown_us);
  g_assert_true (hearth_frames_producer_drop_pool (f->player, 1, NULL));
  shell_box_assert_shows (f, 7, 71, shown_us); /* on glass it stays */
}

static void
test_a_hostile_link (ShellBox *f, gconstpointer data)
{
  int fds[2];

  testing_pair (fds);
  shell_box_add_view (f, fds[1]);
  g_assert_cmpint (write (fds[0], "hello there", 11), ==, 11);
  WAIT_FOR (f->closed->len > 0);
  g_assert_cmpstr (f->closed->str, ==, "main Corrupt;");
  close (fds[0]);
  shell_box_add_player (f, DRM_FORMAT_YUV420);
  shell_box_wait_shown (f, shell_box_send (f, 1, 0, 7, 71));
}

static void
test_clear_and_remove (ShellBox *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 last;
  ShellShot shot;

  shell_box_add_player (f, DRM_FORMAT_YUV420);
  last = shell_box_send (f, 1, 0, 7, 71);
  shell_box_wait_shown (f, last);
  g_assert_true (hearth_frames_producer_clear (f->player, NULL));
  WAIT_FOR (!f->out[0]);
  shot = shell_box_take_shot (f, "@a{sv} {}", "clear.png");
  g_assert_cmphex (shell_box_get_pixel (&shot, 640, 100), ==, 0);
  g_assert_null (g_variant_lookup_value (shot.info, "channel", NULL));
  shell_box_shot_clear (&shot);
  shell_box_wait_shown (f, shell_box_send (f, 1, 0, 7, 72));
  hearth_dbus_internal_shell1_call_remove_view_sync (f->shell, "main", NULL, &error);
  g_assert_no_error (error);
  WAIT_FOR (f->player_closed);
  g_assert_false (hearth_dbus_internal_shell1_call_remove_view_sync (f->shell, "main", NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
}

static void
show_banner (ShellBox *f, const char *banner)
{
  g_autoptr (GError) error = NULL;

  hearth_dbus_internal_shell1_call_set_banner_sync (f->shell, g_variant_new_parsed (banner), NULL, &error);
  g_assert_no_error (error);
}

static void
test_banner_notice_blank (ShellBox *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  ShellShot shot;

  shell_box_add_player (f, DRM_FORMAT_YUV420);
  shell_box_wait_shown (f, shell_box_send (f, 1, 0, 7, 71));
  show_banner (f, "{'milliseconds': <uint32 60000>, 'number': <'1'>, 'names': <{'zh': 'CCTV-1 综合', 'en': 'CCTV-1 General'}>, "
                  "'network': <'有线'>, 'pills': <['1080p', 'HEVC', '国语 5.1']>}");
  shot = shell_box_take_shot (f, "@a{sv} {}", "banner.png");
  g_assert_cmpuint (shell_box_get_pixel (&shot, 20, 715) >> 8 & 0xff, <, 30);   /* ground */
  g_assert_cmpuint (shell_box_get_pixel (&shot, 20, 300) >> 8 & 0xff, >, 100); /* sky, untouched */
  shell_box_shot_clear (&shot);
  hearth_dbus_internal_shell1_call_set_notice_sync (
    f->shell, g_variant_new_parsed ("{'title': <{'zh': '没有信号', 'en': 'No signal'}>, 'text': <{'zh': '请检查电缆。'}>, "
                                    "'details': <'NoPackets'>}"),
    NULL, &error);
  g_assert_no_error (error);
  show_banner (f, "@a{sv} {}");
  shot = shell_box_take_shot (f, "{'width': <uint32 960>}", "notice.png");
  g_assert_cmpint (cairo_image_surface_get_height (shot.surface), ==, 540);
  g_assert_cmpuint (shell_box_get_pixel (&shot, 300, 260) >> 8 & 0xff, <, 40); /* the card */
  g_assert_cmpuint (shell_box_get_pixel (&shot, 5, 250) >> 8 & 0xff, >, 60);
  shell_box_shot_clear (&shot);
  hearth_dbus_internal_shell1_call_set_blank_sync (f->shell, TRUE, NULL, &error);
  g_assert_no_error (error);
  shot = shell_box_take_shot (f, "@a{sv} {}", "blank.png");
  for (guint i = 0; i < 720; i += 30)
    g_assert_cmphex (shell_box_get_pixel (&shot, i, i), ==, 0);
  shell_box_shot_clear (&shot);
  hearth_dbus_internal_shell1_call_set_blank_sync (f->shell, FALSE, NULL, &error);
  g_assert_no_error (error);
  shell_box_wait_shown (f, shell_box_send (f, 1, 0, 7, 73));
}

static gboolean
has_banner (ShellBox *f)
{
  ShellShot shot = shell_box_take_shot (f, "@a{sv} {}", "held.png");
  gboolean has = (shell_box_get_pixel (&shot, 20, 715) >> 8 & 0xff) < 30;

  shell_box_shot_clear (&shot);
  return has;
}

/* It waits for its picture, not for ever; a screenshot waits for it. */
static void
test_a_banner_after_its_picture (ShellBox *f, gconstpointer data)
{
  gint64 told_us;

  shell_box_add_player (f, DRM_FORMAT_YUV420);
  shell_box_wait_shown (f, shell_box_send (f, 1, 0, 7, 71));
  told_us = g_get_monotonic_time ();
  show_banner (f, "{'milliseconds': <uint32 60000>, 'number': <'1'>, 'name': <'CCTV-1'>, 'after-serial': <uint32 2>}");
  g_assert_true (has_banner (f));
  g_assert_cmpint (g_get_monotonic_time () - told_us, >=, 60000); /* no picture came */
  show_banner (f, "@a{sv} {}");
  g_assert_false (has_banner (f));
  show_banner (f, "{'milliseconds': <uint32 60000>, 'number': <'2'>, 'name': <'CCTV-2'>, 'after-serial': <uint32 2>}");
  shell_box_wait_shown (f, shell_box_send (f, 2, 0, 8, 1));
  g_assert_true (has_banner (f));
}

static void
test_jpeg_and_wrong_options (ShellBox *f, gconstpointer data)
{
  static const char *const wrong[] = { "{'format': <'gif'>}", "{'width': <uint32 0>}", "{'width': <uint32 100000>}" };
  ShellShot shot = shell_box_take_shot (f, "{'format': <'jpeg'>, 'width': <uint32 640>}", "small.jpeg");

  g_assert_cmpmem (shot.bytes, 3, "\xff\xd8\xff", 3);
  g_assert_cmpmem (shot.bytes + shot.n_bytes - 2, 2, "\xff\xd9", 2);
  shell_box_shot_clear (&shot);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (hearth_dbus_internal_shell1_call_screenshot_sync (f->shell, g_variant_new_parsed (wrong[i]), NULL, NULL, NULL,
                                                                      NULL, NULL, &error));
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  }
}

static void
test_modes (ShellBox *f, gconstpointer data)
{
  g_auto (GStrv) modes = NULL;
  g_autoptr (GVariant) display = NULL;
  g_autoptr (GError) error = NULL;
  const char *text = NULL;
  ShellShot shot;

  shell_box_add_player (f, DRM_FORMAT_YUV420);
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
  shell_box_wait_shown (f, shell_box_send (f, 1, 0, 7, 71));
  show_banner (f, "{'milliseconds': <uint32 60000>, 'number': <'1'>, 'name': <'CCTV-1 综合'>}");
  shot = shell_box_take_shot (f, "@a{sv} {}", "hd.png");
  g_assert_cmpint (cairo_image_surface_get_width (shot.surface), ==, 1920);
  shell_box_shot_clear (&shot);
  g_assert_false (hearth_dbus_internal_shell1_call_set_mode_sync (f->shell, "huge", NULL, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  hearth_error_quark ();
#define ADD(name, func) g_test_add ("/shell/process/" name, ShellBox, NULL, shell_box_setup, func, shell_box_teardown)
  ADD ("frames-at-their-time", test_frames_at_their_time);
  ADD ("progress", test_progress);
  ADD ("a-zap", test_a_zap);
  ADD ("a-new-link-keeps-the-picture", test_a_new_link_keeps_the_picture);
  ADD ("a-hostile-link", test_a_hostile_link);
  ADD ("clear-and-remove", test_clear_and_remove);
  ADD ("banner-notice-blank", test_banner_notice_blank);
  ADD ("a-banner-after-its-picture", test_a_banner_after_its_picture);
  ADD ("jpeg-and-wrong-options", test_jpeg_and_wrong_options);
  ADD ("modes", test_modes);
  return g_test_run ();
}
