/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-codecs.h"

typedef struct {
  HearthTsCodec codec;
  enum AVCodecID id;
  const char *caps;
} Row;

/* Rows are tried in order: what names more fields stands first. */
static const Row rows[] = {
  { HEARTH_TS_VIDEO_H264, AV_CODEC_ID_H264, "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au" },
  { HEARTH_TS_VIDEO_HEVC, AV_CODEC_ID_HEVC, "video/x-h265, stream-format=(string)byte-stream, alignment=(string)au" },
  { HEARTH_TS_VIDEO_MPEG1, AV_CODEC_ID_MPEG1VIDEO, "video/mpeg, mpegversion=(int)1, systemstream=(boolean)false" },
  { HEARTH_TS_VIDEO_MPEG2, AV_CODEC_ID_MPEG2VIDEO, "video/mpeg, mpegversion=(int)2, systemstream=(boolean)false" },
  { HEARTH_TS_VIDEO_MPEG4, AV_CODEC_ID_MPEG4, "video/mpeg, mpegversion=(int)4, systemstream=(boolean)false" },
  { HEARTH_TS_VIDEO_AVS, AV_CODEC_ID_CAVS, "video/x-cavs" },
  { HEARTH_TS_VIDEO_AVS2, AV_CODEC_ID_AVS2, "video/x-avs2" },
  { HEARTH_TS_VIDEO_AVS3, AV_CODEC_ID_AVS3, "video/x-avs3" },
  { HEARTH_TS_VIDEO_AV1, AV_CODEC_ID_AV1, "video/x-av1, stream-format=(string)obu-stream, alignment=(string)tu" },
  { HEARTH_TS_AUDIO_AAC_ADTS, AV_CODEC_ID_AAC, "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts" },
  { HEARTH_TS_AUDIO_AAC_LATM, AV_CODEC_ID_AAC_LATM, "audio/mpeg, mpegversion=(int)4, stream-format=(string)loas" },
  { HEARTH_TS_CODEC_NONE, AV_CODEC_ID_AAC, "audio/mpeg, mpegversion=(int){2, 4}, stream-format=(string)raw" },
  { HEARTH_TS_AUDIO_MPEG, AV_CODEC_ID_MP3, "audio/mpeg, mpegversion=(int)1, layer=(int)3" },
  { HEARTH_TS_AUDIO_MPEG, AV_CODEC_ID_MP2, "audio/mpeg, mpegversion=(int)1" },
  { HEARTH_TS_AUDIO_AC3, AV_CODEC_ID_AC3, "audio/x-ac3" },
  { HEARTH_TS_AUDIO_EAC3, AV_CODEC_ID_EAC3, "audio/x-eac3" },
  { HEARTH_TS_AUDIO_DTS, AV_CODEC_ID_DTS, "audio/x-dts" },
  { HEARTH_TS_AUDIO_S302M, AV_CODEC_ID_S302M, "audio/x-smpte-302m" },
  { HEARTH_TS_AUDIO_OPUS, AV_CODEC_ID_OPUS, "audio/x-opus" },
};

static const Row *
find_codec (HearthTsCodec codec)
{
  /* MPEG audio in a transport stream does not say its layer; libavcodec's mp2 decoder reads it from each frame. */
  for (guint i = G_N_ELEMENTS (rows); i > 0; i--)
    if (rows[i - 1].codec == codec && codec != HEARTH_TS_CODEC_NONE)
      return &rows[i - 1];
  return NULL;
}

const char *
hearth_codecs_get_name (enum AVCodecID id)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].id == id && rows[i].codec != HEARTH_TS_CODEC_NONE)
      return hearth_ts_codec_get_name (rows[i].codec);
  return "";
}

gboolean
hearth_codecs_can_decode (HearthTsCodec codec)
{
  const Row *row = find_codec (codec);

  return row != NULL && avcodec_find_decoder (row->id) != NULL;
}

GstCaps *
hearth_codecs_dup_caps (HearthTsCodec codec)
{
  const Row *row = find_codec (codec);

  return row != NULL ? gst_caps_from_string (row->caps) : NULL;
}

enum AVCodecID
hearth_codecs_from_caps (const GstCaps *caps)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GstCaps) known = gst_caps_from_string (rows[i].caps);

    if (gst_caps_is_always_compatible (caps, known) || gst_caps_is_subset (caps, known))
      return rows[i].id;
  }
  return AV_CODEC_ID_NONE;
}

/* By its name alone: how a file packs the stream does not matter. */
HearthTsCodec
hearth_codecs_kind_from_caps (const GstCaps *caps)
{
  const GstStructure *given = gst_caps_get_structure (caps, 0);
  int version = 0;

  gst_structure_get_int (given, "mpegversion", &version);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GstCaps) known = gst_caps_from_string (rows[i].caps);
    const GstStructure *structure = gst_caps_get_structure (known, 0);
    int known_version = 0;

    gst_structure_get_int (structure, "mpegversion", &known_version);
    if (rows[i].codec != HEARTH_TS_CODEC_NONE && version == known_version && gst_structure_has_name (given, gst_structure_get_name (structure)))
      return rows[i].codec;
  }
  return HEARTH_TS_CODEC_NONE;
}

static GstCaps *
dup_all (const char *prefix)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_has_prefix (rows[i].caps, prefix) && avcodec_find_decoder (rows[i].id) != NULL)
      gst_caps_append (caps, gst_caps_from_string (rows[i].caps));
  return caps;
}

GstCaps *
hearth_codecs_dup_video_caps (void)
{
  return dup_all ("video/");
}

GstCaps *
hearth_codecs_dup_audio_caps (void)
{
  return dup_all ("audio/");
}
