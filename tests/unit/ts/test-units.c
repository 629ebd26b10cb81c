/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random access points in the first bytes of access units, of each codec. */
#include "config.h"

#include "ts/hearth-ts.h"

#include <string.h>

typedef struct {
  const char *what;
  HearthTsCodec codec;
  const char *unit; /* hexadecimal, blanks ignored */
  HearthTsRapKind rap;
  gboolean has_parameters, has_picture;
  guint recovery_frames;
} Case;

#define AUD264 "00000001 09f0"
#define SPS264 "00000001 6764001fac"
#define PPS264 "00000001 68ee3c80"
#define HEVC_HEADS "00000001 4601 50 00000001 40010c01 00000001 42010101 00000001 4401c172"

static const Case cases[] = {
  /* MPEG-2: picture header is temporal_reference (10), type (3) */
  { "I of a closed group", HEARTH_TS_VIDEO_MPEG2, "000001b3 2d0240 000001b8 00080040 00000100 008ffff8", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "I first of an open group", HEARTH_TS_VIDEO_MPEG2, "000001b3 2d0240 000001b8 00080000 00000100 008ffff8", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "I shown first of its group", HEARTH_TS_VIDEO_MPEG2, "000001b3 2d0240 000001b8 00080000 00000100 000ffff8", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "I without a group header", HEARTH_TS_VIDEO_MPEG2, "000001b3 2d0240 00000100 000ffff8", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "I without a sequence header", HEARTH_TS_VIDEO_MPEG2, "000001b8 00080040 00000100 000ffff8", HEARTH_TS_RAP_NONE, FALSE, TRUE, 0 },
  { "P behind a sequence header", HEARTH_TS_VIDEO_MPEG2, "000001b3 2d0240 00000100 0017fff8", HEARTH_TS_RAP_NONE, TRUE, TRUE, 0 },
  { "B", HEARTH_TS_VIDEO_MPEG2, "00000100 001ffff8", HEARTH_TS_RAP_NONE, FALSE, TRUE, 0 },
  { "cut off within the picture header", HEARTH_TS_VIDEO_MPEG2, "000001b3 2d0240 00000100 00", HEARTH_TS_RAP_NONE, TRUE, FALSE, 0 },
  { "MPEG-1", HEARTH_TS_VIDEO_MPEG1, "000001b3 2d0240 000001b8 00080040 00000100 000ffff8", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },

  { "IDR", HEARTH_TS_VIDEO_H264, AUD264 SPS264 PPS264 "000001 658884", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "IDR, its parameter sets elsewhere", HEARTH_TS_VIDEO_H264, AUD264 "000001 658884", HEARTH_TS_RAP_IDR, FALSE, TRUE, 0 },
  { "only the SPS", HEARTH_TS_VIDEO_H264, AUD264 SPS264 "000001 658884", HEARTH_TS_RAP_IDR, FALSE, TRUE, 0 },
  { "I with parameter sets", HEARTH_TS_VIDEO_H264, AUD264 SPS264 PPS264 "000001 418884", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "I alone", HEARTH_TS_VIDEO_H264, AUD264 "000001 418884", HEARTH_TS_RAP_NONE, FALSE, TRUE, 0 },
  { "P with parameter sets", HEARTH_TS_VIDEO_H264, AUD264 SPS264 PPS264 "000001 419a02", HEARTH_TS_RAP_NONE, TRUE, TRUE, 0 },
  { "I at a recovery point of 0", HEARTH_TS_VIDEO_H264, AUD264 SPS264 PPS264 "000001 0606 01c480 000001 418884", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  /* recovery_frame_cnt 6: ue 00111, then exact_match, broken_link, 2 bits: 0011 1000 */
  { "P at a recovery point of 6", HEARTH_TS_VIDEO_H264, AUD264 SPS264 PPS264 "000001 06 0602 3880 80 000001 419a02", HEARTH_TS_RAP_RECOVERY, TRUE, TRUE, 6 },
  { "recovery point behind user data", HEARTH_TS_VIDEO_H264,
    AUD264 SPS264 PPS264 "000001 06 0405 b500314741 06 02 3880 80 000001 419a02", HEARTH_TS_RAP_RECOVERY, TRUE, TRUE, 6 },
  { "recovery point behind an escaped zero", HEARTH_TS_VIDEO_H264, /* 00 00 03 01 are three bytes of payload */
    AUD264 SPS264 PPS264 "000001 06 0403 00000301 06 02 3880 80 000001 419a02", HEARTH_TS_RAP_RECOVERY, TRUE, TRUE, 6 },
  { "SEI whose length lies", HEARTH_TS_VIDEO_H264, AUD264 SPS264 PPS264 "000001 06 04f0 0602 3880 000001 419a02", HEARTH_TS_RAP_NONE, TRUE, TRUE, 0 },
  { "cut off before the slice", HEARTH_TS_VIDEO_H264, AUD264 SPS264 PPS264 "000001", HEARTH_TS_RAP_NONE, TRUE, FALSE, 0 },
  { "cut off within the slice header", HEARTH_TS_VIDEO_H264, AUD264 SPS264 PPS264 "000001 41", HEARTH_TS_RAP_NONE, TRUE, FALSE, 0 },

  { "IDR_W_RADL", HEARTH_TS_VIDEO_HEVC, HEVC_HEADS "000001 2601af", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "IDR_N_LP", HEARTH_TS_VIDEO_HEVC, HEVC_HEADS "000001 2801af", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "BLA_W_LP", HEARTH_TS_VIDEO_HEVC, HEVC_HEADS "000001 2001af", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "CRA", HEARTH_TS_VIDEO_HEVC, HEVC_HEADS "000001 2a01af", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "CRA without parameter sets", HEARTH_TS_VIDEO_HEVC, "000001 2a01af", HEARTH_TS_RAP_OPEN, FALSE, TRUE, 0 },
  { "TRAIL_R", HEARTH_TS_VIDEO_HEVC, HEVC_HEADS "000001 0201d0", HEARTH_TS_RAP_NONE, TRUE, TRUE, 0 },
  /* recovery_poc_cnt 3: se 00110 */
  { "recovery point", HEARTH_TS_VIDEO_HEVC, HEVC_HEADS "000001 4e01 0601 36 80 000001 0201d0", HEARTH_TS_RAP_RECOVERY, TRUE, TRUE, 3 },
  { "IDR of an enhancement layer", HEARTH_TS_VIDEO_HEVC, HEVC_HEADS "000001 2609af", HEARTH_TS_RAP_NONE, TRUE, FALSE, 0 },

  { "VVC IDR", HEARTH_TS_VIDEO_VVC, "000001 0079ad 000001 008100 000001 0041c4", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "VVC CRA", HEARTH_TS_VIDEO_VVC, "000001 0079ad 000001 008100 000001 0049c4", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "VVC GDR", HEARTH_TS_VIDEO_VVC, "000001 0079ad 000001 008100 000001 0051c4", HEARTH_TS_RAP_RECOVERY, TRUE, TRUE, 0 },
  { "VVC TRAIL", HEARTH_TS_VIDEO_VVC, "000001 0001c4", HEARTH_TS_RAP_NONE, FALSE, TRUE, 0 },

  { "MPEG-4 I of a closed group", HEARTH_TS_VIDEO_MPEG4, "00000120 0084 000001b3 000020 000001b6 10", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "MPEG-4 I", HEARTH_TS_VIDEO_MPEG4, "00000120 0084 000001b6 10", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "MPEG-4 P", HEARTH_TS_VIDEO_MPEG4, "00000120 0084 000001b6 50", HEARTH_TS_RAP_NONE, TRUE, TRUE, 0 },

  { "AVS I", HEARTH_TS_VIDEO_AVS, "000001b0 2040 000001b3 ffff", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "AVS2 I behind extension and user data", HEARTH_TS_VIDEO_AVS2, "000001b0 2240 000001b5 23 000001b2 00 000001b3 ffff", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "AVS3 I", HEARTH_TS_VIDEO_AVS3, "000001b0 3240 000001b3 ffff", HEARTH_TS_RAP_OPEN, TRUE, TRUE, 0 },
  { "AVS3 I alone", HEARTH_TS_VIDEO_AVS3, "000001b3 ffff", HEARTH_TS_RAP_NONE, FALSE, TRUE, 0 },
  { "AVS2 P behind a sequence header", HEARTH_TS_VIDEO_AVS2, "000001b0 2240 000001b6 ffff", HEARTH_TS_RAP_NONE, TRUE, TRUE, 0 },

  { "AV1 key frame", HEARTH_TS_VIDEO_AV1, "000001 1200 000001 0a0b00000024 000001 32a00310", HEARTH_TS_RAP_IDR, TRUE, TRUE, 0 },
  { "AV1 inter frame", HEARTH_TS_VIDEO_AV1, "000001 1200 000001 32a00330", HEARTH_TS_RAP_NONE, FALSE, TRUE, 0 },

  { "sound", HEARTH_TS_AUDIO_MPEG, "fffd8400", HEARTH_TS_RAP_NONE, FALSE, FALSE, 0 },
};

static GByteArray *
read_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  while (*hex != '\0') {
    if (*hex == ' ') {
      hex++;
      continue;
    }
    g_byte_array_append (bytes, (const guint8[]) { g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]) }, 1);
    hex += 2;
  }
  return bytes;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) unit = read_hex (c->unit);
  HearthTsUnitInfo info;

  hearth_ts_unit_scan (c->codec, unit->data, unit->len, &info);
  g_assert_cmpint (info.rap, ==, c->rap);
  g_assert_cmpint (info.has_parameters, ==, c->has_parameters);
  g_assert_cmpint (info.has_picture, ==, c->has_picture);
  g_assert_cmpuint (info.recovery_frames, ==, c->recovery_frames);
}

/* A beginning says "not known yet" or what the whole says, never something else; and nothing is read beyond it. */
static void
test_prefixes (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) unit = read_hex (c->unit);

  for (guint n = 0; n <= unit->len; n++) {
    g_autofree guint8 *exact = g_memdup2 (unit->data, n);
    HearthTsUnitInfo info;

    hearth_ts_unit_scan (c->codec, exact, n, &info);
    if (info.has_picture)
      g_assert_cmpint (info.rap, ==, c->rap);
    else
      g_assert_cmpint (info.rap, ==, HEARTH_TS_RAP_NONE);
  }
}

static void
test_reference (void)
{
  const guint8 b[] = { 0, 0, 1, 0x01, 0x9a, 0x02 }, p[] = { 0, 0, 1, 0x41, 0x9a, 0x02 };
  const guint8 rasl_n[] = { 0, 0, 1, 0x10, 0x01, 0xd0 }, trail_r[] = { 0, 0, 1, 0x02, 0x01, 0xd0 };
  HearthTsUnitInfo info;

  hearth_ts_unit_scan (HEARTH_TS_VIDEO_H264, b, sizeof b, &info);
  g_assert_false (info.reference);
  hearth_ts_unit_scan (HEARTH_TS_VIDEO_H264, p, sizeof p, &info);
  g_assert_true (info.reference);
  hearth_ts_unit_scan (HEARTH_TS_VIDEO_HEVC, rasl_n, sizeof rasl_n, &info);
  g_assert_false (info.reference);
  hearth_ts_unit_scan (HEARTH_TS_VIDEO_HEVC, trail_r, sizeof trail_r, &info);
  g_assert_true (info.reference);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *id = g_strcanon (g_ascii_strdown (cases[i].what, -1), "abcdefghijklmnopqrstuvwxyz0123456789", '-');
    g_autofree char *path = g_strdup_printf ("/ts/unit/%s/%s", hearth_ts_codec_get_name (cases[i].codec), id);
    g_autofree char *prefix_path = g_strdup_printf ("/ts/unit-prefix/%s/%s", hearth_ts_codec_get_name (cases[i].codec), id);

    g_test_add_data_func (path, &cases[i], test_case);
    g_test_add_data_func (prefix_path, &cases[i], test_prefixes);
  }
  g_test_add_func ("/ts/unit-reference", test_reference);
  return g_test_run ();
}
