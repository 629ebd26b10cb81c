/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-frame-out.h"

#include <gst/gst.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/* A decoded picture on its way from decoder to glass: a GstBuffer without memory that carries a libav frame. */

#define HEARTH_PICTURE_CAPS "application/x-hearth-picture"

typedef struct {
  AVFrame *frame;
  HearthBuffer *buffer; /* where its pixels are */
  gint64 pts90k, period_us;
  gboolean first; /* of a stream: due at once */
} HearthPicture;

/* @frame: moved out of; it is left blank. @buffer: (transfer full) */
GstBuffer *hearth_picture_new_buffer (AVFrame *frame, HearthBuffer *buffer, gint64 pts90k, gint64 period_us, gboolean first);
/* Borrowed; NULL when @buffer carries none. */
const HearthPicture *hearth_picture_get (GstBuffer *buffer);
/* Shape, colours, side data, as the frame link has them. */
void hearth_picture_describe (const HearthPicture *self, HearthFrame *frame);

G_END_DECLS
