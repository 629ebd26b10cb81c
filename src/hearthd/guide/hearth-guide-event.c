/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/guide/hearth-guide-event.h"

#include "hearthd/guide/hearth-guide-writer.h"

#include <string.h>

static const char *
get_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? text : "";
}

void
hearth_guide_row_read (HearthGuideRow *row, sqlite3_stmt *statement)
{
  const guint8 *genres = sqlite3_column_blob (statement, 5);

  *row = (HearthGuideRow) {
    .row = sqlite3_column_int64 (statement, 0),
    .start_s = sqlite3_column_int64 (statement, 1),
    .duration_s = (guint32) sqlite3_column_int64 (statement, 2),
    .running = (guint8) sqlite3_column_int (statement, 3),
    .encrypted = sqlite3_column_int (statement, 4) != 0,
    .genre = genres != NULL && sqlite3_column_bytes (statement, 5) > 0 ? genres[0] : 0,
    .age = (guint) sqlite3_column_int (statement, 6),
    .country = get_text (statement, 7),
    .programme = get_text (statement, 8),
    .series = get_text (statement, 9),
    .texts = get_text (statement, 10),
  };
}

char *
hearth_guide_row_dup_id (gint64 row)
{
  return g_strdup_printf ("%" G_GINT64_MODIFIER "x", row);
}

gboolean
hearth_guide_row_parse_id (const char *id, gint64 *row)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (id, 16, 1, G_MAXINT64, &value, NULL))
    return FALSE;
  *row = (gint64) value;
  return TRUE;
}

/* ---- words ------------------------------------------------------------------------------ */

/* EN 300 468, table 29: the first nibble. */
static const char *
get_genre (guint8 code)
{
  static const char *const groups[16] = { NULL, "movie", "news", "show", "sports", "children", "music", "arts", "society", "education",
                                          "leisure", "special", "adult", NULL, NULL, NULL };

  return groups[code >> 4];
}

/* Table 6 */
static const char *
get_running (guint8 running)
{
  static const char *const words[] = { "", "not-running", "starts-soon", "pausing", "running", "off-air" };

  return running < G_N_ELEMENTS (words) ? words[running] : "";
}

/* ---- texts -------------------------------------------------------------------------------- */

/* ISO 639-2 has two codes for some languages: of those on our screen, Chinese. */
static gboolean
is_language (const char *language, const char *wanted)
{
  if (g_str_equal (language, wanted))
    return TRUE;
  return (g_str_equal (wanted, "chi") && g_str_equal (language, "zho")) || (g_str_equal (wanted, "zho") && g_str_equal (language, "chi"));
}

/* Language, title, summary, description. */
static char **
split_parts (const char *text)
{
  static const char mark[] = { HEARTH_GUIDE_PART_MARK, '\0' };
  char **parts = g_strsplit (text, mark, 4);

  if (g_strv_length (parts) == 4)
    return parts;
  g_strfreev (parts);
  return g_strsplit ("|||", "|", 4);
}

/* Of the first of @languages that is there with a title (some send only long texts in a second language), else the first title. */
static char **
pick_text (char **texts, const char *languages)
{
  g_auto (GStrv) wanted = g_strsplit (languages, " ", -1);
  g_auto (GStrv) first = NULL;

  for (guint k = 0; wanted[k] != NULL; k++)
    for (guint i = 0; texts[i] != NULL; i++) {
      g_auto (GStrv) parts = split_parts (texts[i]);

      if (*parts[1] == '\0')
        continue;
      if (is_language (parts[0], wanted[k]))
        return g_steal_pointer (&parts);
      if (first == NULL)
        first = g_steal_pointer (&parts);
    }
  if (first != NULL)
    return g_steal_pointer (&first);
  return split_parts (texts[0] != NULL ? texts[0] : "");
}

static void
add_string (GVariantDict *dict, const char *key, const char *text)
{
  if (text != NULL && *text != '\0')
    g_variant_dict_insert (dict, key, "s", text);
}

static void
add_text (GVariantDict *dict, char **parts, gboolean whole)
{
  g_variant_dict_insert (dict, "title", "s", parts[1]);
  add_string (dict, "language", parts[0]);
  add_string (dict, "summary", parts[2]);
  if (whole)
    add_string (dict, "description", parts[3]);
}

static GVariant *
describe_texts (char **texts)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; texts[i] != NULL; i++) {
    g_auto (GStrv) parts = split_parts (texts[i]);
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    add_text (&dict, parts, TRUE);
    g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
  }
  return g_variant_builder_end (&builder);
}

GVariant *
hearth_guide_row_describe (const HearthGuideRow *row, const char *channel, const char *languages, gboolean whole)
{
  static const char mark[] = { HEARTH_GUIDE_TEXT_MARK, '\0' };
  g_autofree char *id = hearth_guide_row_dup_id (row->row);
  g_auto (GStrv) texts = g_strsplit (row->texts, mark, HEARTH_GUIDE_TEXTS);
  g_auto (GStrv) picked = pick_text (texts, languages);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", id);
  g_variant_dict_insert (&dict, "channel", "s", channel);
  g_variant_dict_insert (&dict, "start", "x", row->start_s * G_USEC_PER_SEC);
  g_variant_dict_insert (&dict, "duration", "x", (gint64) row->duration_s * G_USEC_PER_SEC);
  add_text (&dict, picked, whole);
  add_string (&dict, "genre", get_genre (row->genre));
  if (row->genre != 0)
    g_variant_dict_insert (&dict, "genre-code", "u", (guint) row->genre);
  if (row->age > 0)
    g_variant_dict_insert (&dict, "age", "u", row->age);
  add_string (&dict, "running", get_running (row->running));
  if (row->encrypted)
    g_variant_dict_insert (&dict, "encrypted", "b", TRUE);
  add_string (&dict, "series", row->series);
  if (whole) {
    add_string (&dict, "programme", row->programme);
    add_string (&dict, "rating-country", row->country);
    g_variant_dict_insert_value (&dict, "texts", describe_texts (texts));
  }
  return g_variant_dict_end (&dict);
}
