/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-verdict.h"

#include <string.h>

#define S G_USEC_PER_SEC

static HearthIngestReport
joined_at (gint64 time_us)
{
  HearthIngestReport report = { .state = HEARTH_STREAM_JOINED, .state_since_us = time_us };

  return report;
}

/* Packets from @from_us to @to_us, the last key frame at @key_us (0: none yet). */
static HearthIngestReport
flowing (gint64 from_us, gint64 to_us, gint64 key_us)
{
  HearthIngestReport report = joined_at (from_us);

  report.flow.flowing_since_us = from_us;
  report.flow.last_packet_us = to_us;
  report.flow.last_key_frame_us = key_us;
  report.flow.ts.packets = 1000;
  report.flow.has_tables = report.flow.has_video = TRUE;
  return report;
}

static void
assert_verdict (const HearthIngestReport *report, gint64 now_us, const char *state, const char *reason)
{
  HearthVerdict verdict;

  hearth_verdict_reach (&verdict, report, now_us);
  g_assert_cmpstr (hearth_verdict_get_state_name (&verdict), ==, state);
  g_assert_cmpstr (verdict.reason, ==, reason);
  g_assert_true ((*verdict.text == '\0') == (*reason == '\0'));
}

static void
test_no_packets (void)
{
  HearthIngestReport report = joined_at (10 * S);

  assert_verdict (&report, 11 * S, "joined", "");
  assert_verdict (&report, 10 * S + 1750000, "joined", "NoPackets"); /* told within 2 s */
  report = flowing (10 * S, 20 * S, 20 * S);
  assert_verdict (&report, 21 * S, "running", "");
  assert_verdict (&report, 22 * S, "running", "NoPackets");
}

static void
test_no_key_frame (void)
{
  HearthIngestReport report = flowing (10 * S, 11 * S, 0);

  assert_verdict (&report, 11 * S, "running", "");
  report.flow.last_packet_us = 11 * S + 450000;
  assert_verdict (&report, 11 * S + 450000, "running", "");
  report.flow.last_packet_us = 11 * S + 750000; /* looked at every 250 ms: told within 2 s */
  assert_verdict (&report, 11 * S + 750000, "running", "NoKeyFrame");
  report.flow.last_key_frame_us = 12 * S; /* it came */
  report.flow.last_packet_us = 12 * S;
  assert_verdict (&report, 12 * S, "running", "");

  report = flowing (10 * S, 30 * S, 24 * S);
  report.flow.key_frame_interval_us = 3 * S; /* the next one is due at 27, late at 31.5 */
  assert_verdict (&report, 31 * S, "running", "");
  report.flow.last_packet_us = 32 * S;
  assert_verdict (&report, 32 * S, "running", "NoKeyFrame");
}

/* One key frame, and the next one far away: a picture stands on the screen. */
static void
test_first_interval (void)
{
  HearthIngestReport report = flowing (10 * S, 20 * S, 10 * S);

  assert_verdict (&report, 20 * S, "running", "");
  report.flow.last_packet_us = 22 * S;
  assert_verdict (&report, 22 * S, "running", "NoKeyFrame");
}

static void
test_after_silence (void)
{
  HearthIngestReport report = flowing (50 * S, 51 * S, 20 * S); /* flows again since 50; the last key frame is of before */

  assert_verdict (&report, 51 * S, "running", "");
  report.flow.last_packet_us = 53 * S;
  assert_verdict (&report, 53 * S, "running", "NoKeyFrame");
  report.flow.key_frame_interval_us = 5 * S; /* known from before: this service has them seldom */
  assert_verdict (&report, 53 * S, "running", "");
  report.flow.last_packet_us = 56 * S;
  assert_verdict (&report, 56 * S, "running", "NoKeyFrame");
}

/* Where no key frame can be hoped for, it is told at once, even of a service that has them seldom. */
static void
test_hopeless (void)
{
  HearthIngestReport report = flowing (10 * S, 11 * S + 600000, 0);

  report.flow.key_frame_interval_us = 5 * S;
  assert_verdict (&report, 11 * S + 600000, "running", "");
  report.flow.ts.scrambled = report.flow.ts.packets;
  assert_verdict (&report, 11 * S + 600000, "running", "NoKeyFrame");
  report.flow.ts.scrambled = 0;
  report.flow.has_tables = FALSE;
  assert_verdict (&report, 11 * S + 600000, "running", "NoKeyFrame");
}

static void
test_radio (void)
{
  HearthIngestReport report = flowing (10 * S, 60 * S, 0);

  report.flow.has_video = FALSE;
  assert_verdict (&report, 60 * S, "running", "");
}

static void
test_words (void)
{
  HearthIngestReport report = flowing (10 * S, 60 * S, 0);
  HearthVerdict verdict;

  report.flow.ts.scrambled = 900;
  hearth_verdict_reach (&verdict, &report, 60 * S);
  g_assert_nonnull (strstr (verdict.text, "scrambled"));
  report.flow.ts.scrambled = 100;
  report.flow.has_tables = FALSE;
  hearth_verdict_reach (&verdict, &report, 60 * S);
  g_assert_nonnull (strstr (verdict.text, "PAT"));
}

static void
test_plugins_word (void)
{
  HearthIngestReport report = joined_at (10 * S);
  HearthVerdict verdict;

  report.state = HEARTH_STREAM_RECONNECTING;
  report.code = HEARTH_ERROR_DISCONNECTED;
  memset (report.text, 'x', sizeof report.text);
  memcpy (report.text + 252, "\xe4\xb8\xad", 4); /* up to the last byte: 中 and the zero */
  assert_verdict (&report, 20 * S, "reconnecting", "Disconnected");
  report.text[254] = '\0'; /* cut within it */
  hearth_verdict_reach (&verdict, &report, 20 * S);
  g_assert_true (g_utf8_validate (verdict.text, -1, NULL));

  report.flow.flowing_since_us = report.flow.last_packet_us = 21 * S; /* they come again: that is seen here */
  assert_verdict (&report, 22 * S, "running", "");
  report.state = HEARTH_STREAM_FAILED;
  assert_verdict (&report, 22 * S, "failed", "Disconnected");
  report.state = HEARTH_STREAM_ENDED;
  assert_verdict (&report, 60 * S, "ended", "");
  report.state = HEARTH_STREAM_DIRECT;
  assert_verdict (&report, 60 * S, "direct", "");
  report = joined_at (10 * S);
  report.state = HEARTH_STREAM_CONNECTING;
  assert_verdict (&report, 60 * S, "connecting", "");
}

static void
test_bit_rate (void)
{
  HearthIngestFlow flow = { 0 };

  for (guint i = 0; i < 9; i++) {
    flow.rate[i].slot = 800 + i;
    flow.rate[i].bytes = 1000;
  }
  g_assert_cmpuint (hearth_ingest_flow_get_bit_rate (&flow, 808 * HEARTH_RATE_SLOT_US), ==, 8 * 1000 * 8);
  g_assert_cmpuint (hearth_ingest_flow_get_bit_rate (&flow, 812 * HEARTH_RATE_SLOT_US + 5), ==, 5 * 1000 * 8);
  g_assert_cmpuint (hearth_ingest_flow_get_bit_rate (&flow, 900 * HEARTH_RATE_SLOT_US), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream/verdict/no-packets", test_no_packets);
  g_test_add_func ("/stream/verdict/no-key-frame", test_no_key_frame);
  g_test_add_func ("/stream/verdict/hopeless", test_hopeless);
  g_test_add_func ("/stream/verdict/first-interval", test_first_interval);
  g_test_add_func ("/stream/verdict/after-silence", test_after_silence);
  g_test_add_func ("/stream/verdict/radio", test_radio);
  g_test_add_func ("/stream/verdict/words", test_words);
  g_test_add_func ("/stream/verdict/plugins-word", test_plugins_word);
  g_test_add_func ("/stream/verdict/bit-rate", test_bit_rate);
  return g_test_run ();
}
