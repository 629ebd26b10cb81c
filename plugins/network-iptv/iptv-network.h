/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

extern const HearthNetworkOps iptv_network_ops;

G_END_DECLS
