/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources read from strangers: datagrams, bodies, recordings, and addresses from a list. */
#include "plugins/network-iptv/iptv-address.h"
#include "plugins/network-iptv/iptv-pacer.h"
#include "plugins/network-iptv/iptv-rtp.h"
#include "plugins/network-iptv/iptv-ts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static volatile guint8 sum;

static void
on_push (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  for (gsize i = 0; i < n_bytes; i++) /* touches every byte, for the sanitizer */
    sum += bytes[i];
}

static void
on_gap (gpointer user_data)
{
}

static const IptvRtpOut out = { .push = on_push, .gap = on_gap };

/* Datagrams: two bytes of length and one of time, then so many bytes. */
static void
try_datagrams (const guint8 *data, gsize size)
{
  HearthTransportHealth health = { 0 };
  gint64 now_us = 1;
  IptvRtp rtp;

  iptv_rtp_init (&rtp, &out, NULL, &health);
  while (size > 3) {
    gsize n = MIN ((gsize) data[0] << 8 | data[1], size - 3);
    g_autofree guint8 *exact = g_memdup2 (data + 3, MAX (n, 1));
    IptvRtpHeader header;

    now_us += data[2] * 1000;
    iptv_rtp_expire (&rtp, now_us);
    if (iptv_rtp_classify (exact, n, &header) == IPTV_DATAGRAM_RTP) {
      if (header.header_bytes + header.payload_bytes > n)
        abort ();
      iptv_rtp_push (&rtp, &header, exact + header.header_bytes, now_us, now_us);
    }
    sum += iptv_ts_has_pcr (exact, n);
    data += 3 + n;
    size -= 3 + n;
  }
  iptv_rtp_clear (&rtp);
}

static void
try_recording (const guint8 *data, gsize size)
{
  gint64 now_us = 1000000;
  IptvPacerRun run;
  IptvPacer pacer;
  gsize taken = 0, offset;

  iptv_ts_probe (data, size, TRUE, &offset);
  iptv_pacer_init (&pacer);
  for (gsize at = 0; at < size; at += 1000, now_us += 20000) {
    iptv_pacer_push (&pacer, data + at, MIN (1000, size - at));
    if (at % 3000 == 0)
      iptv_pacer_splice (&pacer);
    for (; iptv_pacer_take (&pacer, now_us, &run); taken += run.n_bytes)
      on_push (NULL, run.bytes, run.n_bytes, run.due_us);
  }
  pacer.ended = TRUE;
  for (guint i = 0; i < 10000 && iptv_pacer_get_fill (&pacer) > 0; i++, now_us += 1000000)
    for (; iptv_pacer_take (&pacer, now_us, &run); taken += run.n_bytes)
      on_push (NULL, run.bytes, run.n_bytes, run.due_us);
  if (taken != size) /* all comes out, once */
    abort ();
  iptv_pacer_clear (&pacer);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  IptvAddress address;

  iptv_address_parse (&address, text, NULL);
  try_datagrams (data, size);
  try_recording (data, size);
  return 0;
}
