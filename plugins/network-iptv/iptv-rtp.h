/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-rtp
 *
 * RTP (RFC 3550, 5.1) around MPEG-TS (RFC 2250, 2), and packets put back in
 * order. Packets in order pass at once and untouched; only behind a hole they
 * are copied and held, until it is filled, 50 ms have passed, or 64 are held.
 */
typedef struct {
  guint16 sequence;
  guint32 ssrc;
  gsize header_bytes; /* with CSRCs and extension */
  gsize payload_bytes; /* without padding */
} IptvRtpHeader;

typedef enum {
  IPTV_DATAGRAM_TS,
  IPTV_DATAGRAM_RTP,
  IPTV_DATAGRAM_OTHER,
} IptvDatagramKind;

/* Reads the header of a datagram of @n_bytes of which only the first @n_there are at hand. FALSE: no RTP, or more is needed. */
gboolean iptv_rtp_parse (const guint8 *bytes, gsize n_there, gsize n_bytes, IptvRtpHeader *header);
/* What a datagram is, by its bytes alone; @header is set for RTP. */
IptvDatagramKind iptv_rtp_classify (const guint8 *bytes, gsize n_bytes, IptvRtpHeader *header);

#define IPTV_RTP_WINDOW 64   /* packets held at most */
#define IPTV_RTP_HISTORY 512 /* sequence numbers remembered, to tell twice from late; further away is a restart */
#define IPTV_RTP_HOLD_US 50000

typedef struct {
  void (*push) (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us);
  void (*gap) (gpointer user_data);
} IptvRtpOut;

typedef struct {
  guint8 *bytes; /* NULL: empty */
  gsize n_bytes;
  gint64 arrival_us;
  guint16 sequence;
} IptvRtpHeld;

typedef struct {
  const IptvRtpOut *out;
  gpointer user_data;
  HearthTransportHealth *health; /* lost, reordered, duplicate, late are added to */

  gboolean started;
  guint32 ssrc;
  guint16 next;             /* the sequence number that is due */
  guint n_held;
  guint n_late_in_a_row;
  gint64 hole_since_us;     /* 0: no hole */
  IptvRtpHeld held[IPTV_RTP_WINDOW];
  guint64 seen[IPTV_RTP_HISTORY / 64];
} IptvRtp;

void iptv_rtp_init (IptvRtp *self, const IptvRtpOut *out, gpointer user_data, HearthTransportHealth *health);
void iptv_rtp_clear (IptvRtp *self);
/* @payload need not outlive the call; it is pushed on from where it stands when it is due. */
void iptv_rtp_push (IptvRtp *self, const IptvRtpHeader *header, const guint8 *payload, gint64 arrival_us, gint64 now_us);
/* Gives up holes that are too old. */
void iptv_rtp_expire (IptvRtp *self, gint64 now_us);

G_END_DECLS
