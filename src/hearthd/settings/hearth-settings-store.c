/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/settings/hearth-settings-store.h"

#include "dbus/tv.hearth.Settings1.h"

#include <hearth/error.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("settings")

const char hearth_settings_schema[] = "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;";

struct _HearthSettingsStore {
  GObject parent;

  HearthDb *db;
  GHashTable *values; /* key (of the table) -> GVariant, only what differs from the default */
  GHashTable *defaults; /* key -> GVariant */
  HearthDBusSettings1 *face;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (HearthSettingsStore, hearth_settings_store, G_TYPE_OBJECT)

/* ---- values ------------------------------------------------------------------------------ */

static GVariant *
get_value (HearthSettingsStore *self, const HearthSettingInfo *info)
{
  GVariant *value = g_hash_table_lookup (self->values, info->key);

  return value != NULL ? value : g_hash_table_lookup (self->defaults, info->key);
}

static GVariant *
get (HearthSettingsStore *self, const char *key)
{
  const HearthSettingInfo *info = hearth_settings_find (key);

  g_assert (info != NULL); /* our own code asks by the table's keys */
  return get_value (self, info);
}

const char *
hearth_settings_store_get_string (HearthSettingsStore *self, const char *key)
{
  return g_variant_get_string (get (self, key), NULL);
}

gboolean
hearth_settings_store_get_boolean (HearthSettingsStore *self, const char *key)
{
  return g_variant_get_boolean (get (self, key));
}

double
hearth_settings_store_get_double (HearthSettingsStore *self, const char *key)
{
  return g_variant_get_double (get (self, key));
}

guint
hearth_settings_store_get_uint (HearthSettingsStore *self, const char *key)
{
  return g_variant_get_uint32 (get (self, key));
}

/* ---- keeping ------------------------------------------------------------------------------- */

static void
keep (HearthSettingsStore *self, const char *key, GVariant *value)
{
  g_autofree char *text = NULL;

  if (value == NULL) {
    hearth_db_run (self->db, "a setting", "DELETE FROM settings WHERE key = ?", g_variant_new ("(s)", key));
    return;
  }
  text = g_variant_print (value, FALSE);
  hearth_db_run (self->db, "a setting", "INSERT OR REPLACE INTO settings VALUES (?, ?)", g_variant_new ("(ss)", key, text));
}

static void
load (HearthSettingsStore *self)
{
  g_autoptr (sqlite3_stmt) rows = hearth_db_prepare (hearth_db_get (self->db), "SELECT key, value FROM settings", NULL);

  while (rows != NULL && sqlite3_step (rows) == SQLITE_ROW) {
    const HearthSettingInfo *info = hearth_settings_find ((const char *) sqlite3_column_text (rows, 0));
    g_autoptr (GError) error = NULL;
    GVariant *value;

    if (info == NULL) /* of a newer Hearth: it stays stored for it */
      continue;
    value = hearth_settings_parse (info, (const char *) sqlite3_column_text (rows, 1), &error);
    if (value != NULL)
      g_hash_table_insert (self->values, (gpointer) info->key, value);
    else
      hearth_warning ("a stored setting is not right, the default counts: %s", error->message);
  }
}

static void
tell (HearthSettingsStore *self, const HearthSettingInfo *info)
{
  GVariant *value = get_value (self, info);

  if (self->face != NULL && !info->hidden)
    hearth_dbus_settings1_emit_changed (self->face, info->key, g_variant_new_variant (value));
  g_signal_emit (self, changed_signal, g_quark_from_static_string (info->key), value);
}

gboolean
hearth_settings_store_set (HearthSettingsStore *self, const char *key, GVariant *value, GError **error)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);
  const HearthSettingInfo *info = hearth_settings_find (key);

  if (info == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no setting “%s”; Settings1.List names them", key);
    return FALSE;
  }
  if (!hearth_settings_check (info, owned, error))
    return FALSE;
  if (g_variant_equal (get_value (self, info), owned))
    return TRUE;
  g_hash_table_insert (self->values, (gpointer) info->key, g_variant_get_normal_form (owned));
  keep (self, info->key, owned);
  tell (self, info);
  return TRUE;
}

/* ---- Settings1 ------------------------------------------------------------------------------- */

static const HearthSettingInfo *
find_or_answer (GDBusMethodInvocation *invocation, const char *key)
{
  const HearthSettingInfo *info = hearth_settings_find (key);

  if (info == NULL)
    g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                                           "there is no setting “%s”; Settings1.List names them", key);
  return info;
}

static gboolean
on_handle_list (HearthDBusSettings1 *face, GDBusMethodInvocation *invocation, const char *prefix, gpointer user_data)
{
  HearthSettingsStore *self = user_data;
  GVariantBuilder settings;
  guint n;
  const HearthSettingInfo *table = hearth_settings_get_table (&n);

  g_variant_builder_init (&settings, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < n; i++)
    if (!table[i].hidden && g_str_has_prefix (table[i].key, prefix))
      g_variant_builder_add_value (&settings, hearth_settings_describe (&table[i], get_value (self, &table[i])));
  hearth_dbus_settings1_complete_list (face, invocation, g_variant_builder_end (&settings));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_get (HearthDBusSettings1 *face, GDBusMethodInvocation *invocation, const char *key, gpointer user_data)
{
  const HearthSettingInfo *info = find_or_answer (invocation, key);

  if (info != NULL)
    hearth_dbus_settings1_complete_get (face, invocation, g_variant_new_variant (get_value (user_data, info)));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_set (HearthDBusSettings1 *face, GDBusMethodInvocation *invocation, const char *key, GVariant *boxed, gpointer user_data)
{
  g_autoptr (GVariant) value = g_variant_get_variant (boxed);
  GError *error = NULL;

  if (hearth_settings_store_set (user_data, key, value, &error))
    hearth_dbus_settings1_complete_set (face, invocation);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_reset (HearthDBusSettings1 *face, GDBusMethodInvocation *invocation, const char *key, gpointer user_data)
{
  HearthSettingsStore *self = user_data;
  const HearthSettingInfo *info = find_or_answer (invocation, key);

  if (info == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (g_hash_table_remove (self->values, info->key)) {
    keep (self, info->key, NULL);
    tell (self, info);
  }
  hearth_dbus_settings1_complete_reset (face, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

gboolean
hearth_settings_store_export (HearthSettingsStore *self, HearthBus *bus, GError **error)
{
  self->face = hearth_dbus_settings1_skeleton_new ();
  g_signal_connect (self->face, "handle-list", G_CALLBACK (on_handle_list), self);
  g_signal_connect (self->face, "handle-get", G_CALLBACK (on_handle_get), self);
  g_signal_connect (self->face, "handle-set", G_CALLBACK (on_handle_set), self);
  g_signal_connect (self->face, "handle-reset", G_CALLBACK (on_handle_reset), self);
  return hearth_bus_export (bus, "/tv/hearth", G_DBUS_INTERFACE_SKELETON (self->face), error);
}

/* ---- the object --------------------------------------------------------------------------------- */

HearthSettingsStore *
hearth_settings_store_new (HearthDb *db)
{
  HearthSettingsStore *self = g_object_new (HEARTH_TYPE_SETTINGS_STORE, NULL);

  self->db = db;
  load (self);
  return self;
}

static void
hearth_settings_store_init (HearthSettingsStore *self)
{
  guint n;
  const HearthSettingInfo *table = hearth_settings_get_table (&n);

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  self->defaults = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_variant_unref);
  for (guint i = 0; i < n; i++)
    g_hash_table_insert (self->defaults, (gpointer) table[i].key, hearth_settings_dup_default (&table[i]));
}

static void
hearth_settings_store_finalize (GObject *object)
{
  HearthSettingsStore *self = HEARTH_SETTINGS_STORE (object);

  if (self->face != NULL)
    g_signal_handlers_disconnect_by_data (self->face, self);
  g_clear_object (&self->face);
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->defaults);
  G_OBJECT_CLASS (hearth_settings_store_parent_class)->finalize (object);
}

static void
hearth_settings_store_class_init (HearthSettingsStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hearth_settings_store_finalize;
  changed_signal = g_signal_new ("changed", HEARTH_TYPE_SETTINGS_STORE, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_VARIANT);
}
