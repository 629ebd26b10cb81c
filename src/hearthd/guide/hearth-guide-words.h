/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * SECTION:guide-words
 *
 * How the guide is searched: words of alphabetic writing; pairs of neighbouring
 * characters of Chinese, Japanese and Korean, which write no spaces (SQLite's
 * own tokenizers take a whole sentence for a word, or find nothing for two
 * characters). Case, width and accents do not count. Pure but for what SQLite
 * is told; any thread.
 */

/* Tells a connection of the tokenizer "hearth". Errors: NOT_SUPPORTED for an SQLite without FTS5. */
gboolean hearth_guide_words_register (sqlite3 *sqlite, GError **error);
/* What people typed as an FTS5 query that needs no positions; NULL when there is no word in it. (transfer full) */
char *hearth_guide_words_dup_query (const char *typed);
/* What people typed, folded, word by word; to look at the found texts again, for pairs alone may lie anywhere. (transfer full) */
char **hearth_guide_words_dup_needles (const char *typed);
gboolean hearth_guide_words_match (const char *text, char **needles);

G_END_DECLS
