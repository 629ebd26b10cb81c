/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SECTION:zaps
 *
 * The stages of the last 32 zaps of a view, for Player1.GetZap. Main thread.
 */
typedef struct _HearthZaps HearthZaps;

HearthZaps *hearth_zaps_new (void);
void hearth_zaps_free (HearthZaps *zaps);
/* @command_us: CLOCK_MONOTONIC. */
void hearth_zaps_begin (HearthZaps *zaps, guint serial, const char *channel, gboolean prefetched, gint64 command_us);
/* FALSE: the zap is not known, or had that stage already. */
gboolean hearth_zaps_add (HearthZaps *zaps, guint serial, const char *stage, gint64 time_us);
/* Floating a{sv}; %NULL: not known. */
GVariant *hearth_zaps_describe (HearthZaps *zaps, guint serial);

G_END_DECLS
