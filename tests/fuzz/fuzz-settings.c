/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed and stored text of every setting: what is taken for right must print, parse and describe as the same again. */
#include "base/hearth-settings.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
try_setting (const HearthSettingInfo *info, const char *text)
{
  g_autoptr (GVariant) value = hearth_settings_parse (info, text, NULL);
  g_autoptr (GVariant) again = NULL;
  g_autoptr (GVariant) described = NULL;
  g_autofree char *printed = NULL;

  if (value == NULL)
    return;
  g_assert_true (hearth_settings_check (info, value, NULL));
  printed = g_variant_print (value, FALSE); /* as the database keeps it */
  again = hearth_settings_parse (info, printed, NULL);
  g_assert_true (again != NULL && g_variant_equal (again, value));
  described = g_variant_ref_sink (hearth_settings_describe (info, value));
  g_assert_true (g_variant_is_normal_form (described));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  guint n;
  const HearthSettingInfo *table = hearth_settings_get_table (&n);

  for (guint i = 0; i < n; i++)
    try_setting (&table[i], text);
  (void) hearth_settings_find (text);
  return 0;
}
