/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-plugin-host.h"

#include "base/hearth-plugin-context.h"

#include <gmodule.h>
#include <string.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("plugin")

static GHashTable *loaded; /* name -> HearthPlugin, for life */

static char *
dup_folder (void)
{
  const char *override = g_getenv ("HEARTH_PLUGIN_DIR");

  return g_strdup (override != NULL && *override != '\0' ? override : HEARTH_PLUGIN_DIR);
}

/* A name comes from settings: it must not walk through folders. */
static gboolean
check_name (const char *name, GError **error)
{
  if (*name != '\0' && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (name))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
               "“%s” is no plug-in's name: only a to z, 0 to 9 and - occur in one", name);
  return FALSE;
}

static const HearthPluginDescriptor *
find_builtin (const char *name)
{
  for (guint i = 0; hearth_plugin_builtins[i] != NULL; i++)
    if (g_str_equal (hearth_plugin_builtins[i]->name, name))
      return hearth_plugin_builtins[i];
  return NULL;
}

static gboolean
check_descriptor (const HearthPluginDescriptor *descriptor, const char *name, GError **error)
{
  if (descriptor->abi != HEARTH_PLUGIN_ABI) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN,
                 "plug-in %s was built for plug-in ABI %u, this Hearth has %u: build it again", name, descriptor->abi,
                 HEARTH_PLUGIN_ABI);
    return FALSE;
  }
  if (descriptor->struct_size > sizeof *descriptor ||
      descriptor->struct_size < G_STRUCT_OFFSET (HearthPluginDescriptor, load) + sizeof descriptor->load) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN,
                 "plug-in %s has a descriptor of %u bytes, this Hearth knows %zu: build it against this version", name,
                 descriptor->struct_size, sizeof *descriptor);
    return FALSE;
  }
  if (descriptor->name == NULL || !g_str_equal (descriptor->name, name) || descriptor->load == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "the file of plug-in %s holds %s", name,
                 descriptor->name != NULL ? descriptor->name : "no named plug-in");
    return FALSE;
  }
  return TRUE;
}

static const HearthPluginDescriptor *
open_module (const char *name, GModule **module, GError **error)
{
  g_autofree char *folder = dup_folder ();
  g_autofree char *file = g_strconcat (name, ".so", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  gpointer symbol = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no plug-in %s: it is not built in, and %s does not exist",
                 name, path);
    return NULL;
  }
  *module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (*module == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "plug-in %s cannot be loaded: %s", name, g_module_error ());
    return NULL;
  }
  if (!g_module_symbol (*module, "hearth_plugin", &symbol) || symbol == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN,
                 "plug-in %s has no symbol hearth_plugin: it needs HEARTH_PLUGIN_DEFINE", path);
    return NULL;
  }
  return symbol;
}

/* load() is foreign code: it may forget its error, or to add anything. */
static gboolean
load_into (const HearthPluginDescriptor *descriptor, HearthPluginContext *context, GError **error)
{
  g_autoptr (GError) own = NULL;

  if (!descriptor->load (context, &own)) {
    if (own == NULL)
      g_set_error_literal (&own, HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "its load function failed without a reason");
    g_propagate_error (error, g_steal_pointer (&own));
    return FALSE;
  }
  if (context->network != NULL || context->display != NULL || context->platform != NULL)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "it adds nothing: its load function must add an ops table");
  return FALSE;
}

/* Loaded before, for another kind than is wanted now? */
static gboolean
check_kinds (const HearthPlugin *plugin, const char *name, HearthPluginKinds kinds, GError **error)
{
  if (((kinds & HEARTH_PLUGIN_NETWORK) != 0 && plugin->network != NULL) ||
      ((kinds & HEARTH_PLUGIN_DISPLAY) != 0 && plugin->display != NULL) ||
      ((kinds & HEARTH_PLUGIN_PLATFORM) != 0 && plugin->platform != NULL))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "plug-in %s is loaded, and is not of the kind asked for", name);
  return FALSE;
}

const HearthPlugin *
hearth_plugin_host_load (const char *name, HearthPluginKinds kinds, GError **error)
{
  HearthPluginContext context = { .kinds = kinds };
  const HearthPluginDescriptor *descriptor;
  GModule *module = NULL;
  HearthPlugin *plugin;

  if (loaded == NULL)
    loaded = g_hash_table_new (g_str_hash, g_str_equal);
  if (!check_name (name, error))
    return NULL;
  plugin = g_hash_table_lookup (loaded, name);
  if (plugin != NULL)
    return check_kinds (plugin, name, kinds, error) ? plugin : NULL;

  descriptor = find_builtin (name);
  if (descriptor == NULL)
    descriptor = open_module (name, &module, error);
  if (descriptor == NULL || !check_descriptor (descriptor, name, error) || !load_into (descriptor, &context, error)) {
    g_prefix_error (error, "loading plug-in %s: ", name);
    if (module != NULL)
      g_module_close (module);
    return NULL;
  }

  plugin = g_new0 (HearthPlugin, 1);
  plugin->descriptor = descriptor;
  plugin->network = context.network;
  plugin->display = context.display;
  plugin->platform = context.platform;
  plugin->builtin = module == NULL;
  plugin->module = module;
  g_hash_table_insert (loaded, (gpointer) descriptor->name, plugin);
  hearth_info ("plug-in %s %s, %s", name, descriptor->version != NULL ? descriptor->version : "",
               plugin->builtin ? "built in" : "from a file");
  return plugin;
}

char **
hearth_plugin_host_list (void)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autofree char *folder = dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  for (guint i = 0; hearth_plugin_builtins[i] != NULL; i++)
    g_strv_builder_add (names, hearth_plugin_builtins[i]->name);
  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL) {
    g_autofree char *name = NULL;

    if (!g_str_has_suffix (file, ".so"))
      continue;
    name = g_strndup (file, strlen (file) - strlen (".so"));
    if (find_builtin (name) == NULL && check_name (name, NULL))
      g_strv_builder_add (names, name);
  }
  return g_strv_builder_end (names);
}
