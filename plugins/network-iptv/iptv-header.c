/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-header.h"

#include <string.h>

/* Each row is one thing under several names: an entry that has one of them does not inherit another. */
static const char *const inherited[][4] = {
  { "tvg-shift" },
  { "catchup", "catchup-type" },
  { "catchup-days", "tvg-rec", "timeshift" },
  { "catchup-source" },
  { "catchup-correction" },
  { "user-agent", "http-user-agent", "extvlcopt:http-user-agent", "pipe:user-agent" },
  { "http-referrer", "referrer", "extvlcopt:http-referrer", "pipe:referer" },
};

/* A new address begins behind a comma, a semicolon or a space; else those are a part of the one before. */
static void
add_guide_urls (GPtrArray *urls, const char *value)
{
  while (*value != '\0') {
    const char *end;
    g_autofree char *url = NULL;

    value += strspn (value, ",; \t");
    for (end = value + strcspn (value, ",; \t"); *end != '\0'; end += 1 + strcspn (end + 1, ",; \t"))
      if (*end != ';' || strstr (end, "://") != NULL)
        break;
    url = g_strndup (value, (gsize) (end - value));
    if (*url != '\0' && !g_ptr_array_find_with_equal_func (urls, url, g_str_equal, NULL))
      g_ptr_array_add (urls, g_steal_pointer (&url));
    value = end;
  }
}

static gboolean
is_guide (const char *key)
{
  return g_str_equal (key, "x-tvg-url") || g_str_equal (key, "url-tvg") || g_str_equal (key, "tvg-url") ||
         g_str_equal (key, "url-epg") || g_str_equal (key, "x-tvg-urls");
}

GVariant *
iptv_header_make_details (const GArray *header, const char *name)
{
  g_autoptr (GPtrArray) urls = g_ptr_array_new_with_free_func (g_free);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < header->len; i++) {
    const HearthAttribute *attribute = &g_array_index (header, HearthAttribute, i);

    if (!g_variant_dict_contains (&dict, attribute->key))
      g_variant_dict_insert (&dict, attribute->key, "s", attribute->value);
    if (is_guide (attribute->key))
      add_guide_urls (urls, attribute->value);
  }
  if (name != NULL)
    g_variant_dict_insert (&dict, "name", "s", name);
  if (urls->len > 0)
    g_variant_dict_insert_value (&dict, "guide-urls", g_variant_new_strv ((const char *const *) urls->pdata, urls->len));
  return g_variant_dict_end (&dict);
}

/* The row of @key in the table; NULL: it is not inherited. */
static const char *const *
find_row (const char *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (inherited); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (inherited[i]) && inherited[i][k] != NULL; k++)
      if (g_str_equal (inherited[i][k], key))
        return inherited[i];
  return NULL;
}

GArray *
iptv_header_find_defaults (const GArray *header)
{
  GArray *defaults = g_array_new (FALSE, FALSE, sizeof (HearthAttribute));

  for (guint i = 0; i < header->len; i++) {
    const HearthAttribute *attribute = &g_array_index (header, HearthAttribute, i);

    if (*attribute->value != '\0' && find_row (attribute->key) != NULL)
      g_array_append_val (defaults, *attribute);
  }
  return defaults;
}

static gboolean
has_any (const GArray *attributes, const char *const *row)
{
  for (gsize k = 0; k < G_N_ELEMENTS (inherited[0]) && row[k] != NULL; k++)
    for (guint i = 0; i < attributes->len; i++) {
      const HearthAttribute *attribute = &g_array_index (attributes, HearthAttribute, i);

      if (*attribute->value != '\0' && strcmp (attribute->key, row[k]) == 0)
        return TRUE;
    }
  return FALSE;
}

void
iptv_header_inherit (GArray *attributes, const GArray *defaults)
{
  for (guint i = 0; i < defaults->len && attributes->len < IPTV_MAX_ATTRIBUTES; i++) {
    const HearthAttribute *attribute = &g_array_index (defaults, HearthAttribute, i);

    if (!has_any (attributes, find_row (attribute->key)))
      g_array_append_val (attributes, *attribute);
  }
}
