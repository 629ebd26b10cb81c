/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/plugin.h>

G_BEGIN_DECLS

/* A picture in memory of the graphics device that the CPU paints: a dumb buffer with its frame buffer object. Reading it back
 * may be slow. */
typedef struct {
  guint32 handle, framebuffer, stride, width, height; /* framebuffer 0: not made */
  guint8 *pixels;
  gsize n_bytes;
} KmsBuffer;

/* Of 32 bits a pixel, all zero. */
gboolean kms_buffer_init (KmsBuffer *self, int device, guint32 fourcc, guint32 width, guint32 height, GError **error);
void kms_buffer_clear (KmsBuffer *self, int device);

G_END_DECLS
