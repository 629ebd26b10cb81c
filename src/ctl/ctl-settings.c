/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

static GVariant *
list (Ctl *ctl, const char *prefix, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Settings1", "List", g_variant_new ("(s)", prefix), "(aa{sv})", error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

/* The label in the person's language, else in English. */
static char *
dup_label (GVariant *setting)
{
  g_autoptr (GVariant) labels = g_variant_lookup_value (setting, "label", G_VARIANT_TYPE ("a{ss}"));
  const char *const *languages = g_get_language_names ();
  const char *label = "";

  if (labels == NULL)
    return g_strdup ("");
  for (guint i = 0; languages[i] != NULL; i++)
    if (g_variant_lookup (labels, languages[i], "&s", &label))
      return ctl_text_clean (label);
  g_variant_lookup (labels, "en", "&s", &label);
  return ctl_text_clean (label);
}

static gboolean
run_list (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) settings = list (ctl, ctl->n_words > 0 ? ctl->words[0] : "", error);
  g_autoptr (CtlTable) table = NULL;

  if (settings == NULL)
    return FALSE;
  if (ctl->json) {
    ctl_print_variant ("settings", settings);
    return TRUE;
  }
  table = ctl_table_new ("KEY|VALUE|DEFAULT|MEANING");
  for (gsize i = 0; i < g_variant_n_children (settings); i++) {
    g_autoptr (GVariant) setting = g_variant_get_child_value (settings, i);

    ctl_table_take (table, ctl_lookup_text (setting, "key"));
    ctl_table_take (table, ctl_lookup_text (setting, "value"));
    ctl_table_take (table, ctl_lookup_text (setting, "default"));
    ctl_table_take (table, dup_label (setting));
  }
  ctl_table_flush (table);
  return TRUE;
}

static GVariant *
get_value (Ctl *ctl, const char *key, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Settings1", "Get", g_variant_new ("(s)", key), "(v)", error);
  GVariant *value = NULL;

  if (reply != NULL)
    g_variant_get (reply, "(v)", &value);
  return value;
}

static gboolean
run_get (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) value = get_value (ctl, ctl->words[0], error);
  g_autofree char *text = NULL;

  if (value == NULL)
    return FALSE;
  if (ctl->json) {
    ctl_print_variant ("value", value);
    return TRUE;
  }
  text = ctl_text (value);
  ctl_print ("%s\n", text);
  return TRUE;
}

/* The word as a value of the type that the setting has now. */
static GVariant *
parse_value (const char *word, const GVariantType *type, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean boolean;
  GVariant *value;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_STRING))
    return g_variant_ref_sink (g_variant_new_string (word));
  if (g_variant_type_equal (type, G_VARIANT_TYPE_BOOLEAN) && ctl_parse_boolean (word, &boolean))
    return g_variant_ref_sink (g_variant_new_boolean (boolean));
  value = g_variant_parse (type, word, NULL, NULL, &local);
  if (value == NULL) {
    const char *wanted = g_variant_type_equal (type, G_VARIANT_TYPE_BOOLEAN)  ? "on or off"
                         : g_variant_type_equal (type, G_VARIANT_TYPE_DOUBLE) ? "a number"
                                                                              : "a whole number";

    ctl_usage_error (error, "this setting takes %s, not “%s”", wanted, word);
  }
  return value;
}

static gboolean
run_set (Ctl *ctl, GError **error)
{
  const char *key = ctl->words[0];
  g_autoptr (GVariant) old = get_value (ctl, key, error);
  g_autoptr (GVariant) value = old != NULL ? parse_value (ctl->words[1], g_variant_get_type (old), error) : NULL;
  g_autoptr (GVariant) reply = NULL;

  if (value == NULL)
    return FALSE;
  reply = ctl_call (ctl, "Settings1", "Set", g_variant_new ("(sv)", key, value), "()", error);
  return reply != NULL;
}

static gboolean
run_reset (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Settings1", "Reset", g_variant_new ("(s)", ctl->words[0]), "()", error);

  return reply != NULL;
}

const CtlCommand ctl_setting_commands[] = {
  { "settings", "[PREFIX]", "all settings, their values and defaults", NULL, 0, 1, run_list, NULL, { "@setting" } },
  { "settings list", "[PREFIX]", NULL, NULL, 0, 1, run_list, NULL, { "@setting" } },
  { "setting get", "KEY", "tell a setting", NULL, 1, 1, run_get, NULL, { "@setting" } },
  { "setting set", "KEY VALUE", "change a setting", NULL, 2, 2, run_set, NULL, { "@setting", "" } },
  { "setting reset", "KEY", "back to the default", NULL, 1, 1, run_reset, NULL, { "@setting" } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
