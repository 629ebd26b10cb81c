/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-picture.h"

#include <libavutil/mastering_display_metadata.h>

static GQuark
get_quark (void)
{
  return g_quark_from_static_string ("hearth-picture");
}

static void
picture_free (gpointer data)
{
  HearthPicture *self = data;

  av_frame_free (&self->frame);
  hearth_frame_out_unref (self->buffer->out, self->buffer);
  g_free (self);
}

GstBuffer *
hearth_picture_new_buffer (AVFrame *frame, HearthBuffer *pixels, gint64 pts90k, gint64 period_us, gboolean first)
{
  GstBuffer *buffer = gst_buffer_new ();
  HearthPicture *self = g_new0 (HearthPicture, 1);

  self->frame = av_frame_alloc ();
  av_frame_move_ref (self->frame, frame);
  self->buffer = pixels;
  self->pts90k = pts90k;
  self->period_us = period_us;
  self->first = first;
  gst_mini_object_set_qdata (GST_MINI_OBJECT (buffer), get_quark (), self, picture_free);
  return buffer;
}

const HearthPicture *
hearth_picture_get (GstBuffer *buffer)
{
  return gst_mini_object_get_qdata (GST_MINI_OBJECT (buffer), get_quark ());
}

static guint32
scale (AVRational value, guint32 unit)
{
  return value.den > 0 && value.num >= 0 ? MIN (av_rescale (value.num, unit, value.den), G_MAXUINT32) : 0;
}

static void
describe_hdr (const AVFrame *from, HearthHdr *hdr)
{
  static const guint order[3] = { 1, 2, 0 }; /* libav has R, G, B; HEVC, D.2.28, has G, B, R */
  const AVFrameSideData *side = av_frame_get_side_data (from, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);

  if (side != NULL) {
    const AVMasteringDisplayMetadata *mastering = (const AVMasteringDisplayMetadata *) side->data;

    for (guint i = 0; mastering->has_primaries && i < 3; i++) {
      hdr->primaries_x[i] = scale (mastering->display_primaries[order[i]][0], 50000);
      hdr->primaries_y[i] = scale (mastering->display_primaries[order[i]][1], 50000);
    }
    if (mastering->has_primaries) {
      hdr->white_x = scale (mastering->white_point[0], 50000);
      hdr->white_y = scale (mastering->white_point[1], 50000);
    }
    if (mastering->has_luminance) {
      hdr->max_luminance = scale (mastering->max_luminance, 10000);
      hdr->min_luminance = scale (mastering->min_luminance, 10000);
    }
  }
  side = av_frame_get_side_data (from, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
  if (side != NULL) {
    const AVContentLightMetadata *light = (const AVContentLightMetadata *) side->data;

    hdr->max_cll = MIN (light->MaxCLL, G_MAXUINT16);
    hdr->max_fall = MIN (light->MaxFALL, G_MAXUINT16);
  }
}

void
hearth_picture_describe (const HearthPicture *self, HearthFrame *frame)
{
  const AVFrame *from = self->frame;
  gboolean shaped = from->sample_aspect_ratio.num > 0 && from->sample_aspect_ratio.den > 0;

  frame->pts90k = self->pts90k;
  frame->crop = (HearthRect){ from->crop_left, from->crop_top, from->width - (gint) (from->crop_left + from->crop_right),
                              from->height - (gint) (from->crop_top + from->crop_bottom) };
  frame->sar_num = shaped ? from->sample_aspect_ratio.num : 1;
  frame->sar_den = shaped ? from->sample_aspect_ratio.den : 1;
  frame->interlaced = from->interlaced_frame ? (from->top_field_first ? 1 : 2) : 0;
  frame->colorimetry = (HearthColorimetry){ from->color_primaries, from->color_trc, from->colorspace,
                                            from->color_range == AVCOL_RANGE_JPEG || from->format == AV_PIX_FMT_YUVJ420P };
  describe_hdr (from, &frame->hdr);
}
