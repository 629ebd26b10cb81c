/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* (transfer floating): the first of PulseAudio, PipeWire and ALSA that really opens here, else the silent one.
 * HEARTH_AUDIO_SINK names the one to try (pulsesink, pipewiresink, alsasink; "null" for silence). Asks only for what seems to be
 * there, so that a box without sound loses no time. */
GstElement *hearth_audio_sink_new (void);

/* How long before its time it wants sound. */
gint64 hearth_audio_sink_get_lead_us (GstElement *sink);
/* "pulsesink"; borrowed. */
const char *hearth_audio_sink_get_name (GstElement *sink);

G_END_DECLS
