/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-rtsp.h"

#include <string.h>

#define INTERLEAVED_HEADER_BYTES 4

static void
parse_packet (const guint8 *bytes, gsize n_bytes, SatipRtspUnit *unit)
{
  if (n_bytes < INTERLEAVED_HEADER_BYTES)
    return;
  unit->payload_bytes = (gsize) bytes[2] << 8 | bytes[3];
  if (n_bytes < INTERLEAVED_HEADER_BYTES + unit->payload_bytes)
    return;
  unit->kind = SATIP_RTSP_PACKET;
  unit->channel = bytes[1];
  unit->payload = bytes + INTERLEAVED_HEADER_BYTES;
  unit->n_bytes = INTERLEAVED_HEADER_BYTES + unit->payload_bytes;
}

/* "45236;timeout=30" */
static void
take_session (SatipRtspUnit *unit, SatipSpan value)
{
  SatipSpan part;

  if (!satip_span_cut (&value, ';', &part))
    return;
  satip_span_copy (satip_span_strip (part), unit->session, sizeof unit->session);
  while (satip_span_cut (&value, ';', &part)) {
    part = satip_span_strip (part);
    if (satip_span_begins (part, "timeout="))
      satip_span_get_number (satip_span_new (part.text + 8, part.n_bytes - 8), G_MAXINT32, &unit->timeout_s);
  }
}

/* "RTP/AVP/TCP;unicast;interleaved=0-1" */
static void
take_transport (SatipRtspUnit *unit, SatipSpan value)
{
  SatipSpan part, first;

  while (satip_span_cut (&value, ';', &part)) {
    part = satip_span_strip (part);
    if (!satip_span_begins (part, "interleaved="))
      continue;
    part = satip_span_new (part.text + 12, part.n_bytes - 12);
    unit->interleaved = satip_span_cut (&part, '-', &first) && satip_span_get_number (first, 255, &unit->channels[0]);
    if (!unit->interleaved || !satip_span_get_number (part, 255, &unit->channels[1]))
      unit->channels[1] = unit->channels[0] + 1;
  }
}

static void
append_words (SatipRtspUnit *unit, const char *before, SatipSpan value)
{
  const gsize length = strlen (unit->words);

  satip_span_copy (satip_span_new (before, strlen (before)), unit->words + length, sizeof unit->words - length);
  satip_span_copy (value, unit->words + strlen (unit->words), sizeof unit->words - strlen (unit->words));
}

static void
take_header (SatipRtspUnit *unit, SatipSpan key, SatipSpan value, guint32 *body_bytes)
{
  if (satip_span_is (key, "CSeq"))
    satip_span_get_number (value, G_MAXUINT32, &unit->cseq);
  else if (satip_span_is (key, "Content-Length"))
    satip_span_get_number (value, G_MAXUINT32, body_bytes);
  else if (satip_span_is (key, "Session"))
    take_session (unit, value);
  else if (satip_span_is (key, "com.ses.streamID"))
    satip_span_get_number (value, 65535, &unit->stream);
  else if (satip_span_is (key, "Transport"))
    take_transport (unit, value);
  else if (satip_span_is (key, "No-More") || satip_span_is (key, "Check-Syntax") || satip_span_is (key, "Out-of-Range"))
    append_words (unit, ": ", value);
}

static void
take_first_line (SatipRtspUnit *unit, SatipSpan line)
{
  SatipSpan version, status;

  unit->kind = SATIP_RTSP_OTHER;
  if (!satip_span_begins (line, "RTSP/") || !satip_span_cut (&line, ' ', &version) || !satip_span_cut (&line, ' ', &status) ||
      !satip_span_get_number (status, 999, &unit->status))
    return;
  unit->kind = SATIP_RTSP_ANSWER;
  append_words (unit, "", satip_span_strip (line));
}

/* Behind the empty line; 0: it has not come yet. Bare line feeds are taken for ends of lines too. */
static gsize
find_body (const guint8 *bytes, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++) {
    if (bytes[i] != '\n')
      continue;
    if (i + 1 < n_bytes && bytes[i + 1] == '\n')
      return i + 2;
    if (i + 2 < n_bytes && bytes[i + 1] == '\r' && bytes[i + 2] == '\n')
      return i + 3;
  }
  return 0;
}

static gboolean
is_text (const guint8 *bytes, gsize n_bytes)
{
  for (gsize i = 0; i < MIN (n_bytes, 4); i++)
    if (!g_ascii_isupper (bytes[i]) && bytes[i] != '_')
      return FALSE;
  return TRUE;
}

static void
parse_message (const guint8 *bytes, gsize n_bytes, SatipRtspUnit *unit)
{
  const gsize body_at = find_body (bytes, MIN (n_bytes, SATIP_MAX_ANSWER_BYTES));
  guint32 body_bytes = 0;
  SatipSpan rest = satip_span_new (bytes, body_at), line, key, value;

  if (body_at == 0) {
    unit->kind = n_bytes >= SATIP_MAX_ANSWER_BYTES ? SATIP_RTSP_BROKEN : SATIP_RTSP_MORE;
    return;
  }
  satip_span_cut (&rest, '\n', &line);
  take_first_line (unit, satip_span_strip (line));
  while (satip_span_next_header (&rest, &key, &value))
    take_header (unit, key, value, &body_bytes);
  if (body_bytes > SATIP_MAX_ANSWER_BYTES)
    unit->kind = SATIP_RTSP_BROKEN;
  else if (n_bytes - body_at < body_bytes)
    unit->kind = SATIP_RTSP_MORE;
  unit->payload = bytes + body_at;
  unit->payload_bytes = body_bytes;
  unit->n_bytes = body_at + body_bytes;
}

void
satip_rtsp_parse (const guint8 *bytes, gsize n_bytes, SatipRtspUnit *unit)
{
  gsize blank = 0;

  *unit = (SatipRtspUnit) { .kind = SATIP_RTSP_MORE, .timeout_s = SATIP_DEFAULT_TIMEOUT_S, .stream = SATIP_NO_STREAM };
  while (blank < n_bytes && (bytes[blank] == '\r' || bytes[blank] == '\n')) /* RFC 2326, 4.1: before a message they count for nothing */
    blank++;
  if (blank == n_bytes)
    return;
  if (bytes[blank] == '$')
    parse_packet (bytes + blank, n_bytes - blank, unit);
  else if (is_text (bytes + blank, n_bytes - blank))
    parse_message (bytes + blank, n_bytes - blank, unit);
  else
    unit->kind = SATIP_RTSP_BROKEN;
  unit->n_bytes += blank;
}
