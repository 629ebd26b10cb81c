/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-network.h"

static gboolean
network_iptv_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_network (context, &iptv_network_ops, error);
}

HEARTH_PLUGIN_DEFINE (network_iptv, "network-iptv",
                      .summary = "Television from M3U playlists: multicast, HTTP, files",
                      .version = IPTV_VERSION,
                      .load = network_iptv_load)
