/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The time by the broadcasts: who is believed. */
#include "hearthd/system/hearth-broadcast-clock.h"

#define UTC_US (G_GINT64_CONSTANT (1795464000) * G_USEC_PER_SEC)
#define S ((gint64) G_USEC_PER_SEC)

static void
tell (HearthBroadcastClock *clock, const char *network, guint16 multiplex, gint64 offset_us, guint times)
{
  for (guint i = 0; i < times; i++)
    hearth_broadcast_clock_take (clock, network, 1, multiplex, offset_us, NULL, i * S, UTC_US + i * S);
}

static void
assert_clock (HearthBroadcastClock *clock, gint64 now_us, HearthClockConfidence confidence, gint64 offset_us)
{
  HearthBroadcastTime time;

  hearth_broadcast_clock_get (clock, now_us, UTC_US + now_us, &time);
  g_assert_cmpint (time.confidence, ==, confidence);
  g_assert_cmpint (time.offset_us, ==, offset_us);
}

static void
test_agreement (void)
{
  g_autoptr (HearthBroadcastClock) clock = hearth_broadcast_clock_new ();

  assert_clock (clock, 0, HEARTH_CLOCK_UNKNOWN, 0);
  tell (clock, "cable", 1, 100 * S, 1);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_UNKNOWN, 0); /* once is nothing */
  tell (clock, "cable", 1, 100 * S, 2);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_LOW, 100 * S);
  tell (clock, "cable", 2, 102 * S, 2);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_HIGH, 101 * S);
  assert_clock (clock, 2000 * S, HEARTH_CLOCK_UNKNOWN, 0); /* long ago */
}

static void
test_majority (void)
{
  g_autoptr (HearthBroadcastClock) clock = hearth_broadcast_clock_new ();

  tell (clock, "cable", 1, 0, 2);
  tell (clock, "cable", 2, 3600 * S, 2);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_UNKNOWN, 0); /* one against one */
  tell (clock, "cable", 3, 0, 2);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_HIGH, 0);
  tell (clock, "cable", 4, 3600 * S, 2);
  tell (clock, "cable", 5, 3600 * S, 2);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_HIGH, 3600 * S);
  tell (clock, "aerial", 1, 0, 2); /* two networks go before three multiplexes of one */
  assert_clock (clock, 2 * S, HEARTH_CLOCK_LOW, 0);
}

static void
test_nonsense (void)
{
  g_autoptr (HearthBroadcastClock) clock = hearth_broadcast_clock_new ();

  tell (clock, "cable", 1, -86400 * 400 * S, 3); /* before there was a Hearth */
  tell (clock, "cable", 2, -86400 * 400 * S, 3);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_UNKNOWN, 0);
  tell (clock, "cable", 1, G_MAXINT64, 3);
  tell (clock, "cable", 1, G_MININT64, 3);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_UNKNOWN, 0);
}

/* A jump is believed once it was said twice. */
static void
test_jump (void)
{
  g_autoptr (HearthBroadcastClock) clock = hearth_broadcast_clock_new ();

  tell (clock, "cable", 1, 0, 5);
  tell (clock, "cable", 2, 0, 5);
  tell (clock, "cable", 1, 900 * S, 1);
  assert_clock (clock, 5 * S, HEARTH_CLOCK_LOW, 0);
  tell (clock, "cable", 1, 900 * S, 1);
  assert_clock (clock, 5 * S, HEARTH_CLOCK_UNKNOWN, 0);
  tell (clock, "cable", 2, 900 * S, 2);
  assert_clock (clock, 5 * S, HEARTH_CLOCK_HIGH, 900 * S);
}

/* The system's clock is set by what they said; of what each had said before, nothing is counted twice. */
static void
test_system_clock_is_set (void)
{
  g_autoptr (HearthBroadcastClock) clock = hearth_broadcast_clock_new ();
  HearthBroadcastTime time;

  for (guint16 multiplex = 1; multiplex <= 3; multiplex++)
    tell (clock, "cable", multiplex, 7200 * S, 2);
  assert_clock (clock, 2 * S, HEARTH_CLOCK_HIGH, 7200 * S);
  hearth_broadcast_clock_get (clock, 3 * S, UTC_US + 7203 * S, &time);
  g_assert_cmpint (time.confidence, ==, HEARTH_CLOCK_HIGH);
  g_assert_cmpint (time.offset_us, ==, 0);
  hearth_broadcast_clock_take (clock, "cable", 1, 1, 0, NULL, 4 * S, UTC_US + 7204 * S);
  hearth_broadcast_clock_get (clock, 4 * S, UTC_US + 7204 * S, &time);
  g_assert_cmpint (time.confidence, ==, HEARTH_CLOCK_HIGH);
  g_assert_cmpuint (time.n_multiplexes, ==, 3);
  g_assert_cmpint (time.offset_us, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guide/clock/agreement", test_agreement);
  g_test_add_func ("/guide/clock/majority", test_majority);
  g_test_add_func ("/guide/clock/nonsense", test_nonsense);
  g_test_add_func ("/guide/clock/jump", test_jump);
  g_test_add_func ("/guide/clock/system-clock-is-set", test_system_clock_is_set);
  return g_test_run ();
}
