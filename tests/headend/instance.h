/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Several head-ends run at a time: each takes a number, by which their groups and ports differ. @wanted: -1 for the first free one.
 * Returns a socket that holds the number while it is open, -1 with @error. Errors: LIMIT. */
int headend_instance_take (gint wanted, guint *instance, GError **error);
