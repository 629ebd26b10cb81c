/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "frames/hearth-frames.h"

G_BEGIN_DECLS

/* A pool's descriptors and mappings in the shell. */
typedef struct {
  guint n_fds;
  int fds[HEARTH_FRAMES_MAX_BUFFERS];
  gsize n_mapped_bytes; /* of each mapping */
  const guint8 *mappings[HEARTH_FRAMES_MAX_BUFFERS];
} FramesMemory;

/* The descriptors are this memory's from here on. */
void frames_memory_take (FramesMemory *self, const int *fds, guint n_fds);
/* Checks number, kind, size and seals of the descriptors against @pool, and maps memfds read only. Errors: CORRUPT, IO. */
gboolean frames_memory_map (FramesMemory *self, const HearthFramePool *pool, GError **error);
void frames_memory_clear (FramesMemory *self);

G_END_DECLS
