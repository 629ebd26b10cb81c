/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define PIECE_BYTES (1 << 20)
#define PICTURE_MAX_BYTES (256 << 20) /* 8K as a bad PNG is half of it */

/* ---- screenshots ------------------------------------------------------------------------ */

static gboolean
ends_with (const char *file, const char *extension)
{
  g_autofree char *folded = g_ascii_strdown (file, -1);

  return g_str_has_suffix (folded, extension);
}

/* By --format, else by the file's name, else PNG. */
static GVariant *
make_options (Ctl *ctl, const char *file, GError **error)
{
  const char *format = ctl_option (ctl, "format");
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  guint width = 0;

  if (format == NULL)
    format = file != NULL && (ends_with (file, ".jpg") || ends_with (file, ".jpeg")) ? "jpeg" : "png";
  if (!g_str_equal (format, "png") && !g_str_equal (format, "jpeg")) {
    ctl_usage_error (error, "--format is png or jpeg, not “%s”", format);
    return NULL;
  }
  if (!ctl_option_number (ctl, "width", 16, 16384, &width, error))
    return NULL;
  g_variant_dict_insert (&options, "format", "s", format);
  if (width > 0)
    g_variant_dict_insert (&options, "width", "u", width);
  if (ctl_option (ctl, "no-osd") != NULL)
    g_variant_dict_insert (&options, "osd", "b", FALSE);
  return g_variant_dict_end (&options);
}

/* A device, a pipe or a link is written into; g_file_set_contents() would put a file in its place. */
static gboolean
write_through (const char *file, const char *bytes, gsize n_bytes, GError **error)
{
  const int fd = g_open (file, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0);
  int error_number = fd < 0 ? errno : 0;

  while (fd >= 0 && n_bytes > 0 && error_number == 0) {
    const gssize n = write (fd, bytes, n_bytes);

    if (n < 0 && errno != EINTR)
      error_number = errno;
    else if (n > 0) {
      bytes += n;
      n_bytes -= (gsize) n;
    }
  }
  if (fd >= 0 && close (fd) < 0 && error_number == 0)
    error_number = errno;
  if (error_number == 0)
    return TRUE;
  hearth_error_set_errno (error, error_number, "writing the screenshot to “%s”", file);
  return FALSE;
}

static gboolean
write_picture (const char *file, GBytes *picture, GError **error)
{
  gsize n_bytes;
  const char *bytes = g_bytes_get_data (picture, &n_bytes);
  GStatBuf status;

  if (g_str_equal (file, "-")) {
    ctl_write (bytes, n_bytes); /* main() tells when it cannot be written */
    return TRUE;
  }
  if (g_lstat (file, &status) == 0 && !S_ISREG (status.st_mode))
    return write_through (file, bytes, n_bytes, error);
  if (g_file_set_contents (file, bytes, (gssize) n_bytes, error))
    return TRUE;
  hearth_error_translate (error, "writing the screenshot to “%s”", file);
  return FALSE;
}

static void
print_picture (Ctl *ctl, const char *file, GVariant *info)
{
  g_auto (GVariantDict) all = G_VARIANT_DICT_INIT (info);
  g_autofree char *width = ctl_lookup_text (info, "width");
  g_autofree char *height = ctl_lookup_text (info, "height");
  g_autofree char *name = ctl_text_clean (file);
  guint32 channel = 0, frame = 0;
  gboolean barred = g_variant_lookup (info, "channel", "u", &channel) && g_variant_lookup (info, "frame", "u", &frame);

  if (ctl->json) {
    g_variant_dict_insert (&all, "file", "s", name);
    ctl_print_variant (NULL, g_variant_ref_sink (g_variant_dict_end (&all)));
    return;
  }
  ctl_print ("%s  %s×%s", name, width, height);
  if (barred)
    ctl_print ("  channel %u frame %u", channel, frame);
  ctl_print ("\n");
}

static char *
dup_file_name (Ctl *ctl)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
  const char *format = ctl_option (ctl, "format");

  if (ctl->n_words > 0)
    return g_strdup (ctl->words[0]);
  return g_strdup_printf ("hearth-%s.%s", stamp, g_strcmp0 (format, "jpeg") == 0 ? "jpg" : "png");
}

/* Copied, so that nobody can cut it under our eyes. */
static GBytes *
read_picture (int fd, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  gssize n;

  while ((n = pread (fd, piece, PIECE_BYTES, all->len)) > 0 && all->len < PICTURE_MAX_BYTES)
    g_byte_array_append (all, piece, (guint) n);
  if (n == 0 && all->len > 0)
    return g_byte_array_free_to_bytes (g_steal_pointer (&all));
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "reading the screenshot: %s", n < 0 ? g_strerror (errno) : "its size does not fit");
  return NULL;
}

/* libhearth speaks to the main view only. */
static GBytes *
take_picture (Ctl *ctl, GVariant *options, GVariant **info, GError **error)
{
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) reply = ctl_call_with_fds (ctl, ctl->output, "Display1", "Screenshot", g_variant_new ("(@a{sv})", options),
                                                  "(ha{sv})", &fds, error);
  GBytes *picture;
  gint32 index;
  int fd;

  if (reply == NULL)
    return NULL;
  g_variant_get (reply, "(h@a{sv})", &index, info);
  fd = fds != NULL ? g_unix_fd_list_get (fds, index, NULL) : -1;
  if (fd < 0) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "taking a screenshot: no picture came with the answer");
    return NULL;
  }
  picture = read_picture (fd, error);
  close (fd);
  return picture;
}

static gboolean
run_screenshot (Ctl *ctl, GError **error)
{
  g_autofree char *file = dup_file_name (ctl);
  GVariant *options = make_options (ctl, file, error);
  g_autoptr (GVariant) info = NULL;
  g_autoptr (GBytes) picture = options != NULL ? take_picture (ctl, options, &info, error) : NULL;

  if (picture == NULL || !write_picture (file, picture, error))
    return FALSE;
  if (!g_str_equal (file, "-"))
    print_picture (ctl, file, info);
  return TRUE;
}

/* ---- the display --------------------------------------------------------------------------- */

static void
print_screen (Ctl *ctl, GVariant *display)
{
  g_autoptr (GVariant) screen = g_variant_lookup_value (display, "screen", G_VARIANT_TYPE_VARDICT);

  if (screen == NULL)
    return;
  ctl_print ("the screen says of itself:\n");
  ctl_print_dictionary (ctl, screen);
}

static void
print_planes (GVariant *display)
{
  g_autoptr (GVariant) planes = g_variant_lookup_value (display, "planes", G_VARIANT_TYPE ("a(usuas)"));

  for (gsize i = 0; planes != NULL && i < g_variant_n_children (planes); i++) {
    g_autofree const char **formats = NULL;
    g_autofree char *joined = NULL;
    const char *type;
    guint32 id, depth;

    g_variant_get_child (planes, i, "(u&su^a&s)", &id, &type, &depth, &formats);
    joined = g_strjoinv (" ", (char **) formats);
    ctl_print ("plane %u: %s, depth %u: %s\n", id, type, depth, joined);
  }
}

static void
print_layers (GVariant *display)
{
  g_autoptr (GVariant) layers = g_variant_lookup_value (display, "layers", G_VARIANT_TYPE ("a(sus)"));

  for (gsize i = 0; layers != NULL && i < g_variant_n_children (layers); i++) {
    const char *what, *how;
    guint32 plane;

    g_variant_get_child (layers, i, "(&su&s)", &what, &plane, &how);
    ctl_print ("%s picture: plane %u, %s\n", what, plane, how);
  }
}

static gboolean
run_display (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Display1", "Describe", NULL, "(a{sv})", error);
  g_autoptr (GVariant) display = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  g_autoptr (GVariant) rest = NULL;
  GVariantDict brief;

  if (display == NULL)
    return FALSE;
  if (ctl->json) {
    ctl_print_dictionary (ctl, display);
    return TRUE;
  }
  g_variant_dict_init (&brief, display);
  g_variant_dict_remove (&brief, "screen");
  g_variant_dict_remove (&brief, "planes");
  g_variant_dict_remove (&brief, "layers");
  rest = g_variant_ref_sink (g_variant_dict_end (&brief));
  ctl_print_dictionary (ctl, rest);
  print_screen (ctl, display);
  print_planes (display);
  print_layers (display);
  return TRUE;
}

static gboolean
run_modes (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Display1", "ListModes", NULL, "(as)", error);
  g_autoptr (GVariant) modes = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (modes == NULL)
    return FALSE;
  if (ctl->json)
    ctl_print_variant ("modes", modes);
  for (gsize i = 0; !ctl->json && i < g_variant_n_children (modes); i++) {
    const char *mode;

    g_variant_get_child (modes, i, "&s", &mode);
    ctl_print ("%s%s\n", mode, i == 0 ? "  (current)" : "");
  }
  return TRUE;
}

static gboolean
run_mode (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Display1", "SetMode", g_variant_new ("(s)", ctl->words[0]), "()", error);

  return reply != NULL;
}

static gboolean
run_banner (Ctl *ctl, GError **error)
{
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;
  guint milliseconds = G_MAXUINT;

  if (!ctl_option_number (ctl, "milliseconds", 0, G_MAXINT, &milliseconds, error))
    return FALSE;
  if (milliseconds != G_MAXUINT)
    g_variant_dict_insert (&options, "milliseconds", "u", milliseconds);
  reply = ctl_call (ctl, "Display1", "ShowBanner", g_variant_new ("(@a{sv})", g_variant_dict_end (&options)), "()", error);
  return reply != NULL;
}

static const CtlOption screenshot_options[] = {
  { "format", "png|jpeg", "by the file's name, else png" },
  { "width", "N", "in pixels; the height follows" },
  { "no-osd", NULL, "only the picture, without banner and menus" },
  { NULL, NULL, NULL },
};

static const CtlOption banner_options[] = {
  { "milliseconds", "N", "for how long; 0 takes it off" },
  { NULL, NULL, NULL },
};

const CtlCommand ctl_display_commands[] = {
  { "screenshot", "[FILE]", "what is on glass now; - is standard output", NULL, 0, 1, run_screenshot, screenshot_options,
    { NULL } },
  { "banner", "", "show the channel banner", NULL, 0, 0, run_banner, banner_options, { NULL } },
  { "display", "", "what the display can", NULL, 0, 0, run_display, NULL, { NULL } },
  { "display modes", "", "its modes", NULL, 0, 0, run_modes, NULL, { NULL } },
  { "display mode", "MODE", "choose a mode, as 1920x1080@50", NULL, 1, 1, run_mode, NULL, { "" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
