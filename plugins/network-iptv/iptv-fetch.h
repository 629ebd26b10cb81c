/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * iptv_fetch:
 * @location: http(s):// or file:// URL, or a path
 * @user_agent: (nullable): for HTTP
 * @max_bytes: more is an error, before and after unpacking
 * @uri: (out): what relative addresses in it refer to: the last redirect's target, or a file:// URL
 *
 * Reads a whole file or page; unpacks gzip. Blocks; any thread.
 *
 * Errors: NOT_FOUND, PERMISSION_DENIED, NO_ADDRESS, NO_SIGNAL, TIMED_OUT, LIMIT, CORRUPT, IO, CANCELLED
 */
GBytes *iptv_fetch (const char *location, const char *user_agent, gsize max_bytes, char **uri, GCancellable *cancellable,
                    GError **error);

G_END_DECLS
