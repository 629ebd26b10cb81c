/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/display.h>

G_BEGIN_DECLS

/* A picture in the making: native-endian XRGB32. */
typedef struct {
  guint8 *pixels;
  guint32 stride, width, height;
} HearthCanvas;

/* Zero-terminated: what compose_frame() can read. */
extern const guint32 hearth_compose_fourccs[];
gboolean hearth_compose_reads (guint32 fourcc);

void hearth_compose_black (const HearthCanvas *canvas);
/* Where the picture of @frame lies inside @target: as large as possible, in its own shape, in the middle (H.264 E.2.1: pixels of
 * sar_num by sar_den). */
HearthRect hearth_compose_fit (const HearthFrame *frame, const HearthRect *target);
/* @bytes: the buffer's mapping; @where: in the canvas, cut at its edges. */
void hearth_compose_frame (const HearthCanvas *canvas, const HearthFramePool *pool, const guint8 *bytes,
                           const HearthFrame *frame, const HearthRect *where);
/* Blends a premultiplied ARGB32 picture over all of the canvas. */
void hearth_compose_osd (const HearthCanvas *canvas, const guint8 *osd, guint32 stride, guint32 width, guint32 height);

G_END_DECLS
