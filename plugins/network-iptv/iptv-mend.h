/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What word processors, web pages and old computers do to a list's lines, undone in place. Pure; UTF-8 in and out. */

/* CR alone ends a line where there is no LF at all (old Macintosh), or where another line plainly begins behind it: lists are
 * glued together from several. Such a CR becomes LF; any other is litter at a line's end. Returns how many became LF within a
 * text that has LF too. */
guint iptv_mend_line_ends (char *text, gsize length);
/* key=“value” becomes key="value". Returns whether something was done. */
gboolean iptv_mend_quotes (char *line);
/* "&amp;", "&quot;", "&#39;" and their like, as web pages write them. Returns whether something was done. */
gboolean iptv_mend_entities (char *text);

G_END_DECLS
