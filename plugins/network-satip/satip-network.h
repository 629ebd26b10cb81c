/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

extern const HearthNetworkOps satip_network_ops;
