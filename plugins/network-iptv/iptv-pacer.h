/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-pacer
 *
 * Lets a recorded transport stream out at the speed it was made for, by its
 * PCR. The first PID with a PCR counts; jumps (a wrap, a splice, a loop) cost
 * no time. Pure but for its own buffer.
 */
typedef struct {
  GByteArray *buffer; /* from the first packet on */
  gsize n_taken;      /* of it, already let out */
  gsize n_scanned;    /* of it, looked through for PCRs */
  GArray *marks;      /* of IptvPacerMark, those in the buffer and one before */
  gboolean has_pid;
  guint16 pid;
  guint64 last_pcr;
  gint64 last_us;     /* the stream's time at it, 0 at the first */
  gint64 start_us;    /* wall time of the first; G_MININT64: not begun */
  GArray *splices;    /* of gsize, in the buffer: what follows does not continue what was before */
  gboolean ended;     /* no more will be pushed */
} IptvPacer;

typedef struct {
  const guint8 *bytes; /* valid until the next push */
  gsize n_bytes;
  gint64 due_us; /* when the first byte was due */
  gboolean gap;  /* a splice lies before it */
} IptvPacerRun;

void iptv_pacer_init (IptvPacer *self);
void iptv_pacer_clear (IptvPacer *self);
void iptv_pacer_push (IptvPacer *self, const guint8 *bytes, gsize n_bytes);
/* What is pushed next does not continue what was pushed before. */
void iptv_pacer_splice (IptvPacer *self);
/* What is due: one run up to the next PCR at most, so that its time is exact. FALSE: nothing is. */
gboolean iptv_pacer_take (IptvPacer *self, gint64 now_us, IptvPacerRun *run);
/* Bytes that wait. */
gsize iptv_pacer_get_fill (const IptvPacer *self);
/* More than 2 MiB (over 2 s of 8 Mbit/s) without a PCR: it cannot be paced. */
gboolean iptv_pacer_is_lost (const IptvPacer *self);

G_END_DECLS
