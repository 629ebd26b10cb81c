/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-network.h"

static gboolean
network_satip_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_network (context, &satip_network_ops, error);
}

HEARTH_PLUGIN_DEFINE (network_satip, "network-satip",
                      .summary = "Cable, terrestrial and satellite television through SAT>IP servers in the house",
                      .version = SATIP_VERSION,
                      .load = network_satip_load)
