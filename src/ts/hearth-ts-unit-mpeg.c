/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures behind plain start codes: MPEG-1 and MPEG-2 (ISO/IEC 13818-2, 6.2), MPEG-4 part 2 (ISO/IEC 14496-2, 6.2) and the
 * Chinese AVS, AVS2 and AVS3 (GB/T 20090.2, GB/T 33475.2, T/AI 109.2, 7.1 of each). */
#include "config.h"

#include "ts/hearth-ts-private.h"

enum { MPEG2_PICTURE = 0x00, MPEG2_SLICE_FIRST = 0x01, MPEG2_SLICE_LAST = 0xaf, MPEG2_SEQUENCE = 0xb3, MPEG2_GROUP = 0xb8 };
enum { MPEG4_LAYER_FIRST = 0x20, MPEG4_LAYER_LAST = 0x2f, MPEG4_GROUP = 0xb3, MPEG4_PICTURE = 0xb6 };
enum { AVS_SLICE_LAST = 0xaf, AVS_SEQUENCE = 0xb0, AVS_INTRA_PICTURE = 0xb3, AVS_INTER_PICTURE = 0xb6 };
enum { TYPE_I = 1, TYPE_B = 3 };

void
hearth_ts_unit_scan_mpeg2 (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info)
{
  gboolean group = FALSE, closed = FALSE;
  gsize at = 0;

  while ((at = hearth_ts_start_code_find (unit, n_bytes, at)) < n_bytes) {
    const guint8 *p = unit + at + 4;
    gsize n = n_bytes - at - 4;
    guint8 code = unit[at + 3];

    if (code == MPEG2_SEQUENCE) {
      info->has_parameters = TRUE;
    } else if (code == MPEG2_GROUP && n >= 4) {
      group = TRUE;
      closed = (p[3] & 0x40) != 0; /* closed_gop, behind 25 bits of time code */
    } else if (code == MPEG2_PICTURE && n >= 2) {
      guint temporal_reference = (p[0] << 2) | (p[1] >> 6), type = (p[1] >> 3) & 7;

      info->has_picture = TRUE;
      info->reference = type != TYPE_B;
      /* The first picture of a group, were it shown first too, has none that lead it. */
      if (type == TYPE_I && info->has_parameters)
        info->rap = closed || (group && temporal_reference == 0) ? HEARTH_TS_RAP_IDR : HEARTH_TS_RAP_OPEN;
      return;
    } else if (code >= MPEG2_SLICE_FIRST && code <= MPEG2_SLICE_LAST) {
      info->has_picture = TRUE; /* the rest of a picture whose head was elsewhere */
      return;
    }
    at += 3;
  }
}

void
hearth_ts_unit_scan_mpeg4 (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info)
{
  gboolean closed = FALSE;
  gsize at = 0;

  while ((at = hearth_ts_start_code_find (unit, n_bytes, at)) < n_bytes) {
    const guint8 *p = unit + at + 4;
    gsize n = n_bytes - at - 4;
    guint8 code = unit[at + 3];

    if (code >= MPEG4_LAYER_FIRST && code <= MPEG4_LAYER_LAST) {
      info->has_parameters = TRUE;
    } else if (code == MPEG4_GROUP && n >= 3) {
      closed = (p[2] & 0x20) != 0; /* closed_gov, behind 18 bits of time code */
    } else if (code == MPEG4_PICTURE && n >= 1) {
      guint type = p[0] >> 6; /* I, P, B, S */

      info->has_picture = TRUE;
      info->reference = type != 2;
      if (type == 0 && info->has_parameters)
        info->rap = closed ? HEARTH_TS_RAP_IDR : HEARTH_TS_RAP_OPEN;
      return;
    }
    at += 3;
  }
}

/* All three standards keep these codes. Their I pictures may be led by B pictures that refer further back. */
void
hearth_ts_unit_scan_avs (const guint8 *unit, gsize n_bytes, HearthTsUnitInfo *info)
{
  gsize at = 0;

  while ((at = hearth_ts_start_code_find (unit, n_bytes, at)) < n_bytes) {
    guint8 code = unit[at + 3];

    if (code == AVS_SEQUENCE)
      info->has_parameters = TRUE;
    if (code == AVS_INTRA_PICTURE || code == AVS_INTER_PICTURE || code <= AVS_SLICE_LAST) {
      info->has_picture = info->reference = TRUE;
      if (code == AVS_INTRA_PICTURE && info->has_parameters)
        info->rap = HEARTH_TS_RAP_OPEN;
      return;
    }
    at += 3;
  }
}
