/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:settings
 *
 * Every setting of the box: key, type, range, default, label, help, in one
 * table (hearth-settings-table.c). The bus, `hearthctl setting` and later
 * screens and pages come from it. Pure functions; any thread.
 */
typedef struct {
  const char *key;       /* "player.volume" */
  const char *type;      /* a D-Bus signature: "s", "b", "u", "i", "d" */
  const char *fallback;  /* the default, in GVariant's text form */
  double minimum, maximum; /* of numbers; equal: no range */
  const char *const *choices; /* (nullable): of strings */
  const char *pattern;        /* (nullable): a regular expression that the whole of a string must match */
  const char *label_en, *label_zh;
  const char *help_en, *help_zh;
  gboolean hidden; /* Hearth remembers by it; nobody sets it by hand */
} HearthSettingInfo;

/* All, by key; @n: how many. */
const HearthSettingInfo *hearth_settings_get_table (guint *n);
/* (nullable) */
const HearthSettingInfo *hearth_settings_find (const char *key);
/* (transfer full), not floating. */
GVariant *hearth_settings_dup_default (const HearthSettingInfo *info);
/* Type, range, choice and pattern. Errors: INVALID_ARGUMENT, saying what would be right. */
gboolean hearth_settings_check (const HearthSettingInfo *info, GVariant *value, GError **error);
/* From stored or typed text: GVariant's text form, and plain words for strings. Errors: INVALID_ARGUMENT. (transfer full) */
GVariant *hearth_settings_parse (const HearthSettingInfo *info, const char *text, GError **error);
/* As Settings1.List shows it; @value: what it is now. Floating a{sv}. */
GVariant *hearth_settings_describe (const HearthSettingInfo *info, GVariant *value);

G_END_DECLS
