/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/display/shell-mode.h"

#include <stdio.h>
#include <string.h>

char *
shell_mode_dup_text (const HearthDisplayMode *mode)
{
  guint thousandths = mode->refresh_mhz % 1000;
  g_autofree char *text = g_strdup_printf ("%ux%u@%u.%03u", mode->width, mode->height, mode->refresh_mhz / 1000, thousandths);
  gsize length = strlen (text);

  while (text[length - 1] == '0')
    length--;
  if (text[length - 1] == '.')
    length--;
  return g_strndup (text, length);
}

gboolean
shell_mode_parse (const char *text, HearthDisplayMode *mode, GError **error)
{
  int end = 0;
  double rate = 0;

  if (g_ascii_isdigit (*text) && sscanf (text, "%5ux%5u@%n", &mode->width, &mode->height, &end) == 2 && end > 0) {
    char *rest = NULL;

    if (g_ascii_isdigit (text[end]))
      rate = g_ascii_strtod (text + end, &rest);
    if (rest != NULL && *rest == '\0' && rate >= 1 && rate <= 1000 && mode->width > 0 && mode->height > 0) {
      mode->refresh_mhz = (guint32) (rate * 1000 + 0.5);
      return TRUE;
    }
  }
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no mode: it reads like 1920x1080@50", text);
  return FALSE;
}
