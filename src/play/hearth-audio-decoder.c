/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-audio-decoder.h"

#include <hearth/error.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <string.h>

struct _HearthAudioDecoder {
  AVCodecContext *context;
  AVCodecParserContext *parser; /* NULL: units come whole (with extra data, from a file format) */
  AVFrame *frame;
  AVPacket *packet;
  guint8 *extra;
  gsize n_extra;

  SwrContext *resampler;
  AVChannelLayout layout; /* what the resampler was made for */
  int rate, format;
  float *samples;
  guint capacity; /* frames */
  gint64 next90k; /* where the next frame begins if it does not say so */
};

HearthAudioDecoder *
hearth_audio_decoder_new (void)
{
  HearthAudioDecoder *self = g_new0 (HearthAudioDecoder, 1);

  self->frame = av_frame_alloc ();
  self->packet = av_packet_alloc ();
  self->next90k = AV_NOPTS_VALUE;
  return self;
}

static void
close_codec (HearthAudioDecoder *self)
{
  avcodec_free_context (&self->context);
  g_clear_pointer (&self->parser, av_parser_close);
  g_clear_pointer (&self->extra, g_free);
  self->n_extra = 0;
}

void
hearth_audio_decoder_free (HearthAudioDecoder *self)
{
  close_codec (self);
  av_frame_free (&self->frame);
  av_packet_free (&self->packet);
  swr_free (&self->resampler);
  av_channel_layout_uninit (&self->layout);
  g_free (self->samples);
  g_free (self);
}

static AVCodecContext *
open_context (const AVCodec *codec, const guint8 *extra, gsize n_extra)
{
  AVCodecContext *context = avcodec_alloc_context3 (codec);

  context->pkt_timebase = (AVRational){ 1, 90000 };
  context->thread_count = 1;
  if (n_extra > 0) {
    context->extradata = av_mallocz (n_extra + AV_INPUT_BUFFER_PADDING_SIZE);
    memcpy (context->extradata, extra, n_extra);
    context->extradata_size = n_extra;
  }
  if (avcodec_open2 (context, codec, NULL) < 0)
    avcodec_free_context (&context);
  return context;
}

gboolean
hearth_audio_decoder_open (HearthAudioDecoder *self, enum AVCodecID id, const guint8 *extra, gsize n_extra, GError **error)
{
  const AVCodec *codec = avcodec_find_decoder (id);

  if (self->context != NULL && self->context->codec_id == id && n_extra == self->n_extra &&
      (n_extra == 0 || memcmp (extra, self->extra, n_extra) == 0)) {
    hearth_audio_decoder_flush (self);
    return TRUE;
  }
  close_codec (self);
  self->context = codec != NULL ? open_context (codec, extra, n_extra) : NULL;
  if (self->context == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CANNOT_DECODE, "this box has no decoder for the sound (%s)",
                 avcodec_get_name (id));
    return FALSE;
  }
  self->extra = g_memdup2 (extra, n_extra);
  self->n_extra = n_extra;
  if (n_extra == 0)
    self->parser = av_parser_init (id);
  self->next90k = AV_NOPTS_VALUE;
  return TRUE;
}

void
hearth_audio_decoder_flush (HearthAudioDecoder *self)
{
  if (self->context == NULL)
    return;
  avcodec_flush_buffers (self->context);
  if (self->parser != NULL) { /* parsers cannot be flushed, only made anew */
    av_parser_close (self->parser);
    self->parser = av_parser_init (self->context->codec_id);
  }
  swr_free (&self->resampler);
  self->next90k = AV_NOPTS_VALUE;
}

static gboolean
fit_resampler (HearthAudioDecoder *self)
{
  AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
  const AVFrame *frame = self->frame;
  AVChannelLayout from = { 0 };

  if (self->resampler != NULL && frame->sample_rate == self->rate && frame->format == self->format &&
      av_channel_layout_compare (&frame->ch_layout, &self->layout) == 0)
    return TRUE;
  swr_free (&self->resampler);
  self->rate = frame->sample_rate;
  self->format = frame->format;
  av_channel_layout_copy (&self->layout, &frame->ch_layout);
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default (&from, frame->ch_layout.nb_channels);
  else
    av_channel_layout_copy (&from, &frame->ch_layout);
  swr_alloc_set_opts2 (&self->resampler, &stereo, AV_SAMPLE_FMT_FLT, HEARTH_AUDIO_RATE, &from, frame->format,
                       frame->sample_rate, 0, NULL);
  av_channel_layout_uninit (&from);
  if (self->resampler != NULL && swr_init (self->resampler) < 0)
    swr_free (&self->resampler);
  return self->resampler != NULL;
}

/* The frame in @self->frame, as samples. */
static void
give_frame (HearthAudioDecoder *self, HearthAudioFunc func, gpointer user_data)
{
  gint64 pts90k = self->frame->pts != AV_NOPTS_VALUE ? self->frame->pts : self->next90k;
  int wanted, n_frames;
  guint8 *out;

  if (self->frame->sample_rate <= 0 || !fit_resampler (self))
    return;
  if (pts90k != AV_NOPTS_VALUE) {
    self->next90k = pts90k + av_rescale (self->frame->nb_samples, 90000, self->frame->sample_rate);
    pts90k -= swr_get_delay (self->resampler, 90000);
  }
  wanted = swr_get_out_samples (self->resampler, self->frame->nb_samples);
  if (wanted > (int) self->capacity) {
    self->capacity = wanted;
    self->samples = g_realloc_n (self->samples, self->capacity * HEARTH_AUDIO_CHANNELS, sizeof (float));
  }
  out = (guint8 *) self->samples;
  n_frames = swr_convert (self->resampler, &out, wanted, (const guint8 **) self->frame->extended_data, self->frame->nb_samples);
  if (n_frames > 0)
    func (self->samples, n_frames, pts90k, user_data);
}

static gboolean
decode (HearthAudioDecoder *self, const guint8 *bytes, gsize n_bytes, gint64 pts90k, HearthAudioFunc func, gpointer user_data)
{
  gboolean any = FALSE;

  if (av_new_packet (self->packet, n_bytes) < 0)
    return FALSE;
  memcpy (self->packet->data, bytes, n_bytes);
  self->packet->pts = self->packet->dts = pts90k;
  if (avcodec_send_packet (self->context, self->packet) >= 0)
    while (avcodec_receive_frame (self->context, self->frame) >= 0) {
      give_frame (self, func, user_data);
      any = TRUE;
    }
  av_packet_unref (self->packet);
  return any;
}

gboolean
hearth_audio_decoder_push (HearthAudioDecoder *self, const guint8 *bytes, gsize n_bytes, gint64 pts90k, HearthAudioFunc func,
                           gpointer user_data)
{
  gboolean any = FALSE;

  if (self->context == NULL)
    return FALSE;
  if (self->parser == NULL)
    return decode (self, bytes, n_bytes, pts90k, func, user_data);
  while (n_bytes > 0) {
    guint8 *unit = NULL;
    int n_unit = 0;
    int used = av_parser_parse2 (self->parser, self->context, &unit, &n_unit, bytes, n_bytes, pts90k, pts90k, 0);

    if (used < 0)
      break;
    bytes += used;
    n_bytes -= used;
    pts90k = AV_NOPTS_VALUE;
    if (n_unit > 0)
      any |= decode (self, unit, n_unit, self->parser->pts, func, user_data);
    else if (used == 0)
      break;
  }
  return any;
}
