/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-card-clock.h"
#include "play/hearth-steer.h"
#include "play/hearth-sync.h"
#include "play/hearth-watch.h"

#include <math.h>

#define S 1000000
#define NS 1000000000

/* ---- the map --------------------------------------------------------------------------------- */

static void
test_map_is_a_line (void)
{
  HearthClockMap map;

  hearth_clock_map_reset (&map);
  g_assert_cmpint (hearth_clock_map_to_local (&map, 0), ==, HEARTH_NO_TIME);
  hearth_clock_map_start (&map, 900000, 5 * S, 0.9);
  g_assert_cmpint (hearth_clock_map_to_local (&map, 900000), ==, 5 * S);
  g_assert_cmpint (hearth_clock_map_to_local (&map, 900000 + 81000), ==, 6 * S);
  g_assert_cmpint (hearth_clock_map_to_media (&map, 6 * S), ==, 900000 + 81000);
}

static void
test_map_bends_without_a_jump (void)
{
  HearthClockMap map;
  gint64 before;

  hearth_clock_map_start (&map, 0, 0, 0.7);
  before = hearth_clock_map_to_local (&map, 63000);
  hearth_clock_map_set_speed (&map, 1 * S, 1.0);
  g_assert_cmpint (hearth_clock_map_to_local (&map, 63000), ==, before);
  g_assert_cmpint (hearth_clock_map_to_local (&map, 63000 + 90000), ==, 2 * S);
  hearth_clock_map_shift (&map, 5000);
  g_assert_cmpint (hearth_clock_map_to_local (&map, 63000 + 90000), ==, 2 * S + 5000);
}

/* A week of tiny corrections must not add up. */
static void
test_map_keeps_its_precision (void)
{
  HearthClockMap map;
  gint64 now = 0;

  hearth_clock_map_start (&map, 0, 0, 1.0);
  for (guint i = 0; i < 200000; i++) {
    now += 40000;
    hearth_clock_map_set_speed (&map, now, i % 2 == 0 ? 1.0002 : 1.0);
  }
  g_assert_cmpint (ABS (hearth_clock_map_to_media (&map, now) - (gint64) (now * 0.09 * 1.0001)), <, 90000);
}

/* ---- the time line ------------------------------------------------------------------------------ */

static void
test_timeline_goes_on_over_a_jump (void)
{
  HearthTimeline line;
  gint64 video, sound, before;

  hearth_timeline_init (&line);
  before = hearth_timeline_push (&line, HEARTH_TIMELINE_VIDEO, 90000, 3600);
  g_assert_cmpint (hearth_timeline_push (&line, HEARTH_TIMELINE_AUDIO, 90000, 3600), ==, before);
  /* The source begins anew, a day earlier or later: video sees it first. */
  video = hearth_timeline_push (&line, HEARTH_TIMELINE_VIDEO, 5000000, 3600);
  g_assert_cmpint (5000000 + video, ==, 90000 + before + 3600);
  /* Sound of the time before still comes ... */
  g_assert_cmpint (hearth_timeline_push (&line, HEARTH_TIMELINE_AUDIO, 91000, 3600), ==, before);
  /* ... and then jumps by the same, though not to the same place. */
  sound = hearth_timeline_push (&line, HEARTH_TIMELINE_AUDIO, 5000000 - 2000, 3600);
  g_assert_cmpint (sound, ==, video);
}

static void
test_timeline_lets_gaps_be (void)
{
  HearthTimeline line;
  gint64 offset;

  hearth_timeline_init (&line);
  offset = hearth_timeline_push (&line, HEARTH_TIMELINE_VIDEO, 0, 3600);
  g_assert_cmpint (hearth_timeline_push (&line, HEARTH_TIMELINE_VIDEO, 60000, 3600), ==, offset);
}

static void
test_timeline_has_many_jumps (void)
{
  HearthTimeline line;
  gint64 expected = 0;

  hearth_timeline_init (&line);
  for (guint i = 0; i < 50; i++) {
    gint64 raw = i % 2 == 0 ? (i + 1) * 1000000 : 1000;
    gint64 placed = raw + hearth_timeline_push (&line, HEARTH_TIMELINE_VIDEO, raw, 3600);

    if (i > 0)
      g_assert_cmpint (placed, ==, expected);
    expected = placed + 3600;
  }
  g_assert_cmpint (line.n_epochs, <=, HEARTH_TIMELINE_EPOCHS);
}

static void
test_timeline_matches_a_pcr_over_the_wrap (void)
{
  const gint64 wrap = G_GINT64_CONSTANT (1) << 33;
  HearthTimeline line;
  gint64 offset;

  hearth_timeline_init (&line);
  offset = hearth_timeline_push (&line, HEARTH_TIMELINE_VIDEO, wrap + 1000, 3600); /* unwrapped: past the wrap */
  /* The PCR's own unwrapping began after it. */
  g_assert_cmpint (500 + hearth_timeline_match (&line, 500, wrap + 1000 + offset), ==, wrap + 500 + offset);
}

/* ---- steering ------------------------------------------------------------------------------------- */

static HearthSteerInput
settled (void)
{
  return (HearthSteerInput){ .since_start_us = 10 * S, .deficit_us = 0, .slack_us = 200000, .period_us = 40000,
                             .sound_lead_us = G_MAXINT64, .has_sound = TRUE, .sounding = TRUE };
}

static void
test_steer_gathers_the_margin_unheard (void)
{
  HearthSteer steer;
  HearthSteerInput in = settled ();

  hearth_steer_init (&steer);
  in.deficit_us = 3 * S;
  g_assert_cmpfloat_with_epsilon (hearth_steer_speed (&steer, &in), 0.90, 1e-9);
  in.deficit_us = 100000;
  g_assert_cmpfloat (hearth_steer_speed (&steer, &in), >, 0.96);
  g_assert_cmpfloat (hearth_steer_speed (&steer, &in), <=, 0.97);
  g_assert_false (steer.normal);
  in.deficit_us = -1;
  g_assert_cmpfloat_with_epsilon (hearth_steer_speed (&steer, &in), 1.0, 1e-5);
  g_assert_true (steer.normal);
  in.deficit_us = 30000; /* within what normal speed works off */
  g_assert_cmpfloat (hearth_steer_speed (&steer, &in), >=, 0.995);
  in.ppm = 200;
  in.deficit_us = 0;
  g_assert_cmpfloat_with_epsilon (hearth_steer_speed (&steer, &in), 1.0002, 1e-6);
}

static void
test_steer_never_freezes (void)
{
  HearthSteer steer;
  HearthSteerInput in = settled ();

  hearth_steer_init (&steer);
  in.slack_us = 0;
  in.sounding = FALSE;
  in.since_start_us = 0;
  in.sound_lead_us = -600000;
  in.deficit_us = 10 * S;
  g_assert_cmpfloat (1 / hearth_steer_speed (&steer, &in), <, 1.5); /* periods that a picture stands */
}

/* The sender of 0 to 60 s is simulated with a clock that is off; the margin must be kept. */
static void
test_sync_follows_a_sender (gconstpointer data)
{
  const double rate = 1 + GPOINTER_TO_INT (data) * 1e-6;
  g_autoptr (HearthSync) sync = hearth_sync_new ();
  HearthSyncState state;
  gint64 now = 1000 * S, start = now, last_due = 0;

  hearth_sync_set_tracks (sync, TRUE, FALSE);
  for (guint i = 0; i < 25 * 60; i++, now += 40000) {
    gint64 pcr90k = 90000 * 100 + (gint64) ((now - start) * 0.09 * rate);
    gint64 pts90k = 90000 * 100 + 45000 + (gint64) i * 3600; /* half a second ahead of its PCR */
    gint64 offset90k = hearth_sync_place (sync, HEARTH_TIMELINE_VIDEO, pts90k, 3600), due;

    hearth_sync_push_pcr (sync, pcr90k * 300, now, FALSE);
    if (i == 0) {
      hearth_sync_first_picture (sync, pts90k + offset90k, now);
      continue;
    }
    due = hearth_sync_picture (sync, pts90k + offset90k, 40000, now);
    g_assert_cmpint (due, >=, now);
    if (last_due != 0) {
      g_assert_cmpint (due - last_due, >, 20000);
      g_assert_cmpint (due - last_due, <=, 80000);
    }
    last_due = due;
  }
  hearth_sync_get_state (sync, &state);
  g_assert_true (state.normal);
  g_assert_cmpfloat (fabs (state.speed - rate), <, 0.004);
}

static void
test_sync_begins_sound_late_rather_than_never (void)
{
  g_autoptr (HearthSync) sync = hearth_sync_new ();
  gint64 now = 1000 * S, early, late;

  hearth_sync_set_tracks (sync, TRUE, TRUE);
  g_assert_cmpint (hearth_sync_sound (sync, 900000, now), ==, HEARTH_NO_TIME);
  hearth_sync_first_picture (sync, 900000, now);
  /* What has come of the sound ends a quarter of a second before the picture. */
  hearth_sync_sound_starves (sync, 900000 - 22500, 24000, now);
  early = hearth_sync_sound (sync, 900000 - 22500, now);
  g_assert_cmpint (early, >, now);
  g_assert_cmpint (early, <, now + 150000);
  hearth_sync_set_sounding (sync, TRUE);
  late = hearth_sync_sound (sync, 900000 + 270000, now + 4 * S) - hearth_sync_get_due (sync, 900000 + 270000);
  g_assert_cmpint (late, ==, 0);
}

/* ---- watching ----------------------------------------------------------------------------------------- */

static void
test_watch_names_the_reason (void)
{
  HearthWatch watch;
  HearthWatchInput in = { .now_us = 10 * S };

  hearth_watch_init (&watch, in.now_us, HEARTH_WATCH_BROADCAST_US);
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_OPENING);
  in.now_us += 1600000;
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_NO_PACKETS);
  for (guint i = 0; i < 6; i++) { /* data, and no key frame in them */
    in.now_us += 250000;
    in.head += 188;
    g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_OPENING);
  }
  in.now_us += 250000; /* looked at four times a second: on screen within two seconds */
  in.head += 188;
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_NO_KEY_FRAME);
  in.key = TRUE;
  in.decoded = 1;
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_PLAYING);
  for (guint i = 0; i < 8; i++) {
    in.now_us += 250000;
    in.head += 188;
    hearth_watch_look (&watch, &in);
  }
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_CANNOT_DECODE);
  in.decoded = 2;
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_PLAYING);
}

static void
test_watch_forgives_a_stall (void)
{
  HearthWatch watch;
  HearthWatchInput in = { .now_us = 10 * S, .head = 188, .key = TRUE, .decoded = 1 };

  hearth_watch_init (&watch, in.now_us, HEARTH_WATCH_BROADCAST_US);
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_PLAYING);
  in.now_us += 30 * S;
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_NO_PACKETS);
  in.now_us += 250000;
  in.head += 188;
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_OPENING);
  in.now_us += 250000;
  in.head += 188;
  in.decoded++;
  g_assert_cmpint (hearth_watch_look (&watch, &in), ==, HEARTH_WATCH_PLAYING);
}

/* ---- the sound card's clock ------------------------------------------------------------------ */

/* Read once a second, up to 10 ms late, by a card that is off by so much and begins anew on the way. */
static void
test_card_clock (gconstpointer data)
{
  const double ppm = GPOINTER_TO_INT (data);
  g_autoptr (GRand) dice = g_rand_new_with_seed (5);
  HearthCardClock card;

  hearth_card_clock_init (&card);
  for (gint64 second = 1; second <= 400; second++) {
    const gint64 opened_s = second > 200 ? 200 : 0;
    const double card_s = (double) (second - opened_s) * (1 + ppm / 1e6);

    hearth_card_clock_push (&card, (guint64) (card_s * NS), second * S + g_rand_int_range (dice, 0, 10000));
    if (second > 120 && (second < 200 || second > 320))
      g_assert_cmpfloat (fabs (hearth_card_clock_get_ppm (&card) - ppm), <, 25);
  }
  g_assert_cmpfloat (fabs (hearth_card_clock_get_ppm (&card) - ppm), <, 8);
  hearth_card_clock_clear (&card);
}

/* A driver that has lost its mind is not followed. */
static void
test_card_clock_of_a_liar (void)
{
  HearthCardClock card;

  hearth_card_clock_init (&card);
  for (gint64 second = 1; second <= 120; second++)
    hearth_card_clock_push (&card, (guint64) second * NS * 48 / 44, second * S);
  g_assert_cmpfloat (hearth_card_clock_get_ppm (&card), ==, 0);
  hearth_card_clock_clear (&card);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/play/map/is-a-line", test_map_is_a_line);
  g_test_add_func ("/play/map/bends-without-a-jump", test_map_bends_without_a_jump);
  g_test_add_func ("/play/map/keeps-its-precision", test_map_keeps_its_precision);
  g_test_add_func ("/play/timeline/goes-on-over-a-jump", test_timeline_goes_on_over_a_jump);
  g_test_add_func ("/play/timeline/lets-gaps-be", test_timeline_lets_gaps_be);
  g_test_add_func ("/play/timeline/has-many-jumps", test_timeline_has_many_jumps);
  g_test_add_func ("/play/timeline/matches-a-pcr-over-the-wrap", test_timeline_matches_a_pcr_over_the_wrap);
  g_test_add_func ("/play/steer/gathers-the-margin-unheard", test_steer_gathers_the_margin_unheard);
  g_test_add_func ("/play/steer/never-freezes", test_steer_never_freezes);
  g_test_add_data_func ("/play/sync/follows-a-sender", GINT_TO_POINTER (0), test_sync_follows_a_sender);
  g_test_add_data_func ("/play/sync/follows-a-fast-sender", GINT_TO_POINTER (200), test_sync_follows_a_sender);
  g_test_add_data_func ("/play/sync/follows-a-slow-sender", GINT_TO_POINTER (-200), test_sync_follows_a_sender);
  g_test_add_func ("/play/sync/begins-sound-late-rather-than-never", test_sync_begins_sound_late_rather_than_never);
  g_test_add_data_func ("/play/card-clock/right", GINT_TO_POINTER (0), test_card_clock);
  g_test_add_data_func ("/play/card-clock/fast", GINT_TO_POINTER (200), test_card_clock);
  g_test_add_data_func ("/play/card-clock/slow", GINT_TO_POINTER (-60), test_card_clock);
  g_test_add_func ("/play/card-clock/of-a-liar", test_card_clock_of_a_liar);
  g_test_add_func ("/play/watch/names-the-reason", test_watch_names_the_reason);
  g_test_add_func ("/play/watch/forgives-a-stall", test_watch_forgives_a_stall);
  return g_test_run ();
}
