/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-rtp.h"

#include <string.h>

#define FIXED_HEADER_BYTES 12
#define PAYLOAD_TYPE_MP2T 33 /* RFC 3551, 6 */
#define LATE_RESTART 64      /* so many late in a row: the sender began anew, a little before where it was */

static gboolean
is_ts (const guint8 *bytes, gsize n_bytes)
{
  if (n_bytes < 188)
    return FALSE;
  return bytes[0] == 0x47 || (n_bytes % 192 == 0 && bytes[4] == 0x47); /* 192: with a time stamp before each packet */
}

/* Padding: RFC 3550, 5.1; extension: 5.3.1. */
gboolean
iptv_rtp_parse (const guint8 *bytes, gsize n_there, gsize n_bytes, IptvRtpHeader *header)
{
  gsize length, padding = 0;

  if (n_there < FIXED_HEADER_BYTES || (bytes[0] >> 6) != 2)
    return FALSE;
  length = FIXED_HEADER_BYTES + 4u * (bytes[0] & 0x0f);
  if ((bytes[0] & 0x10) != 0) {
    if (n_there < length + 4)
      return FALSE;
    length += 4 + 4u * ((gsize) bytes[length + 2] << 8 | bytes[length + 3]);
  }
  if ((bytes[0] & 0x20) != 0) {
    if (n_there < n_bytes)
      return FALSE;
    padding = bytes[n_bytes - 1];
  }
  if (length > n_there || length + padding >= n_bytes)
    return FALSE;
  header->sequence = (guint16) (bytes[2] << 8 | bytes[3]);
  header->ssrc = (guint32) bytes[8] << 24 | (guint32) bytes[9] << 16 | (guint32) bytes[10] << 8 | bytes[11];
  header->header_bytes = length;
  header->payload_bytes = n_bytes - length - padding;
  return TRUE;
}

IptvDatagramKind
iptv_rtp_classify (const guint8 *bytes, gsize n_bytes, IptvRtpHeader *header)
{
  if (n_bytes >= 188 && bytes[0] == 0x47) /* as RTP that would be version 1 */
    return IPTV_DATAGRAM_TS;
  if (iptv_rtp_parse (bytes, n_bytes, n_bytes, header) &&
      ((bytes[1] & 0x7f) == PAYLOAD_TYPE_MP2T || is_ts (bytes + header->header_bytes, header->payload_bytes)))
    return IPTV_DATAGRAM_RTP;
  return is_ts (bytes, n_bytes) ? IPTV_DATAGRAM_TS : IPTV_DATAGRAM_OTHER;
}

/* ---- order ------------------------------------------------------------------------------ */

static void
mark_seen (IptvRtp *self, guint16 sequence, gboolean seen)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << (sequence % 64);
  guint64 *word = &self->seen[sequence % IPTV_RTP_HISTORY / 64];

  *word = seen ? *word | bit : *word & ~bit;
}

static gboolean
was_seen (const IptvRtp *self, guint16 sequence)
{
  return (self->seen[sequence % IPTV_RTP_HISTORY / 64] >> (sequence % 64) & 1) != 0;
}

static void
release_held (IptvRtp *self, IptvRtpHeld *held)
{
  g_clear_pointer (&held->bytes, g_free);
  self->n_held--;
}

/* The packet that was due is past, seen or lost. */
static void
advance (IptvRtp *self, gboolean seen)
{
  mark_seen (self, self->next, seen);
  self->next++;
}

static void
push_due (IptvRtp *self)
{
  IptvRtpHeld *held;

  while (self->n_held > 0 && (held = &self->held[self->next % IPTV_RTP_WINDOW])->bytes != NULL) {
    advance (self, TRUE);
    self->out->push (self->user_data, held->bytes, held->n_bytes, held->arrival_us);
    release_held (self, held);
  }
}

/* The hole will not be filled any more: on to the first packet that is held. */
static void
give_up_hole (IptvRtp *self)
{
  while (self->held[self->next % IPTV_RTP_WINDOW].bytes == NULL) {
    self->health->lost++;
    advance (self, FALSE);
  }
  self->out->gap (self->user_data);
  push_due (self);
}

static void
restart (IptvRtp *self, const IptvRtpHeader *header)
{
  while (self->n_held > 0)
    give_up_hole (self);
  if (self->started)
    self->out->gap (self->user_data);
  memset (self->seen, 0, sizeof self->seen);
  self->started = TRUE;
  self->ssrc = header->ssrc;
  self->next = header->sequence;
  self->hole_since_us = 0;
  self->n_late_in_a_row = 0;
}

static void
hold (IptvRtp *self, const IptvRtpHeader *header, const guint8 *payload, gint64 arrival_us)
{
  IptvRtpHeld *held = &self->held[header->sequence % IPTV_RTP_WINDOW];

  if (held->bytes != NULL) {
    self->health->duplicate++;
    return;
  }
  held->bytes = g_memdup2 (payload, header->payload_bytes);
  held->n_bytes = header->payload_bytes;
  held->arrival_us = arrival_us;
  held->sequence = header->sequence;
  self->n_held++;
}

/* Before the one that is due: late, if its place was given up, else there twice. */
static gboolean
count_old (IptvRtp *self, guint16 sequence)
{
  if (was_seen (self, sequence)) {
    self->health->duplicate++;
    return TRUE;
  }
  self->health->late++;
  return ++self->n_late_in_a_row < LATE_RESTART;
}

/* So far ahead that it would not fit: what is missing is lost. */
static void
make_room (IptvRtp *self, guint16 sequence)
{
  while ((guint16) (sequence - self->next) >= IPTV_RTP_WINDOW && self->n_held > 0)
    give_up_hole (self);
  if ((guint16) (sequence - self->next) < IPTV_RTP_WINDOW)
    return;
  while (self->next != sequence) {
    self->health->lost++;
    advance (self, FALSE);
  }
  self->out->gap (self->user_data);
}

void
iptv_rtp_push (IptvRtp *self, const IptvRtpHeader *header, const guint8 *payload, gint64 arrival_us, gint64 now_us)
{
  gint16 ahead = (gint16) (guint16) (header->sequence - self->next);

  if (G_UNLIKELY (!self->started || header->ssrc != self->ssrc || ahead >= IPTV_RTP_HISTORY || ahead < -IPTV_RTP_HISTORY)) {
    restart (self, header);
  } else if (ahead < 0) {
    if (count_old (self, header->sequence))
      return;
    restart (self, header);
  } else if (ahead >= IPTV_RTP_WINDOW) {
    make_room (self, header->sequence);
  }
  self->n_late_in_a_row = 0;
  if (header->sequence != self->next) {
    hold (self, header, payload, arrival_us);
    self->hole_since_us = self->hole_since_us != 0 ? self->hole_since_us : now_us;
    return;
  }
  if (self->n_held > 0)
    self->health->reordered++; /* it fills the hole */
  advance (self, TRUE);
  self->out->push (self->user_data, payload, header->payload_bytes, arrival_us);
  push_due (self);
  self->hole_since_us = self->n_held > 0 ? now_us : 0;
}

void
iptv_rtp_expire (IptvRtp *self, gint64 now_us)
{
  if (self->hole_since_us == 0 || now_us - self->hole_since_us < IPTV_RTP_HOLD_US)
    return;
  if (self->n_held > 0)
    give_up_hole (self);
  self->hole_since_us = self->n_held > 0 ? now_us : 0;
}

void
iptv_rtp_init (IptvRtp *self, const IptvRtpOut *out, gpointer user_data, HearthTransportHealth *health)
{
  memset (self, 0, sizeof *self);
  self->out = out;
  self->user_data = user_data;
  self->health = health;
}

void
iptv_rtp_clear (IptvRtp *self)
{
  for (guint i = 0; i < IPTV_RTP_WINDOW; i++)
    g_clear_pointer (&self->held[i].bytes, g_free);
  self->n_held = 0;
}
