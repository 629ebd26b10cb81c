/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sender's clock out of late packets. All senders here are made up, and the same in each run. */
#include "config.h"

#include "ts/hearth-ts.h"

#include <math.h>

#define PCR_WRAP ((G_GUINT64_CONSTANT (1) << 33) * 300)
#define LEAST_DELAY_US 5000

typedef struct {
  HearthTsClock *clock;
  GRand *rand;
  double ppm;         /* how fast the sender is */
  double jitter_us;   /* evenly spread */
  gint64 delay_us;    /* the way's */
  gint64 now_us;      /* the sender's time to send, by our clock */
  double pcr_27mhz;   /* unwrapped */
  gint64 arrived_us;
  guint n_jumps;
} Sender;

static void
sender_init (Sender *self, double ppm, double jitter_us)
{
  *self = (Sender) {
    .clock = hearth_ts_clock_new (), .rand = g_rand_new_with_seed (7), .ppm = ppm, .jitter_us = jitter_us,
    .delay_us = LEAST_DELAY_US, .now_us = G_GINT64_CONSTANT (1000000000), .pcr_27mhz = 27e6 * 1000,
  };
}

static void
sender_clear (Sender *self)
{
  hearth_ts_clock_free (self->clock);
  g_rand_free (self->rand);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sender, sender_clear)

/* A PCR every 35 ms, as broadcasters send them; packets do not overtake each other. */
static void
sender_run (Sender *self, double seconds)
{
  for (gint64 end_us = self->now_us + seconds * 1e6; self->now_us < end_us; self->now_us += 35000) {
    gint64 arrival_us = self->now_us + self->delay_us + g_rand_double (self->rand) * self->jitter_us;

    self->arrived_us = MAX (self->arrived_us, arrival_us);
    self->n_jumps += hearth_ts_clock_push (self->clock, (guint64) fmod (self->pcr_27mhz, PCR_WRAP), self->arrived_us, FALSE);
    self->pcr_27mhz += 35000 * 27 * (1 + self->ppm * 1e-6);
  }
}

/* What the sender's clock shows now, as seen from behind the shortest way. */
static double
sender_get_90k (Sender *self)
{
  return (self->pcr_27mhz - self->delay_us * 27 * (1 + self->ppm * 1e-6)) / 300;
}

static void
assert_rate (Sender *self, double within_ppm)
{
  double uncertainty, ppm = hearth_ts_clock_get_ppm (self->clock, &uncertainty);

  g_test_message ("sender %.1f ppm, found %.2f +- %.2f", self->ppm, ppm, uncertainty);
  g_assert_cmpfloat (fabs (ppm - self->ppm), <, within_ppm);
  g_assert_cmpfloat (fabs (ppm - self->ppm), <, uncertainty * 2);
}

static void
assert_time (Sender *self, double within_ms)
{
  double off_ms = (hearth_ts_clock_at (self->clock, self->now_us) - sender_get_90k (self)) / 90;

  g_test_message ("clock is %.2f ms off", off_ms);
  g_assert_cmpfloat (fabs (off_ms), <, within_ms);
}

static void
test_nothing_known (void)
{
  g_autoptr (HearthTsClock) clock = hearth_ts_clock_new ();
  double uncertainty;

  g_assert_cmpint (hearth_ts_clock_at (clock, 0), ==, HEARTH_TS_NO_TIME);
  g_assert_cmpfloat (hearth_ts_clock_get_ppm (clock, &uncertainty), ==, 0);
  g_assert_cmpfloat (uncertainty, >, 1000);
  g_assert_cmpint (hearth_ts_clock_get_jitter_us (clock), ==, 0);
  g_assert_false (hearth_ts_clock_push (clock, 27000000, 5000, FALSE));
  g_assert_cmpint (hearth_ts_clock_at (clock, 5000), ==, 90000);
  g_assert_cmpint (hearth_ts_clock_at (clock, 1005000), ==, 180000);
}

static void
test_clean (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, 40, 200);
  sender_run (&sender, 20);
  assert_rate (&sender, 10);
  assert_time (&sender, 1);
  sender_run (&sender, 100);
  assert_rate (&sender, 2);
}

static void
test_fast_sender_with_jitter (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, 200, 30000);
  sender_run (&sender, 40);
  assert_rate (&sender, 40);
  assert_time (&sender, 5);
  sender_run (&sender, 80);
  assert_rate (&sender, 15);
  sender_run (&sender, 600);
  assert_rate (&sender, 2);
  assert_time (&sender, 2);
  g_assert_cmpint (ABS (hearth_ts_clock_get_jitter_us (sender.clock) - 29700), <, 3000);
  g_assert_cmpuint (sender.n_jumps, ==, 0);
}

static void
test_slow_sender (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, -200, 20000);
  sender_run (&sender, 120);
  assert_rate (&sender, 15);
}

/* Longer than the points that are kept: an hour. */
static void
test_long (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, -73, 40000);
  for (guint i = 0; i < 6; i++) {
    sender_run (&sender, 600);
    assert_time (&sender, 5);
  }
  assert_rate (&sender, 2);
}

static void
test_wrap (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, 100, 10000);
  sender.pcr_27mhz = PCR_WRAP - 27e6 * 30;
  sender_run (&sender, 90);
  g_assert_cmpuint (sender.n_jumps, ==, 0);
  assert_rate (&sender, 15);
  assert_time (&sender, 3);
  g_assert_cmpint (hearth_ts_clock_at (sender.clock, sender.now_us), >, G_GINT64_CONSTANT (1) << 33);
}

static void
test_jump (gconstpointer data)
{
  double seconds = GPOINTER_TO_INT (data);
  g_auto (Sender) sender;

  sender_init (&sender, 150, 10000);
  sender_run (&sender, 60);
  sender.pcr_27mhz += 27e6 * seconds;
  sender_run (&sender, 1);
  g_assert_cmpuint (sender.n_jumps, ==, 1);
  assert_rate (&sender, 30); /* the rate outlives the jump */
  assert_time (&sender, 12);
  sender_run (&sender, 60);
  g_assert_cmpuint (sender.n_jumps, ==, 1);
  assert_rate (&sender, 15);
  assert_time (&sender, 3);
}

static void
test_flagged_jump (void)
{
  g_autoptr (HearthTsClock) clock = hearth_ts_clock_new ();

  g_assert_false (hearth_ts_clock_push (clock, 27000000, 0, FALSE));
  g_assert_false (hearth_ts_clock_push (clock, 27000000 + 27 * 40000, 40000, TRUE)); /* no change */
  g_assert_true (hearth_ts_clock_push (clock, 27000000 + 27 * 600000, 80000, TRUE));
  g_assert_cmpint (hearth_ts_clock_at (clock, 80000), ==, 144000);
}

/* Nothing for three seconds, then all of it at once: late, but no jump. */
static void
test_stall (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, 50, 5000);
  sender_run (&sender, 60);
  sender.arrived_us = sender.now_us + 3000000;
  sender_run (&sender, 10);
  g_assert_cmpuint (sender.n_jumps, ==, 0);
  assert_rate (&sender, 15);
  assert_time (&sender, 5);
}

/* An outage: the sender went on meanwhile. */
static void
test_outage (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, 50, 5000);
  sender_run (&sender, 60);
  sender.now_us += 10000000;
  sender.pcr_27mhz += 27e6 * 10 * (1 + sender.ppm * 1e-6);
  sender_run (&sender, 30);
  g_assert_cmpuint (sender.n_jumps, ==, 0);
  assert_rate (&sender, 15);
  assert_time (&sender, 5);
}

/* A server that sends its first two seconds at once. */
static void
test_burst_at_start (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, 80, 5000);
  for (guint i = 0; i < 57; i++) {
    hearth_ts_clock_push (sender.clock, sender.pcr_27mhz, sender.now_us, FALSE);
    sender.pcr_27mhz += 35000 * 27;
    sender.now_us += 500;
  }
  sender_run (&sender, 2);
  assert_time (&sender, 10);
  sender_run (&sender, 60);
  g_assert_cmpuint (sender.n_jumps, ==, 0);
  assert_rate (&sender, 15);
  assert_time (&sender, 3);
}

/* The way becomes 60 ms longer, and stays so; later shorter again. */
static void
test_way_changes (void)
{
  g_auto (Sender) sender;

  sender_init (&sender, -30, 8000);
  sender_run (&sender, 120);
  sender.delay_us += 60000;
  sender_run (&sender, 60);
  assert_rate (&sender, 40);
  assert_time (&sender, 5);
  sender_run (&sender, 120);
  assert_rate (&sender, 15);
  sender.delay_us -= 60000;
  sender_run (&sender, 120);
  assert_rate (&sender, 30);
  assert_time (&sender, 5);
}

static void
test_reset (void)
{
  g_auto (Sender) sender;
  double uncertainty;

  sender_init (&sender, 200, 1000);
  sender_run (&sender, 30);
  hearth_ts_clock_reset (sender.clock);
  g_assert_cmpint (hearth_ts_clock_at (sender.clock, 0), ==, HEARTH_TS_NO_TIME);
  g_assert_cmpfloat (hearth_ts_clock_get_ppm (sender.clock, &uncertainty), ==, 0);
  g_assert_cmpfloat (uncertainty, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ts/clock/nothing-known", test_nothing_known);
  g_test_add_func ("/ts/clock/clean", test_clean);
  g_test_add_func ("/ts/clock/fast-sender-with-jitter", test_fast_sender_with_jitter);
  g_test_add_func ("/ts/clock/slow-sender", test_slow_sender);
  g_test_add_func ("/ts/clock/long", test_long);
  g_test_add_func ("/ts/clock/wrap", test_wrap);
  g_test_add_data_func ("/ts/clock/jump-ahead", GINT_TO_POINTER (1000), test_jump);
  g_test_add_data_func ("/ts/clock/jump-back", GINT_TO_POINTER (-500), test_jump);
  g_test_add_func ("/ts/clock/flagged-jump", test_flagged_jump);
  g_test_add_func ("/ts/clock/stall", test_stall);
  g_test_add_func ("/ts/clock/outage", test_outage);
  g_test_add_func ("/ts/clock/burst-at-start", test_burst_at_start);
  g_test_add_func ("/ts/clock/way-changes", test_way_changes);
  g_test_add_func ("/ts/clock/reset", test_reset);
  return g_test_run ();
}
