/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

extern const HearthNetworkOps dvb_network_ops;
