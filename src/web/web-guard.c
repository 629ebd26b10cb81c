/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "web/hearth-web.h"

#include <string.h>

/* "127.0.0.1:8480", "[::1]", "localhost": with or without a port. */
static gboolean
is_loopback (const char *host)
{
  static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    gsize n = strlen (names[i]);
    const char *port = host + n;

    if (g_ascii_strncasecmp (host, names[i], n) != 0)
      continue;
    if (*port == '\0')
      return TRUE;
    return *port == ':' && port[1] != '\0' && strspn (port + 1, "0123456789") == strlen (port + 1);
  }
  return FALSE;
}

gboolean
web_guard_allows (const char *host, const char *origin)
{
  if (host == NULL || !is_loopback (host))
    return FALSE;
  if (origin == NULL) /* no browser, or a page that was asked for by its address */
    return TRUE;
  return g_str_has_prefix (origin, "http://") && g_ascii_strcasecmp (origin + strlen ("http://"), host) == 0;
}
