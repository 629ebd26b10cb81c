/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/hearth-plugin-host.h"

#ifdef DISPLAY_HEADLESS_BUILTIN
extern const HearthPluginDescriptor hearth_plugin_display_headless;
#endif
#ifdef DISPLAY_KMS_BUILTIN
extern const HearthPluginDescriptor hearth_plugin_display_kms;
#endif
#ifdef DISPLAY_DIRECTFB_BUILTIN
extern const HearthPluginDescriptor hearth_plugin_display_directfb;
#endif

const HearthPluginDescriptor *const hearth_plugin_builtins[] = {
#ifdef DISPLAY_HEADLESS_BUILTIN
  &hearth_plugin_display_headless,
#endif
#ifdef DISPLAY_KMS_BUILTIN
  &hearth_plugin_display_kms,
#endif
#ifdef DISPLAY_DIRECTFB_BUILTIN
  &hearth_plugin_display_directfb,
#endif
  NULL,
};
