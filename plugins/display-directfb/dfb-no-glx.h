/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From now on libraries that are loaded find our glXChooseFBConfig(). */
void dfb_no_glx_come_first (void);

G_END_DECLS
