/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/client.h>
#include <hearth/error.h>
#include <hearth/log.h>
