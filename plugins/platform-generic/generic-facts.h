/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the kernel tells of the box under @root ("" on the box itself), floating a{sv}; only what is known:
 *   vendor s, model s, serial s, firmware s   from the device tree, else from DMI
 *   soc s            from the device tree ("bcm2711"), else the processor's name
 *   cpus u, memory-bytes t, kernel s */
GVariant *generic_facts_read (const char *root);

G_END_DECLS
