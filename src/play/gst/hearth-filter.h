/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What hearth-play's elements of one way in and one way out have in common. */

typedef struct {
  const char *name, *kind, *purpose; /* as of gst_element_class_set_static_metadata() */
  GstCaps *in, *out;                 /* borrowed */
} HearthFilterFace;

/* In class_init: the templates "sink" and "src". */
void hearth_filter_describe (GstElementClass *class, const HearthFilterFace *face);
/* In init: the pads of these templates; they are the element's. */
void hearth_filter_add_pads (GstElement *element, GstPadChainFunction chain, GstPadEventFunction event, GstPad **sink, GstPad **src);

/* Running time in 90 kHz; G_MININT64, which is libavcodec's AV_NOPTS_VALUE, where there is none. */
gint64 hearth_filter_to_90k (const GstSegment *segment, GstClockTime time);
/* (nullable): avcC and its like, a copy. */
GBytes *hearth_filter_dup_codec_data (const GstCaps *caps);

G_END_DECLS
