/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames/hearth-frames.h"

#include <drm_fourcc.h>

/* How a format lies in memory: per plane the subsampling as shifts, and the bytes of one of its samples (groups, where Cb and
 * Cr interleave). */
typedef struct {
  guint32 fourcc;
  guint32 align; /* what a word needs */
  guint32 n_planes;
  struct {
    guint8 shift_x, shift_y, bytes;
  } planes[3];
} Shape;

static const Shape shapes[] = {
  { DRM_FORMAT_YUV420, 1, 3, { { 0, 0, 1 }, { 1, 1, 1 }, { 1, 1, 1 } } },
  { DRM_FORMAT_NV12, 1, 2, { { 0, 0, 1 }, { 1, 1, 2 } } },
  { DRM_FORMAT_YUV422, 1, 3, { { 0, 0, 1 }, { 1, 0, 1 }, { 1, 0, 1 } } },
  { DRM_FORMAT_NV16, 1, 2, { { 0, 0, 1 }, { 1, 0, 2 } } },
  { DRM_FORMAT_P010, 2, 2, { { 0, 0, 2 }, { 1, 1, 4 } } },
  { HEARTH_FORMAT_YUV420_10LE, 2, 3, { { 0, 0, 2 }, { 1, 1, 2 }, { 1, 1, 2 } } },
  { HEARTH_FORMAT_YUV422_10LE, 2, 3, { { 0, 0, 2 }, { 1, 0, 2 }, { 1, 0, 2 } } },
  { DRM_FORMAT_XRGB8888, 4, 1, { { 0, 0, 4 } } },
};

static const Shape *
find_shape (guint32 fourcc)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (shapes[i].fourcc == fourcc)
      return &shapes[i];
  return NULL;
}

static guint32
shifted_up (guint32 length, guint shift)
{
  return (length + (1u << shift) - 1) >> shift;
}

/* All terms are far below 2^64: sides at most 2^14, strides and offsets 32 bits. */
static gboolean
plane_fits (const HearthFramePool *pool, const Shape *shape, guint plane)
{
  guint64 row_bytes = (guint64) shifted_up (pool->width, shape->planes[plane].shift_x) * shape->planes[plane].bytes;
  guint64 rows = shifted_up (pool->height, shape->planes[plane].shift_y);
  guint64 end = pool->offset[plane] + pool->stride[plane] * (rows - 1) + row_bytes;

  return pool->stride[plane] >= row_bytes && end <= pool->buffer_bytes && pool->stride[plane] % shape->align == 0 &&
         pool->offset[plane] % shape->align == 0;
}

/* Other modifiers lay memory out in their own ways, which only devices know: what can be said is that a plane begins inside. */
static gboolean
check_opaque (const HearthFramePool *pool, GError **error)
{
  gboolean good = pool->n_planes >= 1 && pool->n_planes <= HEARTH_FRAME_MAX_PLANES && pool->buffer_bytes > 0;

  for (guint i = 0; good && i < pool->n_planes; i++)
    good = pool->offset[i] < pool->buffer_bytes;
  if (!good)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "pool %u: a plane begins beyond %" G_GSIZE_FORMAT " bytes",
                 pool->pool, pool->buffer_bytes);
  return good;
}

static gboolean
check_linear (const HearthFramePool *pool, GError **error)
{
  const Shape *shape = find_shape (pool->fourcc);

  if (shape == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "pool %u: no picture format known by 0x%08x", pool->pool,
                 pool->fourcc);
    return FALSE;
  }
  if (pool->n_planes != shape->n_planes) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "pool %u: %u planes where its format has %u", pool->pool,
                 pool->n_planes, shape->n_planes);
    return FALSE;
  }
  for (guint i = 0; i < shape->n_planes; i++)
    if (!plane_fits (pool, shape, i)) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                   "pool %u: plane %u of %ux%u at %u by %u does not fit into %" G_GSIZE_FORMAT " bytes", pool->pool, i,
                   pool->width, pool->height, pool->offset[i], pool->stride[i], pool->buffer_bytes);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_one_kind (guint32 memory)
{
  return memory != 0 && (memory & (memory - 1)) == 0 && memory <= HEARTH_MEMORY_TUNNEL;
}

gboolean
hearth_frames_pool_check (const HearthFramePool *pool, GError **error)
{
  if (!is_one_kind (pool->memory)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "pool %u: 0x%x is not one kind of memory", pool->pool,
                 pool->memory);
    return FALSE;
  }
  if (pool->width == 0 || pool->height == 0 || pool->width > HEARTH_FRAMES_MAX_SIDE || pool->height > HEARTH_FRAMES_MAX_SIDE) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "pool %u: no picture is %ux%u", pool->pool, pool->width,
                 pool->height);
    return FALSE;
  }
  if (pool->n_buffers == 0 || pool->n_buffers > HEARTH_FRAMES_MAX_BUFFERS) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "pool %u: %u buffers, where 1 to %u are possible",
                 pool->pool, pool->n_buffers, HEARTH_FRAMES_MAX_BUFFERS);
    return FALSE;
  }
  if (pool->memory == HEARTH_MEMORY_TUNNEL)
    return TRUE;
  if (pool->memory == HEARTH_MEMORY_MEMFD && pool->modifier != DRM_FORMAT_MOD_LINEAR) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "pool %u: a memfd is linear", pool->pool);
    return FALSE;
  }
  return pool->modifier == DRM_FORMAT_MOD_LINEAR ? check_linear (pool, error) : check_opaque (pool, error);
}
