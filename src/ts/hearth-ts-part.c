/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where pictures begin: H.264 (7.4.1.2.3 and 7.4.1.2.4), HEVC (H.265, 7.4.2.4.4), MPEG-2 (ISO/IEC 13818-2, 6.2), MPEG-4 part 2
 * (ISO/IEC 14496-2, 6.2), AVS to AVS3 (GB/T 20090.2, GB/T 33475.2, T/AI 109.2, 7.1 of each). */
#include "config.h"

#include "ts/hearth-ts-part.h"

enum { H264_SLICE = 1, H264_PARTITION_A = 2, H264_IDR = 5, H264_SEI = 6, H264_SPS = 7, H264_DELIMITER = 9, H264_PREFIX = 14, H264_RESERVED_LAST = 18 };
enum { HEVC_VCL_LAST = 31, HEVC_VPS = 32, HEVC_DELIMITER = 35, HEVC_PREFIX_SEI = 39, HEVC_RESERVED = 41, HEVC_RESERVED_LAST = 44 };
enum { MPEG2_PICTURE = 0x00, MPEG2_SLICE_LAST = 0xaf, MPEG2_SEQUENCE = 0xb3, MPEG2_EXTENSION = 0xb5, MPEG2_GROUP = 0xb8 };
enum { MPEG2_PICTURE_CODING = 8, MPEG2_FRAME = 3 };
enum { MPEG4_LAYER_LAST = 0x2f, MPEG4_SEQUENCE = 0xb0, MPEG4_GROUP = 0xb3, MPEG4_OBJECT = 0xb5, MPEG4_PICTURE = 0xb6 };
enum { AVS_SLICE_LAST = 0xaf, AVS_SEQUENCE = 0xb0, AVS_INTRA_PICTURE = 0xb3, AVS_INTER_PICTURE = 0xb6 };

/* ---- H.264 ---------------------------------------------------------------------------- */

static void
skip_scaling_list (HearthTsBits *bits, guint n)
{
  gint32 last = 8, next = 8;

  for (guint i = 0; i < n && next != 0 && !bits->exhausted; i++) { /* 7.3.2.1.1.1 */
    next = (last + hearth_ts_bits_get_se (bits) + 256) & 0xff;
    last = next != 0 ? next : last;
  }
}

static gboolean
has_chroma_format (guint profile)
{
  static const guint8 profiles[] = { 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 }; /* 7.3.2.1.1 */

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++)
    if (profiles[i] == profile)
      return TRUE;
  return FALSE;
}

static void
skip_chroma_format (HearthTsBits *bits, HearthTsH264Shape *shape)
{
  guint chroma = hearth_ts_bits_get_ue (bits);

  if (chroma == 3)
    shape->separate_planes = hearth_ts_bits_get (bits, 1);
  hearth_ts_bits_get_ue (bits); /* bit_depth_luma_minus8 */
  hearth_ts_bits_get_ue (bits); /* bit_depth_chroma_minus8 */
  hearth_ts_bits_get (bits, 1);
  if (hearth_ts_bits_get (bits, 1)) /* seq_scaling_matrix_present_flag */
    for (guint i = 0; i < (chroma == 3 ? 12 : 8); i++)
      if (hearth_ts_bits_get (bits, 1))
        skip_scaling_list (bits, i < 6 ? 16 : 64);
}

static void
skip_picture_order (HearthTsBits *bits)
{
  guint type = hearth_ts_bits_get_ue (bits), n;

  if (type == 0)
    hearth_ts_bits_get_ue (bits); /* log2_max_pic_order_cnt_lsb_minus4 */
  if (type != 1)
    return;
  hearth_ts_bits_get (bits, 1);
  hearth_ts_bits_get_se (bits);
  hearth_ts_bits_get_se (bits);
  n = hearth_ts_bits_get_ue (bits);
  for (guint i = 0; i < n && i < 256 && !bits->exhausted; i++)
    hearth_ts_bits_get_se (bits);
}

static void
read_sps (HearthTsH264Shape *shape, const guint8 *nal, gsize n_bytes)
{
  HearthTsH264Shape read = { .known = TRUE };
  HearthTsBits bits;
  guint profile;

  hearth_ts_bits_init (&bits, nal + 1, n_bytes - 1);
  profile = hearth_ts_bits_get (&bits, 8);
  hearth_ts_bits_get (&bits, 16); /* constraints, level */
  hearth_ts_bits_get_ue (&bits);  /* seq_parameter_set_id */
  if (has_chroma_format (profile))
    skip_chroma_format (&bits, &read);
  read.frame_num_bits = hearth_ts_bits_get_ue (&bits) + 4;
  skip_picture_order (&bits);
  hearth_ts_bits_get_ue (&bits); /* max_num_ref_frames */
  hearth_ts_bits_get (&bits, 1);
  hearth_ts_bits_get_ue (&bits); /* width */
  hearth_ts_bits_get_ue (&bits); /* height */
  read.frames_only = hearth_ts_bits_get (&bits, 1);
  if (!bits.exhausted && read.frame_num_bits <= 16)
    *shape = read;
}

static void
look_h264_slice (HearthTsPart *part, const HearthTsH264Shape *shape, const guint8 *nal, gsize n_bytes)
{
  HearthTsBits bits;

  hearth_ts_bits_init (&bits, nal + 1, n_bytes - 1);
  part->kind = hearth_ts_bits_get_ue (&bits) == 0 && !bits.exhausted ? HEARTH_TS_PART_FIRST : HEARTH_TS_PART_SLICE;
  if (part->kind != HEARTH_TS_PART_FIRST || !shape->known)
    return;
  hearth_ts_bits_get_ue (&bits); /* slice_type */
  hearth_ts_bits_get_ue (&bits); /* pic_parameter_set_id */
  if (shape->separate_planes)
    hearth_ts_bits_get (&bits, 2);
  part->frame = hearth_ts_bits_get (&bits, shape->frame_num_bits);
  if (!shape->frames_only && hearth_ts_bits_get (&bits, 1))
    part->field = 1 + hearth_ts_bits_get (&bits, 1);
}

static void
look_h264 (HearthTsPart *part, HearthTsH264Shape *shape, const guint8 *nal, gsize n_bytes)
{
  guint type = nal[0] & 0x1f;

  if (type == H264_SPS)
    read_sps (shape, nal, n_bytes);
  if (type == H264_SLICE || type == H264_PARTITION_A || type == H264_IDR)
    look_h264_slice (part, shape, nal, n_bytes);
  else if ((type >= H264_SEI && type <= H264_DELIMITER) || (type >= H264_PREFIX && type <= H264_RESERVED_LAST))
    part->kind = HEARTH_TS_PART_HEAD;
}

/* ---- the others ------------------------------------------------------------------------- */

static void
look_hevc (HearthTsPart *part, const guint8 *nal, gsize n_bytes)
{
  guint type = (nal[0] >> 1) & 0x3f;

  if (n_bytes < 3 || (nal[0] & 1) != 0 || (nal[1] & 0xf8) != 0) /* of another layer than the base */
    return;
  if (type <= HEVC_VCL_LAST)
    part->kind = (nal[2] & 0x80) != 0 ? HEARTH_TS_PART_FIRST : HEARTH_TS_PART_SLICE; /* first_slice_segment_in_pic_flag */
  else if ((type >= HEVC_VPS && type <= HEVC_DELIMITER) || type == HEVC_PREFIX_SEI || (type >= HEVC_RESERVED && type <= HEVC_RESERVED_LAST))
    part->kind = HEARTH_TS_PART_HEAD;
}

/* Whether it is a field stands in the extension behind the picture's header: 6.2.3.1. */
static void
look_mpeg2_picture (HearthTsPart *part, const guint8 *bytes, gsize n_bytes, gsize at)
{
  gsize next = hearth_ts_start_code_find (bytes, n_bytes, at + 3);
  guint structure;

  part->kind = HEARTH_TS_PART_FIRST;
  if (at + 6 <= n_bytes)
    part->frame = (bytes[at + 4] << 2) | (bytes[at + 5] >> 6); /* temporal_reference */
  if (next + 7 > n_bytes || bytes[next + 3] != MPEG2_EXTENSION || bytes[next + 4] >> 4 != MPEG2_PICTURE_CODING)
    return;
  structure = bytes[next + 6] & 3;
  part->field = structure != MPEG2_FRAME ? structure : 0;
}

static void
look_mpeg2 (HearthTsPart *part, const guint8 *bytes, gsize n_bytes, gsize at)
{
  guint8 code = bytes[at + 3];

  if (code == MPEG2_PICTURE)
    look_mpeg2_picture (part, bytes, n_bytes, at);
  else if (code <= MPEG2_SLICE_LAST)
    part->kind = HEARTH_TS_PART_SLICE;
  else if (code == MPEG2_SEQUENCE || code == MPEG2_GROUP)
    part->kind = HEARTH_TS_PART_HEAD;
}

static void
look_mpeg4 (HearthTsPart *part, guint8 code)
{
  if (code == MPEG4_PICTURE)
    part->kind = HEARTH_TS_PART_FIRST;
  else if (code <= MPEG4_LAYER_LAST || code == MPEG4_SEQUENCE || code == MPEG4_GROUP || code == MPEG4_OBJECT)
    part->kind = HEARTH_TS_PART_HEAD;
}

static void
look_avs (HearthTsPart *part, guint8 code)
{
  if (code == AVS_INTRA_PICTURE || code == AVS_INTER_PICTURE)
    part->kind = HEARTH_TS_PART_FIRST;
  else if (code <= AVS_SLICE_LAST)
    part->kind = HEARTH_TS_PART_SLICE;
  else if (code == AVS_SEQUENCE)
    part->kind = HEARTH_TS_PART_HEAD;
}

gboolean
hearth_ts_part_knows (HearthTsCodec codec)
{
  return codec == HEARTH_TS_VIDEO_MPEG1 || codec == HEARTH_TS_VIDEO_MPEG2 || codec == HEARTH_TS_VIDEO_MPEG4 || codec == HEARTH_TS_VIDEO_H264 ||
         codec == HEARTH_TS_VIDEO_HEVC || codec == HEARTH_TS_VIDEO_AVS || codec == HEARTH_TS_VIDEO_AVS2 || codec == HEARTH_TS_VIDEO_AVS3;
}

void
hearth_ts_part_look (HearthTsPart *part, HearthTsCodec codec, HearthTsH264Shape *shape, const guint8 *bytes, gsize n_bytes, gsize at)
{
  *part = (HearthTsPart) { HEARTH_TS_PART_OTHER };
  if (codec == HEARTH_TS_VIDEO_H264)
    look_h264 (part, shape, bytes + at + 3, n_bytes - at - 3);
  else if (codec == HEARTH_TS_VIDEO_HEVC)
    look_hevc (part, bytes + at + 3, n_bytes - at - 3);
  else if (codec == HEARTH_TS_VIDEO_MPEG1 || codec == HEARTH_TS_VIDEO_MPEG2)
    look_mpeg2 (part, bytes, n_bytes, at);
  else if (codec == HEARTH_TS_VIDEO_MPEG4)
    look_mpeg4 (part, bytes[at + 3]);
  else
    look_avs (part, bytes[at + 3]);
}
