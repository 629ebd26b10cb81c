/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/display.h>

G_BEGIN_DECLS

/* A picture in the making: native-endian XRGB32. */
typedef struct {
  guint8 *pixels;
  guint32 stride, width, height;
} HeadlessCanvas;

/* Zero-terminated: what compose_frame() can read. */
extern const guint32 headless_compose_fourccs[];

void headless_compose_black (const HeadlessCanvas *canvas);
/* Where the picture of @frame lies inside @target: as large as possible, in its own shape, in the middle (H.264 E.2.1: pixels of
 * sar_num by sar_den). */
HearthRect headless_compose_fit (const HearthFrame *frame, const HearthRect *target);
/* @bytes: the buffer's mapping; @where: in the canvas, cut at its edges. */
void headless_compose_frame (const HeadlessCanvas *canvas, const HearthFramePool *pool, const guint8 *bytes,
                             const HearthFrame *frame, const HearthRect *where);
/* Blends a premultiplied ARGB32 picture over all of the canvas. */
void headless_compose_osd (const HeadlessCanvas *canvas, const guint8 *osd, guint32 stride, guint32 width, guint32 height);

G_END_DECLS
