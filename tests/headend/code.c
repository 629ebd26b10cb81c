/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/code.h"

#include <string.h>

#define START_CELLS 0xaULL
#define WHITE 235
#define BLACK 16

static guint8
crc8_of_28_bits (guint32 data)
{
  guint8 crc = 0xff;

  for (int bit = 27; bit >= 0; bit--) {
    gboolean carry = ((crc >> 7) ^ (data >> bit)) & 1;

    crc = (guint8) (crc << 1) ^ (carry ? 0x07 : 0);
  }
  return crc;
}

guint64
headend_code_make (guint channel, guint frame)
{
  guint32 data = (channel & 0xff) << 20 | (frame & 0xfffff);

  return START_CELLS << 36 | (guint64) data << 8 | crc8_of_28_bits (data);
}

gboolean
headend_code_parse (guint64 cells, guint *channel, guint *frame)
{
  guint32 data = (cells >> 8) & 0xfffffff;

  if (cells >> 36 != START_CELLS || (cells & 0xff) != crc8_of_28_bits (data))
    return FALSE;
  *channel = data >> 20;
  *frame = data & 0xfffff;
  return TRUE;
}

static gboolean
cell_is_set (guint64 cells, guint i)
{
  return (cells >> (HEADEND_CODE_CELLS - 1 - i)) & 1;
}

void
headend_code_draw (guint8 *luma, gsize stride, guint width, guint height, guint channel, guint frame)
{
  const guint64 cells = headend_code_make (channel, frame);
  const guint y0 = height * 2 / HEADEND_CODE_ROWS, y1 = height * 4 / HEADEND_CODE_ROWS;
  const guint first_x = width * HEADEND_CODE_FIRST_COLUMN / HEADEND_CODE_COLUMNS;
  guint8 *first = luma + y0 * stride;

  for (guint i = 0; i < HEADEND_CODE_CELLS; i++) {
    guint x0 = width * (HEADEND_CODE_FIRST_COLUMN + i) / HEADEND_CODE_COLUMNS;
    guint x1 = width * (HEADEND_CODE_FIRST_COLUMN + i + 1) / HEADEND_CODE_COLUMNS;

    memset (first + x0, cell_is_set (cells, i) ? WHITE : BLACK, x1 - x0);
  }
  for (guint y = y0 + 1; y < y1; y++)
    memcpy (luma + y * stride + first_x, first + first_x, width * HEADEND_CODE_CELLS / HEADEND_CODE_COLUMNS);
}

gboolean
headend_code_read (const guint8 *luma, gsize stride, guint width, guint height, guint *channel, guint *frame)
{
  const guint y = height * 3 / HEADEND_CODE_ROWS;
  guint64 cells = 0;

  for (guint i = 0; i < HEADEND_CODE_CELLS; i++) {
    guint x = width * (2 * (HEADEND_CODE_FIRST_COLUMN + i) + 1) / (2 * HEADEND_CODE_COLUMNS);

    cells = cells << 1 | (luma[y * stride + x] >= 126);
  }
  return headend_code_parse (cells, channel, frame);
}
