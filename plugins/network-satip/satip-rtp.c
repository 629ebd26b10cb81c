/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-rtp.h"

#include <string.h>

#define FIXED_HEADER_BYTES 12
#define LATE_RESTART 16 /* so many late in a row: the server began anew, a little before where it was */
#define FAR 1024        /* as far ahead: another beginning, not a loss */

gboolean
satip_rtp_parse (const guint8 *bytes, gsize n_bytes, guint16 *sequence, const guint8 **payload, gsize *payload_bytes)
{
  gsize length, padding = 0;

  if (n_bytes < FIXED_HEADER_BYTES || bytes[0] >> 6 != 2)
    return FALSE;
  length = FIXED_HEADER_BYTES + 4u * (bytes[0] & 0x0f);
  if ((bytes[0] & 0x10) != 0) {
    if (n_bytes < length + 4)
      return FALSE;
    length += 4 + 4u * ((gsize) bytes[length + 2] << 8 | bytes[length + 3]);
  }
  if ((bytes[0] & 0x20) != 0)
    padding = bytes[n_bytes - 1];
  if (length + padding > n_bytes)
    return FALSE;
  *sequence = (guint16) (bytes[2] << 8 | bytes[3]);
  *payload = bytes + length;
  *payload_bytes = n_bytes - length - padding;
  return TRUE;
}

static void
push_due (SatipRtp *self)
{
  while (self->n_held > 0 && self->held[self->next % SATIP_RTP_WINDOW].bytes != NULL) {
    const guint slot = self->next++ % SATIP_RTP_WINDOW;

    self->out->push (self->user_data, self->held[slot].bytes, self->held[slot].n_bytes, self->held[slot].arrival_us);
    g_clear_pointer (&self->held[slot].bytes, g_free);
    self->n_held--;
  }
}

/* On to the first one that is held. */
static void
give_up_hole (SatipRtp *self)
{
  while (self->held[self->next % SATIP_RTP_WINDOW].bytes == NULL) {
    self->health->lost++;
    self->next++;
  }
  self->out->gap (self->user_data);
  push_due (self);
}

static void
begin (SatipRtp *self, guint16 sequence)
{
  while (self->n_held > 0)
    give_up_hole (self);
  if (self->started)
    self->out->gap (self->user_data);
  self->started = TRUE;
  self->next = sequence;
  self->n_late = 0;
  self->hole_since_us = 0;
}

static void
hold (SatipRtp *self, guint16 sequence, const guint8 *payload, gsize n_bytes, gint64 arrival_us, gint64 now_us)
{
  const guint slot = sequence % SATIP_RTP_WINDOW;

  if (self->held[slot].bytes != NULL) /* it came twice */
    return;
  self->held[slot].bytes = g_malloc (n_bytes + 1); /* an empty one is held too */
  memcpy (self->held[slot].bytes, payload, n_bytes);
  self->held[slot].n_bytes = n_bytes;
  self->held[slot].arrival_us = arrival_us;
  if (self->n_held++ == 0)
    self->hole_since_us = now_us;
}

/* Too far ahead to be held: what lies between is lost. */
static void
make_room (SatipRtp *self, guint16 sequence)
{
  while ((guint16) (sequence - self->next) >= SATIP_RTP_WINDOW && self->n_held > 0)
    give_up_hole (self);
  if ((guint16) (sequence - self->next) < SATIP_RTP_WINDOW)
    return;
  self->health->lost += (guint16) (sequence - self->next);
  self->next = sequence;
  self->out->gap (self->user_data);
}

void
satip_rtp_push (SatipRtp *self, guint16 sequence, const guint8 *payload, gsize n_bytes, gint64 arrival_us, gint64 now_us)
{
  gint ahead = (gint16) (guint16) (sequence - self->next);

  if (!self->started || ahead >= FAR || ahead <= -FAR) {
    begin (self, sequence);
  } else if (ahead < 0) {
    self->health->late++;
    if (++self->n_late < LATE_RESTART)
      return;
    begin (self, sequence);
  } else if (ahead >= SATIP_RTP_WINDOW) {
    make_room (self, sequence);
  }
  self->n_late = 0;
  if (sequence != self->next) {
    hold (self, sequence, payload, n_bytes, arrival_us, now_us);
    return;
  }
  self->health->reordered += self->n_held > 0; /* it fills the hole */
  self->next++;
  self->out->push (self->user_data, payload, n_bytes, arrival_us);
  push_due (self);
  self->hole_since_us = now_us;
}

void
satip_rtp_expire (SatipRtp *self, gint64 now_us)
{
  if (self->n_held == 0 || now_us - self->hole_since_us < SATIP_RTP_HOLD_US)
    return;
  give_up_hole (self);
  self->hole_since_us = now_us;
}

void
satip_rtp_reset (SatipRtp *self)
{
  for (guint i = 0; i < SATIP_RTP_WINDOW; i++)
    g_clear_pointer (&self->held[i].bytes, g_free);
  self->n_held = 0;
  self->started = FALSE;
}

void
satip_rtp_init (SatipRtp *self, const SatipRtpOut *out, gpointer user_data, HearthTransportHealth *health)
{
  *self = (SatipRtp) { .out = out, .user_data = user_data, .health = health };
}
