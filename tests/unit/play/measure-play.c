/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Figures of hearth-play alone, for whoever works on it: measure-play [ZAPS] [prefetched|live] [WIDTH HEIGHT FPS GOP KBPS].
 * For each zap: the excess over the key frame's arrival, the time to the second picture, the longest stand in the first three
 * seconds, sound after the picture, sound against picture after three seconds (ms). */
#include "play-testing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <glib/gstdio.h>

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
print_figure (const char *name, GArray *values)
{
  if (values->len == 0)
    return;
  qsort (values->data, values->len, sizeof (double), compare);
  printf ("%-10s p50 %7.1f  p95 %7.1f  max %7.1f  (%u)\n", name, g_array_index (values, double, values->len / 2),
          g_array_index (values, double, MIN (values->len - 1, values->len * 95 / 100)),
          g_array_index (values, double, values->len - 1), values->len);
}

typedef struct {
  gint64 time_us;
  guint32 rate, channels, n_frames;
} __attribute__ ((packed)) Record;

/* Where a beep begins in the dump, nearest to @near_us; 0: none within 500 ms. */
static gint64
find_beep (const char *dump, gint64 near_us)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes = 0, at = 0;
  gint64 best = 0, last_loud = 0;

  if (!g_file_get_contents (dump, &bytes, &n_bytes, NULL))
    return 0;
  while (at + sizeof (Record) <= n_bytes) {
    const Record *record = (const Record *) (gpointer) (bytes + at);
    const gint16 *samples = (const gint16 *) (record + 1);

    for (guint i = 0; i < record->n_frames; i++) {
      gint64 time_us = record->time_us + (gint64) i * 1000000 / record->rate;

      if (ABS (samples[i * 2]) < 5000)
        continue;
      if (time_us - last_loud > 200000 && ABS (time_us - near_us) < ABS (best - near_us))
        best = time_us;
      last_loud = time_us;
    }
    at += sizeof (Record) + record->n_frames * record->channels * 2;
  }
  return ABS (best - near_us) < 500000 ? best : 0;
}

typedef struct {
  GArray *first, *moving, *freeze, *sound, *sync, *normal;
} Figures;

static void
add (GArray *values, double value)
{
  g_array_append_val (values, value);
}

static gboolean
has_key (TestBox *box, gpointer data)
{
  gpointer *args = data;

  return test_feed_get_key_us (args[0], *(gint64 *) args[1]) != 0 && test_box_get_stage (box, "first-shown") != 0;
}

static void
judge (TestBox *box, guint32 serial, gint64 floor_us, guint fps, const char *dump, Figures *figures)
{
  GArray *shown = test_box_get_shown (box);
  gint64 first = 0, last = 0, sound = test_box_get_stage (box, "sound"), normal = test_box_get_stage (box, "normal-speed");
  double worst = 0;
  guint n = 0;

  for (guint i = 0; i < shown->len; i++) {
    TestShown *s = &g_array_index (shown, TestShown, i);

    if (s->serial != serial)
      continue;
    if (g_getenv ("VERBOSE") != NULL && n < 40)
      printf ("  %3u pts %.3f present %+.1f shown %+.1f frame %u%s\n", n, s->pts90k / 90000.0,
              (s->present_us - floor_us) / 1000.0, (s->shown_us - floor_us) / 1000.0, s->frame, s->coded ? "" : " NO CODE");
    if (n == 0)
      first = s->shown_us;
    if (n == 1)
      add (figures->moving, (s->shown_us - first) / 1000.0);
    if (n > 0 && s->shown_us - first < 3000000)
      worst = MAX (worst, (s->shown_us - last) * fps / 1e6);
    if (s->coded && s->frame % fps == 0 && s->shown_us - first > 3000000) {
      gint64 beep = find_beep (dump, s->shown_us);

      if (beep != 0)
        add (figures->sync, (beep - s->shown_us) / 1000.0);
    }
    last = s->shown_us;
    n++;
  }
  add (figures->first, (first - floor_us) / 1000.0);
  add (figures->freeze, worst);
  if (sound != 0)
    add (figures->sound, (sound - first) / 1000.0);
  if (normal != 0)
    add (figures->normal, (normal - first) / 1000.0);
}

static void
zap (TestBox *box, const char *path, const TestStreamSpec *spec, gboolean prefetched, guint ms, const char *dump, Figures *figures)
{
  TestFeed *feed = test_feed_new (path, spec->mux_kbps, (g_getenv ("FROM") != NULL ? (guint) atoi (g_getenv ("FROM")) : (guint) g_random_int_range (0, 6000)));
  gint64 command_us, floor_us;
  gpointer args[2] = { feed, &command_us };
  guint32 serial;

  if (prefetched)
    test_box_run (box, g_random_int_range (2500, 4500));
  command_us = g_get_monotonic_time ();
  serial = test_box_open (box, test_feed_get_writer (feed), FALSE);
  if (!test_box_wait (box, has_key, args, 5000)) {
    printf ("no picture\n");
    test_feed_free (feed);
    return;
  }
  floor_us = prefetched ? command_us : test_feed_get_key_us (feed, command_us);
  test_box_run (box, ms);
  judge (box, serial, floor_us, spec->fps, dump, figures);
  if (g_getenv ("STATS") != NULL) {
    g_autoptr (GVariant) stats = test_box_call (box, "GetStatistics", NULL);
    g_autofree char *text = g_variant_print (stats, FALSE);

    printf ("%s\n", text);
  }
  if (g_getenv ("HOLD") != NULL) {
    printf ("pid %d\n", test_box_get_pid (box));
    fflush (stdout);
    test_box_run (box, atoi (g_getenv ("HOLD")));
  }
  test_box_stop (box);
  test_feed_free (feed);
}

static gboolean
is_shown (TestBox *box, gpointer data)
{
  return test_box_get_stage (box, "first-shown") != 0;
}

static void
zap_uri (TestBox *box, const char *uri, guint fps, const char *dump, Figures *figures)
{
  gint64 command_us = g_get_monotonic_time ();
  guint32 serial = test_box_open_uri (box, uri);

  if (!test_box_wait (box, is_shown, NULL, 8000)) {
    printf ("no picture\n");
    return;
  }
  test_box_run (box, 5500);
  judge (box, serial, command_us, fps, dump, figures);
  test_box_stop (box);
}

static guint
argument (int argc, char **argv, int index, guint otherwise)
{
  return argc > index ? (guint) atoi (argv[index]) : otherwise;
}

int
main (int argc, char **argv)
{
  TestStreamSpec spec = { .channel = 7, .b_frames = 2 };
  Figures figures;
  GArray **all = (GArray **) &figures;
  guint n_zaps;
  gboolean prefetched;
  g_autofree char *path = NULL, *dump = g_build_filename (g_get_tmp_dir (), "measure-play.sound", NULL);
  g_autofree char *variable = g_strdup_printf ("HEARTH_AUDIO_DUMP=%s", dump);
  const char *environment[] = { g_getenv ("PULSE_SERVER") != NULL ? NULL : variable, NULL };
  TestBox *box;

  g_test_init (&argc, &argv, NULL);
  n_zaps = argument (argc, argv, 1, 5);
  prefetched = argc > 2 && g_str_equal (argv[2], "prefetched");
  spec.width = argument (argc, argv, 3, 1280);
  spec.height = argument (argc, argv, 4, 720);
  spec.fps = argument (argc, argv, 5, 25);
  spec.gop = argument (argc, argv, 6, spec.fps);
  spec.mux_kbps = argument (argc, argv, 7, 6000);
  spec.n_frames = spec.fps * 8;
  spec.codec = g_getenv ("CODEC");
  if (g_getenv ("BFRAMES") != NULL)
    spec.b_frames = atoi (g_getenv ("BFRAMES"));
  g_unlink (dump);
  if (g_getenv ("INPUT") != NULL)
    path = g_strdup (g_getenv ("INPUT"));
  else
    path = test_stream_make (&spec);
  for (guint i = 0; i < sizeof figures / sizeof *all; i++)
    all[i] = g_array_new (FALSE, FALSE, sizeof (double));
  box = test_box_new (environment, g_getenv ("URI") != NULL);
  test_box_connect_shell (box);
  if (g_getenv ("URI") != NULL) {
    for (guint i = 0; i < n_zaps; i++)
      zap_uri (box, g_getenv ("URI"), spec.fps, dump, &figures);
    n_zaps = 0;
  }
  for (guint i = 0; i < n_zaps; i++)
    zap (box, path, &spec, prefetched, argument (argc, argv, 8, 5500), dump, &figures);
  print_figure ("first", figures.first);
  print_figure ("moving", figures.moving);
  print_figure ("freeze", figures.freeze);
  print_figure ("sound", figures.sound);
  print_figure ("avsync", figures.sync);
  print_figure ("normal", figures.normal);
  test_box_free (box);
  if (g_getenv ("INPUT") == NULL)
    g_unlink (path);
  g_unlink (dump);
  return 0;
}
