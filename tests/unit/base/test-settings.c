/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-settings.h"

#include <hearth/error.h>
#include <math.h>
#include <string.h>

static void
test_table_is_sorted (void)
{
  guint n;
  const HearthSettingInfo *table = hearth_settings_get_table (&n);

  g_assert_cmpuint (n, >, 0);
  for (guint i = 0; i < n; i++) {
    if (i > 0)
      g_assert_cmpint (strcmp (table[i - 1].key, table[i].key), <, 0);
    g_assert_true (hearth_settings_find (table[i].key) == &table[i]);
  }
  g_assert_null (hearth_settings_find ("no.such"));
  g_assert_null (hearth_settings_find (""));
}

static void
test_defaults_are_right (void)
{
  guint n;
  const HearthSettingInfo *table = hearth_settings_get_table (&n);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GVariant) fallback = hearth_settings_dup_default (&table[i]);
    g_autofree char *text = g_variant_print (fallback, FALSE);
    g_autoptr (GVariant) parsed = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_cmpstr (g_variant_get_type_string (fallback), ==, table[i].type);
    g_assert_false (g_variant_is_floating (fallback));
    g_assert_true (hearth_settings_check (&table[i], fallback, &error));
    parsed = hearth_settings_parse (&table[i], text, &error); /* as the database keeps it */
    g_assert_no_error (error);
    g_assert_true (g_variant_equal (parsed, fallback));
  }
}

static void
test_words (void)
{
  guint n;
  const HearthSettingInfo *table = hearth_settings_get_table (&n);

  for (guint i = 0; i < n; i++) {
    const char *words[] = { table[i].label_en, table[i].label_zh, table[i].help_en, table[i].help_zh };

    for (gsize j = 0; j < G_N_ELEMENTS (words); j++)
      g_assert_true (words[j] != NULL && *words[j] != '\0' && g_utf8_validate (words[j], -1, NULL));
    g_assert_true (strspn (table[i].key, "abcdefghijklmnopqrstuvwxyz.-") == strlen (table[i].key));
  }
}

static void
test_describe (void)
{
  guint n;
  const HearthSettingInfo *table = hearth_settings_get_table (&n);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GVariant) value = hearth_settings_dup_default (&table[i]);
    g_autoptr (GVariant) described = g_variant_ref_sink (hearth_settings_describe (&table[i], value));
    g_autoptr (GVariant) fallback = NULL;
    const char *key;

    g_assert_true (g_variant_lookup (described, "key", "&s", &key));
    g_assert_cmpstr (key, ==, table[i].key);
    g_assert_true (g_variant_lookup (described, "default", "v", &fallback));
    g_assert_true (g_variant_equal (fallback, value));
    g_assert_cmpint (g_variant_lookup (described, "minimum", "v", NULL), ==, table[i].minimum != table[i].maximum);
    g_assert_cmpint (g_variant_lookup (described, "choices", "as", NULL), ==, table[i].choices != NULL);
  }
}

static void
refuse (const char *key, GVariant *value, const char *words)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  g_autoptr (GError) error = NULL;

  g_assert_false (hearth_settings_check (hearth_settings_find (key), owned, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, key));
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_ranges_and_choices (void)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');

  refuse ("player.volume", g_variant_new_double (1.01), "0 to 1");
  refuse ("player.volume", g_variant_new_double (-0.01), "0 to 1");
  refuse ("player.volume", g_variant_new_double (NAN), "0 to 1");
  refuse ("player.volume", g_variant_new_double (INFINITY), "0 to 1");
  refuse ("player.volume", g_variant_new_int32 (1), "must be d");
  refuse ("player.mute", g_variant_new_string ("yes"), "must be b");
  refuse ("screen.banner-seconds", g_variant_new_uint32 (61), "0 to 60");
  refuse ("screen.language", g_variant_new_string ("tlh"), "zh, en");
  refuse ("display.mode", g_variant_new_string (long_text), "longer");
}

static void
test_typed_text (void)
{
  const struct {
    const char *key, *text;
    gboolean right;
  } cases[] = {
    { "player.volume", "0.5", TRUE },      { "player.volume", "1", TRUE },        { "player.volume", "loud", FALSE },
    { "player.volume", "nan", FALSE },     { "player.volume", "'0.5'", FALSE },   { "player.volume", "", FALSE },
    { "player.mute", "true", TRUE },       { "player.mute", "1", FALSE },         { "screen.language", "en", TRUE },
    { "screen.language", "'en'", TRUE },   { "screen.language", "\"en\"", TRUE }, { "screen.language", "en ", FALSE },
    { "screen.banner-seconds", "7", TRUE }, { "screen.banner-seconds", "-1", FALSE }, { "screen.banner-seconds", "4294967296", FALSE },
    { "display.mode", "1280x720@59.94", TRUE }, { "display.mode", "\xff\xfe", FALSE },
    { "player.audio-language", "%s%n", FALSE }, { "player.audio-language", "zho", TRUE }, { "player.audio-language", "", TRUE },
    { "display.mode", "1080p", FALSE }, { "display.mode", "1920x1080", TRUE }, { "display.mode", "1920x1080@50\n", FALSE },
    { "display.plugin", "../evil", FALSE }, { "display.plugin", "kms", TRUE },
    { "system.debug", "stream:5,ring:4,*:3", TRUE }, { "system.debug", "stream", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) value = hearth_settings_parse (hearth_settings_find (cases[i].key), cases[i].text, &error);

    g_assert_cmpint (value != NULL, ==, cases[i].right);
    if (value == NULL)
      g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
    else
      g_assert_false (g_variant_is_floating (value));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/settings/table-is-sorted", test_table_is_sorted);
  g_test_add_func ("/base/settings/defaults-are-right", test_defaults_are_right);
  g_test_add_func ("/base/settings/words", test_words);
  g_test_add_func ("/base/settings/describe", test_describe);
  g_test_add_func ("/base/settings/ranges-and-choices", test_ranges_and_choices);
  g_test_add_func ("/base/settings/typed-text", test_typed_text);
  return g_test_run ();
}
