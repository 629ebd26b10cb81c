/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-db.h"
#include "base/hearth-settings.h"
#include "hearthd/bus/hearth-bus.h"

G_BEGIN_DECLS

/**
 * SECTION:settings-store
 *
 * The values of the settings, kept in the database; tv.hearth.Settings1. A
 * stored value that is no longer right falls back to the default. Main thread.
 *
 * Signal "changed" (detail: the key) (GVariant *value).
 */
#define HEARTH_TYPE_SETTINGS_STORE (hearth_settings_store_get_type ())
G_DECLARE_FINAL_TYPE (HearthSettingsStore, hearth_settings_store, HEARTH, SETTINGS_STORE, GObject)

extern const char hearth_settings_schema[];

HearthSettingsStore *hearth_settings_store_new (HearthDb *db);
gboolean hearth_settings_store_export (HearthSettingsStore *store, HearthBus *bus, GError **error);
/* @key must be in the table. */
const char *hearth_settings_store_get_string (HearthSettingsStore *store, const char *key);
gboolean hearth_settings_store_get_boolean (HearthSettingsStore *store, const char *key);
double hearth_settings_store_get_double (HearthSettingsStore *store, const char *key);
guint hearth_settings_store_get_uint (HearthSettingsStore *store, const char *key);
/* Errors: NOT_FOUND, INVALID_ARGUMENT. @value: floating is taken. */
gboolean hearth_settings_store_set (HearthSettingsStore *store, const char *key, GVariant *value, GError **error);

G_END_DECLS
