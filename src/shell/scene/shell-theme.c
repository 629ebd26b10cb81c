/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/scene/shell-theme.h"

#include <hearth/log.h>
#include <stdlib.h>
#include <string.h>

HEARTH_LOG_TOPIC ("theme")

static const struct {
  const char *key;
  guint32 value;
} defaults[SHELL_N_COLOURS] = {
  [SHELL_COLOUR_GROUND] = { "Ground", 0x0d1015 },
  [SHELL_COLOUR_GROUND_FAR] = { "GroundFar", 0x27303f },
  [SHELL_COLOUR_SURFACE] = { "Surface", 0x161b23 },
  [SHELL_COLOUR_SURFACE_RAISED] = { "SurfaceRaised", 0x1f2630 },
  [SHELL_COLOUR_SURFACE_HIGH] = { "SurfaceHigh", 0x2b3442 },
  [SHELL_COLOUR_TEXT] = { "Text", 0xf4f6f9 },
  [SHELL_COLOUR_TEXT_SECOND] = { "TextSecond", 0xb3bcc9 },
  [SHELL_COLOUR_TEXT_WEAK] = { "TextWeak", 0x7e8998 },
  [SHELL_COLOUR_ACCENT] = { "Accent", 0xffb454 },
  [SHELL_COLOUR_LIVE] = { "Live", 0xff5d62 },
  [SHELL_COLOUR_GOOD] = { "Good", 0x5fd08f },
  [SHELL_COLOUR_INFORMATION] = { "Information", 0x74bdff },
};

#define DEFAULT_FAMILIES "Noto Sans,Noto Sans CJK SC,Source Han Sans SC,WenQuanYi Micro Hei,DejaVu Sans"

static gboolean
parse_colour (const char *text, guint32 *colour)
{
  if (text[0] != '#' || strlen (text) != 7 || strspn (text + 1, "0123456789abcdefABCDEF") != 6)
    return FALSE;
  *colour = (guint32) strtoul (text + 1, NULL, 16);
  return TRUE;
}

static void
read_colours (ShellTheme *self, GKeyFile *file, const char *path)
{
  for (guint i = 0; i < SHELL_N_COLOURS; i++) {
    g_autofree char *text = g_key_file_get_string (file, "Colours", defaults[i].key, NULL);

    if (text != NULL && !parse_colour (text, &self->colours[i]))
      hearth_warning ("theme %s: %s=%s is no colour like #rrggbb; the built-in one is used", path, defaults[i].key, text);
  }
}

static void
read_families (ShellTheme *self, GKeyFile *file)
{
  g_auto (GStrv) families = g_key_file_get_string_list (file, "Fonts", "Families", NULL, NULL);

  if (families == NULL || families[0] == NULL)
    return;
  g_free (self->families);
  self->families = g_strjoinv (",", families);
}

void
shell_theme_init (ShellTheme *self, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < SHELL_N_COLOURS; i++)
    self->colours[i] = defaults[i].value;
  self->families = g_strdup (DEFAULT_FAMILIES);
  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error)) {
    hearth_warning ("theme %s cannot be read, the built-in one is used: %s", path, error->message);
    return;
  }
  read_colours (self, file, path);
  read_families (self, file);
}

void
shell_theme_clear (ShellTheme *self)
{
  g_clear_pointer (&self->families, g_free);
}
