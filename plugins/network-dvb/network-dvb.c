/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dvb-network.h"

static gboolean
network_dvb_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_network (context, &dvb_network_ops, error);
}

HEARTH_PLUGIN_DEFINE (network_dvb, "network-dvb",
                      .summary = "Cable, terrestrial and satellite television through tuners of this box",
                      .version = DVB_VERSION,
                      .load = network_dvb_load)
