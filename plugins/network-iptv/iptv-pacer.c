/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-pacer.h"

#include "iptv-ts.h"

#include <string.h>

#define MAX_STEP_US G_USEC_PER_SEC /* PCRs come at least every 100 ms: ISO/IEC 13818-1, 2.7.2; a longer step is a jump */
#define PCR_WRAP ((G_GUINT64_CONSTANT (1) << 33) * 300)
#define LOST_BYTES (2 << 20)
#define LATE_US (2 * G_USEC_PER_SEC) /* so far behind, time begins anew rather than let all out at once */

typedef struct {
  gsize offset; /* in the buffer */
  gint64 us;    /* the stream's time there */
} IptvPacerMark;

void
iptv_pacer_init (IptvPacer *self)
{
  memset (self, 0, sizeof *self);
  self->buffer = g_byte_array_new ();
  self->marks = g_array_new (FALSE, FALSE, sizeof (IptvPacerMark));
  self->start_us = G_MININT64;
  self->splices = g_array_new (FALSE, FALSE, sizeof (gsize));
}

void
iptv_pacer_clear (IptvPacer *self)
{
  g_clear_pointer (&self->buffer, g_byte_array_unref);
  g_clear_pointer (&self->marks, g_array_unref);
  g_clear_pointer (&self->splices, g_array_unref);
}

static IptvPacerMark *
mark_at (const IptvPacer *self, guint i)
{
  return &g_array_index (self->marks, IptvPacerMark, i);
}

/* Drops what was let out, but for the mark that the next run's time is counted from. */
static void
compact (IptvPacer *self)
{
  gsize drop = self->n_taken;

  if (drop < 65536 && drop < self->buffer->len)
    return;
  g_byte_array_remove_range (self->buffer, 0, (guint) drop);
  self->n_taken = 0;
  self->n_scanned -= MIN (self->n_scanned, drop);
  for (guint i = 0; i < self->splices->len; i++)
    g_array_index (self->splices, gsize, i) -= drop; /* none was passed over: that takes it off */
  for (guint i = 0; i < self->marks->len; i++)
    mark_at (self, i)->offset -= MIN (mark_at (self, i)->offset, drop);
}

static void
add_mark (IptvPacer *self, gsize offset, guint64 pcr)
{
  gint64 step_us = (gint64) ((pcr + PCR_WRAP - self->last_pcr) % PCR_WRAP / 27);
  IptvPacerMark mark = { .offset = offset };

  if (self->marks->len > 0 && step_us <= MAX_STEP_US)
    self->last_us += step_us;
  mark.us = self->last_us;
  self->last_pcr = pcr;
  g_array_append_val (self->marks, mark);
}

static void
scan (IptvPacer *self)
{
  const guint8 *data = self->buffer->data;

  while (self->n_scanned + IPTV_TS_PACKET <= self->buffer->len) {
    guint16 pid;
    guint64 pcr;

    if (data[self->n_scanned] != 0x47) { /* out of step: look for the next packet */
      self->n_scanned++;
      continue;
    }
    if (iptv_ts_get_pcr (data + self->n_scanned, &pid, &pcr) && (!self->has_pid || pid == self->pid)) {
      self->has_pid = TRUE;
      self->pid = pid;
      add_mark (self, self->n_scanned, pcr);
    }
    self->n_scanned += IPTV_TS_PACKET;
  }
}

void
iptv_pacer_push (IptvPacer *self, const guint8 *bytes, gsize n_bytes)
{
  compact (self);
  g_byte_array_append (self->buffer, bytes, (guint) n_bytes);
  scan (self);
}

gsize
iptv_pacer_get_fill (const IptvPacer *self)
{
  return self->buffer->len - self->n_taken;
}

gboolean
iptv_pacer_is_lost (const IptvPacer *self)
{
  gsize from = self->marks->len > 0 ? mark_at (self, self->marks->len - 1)->offset : 0;

  return self->n_scanned - MIN (from, self->n_scanned) > LOST_BYTES;
}

static gint64
elapsed (IptvPacer *self, gint64 now_us)
{
  gint64 due_us = mark_at (self, 0)->us;

  if (self->start_us == G_MININT64 || now_us - self->start_us - due_us > LATE_US)
    self->start_us = now_us - due_us;
  return now_us - self->start_us;
}

/* Up to where the run goes that begins behind the first mark: in proportion between two, all where there is no second. */
static gsize
due_end (const IptvPacer *self, gint64 at_us)
{
  const IptvPacerMark *from = mark_at (self, 0), *to = self->marks->len > 1 ? mark_at (self, 1) : NULL;
  gsize part;

  if (to == NULL)
    return self->ended ? self->buffer->len : self->n_taken;
  if (to->us <= at_us)
    return to->offset;
  part = (gsize) ((double) (to->offset - from->offset) * (double) (at_us - from->us) / (double) (to->us - from->us));
  return from->offset + part / IPTV_TS_PACKET * IPTV_TS_PACKET;
}

void
iptv_pacer_splice (IptvPacer *self)
{
  gsize at = self->buffer->len;

  if (self->splices->len == 0 || g_array_index (self->splices, gsize, self->splices->len - 1) != at)
    g_array_append_val (self->splices, at);
}

/* Up to where it may go now, and when the first of it was due. */
static gsize
find_end (IptvPacer *self, gint64 now_us, gint64 *due_us)
{
  gint64 at_us;

  *due_us = now_us;
  if (self->marks->len == 0) /* before the first clock reference nothing goes, unless there will be none */
    return self->ended ? self->buffer->len : self->n_taken;
  at_us = elapsed (self, now_us);
  if (self->marks->len > 1 && self->n_taken >= mark_at (self, 1)->offset && mark_at (self, 1)->us <= at_us)
    g_array_remove_index (self->marks, 0);
  if (self->n_taken <= mark_at (self, 0)->offset) /* else it is the rest of a run that went in part */
    *due_us = MIN (now_us, self->start_us + mark_at (self, 0)->us);
  return self->n_taken < mark_at (self, 0)->offset ? mark_at (self, 0)->offset : due_end (self, at_us);
}

static gsize
splice_at (const IptvPacer *self, guint i)
{
  return i < self->splices->len ? g_array_index (self->splices, gsize, i) : G_MAXSIZE;
}

gboolean
iptv_pacer_take (IptvPacer *self, gint64 now_us, IptvPacerRun *run)
{
  gsize end = find_end (self, now_us, &run->due_us);

  run->gap = splice_at (self, 0) == self->n_taken;
  end = MIN (end, splice_at (self, run->gap ? 1 : 0));
  if (end <= self->n_taken)
    return FALSE;
  if (run->gap)
    g_array_remove_index (self->splices, 0);
  run->bytes = self->buffer->data + self->n_taken;
  run->n_bytes = end - self->n_taken;
  self->n_taken = end;
  return TRUE;
}
