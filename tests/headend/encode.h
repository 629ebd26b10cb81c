/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "headend/channels.h"

/* Runs the ffmpeg program (H.264's and HEVC's encoders are under the GPL: a program of their own, never linked). Blocks till
 * @path is written. Errors: NOT_FOUND, FAILED, CANCELLED, IO. */
gboolean headend_encode_video (const HeadendChannel *channel, const char *path, GCancellable *cancellable, GError **error);
gboolean headend_encode_audio (const HeadendChannel *channel, guint track, const char *path, GCancellable *cancellable,
                               GError **error);
/* Runs ffmpeg with these, after the usual ones. Errors: NOT_FOUND, FAILED. */
gboolean headend_encode_run (const char *const *arguments, GError **error);
