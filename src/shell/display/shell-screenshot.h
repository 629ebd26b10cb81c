/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shell/display/shell-stage.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * shell_screenshot_async:
 * @options: a{sv} as tv.hearth.Display1.Screenshot has them
 *
 * Reads back what is on glass, on the main thread and between two frames; encodes in a thread.
 */
void shell_screenshot_async (ShellStage *stage, GVariant *options, GAsyncReadyCallback callback, gpointer user_data);

/**
 * shell_screenshot_finish:
 * @info: (out): floating a{sv}: width, height, bytes, time, channel, frame
 *
 * Errors: INVALID_ARGUMENT, NOT_SUPPORTED, BUSY (too many at once), IO.
 *
 * Returns: a sealed memfd, the caller's; -1
 */
int shell_screenshot_finish (GAsyncResult *result, GVariant **info, GError **error);

G_END_DECLS
