/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-zaps.h"

static gint64
get_time (HearthZaps *zaps, guint serial, const char *stage)
{
  g_autoptr (GVariant) zap = g_variant_ref_sink (hearth_zaps_describe (zaps, serial));
  gint64 time_us = 0;

  g_variant_lookup (zap, stage, "x", &time_us);
  return time_us;
}

static void
test_stages (void)
{
  HearthZaps *zaps = hearth_zaps_new ();

  hearth_zaps_begin (zaps, 1, "abc", TRUE, 1000);
  g_assert_true (hearth_zaps_add (zaps, 1, "join", 1010));
  g_assert_true (hearth_zaps_add (zaps, 1, "first-shown", 1100));
  g_assert_false (hearth_zaps_add (zaps, 1, "join", 1020)); /* the first time counts */
  g_assert_false (hearth_zaps_add (zaps, 1, "no-such-stage", 1020));
  g_assert_false (hearth_zaps_add (zaps, 2, "join", 1020)); /* not begun */
  g_assert_cmpint (get_time (zaps, 1, "command"), ==, 1000);
  g_assert_cmpint (get_time (zaps, 1, "join"), ==, 1010);
  g_assert_cmpint (get_time (zaps, 1, "first-shown"), ==, 1100);
  g_assert_cmpint (get_time (zaps, 1, "sound"), ==, 0);
  hearth_zaps_free (zaps);
}

static void
test_last_ones_stay (void)
{
  HearthZaps *zaps = hearth_zaps_new ();

  g_assert_null (hearth_zaps_describe (zaps, 0));
  g_assert_null (hearth_zaps_describe (zaps, 1));
  for (guint serial = 1; serial <= 100; serial++)
    hearth_zaps_begin (zaps, serial, "abc", FALSE, serial);
  for (guint serial = 1; serial <= 100; serial++) {
    g_autoptr (GVariant) zap = hearth_zaps_describe (zaps, serial);

    g_assert_cmpint (zap != NULL, ==, serial > 68);
    if (zap != NULL)
      g_variant_ref_sink (zap);
  }
  g_assert_cmpint (get_time (zaps, 99, "command"), ==, 99);
  hearth_zaps_free (zaps);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/player/zaps/stages", test_stages);
  g_test_add_func ("/player/zaps/last-ones-stay", test_last_ones_stay);
  return g_test_run ();
}
