/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-play-context.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* hearthlinksink: gives pictures to the shell a little ahead of their time; the shell shows them in time. */
#define HEARTH_TYPE_LINK_SINK (hearth_link_sink_get_type ())
G_DECLARE_FINAL_TYPE (HearthLinkSink, hearth_link_sink, HEARTH, LINK_SINK, GstElement)

GstElement *hearth_link_sink_new (HearthPlayContext *context);

G_END_DECLS
