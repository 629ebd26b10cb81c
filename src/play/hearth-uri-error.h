/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <hearth/error.h>

G_BEGIN_DECLS

/* What a GStreamer error means to the person before the screen. @text: a sentence without the address. May look @host up, and so
 * take its time: not in the main thread. */
HearthError hearth_uri_error_translate (GstMessage *message, const char *host, char **text);

G_END_DECLS
