/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-programme-wish.h"

#include <string.h>

static const char *const keys[] = { "extvlcopt:program", "kodiprop:program", "kodiprop:inputstream.ffmpegdirect.program_number", "program", NULL };

/* ISO/IEC 13818-1, 2.4.4.5: program_number has 16 bits, and 0 is the network's. */
static guint16
read_number (const char *text)
{
  guint64 number = 0;

  return g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &number, NULL) ? (guint16) number : 0;
}

static guint16
find_in_attributes (GVariant *options)
{
  g_autoptr (GVariantIter) attributes = NULL;
  const char *key, *value;
  guint16 number = 0;

  if (!g_variant_lookup (options, "attributes", "a(ss)", &attributes))
    return 0;
  while (number == 0 && g_variant_iter_next (attributes, "(&s&s)", &key, &value))
    if (g_strv_contains (keys, key))
      number = read_number (value);
  return number;
}

static guint16
find_in_query (const char *uri)
{
  g_autofree char *scheme = g_uri_parse_scheme (uri);
  const char *query = strchr (uri, '?');
  g_auto (GStrv) words = NULL;
  guint16 number = 0;

  if (query == NULL || scheme == NULL || !g_strv_contains ((const char *const[]){ "udp", "rtp", "file", NULL }, scheme))
    return 0;
  words = g_strsplit_set (query + 1, "&#|", -1);
  for (guint i = 0; words[i] != NULL && number == 0; i++)
    if (g_str_has_prefix (words[i], "program="))
      number = read_number (words[i] + strlen ("program="));
  return number;
}

guint16
hearth_programme_wish (const char *uri, GVariant *options)
{
  guint16 number = find_in_attributes (options);

  return number != 0 ? number : find_in_query (uri);
}
