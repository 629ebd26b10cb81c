/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A time server keeps the system's clock. */
gboolean generic_clock_is_kept (void);
/* Errors: BUSY while it is kept, PERMISSION_DENIED without CAP_SYS_TIME, FAILED. */
gboolean generic_clock_set (gint64 utc_us, GError **error);

G_END_DECLS
