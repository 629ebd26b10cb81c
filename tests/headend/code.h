/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The machine-readable bar code of each frame.
 *
 * The picture is divided into a grid of 64 columns by 32 rows. The code is a row of 40 cells, columns 12 to 51, in grid
 * rows 2 and 3 (y from height * 2 / 32 to height * 4 / 32). A cell is white (luma 235) for 1 and black (luma 16) for 0;
 * from the left: 1 0 1 0, 8 bits of channel number, 20 bits of frame number, 8 bits of CRC-8 (polynomial 0x07, initial
 * value 0xff) over those 28 bits; all numbers have their highest bit first. */
#define HEADEND_CODE_COLUMNS 64
#define HEADEND_CODE_ROWS 32
#define HEADEND_CODE_FIRST_COLUMN 12
#define HEADEND_CODE_CELLS 40

/* The 40 cells, the leftmost in bit 39. */
guint64 headend_code_make (guint channel, guint frame);
/* FALSE: no code, or its CRC is wrong. */
gboolean headend_code_parse (guint64 cells, guint *channel, guint *frame);
void headend_code_draw (guint8 *luma, gsize stride, guint width, guint height, guint channel, guint frame);
/* Reads it back from the middle of each cell, from a picture of any size. */
gboolean headend_code_read (const guint8 *luma, gsize stride, guint width, guint height, guint *channel, guint *frame);
