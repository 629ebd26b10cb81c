/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-video-decoder.h"

#include <drm_fourcc.h>
#include <hearth/log.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <string.h>

HEARTH_LOG_TOPIC ("decoder")

#define PLANE_PADDING 64 /* SIMD code of libavcodec reads and writes up to that far beyond a plane */
/* Pixels a second that one thread decodes with time to spare: H.264 1080p25 takes 8 ms of 40. Below, one thread wakes up less,
 * holds fewer pictures and gives each sooner. */
#define ONE_THREAD_PIXELS_S (1920 * 1088 * 40)
#define THREADS_MAX 4

struct _HearthVideoDecoder {
  HearthFrameOut *out;
  void (*beat) (gpointer);
  gpointer user_data;
  AVCodecContext *context;
  const AVCodec *codec;
  guint8 *extra;
  gsize n_extra;
  guint n_threads;
  gboolean careful;
  gint refused_format; /* atomic: told once */
  AVCodecParserContext *parser; /* tells whether a unit is a whole frame */
  HearthBuffer *last_taken;     /* by on_get_buffer, with how many there were; of use with one thread only */
  guint n_taken;
  HearthBuffer *half; /* (nullable): holds one field of the first picture, of half_pts */
  gint64 half_pts;
  guint64 copied_bytes;
};

/* ---- where libavcodec gets its memory: any of its threads -------------------------------------- */

static guint32
fourcc_of (enum AVPixelFormat format)
{
  static const struct {
    enum AVPixelFormat format;
    guint32 fourcc;
  } formats[] = {
    { AV_PIX_FMT_YUV420P, DRM_FORMAT_YUV420 },          { AV_PIX_FMT_YUVJ420P, DRM_FORMAT_YUV420 },
    { AV_PIX_FMT_YUV422P, DRM_FORMAT_YUV422 },          { AV_PIX_FMT_YUVJ422P, DRM_FORMAT_YUV422 },
    { AV_PIX_FMT_YUV420P10LE, HEARTH_FORMAT_YUV420_10LE }, { AV_PIX_FMT_YUV422P10LE, HEARTH_FORMAT_YUV422_10LE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].format == format)
      return formats[i].fourcc;
  return 0;
}

/* The way avcodec_default_get_buffer2() does it: wider until each plane's lines are aligned. */
static gboolean
find_strides (AVCodecContext *context, enum AVPixelFormat format, int *width, int *height, int strides[4])
{
  int align[AV_NUM_DATA_POINTERS];
  gboolean unaligned;

  avcodec_align_dimensions2 (context, width, height, align);
  do {
    if (av_image_fill_linesizes (strides, format, *width) < 0)
      return FALSE;
    *width += *width & ~(*width - 1);
    unaligned = FALSE;
    for (guint i = 0; i < 4; i++)
      unaligned |= strides[i] % align[i] != 0;
  } while (unaligned);
  return TRUE;
}

static gboolean
find_shape (AVCodecContext *context, const AVFrame *frame, HearthFramePool *shape)
{
  int width = frame->width, height = frame->height, strides[4];
  ptrdiff_t linesizes[4];
  size_t sizes[4];
  gsize at = 0;

  *shape = (HearthFramePool){ .struct_size = sizeof *shape, .fourcc = fourcc_of (frame->format), .modifier = DRM_FORMAT_MOD_LINEAR,
                              .memory = HEARTH_MEMORY_MEMFD, .width = frame->width, .height = frame->height };
  if (shape->fourcc == 0 || !find_strides (context, frame->format, &width, &height, strides))
    return FALSE;
  for (guint i = 0; i < 4; i++)
    linesizes[i] = strides[i];
  if (av_image_fill_plane_sizes (sizes, frame->format, height, linesizes) < 0)
    return FALSE;
  for (guint i = 0; i < 4 && sizes[i] > 0; i++) {
    shape->offset[i] = at;
    shape->stride[i] = strides[i];
    at += (sizes[i] + PLANE_PADDING + 63) & ~(gsize) 63;
    shape->n_planes++;
  }
  shape->buffer_bytes = (at + 4095) & ~(gsize) 4095;
  return TRUE;
}

static void
on_buffer_free (void *opaque, uint8_t *data)
{
  HearthBuffer *buffer = opaque;

  hearth_frame_out_unref (buffer->out, buffer);
}

static void
attach (AVFrame *frame, const HearthFramePool *shape, HearthBuffer *buffer)
{
  frame->buf[0] = av_buffer_create (buffer->data, shape->buffer_bytes, on_buffer_free, buffer, 0);
  for (guint i = 0; i < shape->n_planes; i++) {
    frame->data[i] = buffer->data + shape->offset[i];
    frame->linesize[i] = shape->stride[i];
  }
  frame->extended_data = frame->data;
  frame->opaque = buffer;
}

static int
on_get_buffer (AVCodecContext *context, AVFrame *frame, int flags)
{
  HearthVideoDecoder *self = context->opaque;
  HearthFramePool shape;
  HearthBuffer *buffer;

  if (!find_shape (context, frame, &shape)) {
    if (g_atomic_int_compare_and_exchange (&self->refused_format, 0, 1))
      hearth_warning ("no screen here shows pictures of the format %s", av_get_pix_fmt_name (frame->format));
    return AVERROR (ENOSYS);
  }
  buffer = hearth_frame_out_acquire (self->out, &shape, self->beat, self->user_data);
  if (buffer == NULL)
    return AVERROR (ENOMEM);
  attach (frame, &shape, buffer);
  self->last_taken = buffer;
  self->n_taken++;
  return 0;
}

/* ---- contexts ---------------------------------------------------------------------------------- */

static AVCodecContext *
open_context (HearthVideoDecoder *self, guint n_threads, int thread_type)
{
  AVCodecContext *context = avcodec_alloc_context3 (self->codec);

  context->opaque = self;
  context->pkt_timebase = (AVRational){ 1, 90000 };
  context->thread_count = n_threads;
  context->thread_type = thread_type;
  context->apply_cropping = 0; /* the frame link crops */
  context->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT; /* a television shows what there is */
  if ((self->codec->capabilities & AV_CODEC_CAP_DR1) != 0)
    context->get_buffer2 = on_get_buffer;
  if (self->n_extra > 0) {
    context->extradata = av_mallocz (self->n_extra + AV_INPUT_BUFFER_PADDING_SIZE);
    memcpy (context->extradata, self->extra, self->n_extra);
    context->extradata_size = self->n_extra;
  }
  if (avcodec_open2 (context, self->codec, NULL) < 0)
    avcodec_free_context (&context);
  return context;
}

HearthVideoDecoder *
hearth_video_decoder_new (HearthFrameOut *out, void (*beat) (gpointer), gpointer user_data)
{
  HearthVideoDecoder *self = g_new0 (HearthVideoDecoder, 1);

  self->out = out;
  self->beat = beat;
  self->user_data = user_data;
  return self;
}

void
hearth_video_decoder_free (HearthVideoDecoder *self)
{
  avcodec_free_context (&self->context);
  g_clear_pointer (&self->parser, av_parser_close);
  g_free (self->extra);
  g_free (self);
}

gboolean
hearth_video_decoder_open (HearthVideoDecoder *self, enum AVCodecID id, const guint8 *extra, gsize n_extra, GError **error)
{
  const AVCodec *codec = avcodec_find_decoder (id);

  if (codec == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CANNOT_DECODE, "this box has no decoder for %s", avcodec_get_name (id));
    return FALSE;
  }
  if (self->context != NULL && codec == self->codec && !(self->careful && self->n_threads > 1) && n_extra == self->n_extra &&
      (n_extra == 0 || memcmp (extra, self->extra, n_extra) == 0)) {
    hearth_video_decoder_flush (self);
    return TRUE;
  }
  avcodec_free_context (&self->context);
  g_clear_pointer (&self->parser, av_parser_close);
  g_free (self->extra);
  self->extra = g_memdup2 (extra, n_extra);
  self->n_extra = n_extra;
  self->codec = codec;
  self->n_threads = 1;
  self->context = open_context (self, 1, FF_THREAD_SLICE);
  if (self->context == NULL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CANNOT_DECODE, "the decoder %s does not open", codec->name);
  return self->context != NULL;
}

void
hearth_video_decoder_flush (HearthVideoDecoder *self)
{
  self->half = NULL;
  if (self->context != NULL)
    avcodec_flush_buffers (self->context);
}

static double
get_rate (const AVCodecContext *context)
{
  return context->framerate.num > 0 && context->framerate.den > 0 ? MIN (av_q2d (context->framerate), 120) : 50;
}

static gboolean
needs_one_thread (const AVCodecContext *seen)
{
  return (double) seen->coded_width * seen->coded_height * get_rate (seen) <= ONE_THREAD_PIXELS_S;
}

/* The stream's size and rate are known: one thread, or several? */
static void
choose_threads (HearthVideoDecoder *self, const AVCodecContext *seen)
{
  guint wanted = self->careful || needs_one_thread (seen) ? 1 : CLAMP (g_get_num_processors (), 1, THREADS_MAX);
  AVCodecContext *context;

  if (wanted == self->n_threads)
    return;
  context = open_context (self, wanted, wanted > 1 ? FF_THREAD_FRAME | FF_THREAD_SLICE : FF_THREAD_SLICE);
  if (context == NULL)
    return;
  hearth_info ("%dx%d at %.2f Hz: %u decoding threads", seen->coded_width, seen->coded_height, get_rate (seen),
               wanted);
  avcodec_free_context (&self->context);
  self->context = context;
  self->n_threads = wanted;
}

static gboolean
decode_alone (HearthVideoDecoder *self, AVPacket *unit, AVFrame *frame)
{
  /* Frame threads give the first picture late: they get a helper that works by slices. */
  AVCodecContext *helper = self->n_threads > 1 ? open_context (self, self->n_threads, FF_THREAD_SLICE) : NULL;
  AVCodecContext *context = helper != NULL ? helper : self->context;
  gboolean found = FALSE;

  avcodec_flush_buffers (self->context);
  if (avcodec_send_packet (context, unit) >= 0) {
    avcodec_send_packet (context, NULL);
    found = avcodec_receive_frame (context, frame) >= 0;
    if (found)
      choose_threads (self, context); /* may free self->context, never the helper */
  }
  if (helper != NULL)
    avcodec_free_context (&helper);
  else
    avcodec_flush_buffers (self->context);
  return found;
}

/* A picture of which only a field has come is not whole when its unit has gone in. */
static gboolean
is_whole_frame (HearthVideoDecoder *self, const AVPacket *unit)
{
  guint8 *out;
  int n_out;

  if (self->codec->id == AV_CODEC_ID_HEVC)
    return TRUE; /* knows frames only: fields are frames of their own */
  if (self->parser == NULL)
    self->parser = av_parser_init (self->codec->id);
  if (self->parser == NULL)
    return FALSE;
  self->parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  av_parser_parse2 (self->parser, self->context, &out, &n_out, unit->data, unit->size, unit->pts, unit->dts, 0);
  return self->parser->picture_structure == AV_PICTURE_STRUCTURE_FRAME;
}

/* What libavcodec would say of the picture in @buffer. */
static void
borrow_picture (HearthVideoDecoder *self, HearthBuffer *buffer, gint64 pts, AVFrame *frame)
{
  const AVCodecContext *context = self->context;
  const HearthFramePool *shape = hearth_frame_out_get_shape (buffer);

  frame->format = context->pix_fmt;
  frame->width = shape->width;
  frame->height = shape->height;
  frame->crop_right = shape->width - MIN ((guint) context->width, shape->width);
  frame->crop_bottom = shape->height - MIN ((guint) context->height, shape->height);
  frame->sample_aspect_ratio = context->sample_aspect_ratio;
  frame->color_primaries = context->color_primaries;
  frame->color_trc = context->color_trc;
  frame->colorspace = context->colorspace;
  frame->color_range = context->color_range;
  frame->interlaced_frame = context->field_order > AV_FIELD_PROGRESSIVE;
  frame->top_field_first = context->field_order == AV_FIELD_TT || context->field_order == AV_FIELD_BT;
  frame->pts = frame->best_effort_timestamp = pts;
  attach (frame, shape, hearth_frame_out_ref (self->out, buffer));
}

/* The unit has gone in, in this thread, and libavcodec keeps the picture for later. */
static HearthFirst
take_ahead (HearthVideoDecoder *self, const AVPacket *unit, gboolean whole, AVFrame *frame)
{
  HearthBuffer *half = g_steal_pointer (&self->half);

  if (half != NULL) { /* its other field has come; or it was whole already, and this is the next */
    borrow_picture (self, half, self->half_pts, frame);
    frame->interlaced_frame = TRUE;
    return HEARTH_FIRST_AHEAD;
  }
  if (whole) {
    borrow_picture (self, self->last_taken, unit->pts, frame);
    return HEARTH_FIRST_AHEAD;
  }
  self->half = self->last_taken;
  self->half_pts = unit->pts;
  return HEARTH_FIRST_HALF;
}

HearthFirst
hearth_video_decoder_decode_first (HearthVideoDecoder *self, AVPacket *unit, AVFrame *frame)
{
  gboolean whole, sent;

  if (self->context == NULL)
    return HEARTH_FIRST_NONE;
  if (self->n_threads > 1 || (unit->pts == AV_NOPTS_VALUE && self->half == NULL))
    return decode_alone (self, unit, frame) ? HEARTH_FIRST_AGAIN : HEARTH_FIRST_NONE;
  whole = is_whole_frame (self, unit);
  self->n_taken = self->half != NULL ? 1 : 0;
  sent = avcodec_send_packet (self->context, unit) >= 0;
  if (sent && avcodec_receive_frame (self->context, frame) >= 0)
    return HEARTH_FIRST_DONE;
  if (sent && (self->n_taken == 1 || self->half != NULL) && needs_one_thread (self->context))
    return take_ahead (self, unit, whole, frame);
  self->half = NULL;
  return decode_alone (self, unit, frame) ? HEARTH_FIRST_AGAIN : HEARTH_FIRST_NONE;
}

gboolean
hearth_video_decoder_push (HearthVideoDecoder *self, AVPacket *unit)
{
  return self->context != NULL && avcodec_send_packet (self->context, unit) >= 0;
}

gboolean
hearth_video_decoder_pull (HearthVideoDecoder *self, AVFrame *frame)
{
  return self->context != NULL && avcodec_receive_frame (self->context, frame) >= 0;
}

void
hearth_video_decoder_set_hurry (HearthVideoDecoder *self, gboolean hurry)
{
  if (self->context != NULL)
    self->context->skip_frame = hurry ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

gint64
hearth_video_decoder_get_period_us (HearthVideoDecoder *self)
{
  const AVRational rate = self->context != NULL ? self->context->framerate : (AVRational){ 0, 1 };

  return rate.num > 0 && rate.den > 0 ? av_rescale (1000000, rate.den, rate.num) : 0;
}

void
hearth_video_decoder_set_careful (HearthVideoDecoder *self, gboolean careful)
{
  self->careful = careful;
}

guint
hearth_video_decoder_get_n_threads (HearthVideoDecoder *self)
{
  return self->n_threads;
}

const char *
hearth_video_decoder_get_name (HearthVideoDecoder *self)
{
  return self->codec != NULL ? self->codec->name : "";
}

enum AVCodecID
hearth_video_decoder_get_codec (HearthVideoDecoder *self)
{
  return self->codec != NULL ? self->codec->id : AV_CODEC_ID_NONE;
}

guint64
hearth_video_decoder_get_copied_bytes (HearthVideoDecoder *self)
{
  return self->copied_bytes;
}

/* ---- pictures ---------------------------------------------------------------------------------- */

HearthBuffer *
hearth_video_decoder_get_buffer (const AVFrame *frame)
{
  return frame->opaque;
}

HearthBuffer *
hearth_video_decoder_dup_buffer (HearthVideoDecoder *self, const AVFrame *frame)
{
  HearthBuffer *buffer = hearth_video_decoder_get_buffer (frame);
  HearthFramePool shape;
  guint8 *planes[4] = { NULL };
  int strides[4] = { 0 };

  if (buffer != NULL)
    return hearth_frame_out_ref (self->out, buffer);
  if (!find_shape (self->context, frame, &shape))
    return NULL;
  buffer = hearth_frame_out_acquire (self->out, &shape, self->beat, self->user_data);
  for (guint i = 0; buffer != NULL && i < shape.n_planes; i++) {
    planes[i] = buffer->data + shape.offset[i];
    strides[i] = shape.stride[i];
  }
  if (buffer != NULL) {
    av_image_copy (planes, strides, (const uint8_t **) frame->data, frame->linesize, frame->format, frame->width, frame->height);
    self->copied_bytes += shape.buffer_bytes;
  }
  return buffer;
}
