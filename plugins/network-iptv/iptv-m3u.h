/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-m3u
 *
 * The M3U parser: bytes in, calls out. Pure: no files, no network, no logging,
 * no globals. README.md lists the attributes, the order of belief for odd
 * input, and the oddities' codes.
 */

#define IPTV_M3U_MAX_BYTES (64u << 20) /* of a playlist, unpacked */

/* What a list says; strings live until the call returns. */
typedef struct {
  void (*service) (gpointer user_data, const HearthService *service);
  void (*oddity) (gpointer user_data, const HearthOddity *oddity);
} IptvM3uHandler;

/**
 * iptv_m3u_parse:
 * @location: the list's own URL (file://, http://...): completes relative addresses, and is the one service of a list that
 *   is an HLS playlist
 * @charset: (nullable): what all of it is written in; NULL: guess
 * @details: (out) (nullable): floating a{sv}: the header's attributes, s each; "guide-urls" as; "name" s
 *
 * Errors: %HEARTH_ERROR_CORRUPT for what is no playlist (an empty file, a web page, anything without a single address),
 * %HEARTH_ERROR_LIMIT for more than %IPTV_M3U_MAX_BYTES. Calls may have been made before.
 */
gboolean iptv_m3u_parse (const guint8 *bytes, gsize n_bytes, const char *location, const char *charset, const IptvM3uHandler *handler,
                         gpointer user_data, GVariant **details, GError **error);

G_END_DECLS
