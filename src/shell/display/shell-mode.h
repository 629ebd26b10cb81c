/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/display.h>

G_BEGIN_DECLS

/* Modes as the bus says them: "1920x1080@50", "1280x720@59.94". */
char *shell_mode_dup_text (const HearthDisplayMode *mode);
/* Errors: INVALID_ARGUMENT. */
gboolean shell_mode_parse (const char *text, HearthDisplayMode *mode, GError **error);

G_END_DECLS
