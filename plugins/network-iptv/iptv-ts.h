/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The little of MPEG-TS (ISO/IEC 13818-1) that a source must know. Pure. */

#define IPTV_TS_PACKET 188

/* PCR in 27 MHz and its PID: 2.4.3.5. */
gboolean iptv_ts_get_pcr (const guint8 *packet, guint16 *pid, guint64 *pcr_27mhz);
/* Whether one of the whole packets in a datagram bears a PCR. */
gboolean iptv_ts_has_pcr (const guint8 *bytes, gsize n_bytes);

typedef enum {
  IPTV_BODY_UNKNOWN, /* more bytes are needed */
  IPTV_BODY_TS,
  IPTV_BODY_HTML,
  IPTV_BODY_DIRECT, /* an HLS playlist or another list, a DASH manifest, an MP4 file: what players open themselves */
  IPTV_BODY_OTHER,
} IptvBody;

#define IPTV_TS_PROBE_BYTES 8192 /* with so many the answer is not UNKNOWN */

/* What a server or a file sends. @offset: where the first packet begins. @last: there are no more bytes. */
IptvBody iptv_ts_probe (const guint8 *bytes, gsize n_bytes, gboolean last, gsize *offset);

G_END_DECLS
