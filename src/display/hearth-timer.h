/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A timer on CLOCK_MONOTONIC that is exact to microseconds (GLib's own wake up to a millisecond late), on the thread-default
 * context. */
typedef struct _HearthTimer HearthTimer;

HearthTimer *hearth_timer_new (void (*fired) (gpointer user_data), gpointer user_data, GError **error);
void hearth_timer_free (HearthTimer *self);
void hearth_timer_arm (HearthTimer *self, gint64 at_us); /* moves it; %G_MAXINT64 stops it */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthTimer, hearth_timer_free)

G_END_DECLS
