/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:satip-rtp
 *
 * RTP around MPEG-TS (RFC 3550, 5.1; RFC 2250, 2) as a server in the house sends it. Packets that overtook one another are put in
 * order; behind a hole they are held until it is filled or given up. Pure.
 */
#define SATIP_RTP_WINDOW 32
#define SATIP_RTP_HOLD_US 30000

/* FALSE: no RTP of version 2. A payload of no bytes is right: there is nothing to send. */
gboolean satip_rtp_parse (const guint8 *bytes, gsize n_bytes, guint16 *sequence, const guint8 **payload, gsize *payload_bytes);

typedef struct {
  void (*push) (gpointer user_data, const guint8 *bytes, gsize n_bytes, gint64 arrival_us);
  void (*gap) (gpointer user_data);
} SatipRtpOut;

typedef struct {
  const SatipRtpOut *out;
  gpointer user_data;
  HearthTransportHealth *health; /* lost, reordered, late are added to */
  gboolean started;
  guint16 next;                  /* what is due */
  guint n_held, n_late;
  gint64 hole_since_us;
  struct {
    guint8 *bytes; /* NULL: empty */
    gsize n_bytes;
    gint64 arrival_us;
  } held[SATIP_RTP_WINDOW];
} SatipRtp;

void satip_rtp_init (SatipRtp *self, const SatipRtpOut *out, gpointer user_data, HearthTransportHealth *health);
/* Forgets what is held; the next packet is the first. Also before it is thrown away. */
void satip_rtp_reset (SatipRtp *self);
void satip_rtp_push (SatipRtp *self, guint16 sequence, const guint8 *payload, gsize n_bytes, gint64 arrival_us, gint64 now_us);
/* Gives up a hole that is too old. */
void satip_rtp_expire (SatipRtp *self, gint64 now_us);

G_END_DECLS
