/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-verdict.h"

#include <string.h>

static void
say (HearthVerdict *verdict, HearthError code, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1); /* a plug-in's text, perhaps cut within a character */

  verdict->reason = hearth_error_get_name (code);
  g_strlcpy (verdict->text, valid, sizeof verdict->text);
  if (!g_utf8_validate (verdict->text, -1, NULL)) /* cut by us */
    *(char *) g_utf8_find_prev_char (verdict->text, verdict->text + strlen (verdict->text)) = '\0';
}

#define TRANSFER_US 250000 /* a key frame's own time on the line */
#define USUAL_INTERVAL_US (5 * G_USEC_PER_SEC) /* of key frames, before two of them told their own */

/* So long after packets began to come, or after the last key frame, the next one may be missing. A stream that tells already why
 * there will be none (scrambled, no tables) need not be waited for. */
static gint64
get_patience (const HearthIngestFlow *flow, gboolean started, gboolean hopeless)
{
  const gint64 interval_us = flow->key_frame_interval_us > 0 ? flow->key_frame_interval_us : USUAL_INTERVAL_US;

  if (started)
    return HEARTH_VERDICT_PATIENCE_US + 2 * interval_us;
  if (hopeless)
    return HEARTH_VERDICT_PATIENCE_US;
  return MAX (HEARTH_VERDICT_PATIENCE_US, flow->key_frame_interval_us + TRANSFER_US);
}

/* Packets come; can a picture start? Where one has started, the next key frame may be long in coming. */
static void
judge_pictures (HearthVerdict *verdict, const HearthIngestFlow *flow, gint64 now_us)
{
  const gboolean started = flow->last_key_frame_us >= flow->flowing_since_us;
  const gint64 since_us = started ? flow->last_key_frame_us : flow->flowing_since_us;
  const guint64 packets = flow->ts.packets - flow->packets_at_key_frame; /* stuffing counted in: a hint is enough */
  const guint64 scrambled = flow->ts.scrambled - flow->scrambled_at_key_frame;

  const gboolean is_scrambled = scrambled > packets / 2;

  if (now_us - since_us <= get_patience (flow, started, is_scrambled || !flow->has_tables) || (flow->has_tables && !flow->has_video))
    return;
  if (is_scrambled)
    say (verdict, HEARTH_ERROR_NO_KEY_FRAME,
         "The stream is scrambled: it needs a subscription or a decryption that this box does not have.");
  else if (!flow->has_tables)
    say (verdict, HEARTH_ERROR_NO_KEY_FRAME, "Packets come, but no tables that say what is in them (PAT and PMT).");
  else if (started)
    say (verdict, HEARTH_ERROR_NO_KEY_FRAME, "Packets come, but key frames have stopped: a picture that breaks stays broken.");
  else
    say (verdict, HEARTH_ERROR_NO_KEY_FRAME, "Packets come, but no key frame yet, so that no picture can start.");
}

static void
judge_flow (HearthVerdict *verdict, const HearthIngestReport *report, gint64 now_us)
{
  const gint64 waiting_since_us = MAX (report->state_since_us, report->flow.last_packet_us);

  if (now_us - waiting_since_us > HEARTH_VERDICT_PATIENCE_US)
    say (verdict, HEARTH_ERROR_NO_PACKETS,
         report->flow.last_packet_us == 0
           ? "The stream was asked for, but no packet comes: the sender is off, or the network does not let it through."
           : "No packet comes any more: the sender has stopped, or the line is cut.");
  else if (report->flow.last_packet_us != 0)
    judge_pictures (verdict, &report->flow, now_us);
}

gboolean
hearth_verdict_is_stuck (const HearthIngestReport *report, gint64 now_us)
{
  return report->beat_us != 0 && now_us - report->beat_us > HEARTH_VERDICT_STUCK_US && report->state != HEARTH_STREAM_ENDED &&
         report->state != HEARTH_STREAM_FAILED;
}

void
hearth_verdict_reach (HearthVerdict *verdict, const HearthIngestReport *report, gint64 now_us)
{
  verdict->state = report->state;
  verdict->reason = "";
  verdict->text[0] = '\0';
  if (hearth_verdict_is_stuck (report, now_us)) {
    if (report->state == HEARTH_STREAM_JOINED && report->flow.last_packet_us != 0)
      verdict->state = HEARTH_STREAM_RUNNING;
    say (verdict, HEARTH_ERROR_PLUGIN, "The network's plug-in hangs; it is being started anew.");
    return;
  }
  switch (report->state) {
  case HEARTH_STREAM_FAILED:
    say (verdict, report->code, report->text);
    return;
  case HEARTH_STREAM_ENDED:
  case HEARTH_STREAM_DIRECT:
    return;
  case HEARTH_STREAM_CONNECTING:
  case HEARTH_STREAM_RECONNECTING:
    if (report->flow.last_packet_us <= report->state_since_us) {
      if (report->state == HEARTH_STREAM_RECONNECTING || report->text[0] != '\0')
        say (verdict, report->code, report->text);
      return;
    }
    break; /* packets came since: it runs */
  case HEARTH_STREAM_JOINED:
  case HEARTH_STREAM_RUNNING:
  default:
    break;
  }
  verdict->state = report->flow.last_packet_us != 0 ? HEARTH_STREAM_RUNNING : report->state;
  judge_flow (verdict, report, now_us);
}

gboolean
hearth_verdict_equal (const HearthVerdict *a, const HearthVerdict *b)
{
  return a->state == b->state && g_strcmp0 (a->reason, b->reason) == 0 && g_str_equal (a->text, b->text);
}

const char *
hearth_verdict_get_state_name (const HearthVerdict *verdict)
{
  static const char *const names[] = { "connecting", "joined", "running", "reconnecting", "ended", "failed", "direct" };

  return (guint) verdict->state < G_N_ELEMENTS (names) ? names[verdict->state] : "failed";
}

void
hearth_verdict_add_to_dict (GVariantDict *dict, const HearthVerdict *verdict, const HearthIngestReport *report, gint64 now_us)
{
  const HearthIngestFlow *flow = &report->flow;
  const struct {
    const char *key;
    guint64 value;
  } counters[] = {
    { "bytes", flow->bytes },
    { "packets", flow->ts.packets },
    { "null-packets", flow->ts.null_packets },
    { "continuity-errors", flow->ts.continuity_errors },
    { "transport-errors", flow->ts.transport_errors },
    { "crc-errors", flow->ts.crc_errors },
    { "scrambled", flow->ts.scrambled },
    { "pcr-jumps", flow->ts.pcr_jumps },
    { "received", report->transport.received },
    { "lost", report->transport.lost },
    { "reordered", report->transport.reordered },
    { "duplicate", report->transport.duplicate },
    { "late", report->transport.late },
    { "malformed", report->transport.malformed },
    { "reconnects", report->transport.reconnects },
    { "key-frames", flow->key_frames },
    { "ring-bytes", flow->ring_bytes },
  };

  g_variant_dict_insert (dict, "state", "s", hearth_verdict_get_state_name (verdict));
  g_variant_dict_insert (dict, "reason", "s", verdict->reason);
  g_variant_dict_insert (dict, "reason-text", "s", verdict->text);
  for (guint i = 0; i < G_N_ELEMENTS (counters); i++)
    g_variant_dict_insert (dict, counters[i].key, "t", counters[i].value);
  g_variant_dict_insert (dict, "bit-rate", "u", hearth_ingest_flow_get_bit_rate (flow, now_us));
  g_variant_dict_insert (dict, "clock-ppm", "d", flow->clock_ppm);
  g_variant_dict_insert (dict, "jitter-us", "x", flow->jitter_us);
  g_variant_dict_insert (dict, "codec", "s", flow->codec != HEARTH_TS_CODEC_NONE ? hearth_ts_codec_get_name (flow->codec) : "");
  g_variant_dict_insert (dict, "key-frame-interval-ms", "u", (guint32) (flow->key_frame_interval_us / 1000));
}
