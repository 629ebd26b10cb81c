/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/channels.h"

/* Draws a channel's frames, as planar 4:2:0 in BT.709, limited range. What stands still is drawn once by Cairo and
 * Pango; a frame then costs a copy, the bar code, a few digits and the moving parts. One thread at a time. */
typedef struct _HeadendPicture HeadendPicture;

HeadendPicture *headend_picture_new (const HeadendChannel *channel);
void headend_picture_free (HeadendPicture *self);
gsize headend_picture_get_bytes (HeadendPicture *self);
/* The picture of @frame (0 .. frames of the loop - 1). Borrowed till the next draw. */
const guint8 *headend_picture_draw (HeadendPicture *self, guint frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendPicture, headend_picture_free)
