/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-mend.h"

#include <string.h>

static gboolean
begins_line (const char *p)
{
  static const char *const starts[] = { "#EXT", "#KODIPROP", "http://", "https://", "udp://", "rtp://", "rtsp://" };

  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    if (g_ascii_strncasecmp (p, starts[i], strlen (starts[i])) == 0)
      return TRUE;
  return FALSE;
}

guint
iptv_mend_line_ends (char *text, gsize length)
{
  const gboolean has_lf = memchr (text, '\n', length) != NULL;
  guint n = 0;

  for (char *p = text; (p = memchr (p, '\r', length - (gsize) (p - text))) != NULL; p++)
    if (!has_lf || begins_line (p + 1)) {
      *p = '\n';
      n += has_lf;
    }
  return n;
}

/* U+201C to U+201F, U+2033, U+FF02: all of three bytes. */
static gboolean
is_typographic (const char *p)
{
  static const char marks[][4] = { "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e", "\xe2\x80\x9f", "\xe2\x80\xb3", "\xef\xbc\x82" };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (strncmp (p, marks[i], 3) == 0)
      return TRUE;
  return FALSE;
}

static void
narrow (char *quote)
{
  *quote = '"';
  memmove (quote + 1, quote + 3, strlen (quote + 3) + 1);
}

/* The next typographic mark from @p on. */
static char *
find_mark (char *p)
{
  while (*p != '\0' && !is_typographic (p))
    p++;
  return *p != '\0' ? p : NULL;
}

gboolean
iptv_mend_quotes (char *line)
{
  gboolean done = FALSE;

  for (char *p = line; (p = strchr (p, '=')) != NULL;) {
    char *mark, *end;

    p++;
    mark = p + strspn (p, " \t");
    if (!is_typographic (mark) || (end = find_mark (mark + 3)) == NULL)
      continue;
    narrow (end);
    narrow (mark);
    p = end - 2 + 1; /* behind the closing mark, which the opening one drew nearer */
    done = TRUE;
  }
  return done;
}

static const struct {
  const char *entity;
  char meaning;
} entities[] = { { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' }, { "&#39;", '\'' }, { "&#039;", '\'' }, { "&lt;", '<' }, { "&gt;", '>' } };

gboolean
iptv_mend_entities (char *text)
{
  char *out = strchr (text, '&');
  gboolean done = FALSE;

  if (out == NULL)
    return FALSE;
  for (const char *p = out; *p != '\0';) {
    gsize i = 0;

    while (i < G_N_ELEMENTS (entities) && !g_str_has_prefix (p, entities[i].entity))
      i++;
    *out++ = i < G_N_ELEMENTS (entities) ? entities[i].meaning : *p;
    p += i < G_N_ELEMENTS (entities) ? strlen (entities[i].entity) : 1;
    done = done || i < G_N_ELEMENTS (entities);
  }
  *out = '\0';
  return done;
}
