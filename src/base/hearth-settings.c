/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-settings.h"

#include <hearth/error.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_TEXT 4096

static int
compare_key (const void *key, const void *info)
{
  return strcmp (key, ((const HearthSettingInfo *) info)->key);
}

const HearthSettingInfo *
hearth_settings_find (const char *key)
{
  guint n;
  const HearthSettingInfo *table = hearth_settings_get_table (&n);

  return bsearch (key, table, n, sizeof *table, compare_key);
}

GVariant *
hearth_settings_dup_default (const HearthSettingInfo *info)
{
  /* With its type: "5" alone would be an int32. */
  return g_variant_parse (G_VARIANT_TYPE (info->type), info->fallback, NULL, NULL, NULL);
}

static gboolean
get_number (GVariant *value, double *number)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    *number = g_variant_get_uint32 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32))
    *number = g_variant_get_int32 (value);
  else
    return FALSE;
  return TRUE;
}

static gboolean
check_range (const HearthSettingInfo *info, GVariant *value, GError **error)
{
  double number;

  if (info->minimum == info->maximum || !get_number (value, &number))
    return TRUE;
  if (isfinite (number) && number >= info->minimum && number <= info->maximum)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: %g is out of range, it must be %g to %g", info->key,
               number, info->minimum, info->maximum);
  return FALSE;
}

static gboolean
check_pattern (const HearthSettingInfo *info, const char *text, GError **error)
{
  if (info->pattern == NULL || g_regex_match_simple (info->pattern, text, G_REGEX_DOLLAR_ENDONLY, 0))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: “%s” is not of the form that it takes, as %s has: %s", info->key,
               text, info->fallback, info->help_en);
  return FALSE;
}

static gboolean
check_text (const HearthSettingInfo *info, GVariant *value, GError **error)
{
  const char *text = g_variant_get_string (value, NULL);
  g_autofree char *choices = NULL;

  if (strlen (text) > LONGEST_TEXT) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: longer than %d bytes", info->key, LONGEST_TEXT);
    return FALSE;
  }
  if (info->choices == NULL || g_strv_contains (info->choices, text))
    return check_pattern (info, text, error);
  choices = g_strjoinv (", ", (char **) info->choices);
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: “%s” is not one of %s", info->key, text, choices);
  return FALSE;
}

gboolean
hearth_settings_check (const HearthSettingInfo *info, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (info->type))) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: the type is %s, it must be %s, as in %s", info->key,
                 g_variant_get_type_string (value), info->type, info->fallback);
    return FALSE;
  }
  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? check_text (info, value, error)
                                                              : check_range (info, value, error);
}

GVariant *
hearth_settings_parse (const HearthSettingInfo *info, const char *text, GError **error)
{
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (GVariant) value = NULL;

  if (strlen (text) > 2 * LONGEST_TEXT || !g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: the text is too long, or not UTF-8", info->key);
    return NULL;
  }
  value = g_variant_parse (G_VARIANT_TYPE (info->type), text, NULL, NULL, &parse_error);
  if (value == NULL && g_str_equal (info->type, "s"))
    value = g_variant_ref_sink (g_variant_new_string (text));
  if (value == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "%s: “%s” is no value of type %s, as %s is: %s", info->key,
                 text, info->type, info->fallback, parse_error->message);
    return NULL;
  }
  return hearth_settings_check (info, value, error) ? g_steal_pointer (&value) : NULL;
}

static GVariant *
make_words (const char *en, const char *zh)
{
  GVariantBuilder words;

  g_variant_builder_init (&words, G_VARIANT_TYPE ("a{ss}"));
  g_variant_builder_add (&words, "{ss}", "en", en);
  g_variant_builder_add (&words, "{ss}", "zh", zh);
  return g_variant_builder_end (&words);
}

GVariant *
hearth_settings_describe (const HearthSettingInfo *info, GVariant *value)
{
  g_autoptr (GVariant) fallback = hearth_settings_dup_default (info);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "key", "s", info->key);
  g_variant_dict_insert (&dict, "type", "s", info->type);
  g_variant_dict_insert (&dict, "value", "v", value);
  g_variant_dict_insert (&dict, "default", "v", fallback);
  g_variant_dict_insert_value (&dict, "label", make_words (info->label_en, info->label_zh));
  g_variant_dict_insert_value (&dict, "help", make_words (info->help_en, info->help_zh));
  if (info->minimum != info->maximum) {
    g_variant_dict_insert (&dict, "minimum", "v", g_variant_new_double (info->minimum));
    g_variant_dict_insert (&dict, "maximum", "v", g_variant_new_double (info->maximum));
  }
  if (info->choices != NULL)
    g_variant_dict_insert_value (&dict, "choices", g_variant_new_strv (info->choices, -1));
  if (info->pattern != NULL)
    g_variant_dict_insert (&dict, "pattern", "s", info->pattern);
  return g_variant_dict_end (&dict);
}
