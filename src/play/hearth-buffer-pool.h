/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-frame-out.h"

G_BEGIN_DECLS

/* Buffers of one shape in sealed memfds. Memory is only used by buffers that were written once, and the lowest free one is
 * given first: so the pool is as large as the stream's references and the display need, though more is announced. All of it
 * is guarded by the frame-out's mutex, but for what never changes: shape, fds, mappings. */

#define HEARTH_BUFFER_POOL_SIZE 20 /* H.264's and HEVC's 16 references, the picture in work, three on their way to glass */

struct _HearthBufferPool {
  HearthFramePool shape; /* as announced; fds and mappings point into here */
  int fds[HEARTH_BUFFER_POOL_SIZE];
  HearthBuffer buffers[HEARTH_BUFFER_POOL_SIZE];
  gboolean at_shell[HEARTH_BUFFER_POOL_SIZE]; /* sent, not freed yet */
  guint n_used;   /* the highest index ever given, plus one */
  gboolean retired; /* another shape took its place: gone when nobody holds a buffer */
  gboolean announced;
};

HearthBufferPool *hearth_buffer_pool_new (guint32 number, const HearthFramePool *shape, GError **error);
void hearth_buffer_pool_free (HearthBufferPool *self);
gboolean hearth_buffer_pool_fits (const HearthBufferPool *self, const HearthFramePool *shape);
HearthBuffer *hearth_buffer_pool_take (HearthBufferPool *self); /* NULL: none is free */
gboolean hearth_buffer_pool_is_idle (const HearthBufferPool *self);

G_END_DECLS
