/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/* The descriptor that a peer's message names by @index, duplicated; -1 with @error when it came without one. GDBus hands over what
 * the peer wrote: @fds may be NULL and @index anything. Errors: CORRUPT, LIMIT. */
int hearth_fds_dup (GUnixFDList *fds, gint32 index, GError **error);

G_END_DECLS
