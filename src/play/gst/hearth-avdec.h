/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-play-context.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* hearthavdec: an access unit a buffer in, hearth_picture buffers out. After a flush the next unit must be a random access
 * point; its picture comes at once and alone. @context: borrowed for life. */
#define HEARTH_TYPE_AVDEC (hearth_avdec_get_type ())
G_DECLARE_FINAL_TYPE (HearthAvdec, hearth_avdec, HEARTH, AVDEC, GstElement)

GstElement *hearth_avdec_new (HearthPlayContext *context);
/* (transfer none): for statistics. */
const char *hearth_avdec_get_decoder_name (HearthAvdec *self);
guint64 hearth_avdec_get_copied_bytes (HearthAvdec *self);

G_END_DECLS
