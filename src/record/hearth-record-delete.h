/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Taking a recording away: its folder gets another name at once, so that it is no recording any more whatever happens; its files,
 * which may take the disk seconds, go in the background. Only what a recording's folder has is removed, never through a link. */

/* Errors: NOT_FOUND, IO. */
gboolean hearth_record_delete (int root_fd, const char *id, GError **error);
/* Folders that were on their way when the box went off. */
void hearth_record_delete_leftovers (int root_fd);

G_END_DECLS
