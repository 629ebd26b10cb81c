/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames/hearth-frames.h"

/* The picture is a grid of 64 by 32; the code stands in its rows 2 and 3, columns 12 to 51: 4 start cells 1 0 1 0, 8 bits of
 * channel, 20 of frame number, CRC-8 over those 28; each most significant bit first, white for 1. */
#define GRID_COLUMNS 64
#define GRID_ROWS 32
#define FIRST_COLUMN 12
#define FIRST_ROW 2
#define END_ROW 4
#define N_START 4
#define N_DATA 28
#define N_CELLS (N_START + N_DATA + 8)
#define LEAST_CONTRAST 60

typedef struct {
  const guint8 *luma;
  guint32 stride, width, height;
  guint bytes_per_sample;
} Picture;

static guint
get_sample (const Picture *picture, guint32 x, guint32 y)
{
  const guint8 *at = picture->luma + (gsize) y * picture->stride + (gsize) x * picture->bytes_per_sample;

  return picture->bytes_per_sample == 2 ? (at[0] | at[1] << 8) >> 2 : at[0];
}

/* The mean of a cell's middle quarter: away from the edges, where scaling and compression ring. */
static guint
read_cell (const Picture *picture, guint cell)
{
  guint column = FIRST_COLUMN + cell;
  guint32 left = picture->width * column / GRID_COLUMNS, right = picture->width * (column + 1) / GRID_COLUMNS;
  guint32 top = picture->height * FIRST_ROW / GRID_ROWS, bottom = picture->height * END_ROW / GRID_ROWS;
  guint32 margin_x = (right - left) / 3, margin_y = (bottom - top) * 3 / 8;
  guint sum = 0, n = 0;

  for (guint32 y = top + margin_y; y < bottom - margin_y; y++)
    for (guint32 x = left + margin_x; x < right - margin_x; x++, n++)
      sum += get_sample (picture, x, y);
  return n > 0 ? sum / n : 0;
}

/* Polynomial 0x07, start 0xff. */
static guint8
crc_of_bits (guint32 bits, guint n_bits)
{
  guint8 crc = 0xff;

  for (guint i = n_bits; i-- > 0;) {
    guint bit = (bits >> i) & 1;

    crc = (guint8) (crc << 1) ^ (((crc >> 7) ^ bit) != 0 ? 0x07 : 0);
  }
  return crc;
}

static gboolean
find_threshold (const guint *cells, guint *threshold)
{
  guint white = MIN (cells[0], cells[2]), black = MAX (cells[1], cells[3]);

  *threshold = (white + black) / 2;
  return white >= black + LEAST_CONTRAST;
}

static guint32
read_bits (const guint *cells, guint n, guint threshold)
{
  guint32 bits = 0;

  for (guint i = 0; i < n; i++)
    bits = bits << 1 | (cells[i] > threshold ? 1 : 0);
  return bits;
}

gboolean
hearth_frames_read_barcode (const guint8 *luma, guint32 stride, guint32 width, guint32 height, guint bytes_per_sample,
                            guint32 *channel, guint32 *frame)
{
  const Picture picture = { luma, stride, width, height, bytes_per_sample };
  guint cells[N_CELLS], threshold;
  guint32 data;

  g_return_val_if_fail (bytes_per_sample == 1 || bytes_per_sample == 2, FALSE);
  if (width < GRID_COLUMNS * 2 || height < GRID_ROWS * 2 || width > HEARTH_FRAMES_MAX_SIDE || height > HEARTH_FRAMES_MAX_SIDE)
    return FALSE;
  for (guint i = 0; i < N_START; i++)
    cells[i] = read_cell (&picture, i);
  if (!find_threshold (cells, &threshold))
    return FALSE;
  for (guint i = N_START; i < N_CELLS; i++)
    cells[i] = read_cell (&picture, i);
  data = read_bits (cells + N_START, N_DATA, threshold);
  if (read_bits (cells + N_START + N_DATA, 8, threshold) != crc_of_bits (data, N_DATA))
    return FALSE;
  *channel = data >> 20;
  *frame = data & 0xfffff;
  return TRUE;
}
