/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

/**
 * hearthnullsink: where there is no sound card. Takes each block when its time has come, by the pipeline's clock, so that
 * everything before it runs as it would with one.
 *
 * For tests and benches: with HEARTH_AUDIO_DUMP=PATH each block is appended to PATH, in native byte order and without padding:
 *   gint64 time_us   when its first frame would be heard, CLOCK_MONOTONIC
 *   guint32 rate, channels, n_frames
 *   gint16 samples[n_frames * channels]
 */
#define HEARTH_TYPE_NULL_SINK (hearth_null_sink_get_type ())
G_DECLARE_FINAL_TYPE (HearthNullSink, hearth_null_sink, HEARTH, NULL_SINK, GstBaseSink)

GstElement *hearth_null_sink_new (void);

G_END_DECLS
