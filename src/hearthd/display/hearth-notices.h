/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Floating a{sv} for Shell1.SetNotice: what happened and what one can do, in both languages. @reason: a short error name. */
GVariant *hearth_notices_make (const char *view, const char *reason, const char *details);

G_END_DECLS
