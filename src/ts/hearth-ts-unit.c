/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the first bytes of an access unit tell of it. */
#include "config.h"

#include "ts/hearth-ts-private.h"

void
hearth_ts_unit_scan (HearthTsCodec codec, const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info)
{
  static void (*const scans[HEARTH_TS_CODEC_N]) (const guint8 *, gsize, HearthTsUnitInfo *) = {
    [HEARTH_TS_VIDEO_MPEG1] = hearth_ts_unit_scan_mpeg2, [HEARTH_TS_VIDEO_MPEG2] = hearth_ts_unit_scan_mpeg2,
    [HEARTH_TS_VIDEO_MPEG4] = hearth_ts_unit_scan_mpeg4, [HEARTH_TS_VIDEO_H264] = hearth_ts_unit_scan_h264,
    [HEARTH_TS_VIDEO_HEVC] = hearth_ts_unit_scan_hevc,   [HEARTH_TS_VIDEO_VVC] = hearth_ts_unit_scan_vvc,
    [HEARTH_TS_VIDEO_AVS] = hearth_ts_unit_scan_avs,     [HEARTH_TS_VIDEO_AVS2] = hearth_ts_unit_scan_avs,
    [HEARTH_TS_VIDEO_AVS3] = hearth_ts_unit_scan_avs,    [HEARTH_TS_VIDEO_AV1] = hearth_ts_unit_scan_av1,
  };

  *info = (HearthTsUnitInfo) { HEARTH_TS_RAP_NONE };
  if ((guint) codec < HEARTH_TS_CODEC_N && scans[codec] != NULL)
    scans[codec](unit, n_bytes, info);
}
