/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one place for colours and fonts: data/theme.ini, and the same values built in. */

typedef enum {
  SHELL_COLOUR_GROUND,
  SHELL_COLOUR_GROUND_FAR,
  SHELL_COLOUR_SURFACE,
  SHELL_COLOUR_SURFACE_RAISED,
  SHELL_COLOUR_SURFACE_HIGH,
  SHELL_COLOUR_TEXT,
  SHELL_COLOUR_TEXT_SECOND,
  SHELL_COLOUR_TEXT_WEAK, /* never for what must be read */
  SHELL_COLOUR_ACCENT,
  SHELL_COLOUR_LIVE,
  SHELL_COLOUR_GOOD,
  SHELL_COLOUR_INFORMATION,
  SHELL_N_COLOURS
} ShellColour;

typedef struct {
  guint32 colours[SHELL_N_COLOURS]; /* 0xrrggbb */
  char *families;                   /* comma separated, for Pango */
} ShellTheme;

/* Built-in values, then what @path has; a file that is not there is fine, a wrong line is told in the log and skipped. */
void shell_theme_init (ShellTheme *self, const char *path);
void shell_theme_clear (ShellTheme *self);

G_END_DECLS
