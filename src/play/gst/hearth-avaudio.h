/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-play-context.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* hearthavaudio: an elementary stream of sound in, cut anywhere; float, stereo, 48 kHz out. @context: borrowed for life. */
#define HEARTH_TYPE_AVAUDIO (hearth_avaudio_get_type ())
G_DECLARE_FINAL_TYPE (HearthAvaudio, hearth_avaudio, HEARTH, AVAUDIO, GstElement)

GstElement *hearth_avaudio_new (HearthPlayContext *context);

G_END_DECLS
