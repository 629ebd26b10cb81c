/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/hearth-ctl.h"

#include <string.h>

#define PREFIX "/tv/hearth/network/"

char *
ctl_network_path (const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (PREFIX, name, NULL);

  if (*name != '\0' && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen (name))
    return g_steal_pointer (&path);
  ctl_usage_error (error, "“%s” is no network's name: only a to z, 0 to 9 and _ occur in one", name);
  return NULL;
}

/* An unknown object means an unknown network; one that is there may not support what was asked. */
static void
say_not_found (Ctl *ctl, GError **error, const char *name)
{
  g_autofree char *path = g_strconcat (PREFIX, name, NULL);
  g_autoptr (GVariant) there = NULL;

  if (!g_error_matches (*error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED))
    return;
  there = ctl_get_all (ctl, path, "Network1", NULL);
  if (there != NULL)
    return;
  g_clear_error (error);
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no network “%s”; “hearthctl networks” lists them",
               name);
}

GVariant *
ctl_call_network (Ctl *ctl, const char *name, const char *method, GVariant *arguments, const char *reply, GError **error)
{
  g_autoptr (GVariant) sunk = arguments != NULL ? g_variant_ref_sink (arguments) : NULL;
  g_autofree char *path = ctl_network_path (name, error);
  g_autoptr (GError) local = NULL;
  GVariant *answer = NULL;

  if (path == NULL)
    return NULL;
  answer = ctl_call_at (ctl, path, "Network1", method, sunk, reply, &local);
  if (answer == NULL) {
    say_not_found (ctl, &local, name);
    g_propagate_error (error, g_steal_pointer (&local));
  }
  return answer;
}

static GVariant *
get_network (Ctl *ctl, const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  GVariant *network = ctl_get_all (ctl, path, "Network1", &local);

  if (network == NULL) {
    say_not_found (ctl, &local, g_str_has_prefix (path, PREFIX) ? path + strlen (PREFIX) : path);
    g_propagate_error (error, g_steal_pointer (&local));
  }
  return network;
}

/* ---- the list ------------------------------------------------------------------------- */

/* The bus's properties under the names that lists use. */
static GVariant *
to_row (GVariant *network)
{
  static const struct {
    const char *property, *key;
  } names[] = { { "Name", "name" },         { "Kind", "kind" },
                { "State", "state" },       { "Services", "services" },
                { "Reason", "reason" },     { "ReasonText", "reason-text" },
                { "Refreshed", "refreshed" }, { "GuideUrls", "guide-urls" } };
  g_auto (GVariantDict) row = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (network, names[i].property, NULL);

    if (value != NULL)
      g_variant_dict_insert_value (&row, names[i].key, value);
  }
  return g_variant_dict_end (&row);
}

GVariant *
ctl_list_networks (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Networks1", "List", NULL, "(ao)", error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

static gboolean
run_networks (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) paths = ctl_list_networks (ctl, error);
  g_autoptr (GVariant) list = NULL;
  GVariantBuilder rows;

  if (paths == NULL)
    return FALSE;
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (paths); i++) {
    g_autoptr (GVariant) network = NULL;
    const char *path;

    g_variant_get_child (paths, i, "&o", &path);
    network = get_network (ctl, path, NULL); /* may have been removed meanwhile */
    if (network != NULL)
      g_variant_builder_add_value (&rows, to_row (network));
  }
  list = g_variant_ref_sink (g_variant_builder_end (&rows));
  ctl_print_list (ctl, "networks", list, "name|kind|state|>services|refreshed|reason-text");
  return TRUE;
}

/* ---- adding, removing ---------------------------------------------------------------------- */

/* "refresh-minutes:u=30" names its type; else digits are u, true and false b, the rest s. */
static GVariant *
parse_setting (const char *key, const char *type, const char *value, GError **error)
{
  static const char *const files[] = { "location", "virtual", "scan-table", NULL };
  g_autofree char *path = NULL;

  if (type != NULL && !g_str_equal (type, "s")) {
    g_autoptr (GError) local = NULL;
    GVariant *parsed = NULL;

    if (g_variant_type_string_is_valid (type) && type[strspn (type, "ybnqiuxtdsogva(){}")] == '\0') /* those of D-Bus, without descriptors */
      parsed = g_variant_parse (G_VARIANT_TYPE (type), value, NULL, NULL, &local);
    if (parsed == NULL)
      ctl_usage_error (error, "“%s” is no value of the D-Bus type %s, for the setting %s", value, type, key);
    return parsed;
  }
  if (type == NULL && *value != '\0' && strlen (value) < 10 && strspn (value, "0123456789") == strlen (value))
    return g_variant_ref_sink (g_variant_new_uint32 ((guint32) g_ascii_strtoull (value, NULL, 10)));
  if (type == NULL && (g_str_equal (value, "true") || g_str_equal (value, "false")))
    return g_variant_ref_sink (g_variant_new_boolean (*value == 't'));
  if (g_strv_contains (files, key) && strstr (value, "://") == NULL) /* hearthd has another working directory */
    path = g_canonicalize_filename (value, NULL);
  return g_variant_ref_sink (g_variant_new_string (path != NULL ? path : value));
}

static GVariant *
parse_settings (char **words, guint n_words, GError **error)
{
  g_auto (GVariantDict) settings = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < n_words; i++) {
    g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);
    g_autoptr (GVariant) value = NULL;
    char *type;

    if (pair[0] == NULL || pair[1] == NULL || *pair[0] == '\0' || !g_utf8_validate (words[i], -1, NULL)) {
      ctl_usage_error (error, "a setting looks like location=/path/to/list.m3u, not “%s”", words[i]);
      return NULL;
    }
    type = strchr (pair[0], ':');
    if (type != NULL)
      *type++ = '\0';
    value = parse_setting (pair[0], type, pair[1], error);
    if (value == NULL)
      return NULL;
    g_variant_dict_insert_value (&settings, pair[0], value);
  }
  return g_variant_ref_sink (g_variant_dict_end (&settings));
}

static gboolean
run_add (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) settings = parse_settings (ctl->words + 2, ctl->n_words - 2, error);
  g_autoptr (GVariant) reply = NULL;

  if (settings == NULL)
    return FALSE;
  reply = ctl_call (ctl, "Networks1", "Add", g_variant_new ("(ss@a{sv})", ctl->words[0], ctl->words[1], settings), "(o)",
                    error);
  return reply != NULL;
}

static gboolean
run_remove (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call (ctl, "Networks1", "Remove", g_variant_new ("(s)", ctl->words[0]), "()", error);

  return reply != NULL;
}

static gboolean
run_set (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) settings = parse_settings (ctl->words + 1, ctl->n_words - 1, error);
  g_autoptr (GVariant) reply = NULL;

  if (settings == NULL)
    return FALSE;
  reply = ctl_call_network (ctl, ctl->words[0], "SetSettings", g_variant_new ("(@a{sv})", settings), "()", error);
  return reply != NULL;
}

static gboolean
run_settings (Ctl *ctl, GError **error)
{
  g_autoptr (GVariant) reply = ctl_call_network (ctl, ctl->words[0], "GetSettings", NULL, "(a{sv})", error);
  g_autoptr (GVariant) settings = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (settings != NULL)
    ctl_print_dictionary (ctl, settings);
  return settings != NULL;
}

/* ---- refreshing ------------------------------------------------------------------------------ */

static void
on_changed (G_GNUC_UNUSED GDBusConnection *bus, G_GNUC_UNUSED const char *sender, G_GNUC_UNUSED const char *path,
            G_GNUC_UNUSED const char *interface, G_GNUC_UNUSED const char *member, G_GNUC_UNUSED GVariant *arguments,
            gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static gboolean
on_timeout (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE; /* destroyed by its owner */
}

/* Done when the list was read anew, or failed after it had begun. */
static gboolean
is_refreshed (GVariant *network, gint64 before_us, gboolean *began, GError **error)
{
  g_autofree char *state = ctl_lookup_text (network, "State");
  g_autofree char *reason = ctl_lookup_text (network, "ReasonText");
  gint64 refreshed_us = 0;

  g_variant_lookup (network, "Refreshed", "x", &refreshed_us);
  *began |= g_str_equal (state, "loading") || g_str_equal (state, "starting");
  if (*began && g_str_equal (state, "failed")) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "the list could not be read: %s", reason);
    return TRUE;
  }
  return refreshed_us != before_us;
}

static gboolean
wait_refreshed (Ctl *ctl, const char *path, gint64 before_us, guint timeout_s, GError **error)
{
  gboolean changed = FALSE, timed_out = FALSE, began = FALSE, done = FALSE;
  g_autoptr (GSource) timeout = g_timeout_source_new_seconds (timeout_s);
  g_autoptr (GError) failure = NULL;
  guint subscription = g_dbus_connection_signal_subscribe (ctl->bus, HEARTH_BUS_NAME, NULL, "PropertiesChanged", path, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, on_changed, &changed, NULL);
  g_autoptr (GVariant) reply = ctl_call_at (ctl, path, "Network1", "Refresh", NULL, "()", &failure);

  g_source_set_callback (timeout, on_timeout, &timed_out, NULL);
  g_source_attach (timeout, NULL);
  while (reply != NULL && !done && !timed_out && failure == NULL) {
    g_autoptr (GVariant) network = get_network (ctl, path, &failure);

    changed = FALSE;
    done = network != NULL && is_refreshed (network, before_us, &began, &failure);
    while (!done && failure == NULL && !changed && !timed_out)
      g_main_context_iteration (NULL, TRUE);
  }
  g_source_destroy (timeout);
  g_dbus_connection_signal_unsubscribe (ctl->bus, subscription);
  if (failure == NULL && !done)
    g_set_error (&failure, HEARTH_ERROR, HEARTH_ERROR_TIMED_OUT,
                 "the list is not there after %u s; it is still being fetched", timeout_s);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
run_refresh (Ctl *ctl, GError **error)
{
  g_autofree char *path = ctl_network_path (ctl->words[0], error);
  g_autoptr (GVariant) network = path != NULL ? get_network (ctl, path, error) : NULL;
  g_autoptr (GVariant) reply = NULL;
  gint64 before_us = 0;
  guint timeout_s = 60;

  if (network == NULL || !ctl_option_number (ctl, "timeout", 1, 3600, &timeout_s, error))
    return FALSE;
  g_variant_lookup (network, "Refreshed", "x", &before_us);
  if (ctl_option (ctl, "wait") != NULL)
    return wait_refreshed (ctl, path, before_us, timeout_s, error);
  reply = ctl_call_at (ctl, path, "Network1", "Refresh", NULL, "()", error);
  return reply != NULL;
}

static const CtlOption refresh_options[] = {
  { "wait", NULL, "return when the list was read" },
  { "timeout", "SECONDS", "how long --wait waits (60)" },
  { NULL, NULL, NULL },
};

#define SETTINGS_DETAILS                                                                                      \
  "For the kind iptv: location=FILE|URL of a playlist, interface=NAME for multicast, user-agent=TEXT,\n"       \
  "refresh-minutes=N. For dvb: scan=table|nit|blind, scan-table=FILE, text=CHARSET, virtual=FOLDER of made-up tuners.\n" \
  "A value of digits is sent as a number (D-Bus type u), true and false as a boolean, all\n" \
  "others as text; KEY:TYPE=VALUE names another type, as in pin:s=1234."

const CtlCommand ctl_network_commands[] = {
  { "networks", "", "the networks that bring television", NULL, 0, 0, run_networks, NULL, { NULL } },
  { "network add", "NAME KIND [KEY=VALUE…]", "add a network", SETTINGS_DETAILS, 2, 99, run_add, NULL, { "", "iptv dvb satip", NULL } },
  { "network remove", "NAME", "remove a network and its channels", NULL, 1, 1, run_remove, NULL, { "@network" } },
  { "network refresh", "NAME", "get its list anew", NULL, 1, 1, run_refresh, refresh_options, { "@network", "" } },
  { "network settings", "NAME", "its settings, as they were given", NULL, 1, 1, run_settings, NULL, { "@network", "" } },
  { "network set", "NAME [KEY=VALUE…]", "replace its settings", SETTINGS_DETAILS, 1, 99, run_set, NULL, { "@network", NULL } },
  { NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, { NULL } },
};
