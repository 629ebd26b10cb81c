/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/display.h>

G_BEGIN_DECLS

/* "1920x1080@50", "1280x720@59.94"; without @ it is 50 Hz. Errors: INVALID_ARGUMENT. */
gboolean hearth_display_mode_parse (const char *text, HearthDisplayMode *mode, GError **error);
/* The same back: "1280x720@59.94". */
char *hearth_display_mode_dup_text (const HearthDisplayMode *mode);
gboolean hearth_display_mode_check (const HearthDisplayMode *mode, GError **error);

/* The grid of virtual refreshes: at @start_us and every period since. */
gint64 hearth_display_mode_next_refresh (const HearthDisplayMode *mode, gint64 start_us, gint64 at_us);

G_END_DECLS
