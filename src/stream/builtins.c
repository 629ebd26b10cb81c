/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/hearth-plugin-host.h"

#ifdef NETWORK_IPTV_BUILTIN
extern const HearthPluginDescriptor hearth_plugin_network_iptv;
#endif
#ifdef NETWORK_DVB_BUILTIN
extern const HearthPluginDescriptor hearth_plugin_network_dvb;
#endif
#ifdef NETWORK_SATIP_BUILTIN
extern const HearthPluginDescriptor hearth_plugin_network_satip;
#endif

const HearthPluginDescriptor *const hearth_plugin_builtins[] = {
#ifdef NETWORK_IPTV_BUILTIN
  &hearth_plugin_network_iptv,
#endif
#ifdef NETWORK_DVB_BUILTIN
  &hearth_plugin_network_dvb,
#endif
#ifdef NETWORK_SATIP_BUILTIN
  &hearth_plugin_network_satip,
#endif
  NULL,
};
