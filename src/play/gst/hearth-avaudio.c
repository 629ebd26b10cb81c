/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/gst/hearth-avaudio.h"

#include "play/hearth-audio-decoder.h"
#include "play/hearth-codecs.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("avaudio")

#define SAMPLES_CAPS "audio/x-raw, format=(string)F32LE, layout=(string)interleaved, rate=(int)48000, channels=(int)2"

struct _HearthAvaudio {
  GstElement parent;
  GstPad *sink, *src;
  HearthPlayContext *context;
  HearthAudioDecoder *decoder;
  GstSegment segment;
  GstFlowReturn flow;
};

G_DEFINE_FINAL_TYPE (HearthAvaudio, hearth_avaudio, GST_TYPE_ELEMENT)

static void
on_samples (const float *samples, guint n_frames, gint64 pts90k, gpointer user_data)
{
  HearthAvaudio *self = user_data;
  GstBuffer *buffer;

  if (self->flow != GST_FLOW_OK)
    return;
  buffer = gst_buffer_new_memdup (samples, (gsize) n_frames * HEARTH_AUDIO_CHANNELS * sizeof (float));
  if (pts90k != AV_NOPTS_VALUE && pts90k >= 0)
    GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (pts90k, 100000, 9);
  self->flow = gst_pad_push (self->src, buffer);
}

static gint64
to_90k (HearthAvaudio *self, GstClockTime time)
{
  guint64 running = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, time);

  return GST_CLOCK_TIME_IS_VALID (running) ? (gint64) gst_util_uint64_scale_round (running, 9, 100000) : AV_NOPTS_VALUE;
}

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  HearthAvaudio *self = HEARTH_AVAUDIO (parent);
  GstMapInfo map;

  self->flow = GST_FLOW_OK;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    hearth_audio_decoder_push (self->decoder, map.data, map.size, to_90k (self, GST_BUFFER_PTS (buffer)), on_samples, self);
    gst_buffer_unmap (buffer, &map);
  }
  gst_buffer_unref (buffer);
  return self->flow;
}

static gboolean
take_caps (HearthAvaudio *self, GstEvent *event)
{
  g_autoptr (GstEvent) owned = event;
  g_autoptr (GstCaps) samples = gst_caps_from_string (SAMPLES_CAPS);
  g_autoptr (GError) error = NULL;
  GstMapInfo map = { .data = NULL, .size = 0 };
  GstBuffer *extra;
  const GValue *value;
  GstCaps *caps;
  gboolean opened;

  gst_event_parse_caps (event, &caps);
  value = gst_structure_get_value (gst_caps_get_structure (caps, 0), "codec_data");
  extra = value != NULL ? gst_value_get_buffer (value) : NULL;
  if (extra != NULL)
    gst_buffer_map (extra, &map, GST_MAP_READ);
  opened = hearth_audio_decoder_open (self->decoder, hearth_codecs_from_caps (caps), map.data, map.size, &error);
  if (extra != NULL)
    gst_buffer_unmap (extra, &map);
  if (!opened) /* the picture goes on without */
    hearth_warning ("no sound: %s", error->message);
  return gst_pad_push_event (self->src, gst_event_new_caps (samples));
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  HearthAvaudio *self = HEARTH_AVAUDIO (parent);
  GstSegment running;

  switch ((guint) GST_EVENT_TYPE (event)) { /* GStreamer's list is open: default is right here */
  case GST_EVENT_CAPS:
    return take_caps (self, event);
  case GST_EVENT_SEGMENT: /* from here on times are running times */
    gst_event_copy_segment (event, &self->segment);
    gst_segment_init (&running, GST_FORMAT_TIME);
    gst_event_unref (event);
    return gst_pad_push_event (self->src, gst_event_new_segment (&running));
  case GST_EVENT_FLUSH_STOP:
    hearth_audio_decoder_flush (self->decoder);
    break;
  default:
    break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static void
hearth_avaudio_finalize (GObject *object)
{
  HearthAvaudio *self = HEARTH_AVAUDIO (object);

  hearth_audio_decoder_free (self->decoder);
  G_OBJECT_CLASS (hearth_avaudio_parent_class)->finalize (object);
}

static void
hearth_avaudio_class_init (HearthAvaudioClass *class)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  g_autoptr (GstCaps) units = hearth_codecs_dup_audio_caps ();
  g_autoptr (GstCaps) samples = gst_caps_from_string (SAMPLES_CAPS);

  G_OBJECT_CLASS (class)->finalize = hearth_avaudio_finalize;
  gst_element_class_add_pad_template (element_class, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, units));
  gst_element_class_add_pad_template (element_class, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, samples));
  gst_element_class_set_static_metadata (element_class, "Hearth's sound decoder", "Codec/Decoder/Audio",
                                         "Decodes by libavcodec to one kind of samples", "Hearth");
}

static void
hearth_avaudio_init (HearthAvaudio *self)
{
  GstElementClass *class = GST_ELEMENT_GET_CLASS (self);

  self->sink = gst_pad_new_from_template (gst_element_class_get_pad_template (class, "sink"), "sink");
  self->src = gst_pad_new_from_template (gst_element_class_get_pad_template (class, "src"), "src");
  gst_pad_set_chain_function (self->sink, on_chain);
  gst_pad_set_event_function (self->sink, on_event);
  gst_pad_use_fixed_caps (self->src);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  self->decoder = hearth_audio_decoder_new ();
}

GstElement *
hearth_avaudio_new (HearthPlayContext *context)
{
  HearthAvaudio *self = g_object_new (HEARTH_TYPE_AVAUDIO, "name", "hearthavaudio", NULL);

  self->context = context;
  return GST_ELEMENT (self);
}
