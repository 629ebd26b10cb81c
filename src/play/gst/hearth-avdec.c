/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/gst/hearth-avdec.h"

#include "play/gst/hearth-filter.h"
#include "play/hearth-clock-map.h"
#include "play/hearth-codecs.h"
#include "play/hearth-picture.h"
#include "play/hearth-video-decoder.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("avdec")


#define WORK_MEMORY 16
#define PERIOD_DEFAULT_US 40000
#define ERRORS_TOLD 50 /* units in a row without a picture: two seconds at 25 Hz */

struct _HearthAvdec {
  GstElement parent;
  GstPad *sink, *src;
  HearthPlayContext *context;
  HearthVideoDecoder *decoder;
  AVFrame *frame;
  GstSegment segment;

  gboolean joining;     /* the next unit is the first */
  gboolean half;        /* of the first picture one field is in */
  gboolean leading;     /* until the first comes a second time, pictures without a time of their own lead it */
  gint64 first90k;      /* pictures up to here are shown, or lead it and cannot be decoded */
  gint64 last90k;       /* PTS of the last picture */
  gint64 period_us;
  gint64 frame_us;      /* as the stream's times have it; 0: not known */
  guint n_fruitless;
  gint64 work_us; /* on a unit, the running mean */
  gboolean hurrying;

  HearthPictureKind told; /* of the pictures of told_serial */
  guint32 told_serial;
};

G_DEFINE_FINAL_TYPE (HearthAvdec, hearth_avdec, GST_TYPE_ELEMENT)

static void
restart (HearthAvdec *self)
{
  self->joining = TRUE;
  self->half = self->leading = FALSE;
  self->first90k = self->last90k = AV_NOPTS_VALUE;
  self->n_fruitless = 0;
}

/* ---- units in ------------------------------------------------------------------------------------ */

typedef struct {
  GstBuffer *buffer;
  GstMapInfo map;
} Held;

static void
on_packet_free (void *opaque, uint8_t *data)
{
  Held *held = opaque;

  gst_buffer_unmap (held->buffer, &held->map);
  gst_buffer_unref (held->buffer);
  g_free (held);
}

/* libavcodec reads up to AV_INPUT_BUFFER_PADDING_SIZE bytes beyond a unit. hearthringsrc leaves room; others' units are copied. */
static AVPacket *
make_packet (HearthAvdec *self, GstBuffer *buffer)
{
  AVPacket *packet = av_packet_alloc ();
  gsize offset, maxsize, n_bytes = gst_buffer_get_sizes (buffer, &offset, &maxsize);

  if (gst_buffer_n_memory (buffer) == 1 && maxsize - offset >= n_bytes + AV_INPUT_BUFFER_PADDING_SIZE) {
    Held *held = g_new0 (Held, 1);

    held->buffer = gst_buffer_ref (buffer);
    gst_buffer_map (buffer, &held->map, GST_MAP_READ);
    packet->buf = av_buffer_create (held->map.data, held->map.size, on_packet_free, held, AV_BUFFER_FLAG_READONLY);
    packet->data = held->map.data;
    packet->size = held->map.size;
  } else if (av_new_packet (packet, n_bytes) >= 0) {
    gst_buffer_extract (buffer, 0, packet->data, n_bytes);
  }
  packet->pts = hearth_filter_to_90k (&self->segment, GST_BUFFER_PTS (buffer));
  packet->dts = hearth_filter_to_90k (&self->segment, GST_BUFFER_DTS (buffer));
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    packet->flags |= AV_PKT_FLAG_KEY;
  return packet;
}

/* ---- pictures out --------------------------------------------------------------------------------- */

static void
learn_period (HearthAvdec *self, gint64 pts90k)
{
  gint64 told_us = hearth_video_decoder_get_period_us (self->decoder);
  gint64 seen_us = self->last90k != AV_NOPTS_VALUE ? HEARTH_US_OF_90K (pts90k - self->last90k) : 0;

  if (told_us >= 5000 && told_us <= 200000)
    self->period_us = told_us;
  else if (self->frame_us >= 5000)
    self->period_us = self->frame_us;
  else if (seen_us >= 5000 && seen_us <= 200000)
    self->period_us = seen_us;
  self->last90k = pts90k;
}

static void
tell_kind (HearthAvdec *self)
{
  const guint32 serial = (guint) g_atomic_int_get (&self->context->serial);
  HearthPictureKind seen;

  hearth_picture_kind_init (&seen, self->frame, hearth_codecs_get_name (hearth_video_decoder_get_codec (self->decoder)));
  if (serial != self->told_serial)
    self->told = (HearthPictureKind){ 0 };
  self->told_serial = serial;
  if (hearth_picture_kind_follow (&self->told, &seen))
    hearth_play_context_tell_picture (self->context, serial, &self->told);
}

/* The frame in @self->frame goes on. */
static GstFlowReturn
push_picture (HearthAvdec *self, gboolean first)
{
  gint64 pts90k = self->frame->best_effort_timestamp;
  HearthBuffer *buffer;

  if (pts90k == AV_NOPTS_VALUE)
    pts90k = self->last90k != AV_NOPTS_VALUE ? self->last90k + HEARTH_90K_OF_US (self->period_us) : 0;
  learn_period (self, pts90k);
  self->n_fruitless = 0;
  buffer = hearth_video_decoder_dup_buffer (self->decoder, self->frame);
  if (buffer == NULL) {
    av_frame_unref (self->frame);
    return GST_FLOW_OK;
  }
  tell_kind (self);
  g_atomic_int_inc (&self->context->decoded);
  if (self->context->progress != NULL)
    hearth_progress_count (self->context->progress, HEARTH_PROGRESS_PLAY_DECODE, 1);
  return gst_pad_push (self->src, hearth_picture_new_buffer (self->frame, buffer, pts90k, self->period_us, first));
}

/* Whatever cannot be decoded in time is better left out than shown late, later and later. */
static void
judge_work (HearthAvdec *self, gint64 work_us)
{
  gboolean hurry;

  self->work_us += (work_us - self->work_us) / WORK_MEMORY;
  hurry = self->hurrying ? self->work_us > self->period_us * 2 / 5 : self->work_us > self->period_us;
  if (hurry == self->hurrying)
    return;
  self->hurrying = hurry;
  hearth_video_decoder_set_hurry (self->decoder, hurry);
  hearth_info ("decoding takes %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " ms: %s", self->work_us / 1000, self->period_us / 1000,
               hurry ? "pictures that no other needs are left out" : "all pictures again");
}

static gboolean
pull_picture (HearthAvdec *self, gint64 *work_us)
{
  gint64 began_us = g_get_monotonic_time ();
  gboolean found = hearth_video_decoder_pull (self->decoder, self->frame);

  *work_us += g_get_monotonic_time () - began_us;
  return found;
}

/* The first picture comes a second time; those that lead it in an open GOP lack their references. */
static gboolean
is_unwanted (HearthAvdec *self)
{
  gint64 pts90k = self->frame->best_effort_timestamp;

  if (self->first90k == AV_NOPTS_VALUE || (pts90k == AV_NOPTS_VALUE && !self->leading))
    return FALSE;
  if (pts90k == AV_NOPTS_VALUE)
    return TRUE;
  self->leading &= pts90k < self->first90k;
  return pts90k <= self->first90k;
}

/* @work_us: what went into the unit so far; pushing, which waits for the pictures' time, is no work. */
static GstFlowReturn
push_pictures (HearthAvdec *self, gint64 work_us)
{
  GstFlowReturn flow = GST_FLOW_OK;

  while (flow == GST_FLOW_OK && pull_picture (self, &work_us)) {
    if (is_unwanted (self))
      av_frame_unref (self->frame);
    else
      flow = push_picture (self, self->joining);
    self->joining = FALSE;
  }
  if (flow == GST_FLOW_OK)
    judge_work (self, work_us);
  return flow;
}

/* TRUE: the unit has gone into the decoder. */
static gboolean
join (HearthAvdec *self, AVPacket *packet, GstFlowReturn *flow)
{
  HearthFirst first = hearth_video_decoder_decode_first (self->decoder, packet, self->frame);

  self->half = first == HEARTH_FIRST_HALF;
  if (first == HEARTH_FIRST_NONE || first == HEARTH_FIRST_HALF)
    return self->half;
  self->first90k = self->frame->best_effort_timestamp;
  self->leading = first != HEARTH_FIRST_DONE;
  self->joining = FALSE;
  hearth_play_context_stage (self->context, HEARTH_STAGE_FIRST_DECODED, 0);
  *flow = push_picture (self, TRUE);
  return first != HEARTH_FIRST_AGAIN;
}

static void
count_fruitless (HearthAvdec *self)
{
  if (++self->n_fruitless == ERRORS_TOLD)
    hearth_play_context_tell (self->context, HEARTH_NEWS_CANNOT_DECODE, 0, 0,
                              "the decoder gets pictures that it cannot decode; the stream may be scrambled or damaged");
}

static GstFlowReturn
on_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  HearthAvdec *self = HEARTH_AVDEC (parent);
  AVPacket *packet = make_packet (self, buffer);
  GstFlowReturn flow = GST_FLOW_OK;
  gboolean inside = FALSE;

  hearth_play_context_beat (self->context);
  g_atomic_int_set (&self->context->decoding, 1);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT) && !self->joining) { /* another place of the stream */
    hearth_video_decoder_flush (self->decoder);
    restart (self);
  }
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    self->frame_us = GST_BUFFER_DURATION (buffer) / 1000;
  if (self->joining && (self->half || (packet->flags & AV_PKT_FLAG_KEY) != 0))
    inside = join (self, packet, &flow);
  if (flow == GST_FLOW_OK) {
    gint64 began_us = g_get_monotonic_time ();

    count_fruitless (self);
    if (!inside)
      hearth_video_decoder_push (self->decoder, packet);
    flow = push_pictures (self, g_get_monotonic_time () - began_us);
  }
  g_atomic_int_set (&self->context->decoding, 0);
  av_packet_free (&packet);
  gst_buffer_unref (buffer);
  return flow;
}

/* ---- events ---------------------------------------------------------------------------------------- */

static gboolean
take_caps (HearthAvdec *self, GstEvent *event, const GstCaps *caps)
{
  g_autoptr (GstEvent) owned = event;
  g_autoptr (GstCaps) pictures = gst_caps_from_string (HEARTH_PICTURE_CAPS);
  g_autoptr (GBytes) extra = hearth_filter_dup_codec_data (caps);
  g_autoptr (GError) error = NULL;
  gsize n_bytes = 0;
  gconstpointer bytes = extra != NULL ? g_bytes_get_data (extra, &n_bytes) : NULL;
  gboolean opened;

  hearth_video_decoder_set_careful (self->decoder, g_atomic_int_get (&self->context->careful) > 0);
  opened = hearth_video_decoder_open (self->decoder, hearth_codecs_from_caps (caps), bytes, n_bytes, &error);
  if (!opened)
    hearth_play_context_tell (self->context, HEARTH_NEWS_CANNOT_DECODE, 0, 0, error->message);
  restart (self);
  return opened && gst_pad_push_event (self->src, gst_event_new_caps (pictures));
}

static void
drain (HearthAvdec *self)
{
  hearth_video_decoder_push (self->decoder, NULL);
  push_pictures (self, 0);
  hearth_video_decoder_flush (self->decoder);
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  HearthAvdec *self = HEARTH_AVDEC (parent);
  GstCaps *caps;

  switch ((guint) GST_EVENT_TYPE (event)) { /* GStreamer's list is open: default is right here */
  case GST_EVENT_CAPS:
    gst_event_parse_caps (event, &caps);
    drain (self);
    return take_caps (self, event, caps);
  case GST_EVENT_SEGMENT:
    gst_event_copy_segment (event, &self->segment);
    break;
  case GST_EVENT_FLUSH_START:
    hearth_frame_out_set_flushing (self->context->out, TRUE);
    break;
  case GST_EVENT_FLUSH_STOP:
    hearth_frame_out_set_flushing (self->context->out, FALSE);
    hearth_video_decoder_flush (self->decoder);
    restart (self);
    break;
  case GST_EVENT_EOS:
    drain (self);
    break;
  default:
    break;
  }
  return gst_pad_event_default (pad, parent, event);
}

/* ---- the class -------------------------------------------------------------------------------------- */

static void
hearth_avdec_finalize (GObject *object)
{
  HearthAvdec *self = HEARTH_AVDEC (object);

  av_frame_free (&self->frame);
  g_clear_pointer (&self->decoder, hearth_video_decoder_free);
  G_OBJECT_CLASS (hearth_avdec_parent_class)->finalize (object);
}

static void
hearth_avdec_class_init (HearthAvdecClass *class)
{
  g_autoptr (GstCaps) units = hearth_codecs_dup_video_caps ();
  g_autoptr (GstCaps) pictures = gst_caps_from_string (HEARTH_PICTURE_CAPS);
  const HearthFilterFace face = { "Hearth's picture decoder", "Codec/Decoder/Video", "Decodes by libavcodec into the frame link's buffers", units, pictures };

  G_OBJECT_CLASS (class)->finalize = hearth_avdec_finalize;
  hearth_filter_describe (GST_ELEMENT_CLASS (class), &face);
}

static void
hearth_avdec_init (HearthAvdec *self)
{
  hearth_filter_add_pads (GST_ELEMENT (self), on_chain, on_event, &self->sink, &self->src);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  self->frame = av_frame_alloc ();
  self->period_us = PERIOD_DEFAULT_US;
  restart (self);
}

GstElement *
hearth_avdec_new (HearthPlayContext *context)
{
  HearthAvdec *self = g_object_new (HEARTH_TYPE_AVDEC, "name", "hearthavdec", NULL);

  self->context = context;
  self->decoder = hearth_video_decoder_new (context->out, hearth_play_context_beat, context);
  return GST_ELEMENT (self);
}

const char *
hearth_avdec_get_decoder_name (HearthAvdec *self)
{
  return hearth_video_decoder_get_name (self->decoder);
}

guint64
hearth_avdec_get_copied_bytes (HearthAvdec *self)
{
  return hearth_video_decoder_get_copied_bytes (self->decoder);
}
