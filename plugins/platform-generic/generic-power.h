/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/platform.h>

G_BEGIN_DECLS

/* Begins SUSPEND, OFF or REBOOT through systemd-logind, SUSPEND also through @root/sys/power/state. Errors: NOT_SUPPORTED, IO,
 * PERMISSION_DENIED. */
gboolean generic_power_begin (const char *root, HearthPower power, GError **error);
/* Sets or (0) clears the alarm of the first real-time clock under @root. Errors: NOT_SUPPORTED, INVALID_ARGUMENT for the past, IO. */
gboolean generic_power_set_wake (const char *root, gint64 utc_us, GError **error);

G_END_DECLS
