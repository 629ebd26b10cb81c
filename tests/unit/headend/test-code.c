/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bar code is what its definition says, on a real picture; the sound is what its definition says. */
#include <math.h>
#include <string.h>

#include "headend/code.h"
#include "headend/picture.h"
#include "headend/sound.h"

const char *__lsan_default_suppressions (void);

/* Fontconfig keeps its tables for the life of the process. */
__attribute__ ((visibility ("default"))) const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

/* CRC-8/SMBUS-like with init 0xff, worked out bit by bit in another way than code.c: by polynomial division. */
static guint
divide (guint32 data)
{
  /* An initial value of 0xff is eight ones added to the first eight bits of the message. */
  guint64 rest = ((guint64) data << 8) ^ ((guint64) 0xff << 28);

  for (int bit = 35; bit >= 8; bit--)
    if (rest >> bit & 1)
      rest ^= (guint64) 0x107 << (bit - 8);
  return (guint) rest;
}

static void
test_cells (void)
{
  for (guint channel = 0; channel < 256; channel += 5)
    for (guint frame = 0; frame < 1 << 20; frame += 77777) {
      const guint32 data = channel << 20 | frame;
      const guint64 cells = headend_code_make (channel, frame);

      g_assert_cmpuint (cells >> 36, ==, 0xa);
      g_assert_cmpuint (cells >> 8 & 0xfffffff, ==, data);
      g_assert_cmpuint (cells & 0xff, ==, divide (data));
    }
}

static void
test_wrong_cells (void)
{
  const guint64 cells = headend_code_make (7, 479);
  guint channel, frame;

  g_assert_true (headend_code_parse (cells, &channel, &frame));
  g_assert_cmpuint (channel, ==, 7);
  g_assert_cmpuint (frame, ==, 479);
  for (guint i = 0; i < HEADEND_CODE_CELLS; i++)
    g_assert_false (headend_code_parse (cells ^ (G_GUINT64_CONSTANT (1) << i), &channel, &frame));
}

/* From the definition alone: 64 by 32, cells in columns 12 to 51 of rows 2 and 3, filled to their edges. */
static void
assert_cells_drawn (const guint8 *luma, const HeadendChannel *c, guint frame)
{
  const guint64 cells = headend_code_make (c->number, frame);

  for (guint y = c->height * 2 / 32; y < c->height * 4 / 32; y++)
    for (guint x = c->width * 12 / 64; x < c->width * 52 / 64; x++) {
      const guint cell = x * 64 / c->width - 12;

      g_assert_cmpuint (luma[y * c->width + x], ==, (cells >> (39 - cell)) & 1 ? 235 : 16);
    }
}

static void
test_pictures (void)
{
  const guint numbers[] = { 1, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    const HeadendChannel *c = headend_channel_get (numbers[i]);
    g_autoptr (HeadendPicture) picture = headend_picture_new (c);
    g_autofree guint8 *first = g_memdup2 (headend_picture_draw (picture, 0), headend_picture_get_bytes (picture));
    const guint last = headend_channel_get_frames (c) - 1;
    guint channel, frame;

    assert_cells_drawn (first, c, 0);
    assert_cells_drawn (headend_picture_draw (picture, last), c, last);
    g_assert_true (headend_code_read (headend_picture_draw (picture, 100), c->width, c->width, c->height, &channel, &frame));
    g_assert_cmpuint (channel, ==, c->number);
    g_assert_cmpuint (frame, ==, 100);
    /* It moves, and is the same again when it comes round. */
    g_assert_cmpint (memcmp (first, headend_picture_draw (picture, 1), headend_picture_get_bytes (picture)), !=, 0);
    g_assert_cmpint (memcmp (first, headend_picture_draw (picture, 0), headend_picture_get_bytes (picture)), ==, 0);
  }
}

static void
test_beeps (void)
{
  const HeadendChannel *c = headend_channel_get (5);
  g_autofree gint16 *samples = g_new (gint16, 2 * HEADEND_LOOP_SAMPLES);
  guint n_beeps = 0, until = 0;

  headend_sound_fill (c, 0, 0, HEADEND_LOOP_SAMPLES, samples);
  for (guint i = 0; i < HEADEND_LOOP_SAMPLES; i++) {
    g_assert_cmpint (samples[2 * i], ==, samples[2 * i + 1]);
    if (ABS (samples[2 * i]) < 0.1 * 32768 || i < until)
      continue;
    g_assert_cmpuint (i % HEADEND_SAMPLE_RATE, <, 48); /* a sine from 0 is that loud within a millisecond */
    until = i + HEADEND_SAMPLE_RATE / 5;
    n_beeps++;
  }
  g_assert_cmpuint (n_beeps, ==, HEADEND_BEEPS);
  g_assert_cmpint (ABS (samples[2 * (HEADEND_SAMPLE_RATE / 10 + 100)]), <, 0.04 * 32768); /* quiet again after 100 ms */
}

/* Through the seam as if there were none: the next loop's samples are the first's. */
static void
test_sound_loops (void)
{
  gint16 here[2000], there[2000];

  for (guint track = 0; track < HEADEND_MAX_AUDIO; track++) {
    headend_sound_fill (headend_channel_get (2), track, HEADEND_LOOP_SAMPLES - 500, 1000, here);
    headend_sound_fill (headend_channel_get (2), track, 7 * (guint64) HEADEND_LOOP_SAMPLES - 500, 1000, there);
    g_assert_cmpmem (here, sizeof here, there, sizeof there);
  }
  g_assert_cmpfloat (fabs (headend_sound_get_tone_hz (headend_channel_get (3), 0) - 220 * pow (2, 3 / 12.0)), <, 0.06);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/headend/code/cells", test_cells);
  g_test_add_func ("/headend/code/wrong-cells", test_wrong_cells);
  g_test_add_func ("/headend/code/pictures", test_pictures);
  g_test_add_func ("/headend/sound/beeps", test_beeps);
  g_test_add_func ("/headend/sound/loops", test_sound_loops);
  return g_test_run ();
}
