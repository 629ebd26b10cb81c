/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:channel-keys
 *
 * By what a service is known again when its list comes anew: its address
 * without what changes from day to day, and its name without what people spell
 * in several ways. Pure functions. (transfer full)
 */

/* "rtp://@239.1.1.1:5000?token=…" -> "239.1.1.1:5000": no scheme among those that carry the same, no user, no parameters that are
 * tokens (by name, or long and random), no fragment. */
char *hearth_channel_keys_dup_address (const char *uri);
/* Case, width and spaces folded; "HD", "FHD", "4K" and brackets kept: they tell channels apart. */
char *hearth_channel_keys_dup_name (const char *name);
/* 16 letters and digits from a key and how often it was taken: the same box gives the same id again. */
void hearth_channel_keys_make_id (const char *key, guint attempt, char id[17]);
/* "5.1" sorts after "5" and before "10". Negative, zero, positive. Numbers that are none come last, by text. */
int hearth_channel_keys_compare_numbers (const char *a, const char *b);
/* Splits "炉火一台 Hearth One" into its Chinese and its Latin part; FALSE when the name is not of that kind. */
gboolean hearth_channel_keys_split_name (const char *name, char **chinese, char **english);

G_END_DECLS
