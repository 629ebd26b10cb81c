/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dfb-choice.h"

#include <directfb.h>

G_BEGIN_DECLS

/* "display-directfb: %s: <DirectFB's words>". */
gboolean dfb_check (DFBResult result, const char *what, GError **error);

/* How large the screen of DISPLAY is: DirectFB says 1280x720 of any. Errors: NOT_FOUND. */
gboolean dfb_system_get_x11_size (DFBDimension *size, GError **error);

/* Starts DirectFB as @choice says, after a trial in a process of its own: where it fails, it may take its process along.
 * Errors: NOT_FOUND, NOT_SUPPORTED with DirectFB's own words. */
IDirectFB *dfb_system_open (const DfbChoice *choice, GError **error);

G_END_DECLS
