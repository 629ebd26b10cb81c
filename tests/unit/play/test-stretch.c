/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-stretch.h"

#include <math.h>

#define RATE 48000
#define BLOCK 1920

typedef struct {
  HearthStretch stretch;
  guint64 pushed;
  double hz;
  guint piece_frames; /* as a decoder gives them */
  guint at_hand;      /* no piece more than makes so many */
} Source;

static void
refill (Source *source)
{
  float samples[2 * 1152];

  while (hearth_stretch_get_waiting (&source->stretch) < source->at_hand) {
    for (guint i = 0; i < source->piece_frames; i++)
      samples[2 * i] = samples[2 * i + 1] = 0.5f * (float) sin (2 * G_PI * source->hz * (double) (source->pushed + i) / RATE);
    hearth_stretch_push (&source->stretch, samples, source->piece_frames);
    source->pushed += source->piece_frames;
  }
}

/* The tone's frequency by its rising zero crossings, and how rough its waves are. */
static double
measure_hz (const float *samples, guint n_frames, double *roughness)
{
  double first = -1, last = -1;
  guint n = 0;

  *roughness = 0;
  for (guint i = 1; i < n_frames; i++) {
    float a = samples[2 * (i - 1)], b = samples[2 * i];

    *roughness = MAX (*roughness, fabs (b - a));
    if (a >= 0 || b < 0)
      continue;
    last = i - 1 + a / (a - b);
    if (first < 0)
      first = last;
    else
      n++;
  }
  return n * RATE / (last - first);
}

/* Three seconds at a speed; the pitch must stay, and no wave may break. */
static void
keep_the_pitch (Source source, double speed)
{
  const guint n_blocks = 75;
  const double slack = HEARTH_STRETCH_MAX / 2 + BLOCK * fabs (1 - speed); /* a good place comes soon; less than what three seconds bring */
  g_autofree float *out = g_new (float, 2 * BLOCK * n_blocks);
  double error = 0, hz, roughness;
  gint64 moved = 0;

  hearth_stretch_init (&source.stretch);
  for (guint i = 0; i < n_blocks; i++) {
    gint by;

    refill (&source);
    error += BLOCK * (1 - speed); /* what waits should come later by so much */
    by = hearth_stretch_pull (&source.stretch, out + (gsize) 2 * BLOCK * i, BLOCK, (gint) error);
    error -= by;
    moved += by;
    g_assert_cmpfloat (fabs (error), <, slack);
  }
  g_assert_cmpfloat (fabs (moved - n_blocks * BLOCK * (1 - speed)), <, slack);
  hz = measure_hz (out, BLOCK * n_blocks, &roughness);
  g_assert_cmpfloat (fabs (hz - 440), <, 2);
  g_assert_cmpfloat (roughness, <, 1.3 * 0.5 * 2 * G_PI * 440 / RATE);
  hearth_stretch_clear (&source.stretch);
}

static void
test_keeps_the_pitch (gconstpointer data)
{
  keep_the_pitch ((Source){ .hz = 440, .piece_frames = 1024, .at_hand = BLOCK + 2 * HEARTH_STRETCH_MAX }, GPOINTER_TO_INT (data) / 1000.0);
}

/* Sound that is passed on as soon as there is a block of it: what came too much with the last piece is all that can be left out of. */
static void
test_hurries_hand_to_mouth (gconstpointer data)
{
  keep_the_pitch ((Source){ .hz = 440, .piece_frames = GPOINTER_TO_UINT (data), .at_hand = BLOCK }, 1.005);
}

static void
test_passes_untouched (void)
{
  Source source = { .hz = 1000, .piece_frames = 1024, .at_hand = BLOCK };
  float out[2 * BLOCK];

  hearth_stretch_init (&source.stretch);
  for (guint block = 0; block < 20; block++) {
    refill (&source);
    g_assert_cmpint (hearth_stretch_pull (&source.stretch, out, BLOCK, HEARTH_STRETCH_MIN - 1), ==, 0);
    for (guint i = 0; i < BLOCK; i++)
      g_assert_true (out[2 * i] == 0.5f * (float) sin (2 * G_PI * 1000 * (double) (block * BLOCK + i) / RATE));
  }
  hearth_stretch_clear (&source.stretch);
}

static void
test_needs_no_more_than_a_block (void)
{
  HearthStretch stretch;
  float samples[2 * BLOCK] = { 0 }, out[2 * BLOCK];

  hearth_stretch_init (&stretch);
  hearth_stretch_push (&stretch, samples, BLOCK);
  g_assert_cmpint (hearth_stretch_pull (&stretch, out, BLOCK, -5000), ==, 0); /* sooner: there is nothing to leave out */
  g_assert_cmpuint (hearth_stretch_get_waiting (&stretch), ==, 0);
  hearth_stretch_push (&stretch, samples, BLOCK);
  g_assert_cmpint (hearth_stretch_pull (&stretch, out, BLOCK, 5000), >, 0);
  hearth_stretch_clear (&stretch);
}

int
main (int argc, char **argv)
{
  static const int speeds[] = { 700, 800, 900, 970, 1000, 1005, 1050 };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++) {
    g_autofree char *name = g_strdup_printf ("/play/stretch/keeps-the-pitch/%d", speeds[i]);

    g_test_add_data_func (name, GINT_TO_POINTER (speeds[i]), test_keeps_the_pitch);
  }
  g_test_add_data_func ("/play/stretch/hurries-hand-to-mouth/1024", GUINT_TO_POINTER (1024), test_hurries_hand_to_mouth);
  g_test_add_data_func ("/play/stretch/hurries-hand-to-mouth/1152", GUINT_TO_POINTER (1152), test_hurries_hand_to_mouth);
  g_test_add_func ("/play/stretch/passes-untouched", test_passes_untouched);
  g_test_add_func ("/play/stretch/needs-no-more-than-a-block", test_needs_no_more_than_a_block);
  return g_test_run ();
}
