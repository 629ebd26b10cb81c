/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-display.h"

static gboolean
kms_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_display (context, &kms_display_ops, error);
}

HEARTH_PLUGIN_DEFINE (display_kms, "display-kms", .summary = "A screen on a graphics device of the kernel (KMS)", .version = "1",
                      .load = kms_load)
