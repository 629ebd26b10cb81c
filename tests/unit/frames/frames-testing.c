/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames-testing.h"

#include <drm_fourcc.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  guint8 shift_x, shift_y, step; /* step: bytes from one sample to the next */
  guint8 component[2];           /* which of a, b, c lie there, 3: none */
} Plane;

void
testing_pair (int fds[2])
{
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
}

int
testing_memfd (gsize n_bytes, guint8 **bytes)
{
  int fd = memfd_create ("frames-test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, n_bytes), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), ==, 0);
  if (bytes != NULL) {
    *bytes = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert_true (*bytes != MAP_FAILED);
  }
  return fd;
}

static guint
get_planes (guint32 fourcc, Plane planes[3], guint *word)
{
  *word = fourcc == DRM_FORMAT_P010 || fourcc == HEARTH_FORMAT_YUV420_10LE || fourcc == HEARTH_FORMAT_YUV422_10LE ? 2 : 1;
  planes[0] = (Plane){ 0, 0, *word, { 0, 3 } };
  switch (fourcc) {
  case DRM_FORMAT_NV12:
  case DRM_FORMAT_P010:
    planes[1] = (Plane){ 1, 1, 2 * *word, { 1, 2 } };
    return 2;
  case DRM_FORMAT_NV16:
    planes[1] = (Plane){ 1, 0, 2, { 1, 2 } };
    return 2;
  case DRM_FORMAT_YUV420:
  case HEARTH_FORMAT_YUV420_10LE:
    planes[1] = (Plane){ 1, 1, *word, { 1, 3 } };
    planes[2] = (Plane){ 1, 1, *word, { 2, 3 } };
    return 3;
  case DRM_FORMAT_YUV422:
  case HEARTH_FORMAT_YUV422_10LE:
    planes[1] = (Plane){ 1, 0, *word, { 1, 3 } };
    planes[2] = (Plane){ 1, 0, *word, { 2, 3 } };
    return 3;
  case DRM_FORMAT_XRGB8888:
    planes[0] = (Plane){ 0, 0, 4, { 0, 3 } };
    return 1;
  default:
    g_assert_not_reached ();
  }
}

void
testing_shape (HearthFramePool *pool, guint32 number, guint32 fourcc, guint32 width, guint32 height)
{
  Plane planes[3];
  guint word;

  memset (pool, 0, sizeof *pool);
  pool->struct_size = sizeof *pool;
  pool->pool = number;
  pool->fourcc = fourcc;
  pool->memory = HEARTH_MEMORY_MEMFD;
  pool->width = width;
  pool->height = height;
  pool->n_buffers = 1;
  pool->n_planes = get_planes (fourcc, planes, &word);
  for (guint i = 0; i < pool->n_planes; i++) {
    guint32 columns = (width + (1 << planes[i].shift_x) - 1) >> planes[i].shift_x;
    guint32 rows = (height + (1 << planes[i].shift_y) - 1) >> planes[i].shift_y;

    pool->offset[i] = pool->buffer_bytes;
    pool->stride[i] = (columns * planes[i].step + 31) & ~31u;
    pool->buffer_bytes += (gsize) pool->stride[i] * rows;
  }
}

void
testing_pool_init (TestingPool *self, guint32 number, guint32 fourcc, guint32 width, guint32 height, guint n_buffers)
{
  testing_shape (&self->pool, number, fourcc, width, height);
  self->pool.n_buffers = n_buffers;
  self->pool.fds = self->fds;
  for (guint i = 0; i < n_buffers; i++)
    self->fds[i] = testing_memfd (self->pool.buffer_bytes, &self->bytes[i]);
}

void
testing_pool_clear (TestingPool *self)
{
  for (guint i = 0; i < self->pool.n_buffers; i++) {
    munmap (self->bytes[i], self->pool.buffer_bytes);
    close (self->fds[i]);
  }
}

static void
put (guint8 *at, guint word, guint32 fourcc, guint8 value)
{
  guint16 wide = (guint16) (value << (fourcc == DRM_FORMAT_P010 ? 8 : 2));

  if (word == 1) {
    *at = value;
  } else {
    at[0] = wide & 0xff;
    at[1] = wide >> 8;
  }
}

static void
fill_plane (TestingPool *self, guint index, guint plane, const Plane *shape, guint word, const HearthRect *rect,
            const guint8 values[3])
{
  for (gint32 y = rect->y >> shape->shift_y; y < (rect->y + rect->height) >> shape->shift_y; y++)
    for (gint32 x = rect->x >> shape->shift_x; x < (rect->x + rect->width) >> shape->shift_x; x++) {
      guint8 *at = self->bytes[index] + self->pool.offset[plane] + (gsize) y * self->pool.stride[plane] + (gsize) x * shape->step;

      put (at, word, self->pool.fourcc, values[shape->component[0]]);
      if (shape->component[1] < 3)
        put (at + word, word, self->pool.fourcc, values[shape->component[1]]);
    }
}

void
testing_fill_rect (TestingPool *self, guint index, const HearthRect *rect, guint8 a, guint8 b, guint8 c)
{
  const guint8 values[3] = { a, b, c };
  Plane planes[3];
  guint word;

  get_planes (self->pool.fourcc, planes, &word);
  if (self->pool.fourcc == DRM_FORMAT_XRGB8888) {
    for (gint32 y = rect->y; y < rect->y + rect->height; y++)
      for (gint32 x = rect->x; x < rect->x + rect->width; x++) {
        guint32 pixel = (guint32) a << 16 | (guint32) b << 8 | c;

        memcpy (self->bytes[index] + (gsize) y * self->pool.stride[0] + (gsize) x * 4, &pixel, 4);
      }
    return;
  }
  for (guint i = 0; i < self->pool.n_planes; i++)
    fill_plane (self, index, i, &planes[i], word, rect, values);
}

void
testing_fill (TestingPool *self, guint index, guint8 a, guint8 b, guint8 c)
{
  testing_fill_rect (self, index, &(HearthRect){ 0, 0, self->pool.width, self->pool.height }, a, b, c);
}

/* ---- the bar code, from its definition in tests/headend/README.md ---------------------- */

static guint8
crc8 (guint32 data)
{
  guint crc = 0xff;

  for (int i = 27; i >= 0; i--) {
    crc ^= ((data >> i) & 1) << 7;
    crc = (crc & 0x80) != 0 ? (crc << 1) ^ 0x107 : crc << 1;
  }
  return crc & 0xff;
}

void
testing_paint_barcode (guint8 *luma, guint32 stride, guint32 width, guint32 height, guint bytes_per_sample, guint32 channel,
                       guint32 frame)
{
  guint32 data = channel << 20 | (frame & 0xfffff);
  guint64 cells = (guint64) 0xa << 36 | (guint64) data << 8 | crc8 (data);

  for (guint32 y = height * 2 / 32; y < height * 4 / 32; y++)
    for (guint32 x = width * 12 / 64; x < width * 52 / 64; x++) {
      guint cell = MIN ((guint32) 39, (x * 64 / width) - 12);
      guint8 value = (cells >> (39 - cell)) & 1 ? 235 : 16;

      put (luma + (gsize) y * stride + (gsize) x * bytes_per_sample, bytes_per_sample, 0, value);
    }
}

HearthFrame
testing_frame (const TestingPool *pool, guint index, guint64 sequence, guint32 serial)
{
  return (HearthFrame){ .pool = pool->pool.pool,
                        .index = index,
                        .sequence = sequence,
                        .serial = serial,
                        .pts90k = (gint64) sequence * 3600,
                        .crop = { 0, 0, pool->pool.width, pool->pool.height },
                        .sar_num = 1,
                        .sar_den = 1,
                        .colorimetry = { 2, 2, 2, 0 } };
}
