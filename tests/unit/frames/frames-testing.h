/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "frames/hearth-frames.h"

G_BEGIN_DECLS

/* What tests of the frame link and of the shell share: pools in sealed memfds, and pictures with bar codes. */

#define TESTING_MAX_BUFFERS 8

typedef struct {
  HearthFramePool pool; /* its fds are below */
  int fds[TESTING_MAX_BUFFERS];
  guint8 *bytes[TESTING_MAX_BUFFERS];
} TestingPool;

/* An AF_UNIX SOCK_SEQPACKET pair. */
void testing_pair (int fds[2]);
/* A memfd of @n_bytes with SHRINK and GROW seals. */
int testing_memfd (gsize n_bytes, guint8 **bytes);
/* The layout without buffers. */
void testing_shape (HearthFramePool *pool, guint32 number, guint32 fourcc, guint32 width, guint32 height);
void testing_pool_init (TestingPool *self, guint32 number, guint32 fourcc, guint32 width, guint32 height, guint n_buffers);
void testing_pool_clear (TestingPool *self);
/* One colour, in the format's own numbers (8 bit; Y, Cb, Cr, or R, G, B). */
void testing_fill (TestingPool *self, guint index, guint8 a, guint8 b, guint8 c);
void testing_fill_rect (TestingPool *self, guint index, const HearthRect *rect, guint8 a, guint8 b, guint8 c);
/* The head-end's bar code, into luma. */
void testing_paint_barcode (guint8 *luma, guint32 stride, guint32 width, guint32 height, guint bytes_per_sample,
                            guint32 channel, guint32 frame);
HearthFrame testing_frame (const TestingPool *pool, guint index, guint64 sequence, guint32 serial);

G_END_DECLS
