/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/gst/hearth-avaudio.h"

#include "play/gst/hearth-filter.h"
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

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  HearthAvaudio *self = HEARTH_AVAUDIO (parent);
  GstMapInfo map;

  self->flow = GST_FLOW_OK;
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    hearth_audio_decoder_push (self->decoder, map.data, map.size, hearth_filter_to_90k (&self->segment, GST_BUFFER_PTS (buffer)), on_samples, self);
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
  g_autoptr (GBytes) extra = NULL;
  gconstpointer bytes = NULL;
  gsize n_bytes = 0;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  extra = hearth_filter_dup_codec_data (caps);
  if (extra != NULL)
    bytes = g_bytes_get_data (extra, &n_bytes);
  if (!hearth_audio_decoder_open (self->decoder, hearth_codecs_from_caps (caps), bytes, n_bytes, &error)) /* the picture goes on without */
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
  g_autoptr (GstCaps) units = hearth_codecs_dup_audio_caps ();
  g_autoptr (GstCaps) samples = gst_caps_from_string (SAMPLES_CAPS);
  const HearthFilterFace face = { "Hearth's sound decoder", "Codec/Decoder/Audio", "Decodes by libavcodec to one kind of samples", units, samples };

  G_OBJECT_CLASS (class)->finalize = hearth_avaudio_finalize;
  hearth_filter_describe (GST_ELEMENT_CLASS (class), &face);
}

static void
hearth_avaudio_init (HearthAvaudio *self)
{
  hearth_filter_add_pads (GST_ELEMENT (self), on_chain, on_event, &self->sink, &self->src);
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
