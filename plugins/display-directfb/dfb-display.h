/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/display.h>

G_BEGIN_DECLS

extern const HearthDisplayOps dfb_display_ops;

G_END_DECLS
