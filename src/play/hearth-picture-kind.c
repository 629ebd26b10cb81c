/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-picture-kind.h"

/* BT.2100: by its transfer function. */
static const char *
get_hdr (enum AVColorTransferCharacteristic transfer)
{
  if (transfer == AVCOL_TRC_ARIB_STD_B67)
    return "HLG";
  return transfer == AVCOL_TRC_SMPTE2084 ? "HDR10" : "";
}

void
hearth_picture_kind_init (HearthPictureKind *self, const AVFrame *frame, const char *codec)
{
  gsize across = frame->crop_left + frame->crop_right, down = frame->crop_top + frame->crop_bottom;

  self->width = frame->width > 0 && across < (gsize) frame->width ? (guint32) ((gsize) frame->width - across) : 0;
  self->height = frame->height > 0 && down < (gsize) frame->height ? (guint32) ((gsize) frame->height - down) : 0;
  self->interlaced = frame->interlaced_frame != 0;
  self->hdr = get_hdr (frame->color_trc);
  self->codec = codec;
}

gboolean
hearth_picture_kind_follow (HearthPictureKind *self, const HearthPictureKind *seen)
{
  const HearthPictureKind before = *self;
  gboolean same = before.width == seen->width && before.height == seen->height && before.hdr == seen->hdr && before.codec == seen->codec;

  *self = *seen;
  self->interlaced |= same && before.interlaced;
  return !same || self->interlaced != before.interlaced;
}

GVariant *
hearth_picture_kind_describe (const HearthPictureKind *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "width", "u", self->width);
  g_variant_dict_insert (&dict, "height", "u", self->height);
  g_variant_dict_insert (&dict, "interlaced", "b", self->interlaced);
  if (*self->hdr != '\0')
    g_variant_dict_insert (&dict, "hdr", "s", self->hdr);
  if (*self->codec != '\0')
    g_variant_dict_insert (&dict, "codec", "s", self->codec);
  return g_variant_dict_end (&dict);
}
