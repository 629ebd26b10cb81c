/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Scaling of one plane, a row at a time, to samples of 14 bits. Bilinear; a box where it shrinks by half or more. */

typedef struct {
  const guint8 *bytes;
  guint32 stride, step; /* bytes from row to row, from sample to sample */
  guint word;           /* bytes of a sample: 1, or 2 (little-endian) */
  int shift;            /* of a word, to make it 14 bits; negative: to the right */
} HearthScalePlane;

/* Which source samples make one of the target. */
typedef struct {
  guint32 first, last; /* mean of first to last for a box; else these two, mixed */
  guint16 weight;      /* of last, of 256 */
  gboolean box;
} HearthTap;

typedef struct {
  HearthTap *taps;
  guint32 n;
  gboolean plain;   /* sample for sample from taps[0].first on */
  gboolean doubled; /* each, and the mean with its next: chroma of a picture in its own size */
} HearthAxis;

/* Maps target samples 0 .. @n - 1 to source positions @start + (i + 0.5) * @ratio - 0.5, where the picture's own samples are
 * @least to @most. */
void hearth_axis_init (HearthAxis *self, guint32 n, double start, double ratio, guint32 least, guint32 most);
void hearth_axis_clear (HearthAxis *self);

/* One target row. @line: room for the whole source row. @out: columns->n samples. */
void hearth_scale_row (const HearthScalePlane *plane, const HearthTap *row, const HearthAxis *columns, guint32 *line,
                         gint32 *out);

G_END_DECLS
