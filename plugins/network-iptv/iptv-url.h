/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-url
 *
 * What stands in a list where an address should stand. Pure functions.
 */
typedef enum {
  IPTV_URL_MISSPELT_SCHEME = 1 << 0, /* "htttp://", "http:/", "udp//@", "HTTP://" */
  IPTV_URL_MISSING_SCHEME = 1 << 1,  /* "239.1.1.1:1234", "@[ff15::1]:1234": taken for UDP */
  IPTV_URL_SPACES = 1 << 2,          /* became %20 */
  IPTV_URL_QUOTED = 1 << 3,          /* quotation marks around it were dropped */
  IPTV_URL_RELATIVE = 1 << 4,        /* completed by the list's own address */
} IptvUrlFaults;

/* @line: trimmed, without pipe options. @base: (nullable): the list's own URL. @faults: set.
 * Returns: (transfer none): @line itself where nothing was to do, else from @chunk; NULL where it is no address */
const char *iptv_url_clean (char *line, const char *base, GStringChunk *chunk, IptvUrlFaults *faults);

/* What brings it: only what this plug-in can turn into MPEG-TS goes through a ring. @hint: (nullable): a MIME type or a
 * manifest type from the list's own words. */
HearthDelivery iptv_url_get_delivery (const char *url, const char *hint);

/* Lower-case scheme of a cleaned URL equals @scheme. */
gboolean iptv_url_has_scheme (const char *url, const char *scheme);

/* Splits "url|User-Agent=x&Referer=y" in place: cuts @url, returns the options or NULL. */
char *iptv_url_cut_options (char *url);

/* The last part of the path, unescaped, for a name. (transfer full) */
char *iptv_url_dup_basename (const char *url);

G_END_DECLS
