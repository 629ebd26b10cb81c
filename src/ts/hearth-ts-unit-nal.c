/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Access units of NAL units: H.264 (7.3, 7.4.1), HEVC (H.265, 7.3, 7.4.2) and VVC (H.266, 7.4.2). */
#include "config.h"

#include "ts/hearth-ts-private.h"

enum { HAS_VPS = 1, HAS_SPS = 2, HAS_PPS = 4 };
#define SEI_RECOVERY_POINT 6 /* H.264, D.1.8; H.265, D.2.8 */

typedef struct {
  HearthTsUnitInfo *info;
  guint parameters; /* HAS_... */
  gboolean recovery;
} NalScan;

typedef gboolean (*NalFunc) (NalScan *scan, const guint8 *nal, gsize n_bytes);

/* Zeros at the end are not the NAL unit's. Where the bytes are cut off there, they and a one may be the next start code. */
static gsize
strip_end (const guint8 *nal, gsize n_bytes)
{
  if (n_bytes >= 3 && nal[n_bytes - 3] == 0 && nal[n_bytes - 2] == 0 && nal[n_bytes - 1] == 1)
    n_bytes -= 3;
  while (n_bytes > 0 && nal[n_bytes - 1] == 0)
    n_bytes--;
  return n_bytes;
}

/* Calls @func for each NAL unit with at least @header bytes, until it returns TRUE. The last one may be cut off. */
static void
scan_nals (const guint8 *unit, gsize n_bytes, guint header, NalFunc func, NalScan *scan)
{
  gsize at = hearth_ts_start_code_find (unit, n_bytes, 0);

  while (at < n_bytes) {
    gsize next = hearth_ts_start_code_find (unit, n_bytes, at + 3);
    gsize n = strip_end (unit + at + 3, next - (at + 3));

    if (n >= header && func (scan, unit + at + 3, n))
      return;
    at = next;
  }
}

/* ---- SEI: H.264, 7.3.2.3; H.265, 7.3.5 ---------------------------------------------- */

/* payloadType and payloadSize: as many 255 as it takes, and the rest. */
static guint
get_counted (HearthTsBits *bits)
{
  guint value = 0, byte;

  do {
    byte = hearth_ts_bits_get (bits, 8);
    value += byte;
  } while (byte == 0xff && !bits->exhausted);
  return value;
}

static void
skip_payload (HearthTsBits *bits, guint n_bytes)
{
  while (n_bytes-- > 0 && !bits->exhausted)
    hearth_ts_bits_get (bits, 8);
}

/* TRUE when a recovery point begins at @bits' place. */
static gboolean
find_recovery_point (HearthTsBits *bits)
{
  while (!bits->exhausted) {
    guint type = get_counted (bits), n_bytes = get_counted (bits);

    if (bits->exhausted)
      return FALSE;
    if (type == SEI_RECOVERY_POINT)
      return TRUE;
    skip_payload (bits, n_bytes);
  }
  return FALSE;
}

/* ---- H.264 ------------------------------------------------------------------------------ */

enum { H264_SLICE = 1, H264_PARTITION_A = 2, H264_IDR = 5, H264_SEI = 6, H264_SPS = 7, H264_PPS = 8 };

static void
read_h264_sei (NalScan *scan, const guint8 *nal, gsize n_bytes)
{
  HearthTsBits bits;
  guint frames;

  hearth_ts_bits_init (&bits, nal + 1, n_bytes - 1);
  if (!find_recovery_point (&bits))
    return;
  frames = hearth_ts_bits_get_ue (&bits);
  if (bits.exhausted)
    return;
  scan->recovery = TRUE;
  scan->info->recovery_frames = frames;
}

/* Returns FALSE when the slice header is cut off before its type. */
static gboolean
read_h264_slice (NalScan *scan, const guint8 *nal, gsize n_bytes)
{
  HearthTsBits bits;
  guint type;

  hearth_ts_bits_init (&bits, nal + 1, n_bytes - 1);
  hearth_ts_bits_get_ue (&bits); /* first_mb_in_slice */
  type = hearth_ts_bits_get_ue (&bits) % 5;
  if (bits.exhausted)
    return FALSE;
  scan->info->has_picture = TRUE;
  if ((type == 2 || type == 4) && (scan->recovery ? scan->info->recovery_frames == 0 : scan->info->has_parameters))
    scan->info->rap = HEARTH_TS_RAP_OPEN; /* I or SI, with nothing behind it that needs what was before it */
  else if (scan->recovery)
    scan->info->rap = HEARTH_TS_RAP_RECOVERY;
  return TRUE;
}

static gboolean
on_h264_nal (NalScan *scan, const guint8 *nal, gsize n_bytes)
{
  HearthTsUnitInfo *info = scan->info;

  switch (nal[0] & 0x1f) {
  case H264_SPS:
    scan->parameters |= HAS_SPS;
    break;
  case H264_PPS:
    scan->parameters |= HAS_PPS;
    break;
  case H264_SEI:
    read_h264_sei (scan, nal, n_bytes);
    break;
  case H264_IDR:
    info->rap = HEARTH_TS_RAP_IDR;
    info->has_picture = info->reference = TRUE;
    return TRUE;
  case H264_SLICE:
  case H264_PARTITION_A:
    info->reference = (nal[0] & 0x60) != 0; /* nal_ref_idc */
    return read_h264_slice (scan, nal, n_bytes);
  default:
    break;
  }
  info->has_parameters = scan->parameters == (HAS_SPS | HAS_PPS);
  return FALSE;
}

void
hearth_ts_unit_scan_h264 (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info)
{
  NalScan scan = { .info = info };

  scan_nals (unit, n_bytes, 1, on_h264_nal, &scan);
}

/* ---- HEVC: types by H.265, table 7-1 ------------------------------------------------------ */

enum {
  HEVC_FIRST_REFERENCE_ONLY = 16, /* below, even types are not referred to within their sub-layer */
  HEVC_BLA_FIRST = 16, HEVC_IDR_LAST = 20, HEVC_CRA = 21, HEVC_VCL_LAST = 31,
  HEVC_VPS = 32, HEVC_SPS = 33, HEVC_PPS = 34, HEVC_PREFIX_SEI = 39,
};

static void
read_hevc_sei (NalScan *scan, const guint8 *nal, gsize n_bytes)
{
  HearthTsBits bits;
  gint32 pictures;

  hearth_ts_bits_init (&bits, nal + 2, n_bytes - 2);
  if (!find_recovery_point (&bits))
    return;
  pictures = hearth_ts_bits_get_se (&bits); /* recovery_poc_cnt; below 0 the picture itself comes after the recovery */
  if (bits.exhausted)
    return;
  scan->recovery = TRUE;
  scan->info->recovery_frames = MAX (pictures, 0);
}

static void
read_hevc_picture (NalScan *scan, guint type)
{
  HearthTsUnitInfo *info = scan->info;

  info->has_picture = TRUE;
  info->reference = type >= HEVC_FIRST_REFERENCE_ONLY || (type & 1) != 0;
  if (type >= HEVC_BLA_FIRST && type <= HEVC_IDR_LAST)
    info->rap = HEARTH_TS_RAP_IDR;
  else if (type == HEVC_CRA)
    info->rap = HEARTH_TS_RAP_OPEN;
  else if (scan->recovery)
    info->rap = HEARTH_TS_RAP_RECOVERY;
}

static gboolean
on_hevc_nal (NalScan *scan, const guint8 *nal, gsize n_bytes)
{
  guint type = (nal[0] >> 1) & 0x3f;

  if ((nal[0] & 1) != 0 || (nal[1] & 0xf8) != 0) /* of another layer than the base */
    return FALSE;
  if (type <= HEVC_VCL_LAST) {
    read_hevc_picture (scan, type);
    return TRUE;
  }
  if (type == HEVC_PREFIX_SEI)
    read_hevc_sei (scan, nal, n_bytes);
  scan->parameters |= type == HEVC_VPS ? HAS_VPS : type == HEVC_SPS ? HAS_SPS : type == HEVC_PPS ? HAS_PPS : 0;
  scan->info->has_parameters = scan->parameters == (HAS_VPS | HAS_SPS | HAS_PPS);
  return FALSE;
}

void
hearth_ts_unit_scan_hevc (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info)
{
  NalScan scan = { .info = info };

  scan_nals (unit, n_bytes, 2, on_hevc_nal, &scan);
}

/* ---- VVC: types by H.266, table 5 --------------------------------------------------------- */

enum { VVC_RASL = 3, VVC_IDR_FIRST = 7, VVC_IDR_LAST = 8, VVC_CRA = 9, VVC_GDR = 10, VVC_VCL_LAST = 11, VVC_SPS = 15, VVC_PPS = 16 };

static gboolean
on_vvc_nal (NalScan *scan, const guint8 *nal, gsize n_bytes)
{
  HearthTsUnitInfo *info = scan->info;
  guint type = nal[1] >> 3;

  if ((nal[0] & 0x3f) != 0) /* of another layer */
    return FALSE;
  if (type <= VVC_VCL_LAST) {
    info->has_picture = TRUE;
    info->reference = type != VVC_RASL;
    info->rap = type >= VVC_IDR_FIRST && type <= VVC_IDR_LAST ? HEARTH_TS_RAP_IDR
                : type == VVC_CRA                             ? HEARTH_TS_RAP_OPEN
                : type == VVC_GDR                             ? HEARTH_TS_RAP_RECOVERY
                                                              : HEARTH_TS_RAP_NONE;
    return TRUE;
  }
  scan->parameters |= type == VVC_SPS ? HAS_SPS : type == VVC_PPS ? HAS_PPS : 0; /* a VPS is needed by several layers only */
  info->has_parameters = scan->parameters == (HAS_SPS | HAS_PPS);
  return FALSE;
}

void
hearth_ts_unit_scan_vvc (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info)
{
  NalScan scan = { .info = info };

  scan_nals (unit, n_bytes, 2, on_vvc_nal, &scan);
}

/* ---- AV1: OBUs behind start codes (AOM, Carriage of AV1 in MPEG-2 TS); headers by the AV1 specification, 5.3 and 5.9 ------ */

enum { OBU_SEQUENCE = 1, OBU_FRAME_HEADER = 3, OBU_FRAME = 6 };

static gboolean
on_av1_obu (NalScan *scan, const guint8 *obu, gsize n_bytes)
{
  guint type = (obu[0] >> 3) & 0x0f, show_existing, frame_type;
  HearthTsBits bits;

  if (type == OBU_SEQUENCE)
    scan->info->has_parameters = TRUE;
  if (type != OBU_FRAME && type != OBU_FRAME_HEADER)
    return FALSE;
  hearth_ts_bits_init (&bits, obu + 1, n_bytes - 1);
  if (obu[0] & 0x04) /* obu_extension_flag */
    hearth_ts_bits_get (&bits, 8);
  if (obu[0] & 0x02) /* obu_has_size_field: leb128 */
    while ((hearth_ts_bits_get (&bits, 8) & 0x80) && !bits.exhausted)
      ;
  show_existing = hearth_ts_bits_get (&bits, 1);
  frame_type = hearth_ts_bits_get (&bits, 2);
  if (bits.exhausted)
    return FALSE;
  scan->info->has_picture = scan->info->reference = TRUE;
  if (!show_existing && frame_type == 0 && scan->info->has_parameters)
    scan->info->rap = HEARTH_TS_RAP_IDR;
  return TRUE;
}

void
hearth_ts_unit_scan_av1 (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info)
{
  NalScan scan = { .info = info };

  scan_nals (unit, n_bytes, 1, on_av1_obu, &scan);
}
