/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/gst/hearth-filter.h"

void
hearth_filter_describe (GstElementClass *class, const HearthFilterFace *face)
{
  gst_element_class_add_pad_template (class, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, face->in));
  gst_element_class_add_pad_template (class, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, face->out));
  gst_element_class_set_static_metadata (class, face->name, face->kind, face->purpose, "Hearth");
}

void
hearth_filter_add_pads (GstElement *element, GstPadChainFunction chain, GstPadEventFunction event, GstPad **sink, GstPad **src)
{
  GstElementClass *class = GST_ELEMENT_GET_CLASS (element);

  *sink = gst_pad_new_from_template (gst_element_class_get_pad_template (class, "sink"), "sink");
  *src = gst_pad_new_from_template (gst_element_class_get_pad_template (class, "src"), "src");
  gst_pad_set_chain_function (*sink, chain);
  gst_pad_set_event_function (*sink, event);
  gst_pad_use_fixed_caps (*src);
  gst_element_add_pad (element, *sink);
  gst_element_add_pad (element, *src);
}

gint64
hearth_filter_to_90k (const GstSegment *segment, GstClockTime time)
{
  guint64 running = gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);

  return GST_CLOCK_TIME_IS_VALID (running) ? (gint64) gst_util_uint64_scale_round (running, 9, 100000) : G_MININT64;
}

GBytes *
hearth_filter_dup_codec_data (const GstCaps *caps)
{
  const GValue *value = gst_structure_get_value (gst_caps_get_structure (caps, 0), "codec_data");
  GstBuffer *extra = value != NULL ? gst_value_get_buffer (value) : NULL;
  gsize n_bytes = extra != NULL ? gst_buffer_get_size (extra) : 0;
  gpointer bytes;

  if (n_bytes == 0)
    return NULL;
  bytes = g_malloc (n_bytes);
  n_bytes = gst_buffer_extract (extra, 0, bytes, n_bytes);
  return g_bytes_new_take (bytes, n_bytes);
}
