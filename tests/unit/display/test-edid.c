/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What screens say of themselves: a television of today, a monitor without extensions, and broken ones. */
#include "display/hearth-edid.h"

#include <hearth/error.h>
#include <string.h>

typedef struct {
  guint8 bytes[3 * HEARTH_EDID_BLOCK];
  guint n_blocks;
  guint at; /* in the extension being written */
} Maker;

static void
set_sum (guint8 *block)
{
  guint8 sum = 0;

  for (guint i = 0; i < HEARTH_EDID_BLOCK - 1; i++)
    sum += block[i];
  block[HEARTH_EDID_BLOCK - 1] = (guint8) (0u - sum);
}

/* "ABC", made in 2024, 1209 by 680 mm. */
static void
begin (Maker *m, const char *name)
{
  static const guint8 head[] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x04, 0x43, 0x34, 0x12 };
  guint8 *timing = m->bytes + 54, *text = m->bytes + 72;

  memset (m, 0, sizeof *m);
  memcpy (m->bytes, head, sizeof head);
  m->bytes[17] = 2024 - 1990;
  m->bytes[21] = 121;
  m->bytes[22] = 68;
  timing[0] = 1;
  timing[12] = 1209 & 0xff;
  timing[13] = 680 & 0xff;
  timing[14] = (1209 >> 8) << 4 | 680 >> 8;
  text[3] = 0xfc;
  memset (text + 5, ' ', 13);
  memcpy (text + 5, name, strlen (name));
  if (strlen (name) < 13)
    text[5 + strlen (name)] = '\n';
  m->n_blocks = 1;
  set_sum (m->bytes);
}

static guint8 *
extension (Maker *m)
{
  return m->bytes + (gsize) (m->n_blocks - 1) * HEARTH_EDID_BLOCK;
}

static void
begin_cta (Maker *m, guint8 flags)
{
  m->n_blocks++;
  m->bytes[126] = (guint8) (m->n_blocks - 1);
  set_sum (m->bytes);
  extension (m)[0] = 2;
  extension (m)[1] = 3;
  extension (m)[3] = flags;
  m->at = 4;
}

static void
add_block (Maker *m, guint8 tag, const guint8 *payload, guint n)
{
  guint8 *block = extension (m);

  g_assert_cmpuint (m->at + 1 + n, <, HEARTH_EDID_BLOCK);
  block[m->at] = (guint8) (tag << 5 | n);
  memcpy (block + m->at + 1, payload, n);
  m->at += 1 + n;
  block[2] = (guint8) m->at;
  set_sum (block);
}

#define ADD(m, tag, ...) add_block (m, tag, (const guint8[]){ __VA_ARGS__ }, sizeof (const guint8[]){ __VA_ARGS__ })

static void
make_television (Maker *m)
{
  begin (m, "Hearth 55");
  begin_cta (m, 0x70);
  ADD (m, 1, 0x09, 0x07, 0x07, 0x15, 0x07, 0x50, 0x57, 0x06, 0x01); /* PCM 2 channels, AC-3 6, E-AC-3 8 with objects */
  ADD (m, 3, 0x03, 0x0c, 0x00, 0x20, 0x00, 0xb8, 0x3c, 0xc0, 0x1f, 0x29, 0x00, 0x00); /* HDMI: 2.0.0.0, 300 MHz, 60 and 80 ms */
  ADD (m, 3, 0xd8, 0x5d, 0xc4, 0x01, 0x78, 0x80, 0x03, 0x02, 0x30, 0x78);             /* 600 MHz, low latency, 48 to 120 Hz */
  ADD (m, 7, 5, 0xe0, 0x80);
  ADD (m, 7, 6, 0x0d, 0x01, 0x78, 0x5a, 0x12);
  ADD (m, 7, 1, 0x8b, 0x84, 0x90, 0x01);
}

static HearthEdid
parse (const Maker *m)
{
  g_autoptr (GError) error = NULL;
  HearthEdid edid;

  hearth_edid_parse (&edid, m->bytes, (gsize) m->n_blocks * HEARTH_EDID_BLOCK, &error);
  g_assert_no_error (error);
  return edid;
}

/* ---- */

static void
test_television (void)
{
  HearthEdid edid;
  Maker m;

  make_television (&m);
  edid = parse (&m);
  g_assert_cmpstr (edid.vendor, ==, "ABC");
  g_assert_cmpstr (edid.name, ==, "Hearth 55");
  g_assert_cmpuint (edid.product, ==, 0x1234);
  g_assert_cmpuint (edid.year, ==, 2024);
  g_assert_cmpuint (edid.width_mm, ==, 1209);
  g_assert_cmpuint (edid.height_mm, ==, 680);
  g_assert_true (edid.hdmi && edid.low_latency && edid.hdr10_plus && !edid.dolby_vision);
  g_assert_true (edid.basic_sound && edid.ycbcr444 && edid.ycbcr422);
  g_assert_cmpuint (edid.physical_address, ==, 0x2000);
  g_assert_cmpuint (edid.max_tmds_mhz, ==, 600);
  g_assert_cmpuint (edid.vrr_min_hz, ==, 48);
  g_assert_cmpuint (edid.vrr_max_hz, ==, 120);
  g_assert_cmpuint (edid.video_latency_ms, ==, 60);
  g_assert_cmpuint (edid.audio_latency_ms, ==, 80);
  g_assert_cmpuint (edid.curves, ==, HEARTH_EDID_SDR | HEARTH_EDID_PQ | HEARTH_EDID_HLG);
  g_assert_cmpuint (edid.max_luminance, ==, 673); /* 50 * 2^(120/32) */
  g_assert_cmpuint (edid.max_frame_average, ==, 351);
  g_assert_cmpfloat_with_epsilon (edid.min_luminance, 0.0335, 0.0002);
  g_assert_cmpuint (edid.colorimetry, ==,
                    HEARTH_EDID_BT2020_CYCC | HEARTH_EDID_BT2020_YCC | HEARTH_EDID_BT2020_RGB | HEARTH_EDID_DCI_P3);
  g_assert_cmpuint (edid.n_sounds, ==, 3);
  g_assert_cmpuint (edid.sounds[1].format, ==, 2);
  g_assert_cmpuint (edid.sounds[1].channels, ==, 6);
  g_assert_cmpuint (edid.sounds[1].detail * 8, ==, 640);
}

static void
test_described (void)
{
  g_autoptr (GVariant) described = NULL;
  g_auto (GStrv) sounds = NULL, hdr = NULL;
  g_autofree char *all = NULL;
  HearthEdid edid;
  Maker m;

  make_television (&m);
  edid = parse (&m);
  described = g_variant_ref_sink (hearth_edid_describe (&edid));
  g_assert_true (g_variant_lookup (described, "sound", "^as", &sounds));
  all = g_strjoinv ("; ", sounds);
  g_assert_cmpstr (all, ==, "pcm 2 channels 48 kHz; ac-3 6 channels 48 kHz; e-ac-3 8 channels 48 kHz");
  g_assert_true (g_variant_lookup (described, "hdr", "^as", &hdr));
  g_assert_true (g_strv_equal ((const char *const *) hdr, (const char *[]){ "pq", "hlg", NULL }));
}

static void
test_monitor_without_extensions (void)
{
  HearthEdid edid;
  Maker m;

  begin (&m, "Thirteen char");
  edid = parse (&m);
  g_assert_cmpstr (edid.name, ==, "Thirteen char");
  g_assert_true (!edid.hdmi && !edid.basic_sound && edid.n_sounds == 0 && edid.curves == 0 && edid.n_broken == 0);
}

/* HDMI Forum's block in its other place (HDMI 2.1, 10.3.2). */
static void
test_forum_data_in_an_extended_block (void)
{
  HearthEdid edid;
  Maker m;

  begin (&m, "x");
  begin_cta (&m, 0);
  ADD (&m, 7, 0x79, 0, 0, 0x01, 0x78, 0x80, 0x03, 0x02, 0x30 | 0x40, 0x2c);
  edid = parse (&m);
  g_assert_true (edid.low_latency);
  g_assert_cmpuint (edid.max_tmds_mhz, ==, 600);
  g_assert_cmpuint (edid.vrr_min_hz, ==, 48);
  g_assert_cmpuint (edid.vrr_max_hz, ==, 300);
}

static void
test_broken (void)
{
  g_autoptr (GError) error = NULL;
  HearthEdid edid;
  Maker m;

  make_television (&m);
  extension (&m)[20] ^= 1; /* its extension says nothing then */
  edid = parse (&m);
  g_assert_cmpuint (edid.n_broken, ==, 1);
  g_assert_cmpstr (edid.name, ==, "Hearth 55");
  g_assert_cmpuint (edid.n_sounds, ==, 0);
  m.bytes[20] ^= 1;
  g_assert_false (hearth_edid_parse (&edid, m.bytes, sizeof m.bytes, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_false (hearth_edid_parse (&edid, m.bytes, 127, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
}

/* A data block that reaches beyond its place, and one that is cut short. */
static void
test_lengths_that_lie (void)
{
  HearthEdid edid;
  Maker m;

  begin (&m, "x");
  begin_cta (&m, 0x40);
  ADD (&m, 7, 6); /* no more than its name */
  ADD (&m, 1, 0x09, 0x07);
  extension (&m)[m.at] = 1 << 5 | 31;
  extension (&m)[2] = (guint8) (m.at + 2);
  set_sum (extension (&m));
  edid = parse (&m);
  g_assert_true (edid.basic_sound);
  g_assert_cmpuint (edid.n_sounds, ==, 0);
  g_assert_cmpuint (edid.curves, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/display/edid/television", test_television);
  g_test_add_func ("/display/edid/described", test_described);
  g_test_add_func ("/display/edid/monitor-without-extensions", test_monitor_without_extensions);
  g_test_add_func ("/display/edid/forum-data-in-an-extended-block", test_forum_data_in_an_extended_block);
  g_test_add_func ("/display/edid/broken", test_broken);
  g_test_add_func ("/display/edid/lengths-that-lie", test_lengths_that_lie);
  return g_test_run ();
}
