/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dfb-display.h"

static gboolean
directfb_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_display (context, &dfb_display_ops, error);
}

HEARTH_PLUGIN_DEFINE (display_directfb, "display-directfb",
                      .summary = "A window of X11 or the kernel's frame buffer, by DirectFB", .version = "1", .load = directfb_load)
