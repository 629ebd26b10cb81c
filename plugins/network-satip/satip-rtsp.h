/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-span.h"

G_BEGIN_DECLS

/**
 * SECTION:satip-rtsp
 *
 * What a SAT>IP server says on its RTSP connection (RFC 2326; SAT>IP 1.2.2,
 * 3.5): answers, and the RTP and RTCP packets between them when they come
 * interleaved (RFC 2326, 10.12). Pure.
 */
#define SATIP_SESSION_BYTES 64
#define SATIP_WORDS_BYTES 128
#define SATIP_NO_STREAM G_MAXUINT32
#define SATIP_DEFAULT_TIMEOUT_S 60 /* RFC 2326, 12.37 */
#define SATIP_MAX_ANSWER_BYTES 65536

typedef enum {
  SATIP_RTSP_MORE,   /* not whole yet */
  SATIP_RTSP_ANSWER,
  SATIP_RTSP_PACKET, /* interleaved */
  SATIP_RTSP_OTHER,  /* whole, and nothing to us: a request of the server's */
  SATIP_RTSP_BROKEN, /* no RTSP; the connection is of no use any more */
} SatipRtspKind;

typedef struct {
  SatipRtspKind kind;
  gsize n_bytes;          /* of it all */
  guint8 channel;         /* PACKET */
  const guint8 *payload;  /* PACKET: the packet; ANSWER: its body; in the bytes that were given */
  gsize payload_bytes;
  guint32 status, cseq;   /* ANSWER from here on; cseq 0: it did not say */
  char session[SATIP_SESSION_BYTES]; /* "": it did not say */
  guint32 timeout_s;
  guint32 stream;         /* com.ses.streamID */
  gboolean interleaved;   /* its Transport says so */
  guint32 channels[2];    /* RTP, RTCP */
  char words[SATIP_WORDS_BYTES]; /* why not: the reason phrase, and what it would rather have (No-More, Check-Syntax, Out-of-Range: 3.5.9) */
} SatipRtspUnit;

/* What stands first in @bytes. */
void satip_rtsp_parse (const guint8 *bytes, gsize n_bytes, SatipRtspUnit *unit);

G_END_DECLS
