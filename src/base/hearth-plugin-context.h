/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/plugin.h>

/* What load() may add to; shared by libhearth (the add functions) and the host (which reads it). */
struct _HearthPluginContext {
  guint32 kinds; /* HearthPluginKinds that the host wants */
  const HearthNetworkOps *network;
  const HearthDisplayOps *display;
  const HearthPlatformOps *platform;
};
