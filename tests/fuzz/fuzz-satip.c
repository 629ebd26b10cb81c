/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a SAT>IP server, or somebody who says that he is one, sends: answers, packets between them, reports, SSDP, descriptions. */
#include "plugins/network-satip/satip-description.h"
#include "plugins/network-satip/satip-report.h"
#include "plugins/network-satip/satip-rtp.h"
#include "plugins/network-satip/satip-rtsp.h"
#include "plugins/network-satip/satip-ssdp.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static volatile guint8 sum;

static void
touch (const void *bytes, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++) /* each byte, for the sanitizer */
    sum += ((const guint8 *) bytes)[i];
}

static void
on_push (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  touch (bytes, n_bytes);
}

static void
on_gap (gpointer user_data)
{
}

static const SatipRtpOut out = { .push = on_push, .gap = on_gap };

static void
try_text (SatipSpan text)
{
  SatipReport report;

  if (satip_report_parse (text, &report) && (report.level > SATIP_MAX_LEVEL || report.quality > SATIP_MAX_QUALITY))
    abort ();
}

static void
try_packet (SatipRtp *rtp, const guint8 *bytes, gsize n_bytes, gint64 now_us)
{
  const guint8 *payload;
  gsize payload_bytes;
  guint16 sequence;
  SatipSpan text;

  if (satip_rtp_parse (bytes, n_bytes, &sequence, &payload, &payload_bytes)) {
    if (payload < bytes || payload + payload_bytes > bytes + n_bytes)
      abort ();
    satip_rtp_push (rtp, sequence, payload, payload_bytes, now_us, now_us);
    satip_rtp_expire (rtp, now_us);
  }
  if (satip_report_find_rtcp (bytes, n_bytes, &text)) {
    touch (text.text, text.n_bytes);
    try_text (text);
  }
}

/* A connection: unit after unit. */
static void
try_connection (const guint8 *data, gsize size)
{
  HearthTransportHealth health = { 0 };
  gint64 now_us = 1;
  SatipRtspUnit unit;
  SatipRtp rtp;
  SatipSpan text;

  satip_rtp_init (&rtp, &out, NULL, &health);
  for (gsize at = 0;; at += unit.n_bytes, now_us += 10000) {
    satip_rtsp_parse (data + at, size - at, &unit);
    if (unit.kind == SATIP_RTSP_MORE || unit.kind == SATIP_RTSP_BROKEN)
      break;
    if (unit.n_bytes == 0 || unit.n_bytes > size - at)
      abort ();
    touch (unit.payload, unit.payload_bytes);
    if (unit.kind == SATIP_RTSP_PACKET)
      try_packet (&rtp, unit.payload, unit.payload_bytes, now_us);
    else if (satip_report_find_sdp (unit.payload, unit.payload_bytes, unit.stream, &text))
      try_text (text);
  }
  satip_rtp_reset (&rtp);
}

static void
try_description (const guint8 *data, gsize size)
{
  SatipDescription description;
  g_autoptr (GArray) front_ends = NULL;

  if (!satip_description_parse (&description, (const char *) data, size, NULL))
    return;
  if (description.capabilities != NULL)
    front_ends = satip_capabilities_parse (description.capabilities);
  if (front_ends != NULL && front_ends->len > SATIP_MAX_FRONT_ENDS)
    abort ();
  satip_description_clear (&description);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree guint8 *exact = g_memdup2 (data, MAX (size, 1));
  HearthTransportHealth health = { 0 };
  SatipSsdp message;
  SatipRtp rtp;

  satip_rtp_init (&rtp, &out, NULL, &health);
  try_packet (&rtp, exact, size, 1);
  satip_rtp_reset (&rtp);
  try_connection (exact, size);
  try_text (satip_span_new (exact, size));
  try_description (exact, size);
  satip_ssdp_parse (exact, size, &message);
  if (message.kind == SATIP_SSDP_HERE && message.location[0] == '\0')
    abort ();
  return 0;
}
