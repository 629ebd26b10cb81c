/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
  const char *location;     /* http(s):// or file:// URL, or a path */
  const char *user_agent;   /* (nullable): for HTTP */
  gboolean any_certificate; /* the server's is not checked */
  gsize max_bytes;          /* more is an error, before and after unpacking */
} IptvFetch;

/* What an answer is known by: to ask the server for another one only (RFC 9110, 13.1), and to see that nothing is new where
 * it does not know that. */
typedef struct {
  char *etag, *modified;
  char *checksum;
  guint wait_s; /* after a failure: the server asked to wait so long */
} IptvFetchMark;

void iptv_fetch_mark_clear (IptvFetchMark *self);

/**
 * iptv_fetch:
 * @mark: (inout) (nullable): of the answer before, empty for any answer; set by an answer that is new
 * @uri: (out): what relative addresses in it refer to: the last redirect's target, or a file:// URL
 * @bytes: (out): %NULL when nothing is new since @mark
 *
 * Reads a whole file or page; unpacks gzip. Blocks; any thread.
 *
 * Errors: NOT_FOUND, PERMISSION_DENIED, NO_ADDRESS, NO_SIGNAL, TIMED_OUT, LIMIT, CORRUPT, IO, CANCELLED
 */
gboolean iptv_fetch (const IptvFetch *what, IptvFetchMark *mark, GBytes **bytes, char **uri, GCancellable *cancellable, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IptvFetchMark, iptv_fetch_mark_clear)

G_END_DECLS
