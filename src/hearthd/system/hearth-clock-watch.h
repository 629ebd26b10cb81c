/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* CLOCK_BOOTTIME, µs: goes on while the box sleeps and whatever is done to the system's clock. */
gint64 hearth_clock_get_boot_us (void);
/* A source of the main context: calls @set after each time that somebody set the system's clock (timerfd_create(2),
 * TFD_TIMER_CANCEL_ON_SET); its slow disciplining is no such event. 0: the kernel cannot tell. */
guint hearth_clock_watch_add (void (*set) (gpointer user_data), gpointer user_data);

G_END_DECLS
