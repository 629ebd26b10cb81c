/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display/hearth-scale.h"

#include <math.h>
#include <string.h>

#define BOX_FROM 1.99 /* a sample shrinks to at most half: bilinear would leave some out */

static guint32
clamped (double at, guint32 least, guint32 most)
{
  return at <= least ? least : at >= most ? most : (guint32) at;
}

static HearthTap
make_box (double centre, double ratio, guint32 least, guint32 most)
{
  guint32 first = clamped (floor (centre - ratio / 2 + 1), least, most);
  guint32 last = clamped (floor (centre + ratio / 2), least, most);

  return (HearthTap){ .first = first, .last = MAX (first, last), .box = TRUE };
}

static HearthTap
make_mix (double centre, guint32 least, guint32 most)
{
  double whole = floor (centre);
  guint16 weight = (guint16) ((centre - whole) * 256 + 0.5);

  return (HearthTap){ .first = clamped (whole, least, most), .last = clamped (whole + 1, least, most), .weight = weight };
}

void
hearth_axis_init (HearthAxis *self, guint32 n, double start, double ratio, guint32 least, guint32 most)
{
  self->n = n;
  self->taps = g_new (HearthTap, n);
  self->plain = self->doubled = TRUE;
  for (guint32 i = 0; i < n; i++) {
    double centre = start + (i + 0.5) * ratio - 0.5;

    HearthTap *tap = &self->taps[i];

    *tap = ratio >= BOX_FROM ? make_box (centre, ratio, least, most) : make_mix (centre, least, most);
    self->plain = self->plain && !tap->box && tap->weight == 0 && tap->first == self->taps[0].first + i;
    self->doubled = self->doubled && !tap->box && tap->weight == 128 * (i & 1) && tap->first == self->taps[0].first + i / 2;
  }
}

void
hearth_axis_clear (HearthAxis *self)
{
  g_clear_pointer (&self->taps, g_free);
}

/* ---- one source row, @first to @last ------------------------------------------------- */

static void
fetch_bytes (const guint8 *row, guint32 step, guint32 first, guint32 last, int shift, guint32 *line)
{
  if (step == 1)
    for (guint32 x = first; x <= last; x++)
      line[x] = (guint32) row[x] << shift;
  else
    for (guint32 x = first; x <= last; x++)
      line[x] = (guint32) row[(gsize) x * step] << shift;
}

static void
fetch_words (const guint8 *row, guint32 step, guint32 first, guint32 last, int shift, guint32 *line)
{
  for (guint32 x = first; x <= last; x++) {
    const guint8 *at = row + (gsize) x * step;
    guint32 word = at[0] | (guint32) at[1] << 8;

    line[x] = (shift >= 0 ? word << shift : word >> -shift) & 0x3fff; /* a stranger's word may have more bits than it should */
  }
}

static void
fetch (const HearthScalePlane *plane, guint32 y, guint32 first, guint32 last, guint32 *line)
{
  const guint8 *row = plane->bytes + (gsize) y * plane->stride;

  if (plane->word == 1)
    fetch_bytes (row, plane->step, first, last, plane->shift, line);
  else
    fetch_words (row, plane->step, first, last, plane->shift, line);
}

/* @line has room for two rows: the second is scratch. */
static void
fetch_rows (const HearthScalePlane *plane, const HearthTap *rows, guint32 first, guint32 last, guint32 *line)
{
  guint32 *other = line + last + 1;
  guint32 n = rows->last - rows->first + 1;

  fetch (plane, rows->first, first, last, line);
  if (rows->box) {
    for (guint32 y = rows->first + 1; y <= rows->last; y++) {
      fetch (plane, y, first, last, other);
      for (guint32 x = first; x <= last; x++)
        line[x] += other[x];
    }
    for (guint32 x = first; x <= last; x++)
      line[x] /= n;
  } else if (rows->weight > 0 && rows->last != rows->first) {
    fetch (plane, rows->last, first, last, other);
    for (guint32 x = first; x <= last; x++)
      line[x] = (line[x] * (256 - rows->weight) + other[x] * rows->weight) >> 8;
  }
}

/* ---- columns ---------------------------------------------------------------------------- */

static gint32
box_mean (const guint32 *line, const HearthTap *tap)
{
  guint32 sum = 0;

  for (guint32 x = tap->first; x <= tap->last; x++)
    sum += line[x];
  return (gint32) (sum / (tap->last - tap->first + 1));
}

static void
double_line (const guint32 *line, guint32 n, gboolean ends, gint32 *out)
{
  for (guint32 i = 0; i < n / 2; i++) {
    out[2 * i] = (gint32) line[i];
    out[2 * i + 1] = (gint32) (line[i] + line[i + 1]) >> 1;
  }
  if (n % 2 == 1)
    out[n - 1] = (gint32) line[n / 2];
  else if (ends) /* the last has no next */
    out[n - 1] = (gint32) line[n / 2 - 1];
}

void
hearth_scale_row (const HearthScalePlane *plane, const HearthTap *row, const HearthAxis *columns, guint32 *line, gint32 *out)
{
  guint32 first = columns->taps[0].first, last = columns->taps[columns->n - 1].last;

  fetch_rows (plane, row, first, last, line);
  if (columns->plain)
    memcpy (out, line + first, columns->n * sizeof *out);
  else if (columns->doubled)
    double_line (line + first, columns->n, last == columns->taps[columns->n - 1].first, out);
  else if (columns->taps[0].box)
    for (guint32 i = 0; i < columns->n; i++)
      out[i] = box_mean (line, &columns->taps[i]);
  else
    for (guint32 i = 0; i < columns->n; i++) {
      const HearthTap *tap = &columns->taps[i];

      out[i] = (gint32) ((line[tap->first] * (256 - tap->weight) + line[tap->last] * tap->weight) >> 8);
    }
}
