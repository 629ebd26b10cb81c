/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-plugin-host.h"

const HearthPluginDescriptor *const hearth_plugin_builtins[] = { NULL };
