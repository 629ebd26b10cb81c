/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-span.h"

#include <string.h>

SatipSpan
satip_span_new (const void *bytes, gsize n_bytes)
{
  return (SatipSpan) { bytes, n_bytes };
}

gboolean
satip_span_cut (SatipSpan *rest, char separator, SatipSpan *part)
{
  const char *stop;

  if (rest->n_bytes == 0)
    return FALSE;
  stop = memchr (rest->text, separator, rest->n_bytes);
  *part = satip_span_new (rest->text, stop != NULL ? (gsize) (stop - rest->text) : rest->n_bytes);
  rest->text += part->n_bytes + (stop != NULL);
  rest->n_bytes -= part->n_bytes + (stop != NULL);
  return TRUE;
}

SatipSpan
satip_span_strip (SatipSpan span)
{
  while (span.n_bytes > 0 && g_ascii_isspace (span.text[0])) {
    span.text++;
    span.n_bytes--;
  }
  while (span.n_bytes > 0 && g_ascii_isspace (span.text[span.n_bytes - 1]))
    span.n_bytes--;
  return span;
}

gboolean
satip_span_next_header (SatipSpan *rest, SatipSpan *key, SatipSpan *value)
{
  SatipSpan line;

  while (satip_span_cut (rest, '\n', &line)) {
    line = satip_span_strip (line);
    if (line.n_bytes == 0)
      return FALSE;
    if (memchr (line.text, ':', line.n_bytes) == NULL)
      continue;
    satip_span_cut (&line, ':', key);
    *key = satip_span_strip (*key);
    *value = satip_span_strip (line);
    return TRUE;
  }
  return FALSE;
}

gboolean
satip_span_is (SatipSpan span, const char *word)
{
  return strlen (word) == span.n_bytes && g_ascii_strncasecmp (span.text, word, span.n_bytes) == 0;
}

gboolean
satip_span_begins (SatipSpan span, const char *word)
{
  const gsize length = strlen (word);

  return length <= span.n_bytes && g_ascii_strncasecmp (span.text, word, length) == 0;
}

gboolean
satip_span_get_number (SatipSpan span, guint32 most, guint32 *number)
{
  guint64 value = 0;

  if (span.n_bytes == 0 || span.n_bytes > 10)
    return FALSE;
  for (gsize i = 0; i < span.n_bytes; i++) {
    if (!g_ascii_isdigit (span.text[i]))
      return FALSE;
    value = value * 10 + (guint64) (span.text[i] - '0');
  }
  if (value > most)
    return FALSE;
  *number = (guint32) value;
  return TRUE;
}

void
satip_span_copy (SatipSpan span, char *text, gsize size)
{
  gsize n = 0;

  for (gsize i = 0; i < span.n_bytes && n + 1 < size; i++)
    if (g_ascii_isprint (span.text[i]))
      text[n++] = span.text[i];
  text[n] = '\0';
}
