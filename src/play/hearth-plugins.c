/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-plugins.h"

#include <gst/gst.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("plugins")

gboolean
hearth_plugins_load (const char *name)
{
  const char *folder = g_getenv ("HEARTH_GST_PLUGIN_DIR");
  g_autofree char *file = g_strdup_printf ("libgst%s.so", name);
  g_autofree char *path = g_build_filename (folder != NULL ? folder : GST_PLUGIN_DIR, file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPlugin) plugin = gst_registry_find_plugin (gst_registry_get (), name);

  if (plugin == NULL)
    plugin = gst_plugin_load_file (path, &error);
  if (plugin == NULL)
    hearth_info ("GStreamer's plug-in %s: %s", name, error->message);
  return plugin != NULL;
}
