/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-buffer-pool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static gboolean
make_buffer (HearthBufferPool *self, guint index, GError **error)
{
  HearthBuffer *buffer = &self->buffers[index];
  gsize n_bytes = self->shape.buffer_bytes;

  buffer->pool = self;
  buffer->index = index;
  buffer->fd = self->fds[index] = memfd_create ("hearth-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (buffer->fd < 0 || ftruncate (buffer->fd, n_bytes) < 0 ||
      fcntl (buffer->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
    hearth_error_set_errno (error, errno, "making a frame buffer of %" G_GSIZE_FORMAT " bytes", n_bytes);
    return FALSE;
  }
  buffer->data = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, buffer->fd, 0);
  if (buffer->data == MAP_FAILED) {
    buffer->data = NULL;
    hearth_error_set_errno (error, errno, "mapping a frame buffer of %" G_GSIZE_FORMAT " bytes", n_bytes);
    return FALSE;
  }
  return TRUE;
}

HearthBufferPool *
hearth_buffer_pool_new (guint32 number, const HearthFramePool *shape, GError **error)
{
  HearthBufferPool *self = g_new0 (HearthBufferPool, 1);

  self->shape = *shape;
  self->shape.struct_size = sizeof self->shape;
  self->shape.pool = number;
  self->shape.n_buffers = HEARTH_BUFFER_POOL_SIZE;
  self->shape.fds = self->fds;
  self->shape.mappings = NULL;
  for (guint i = 0; i < HEARTH_BUFFER_POOL_SIZE; i++)
    self->fds[i] = self->buffers[i].fd = -1;
  for (guint i = 0; i < HEARTH_BUFFER_POOL_SIZE; i++)
    if (!make_buffer (self, i, error)) {
      hearth_buffer_pool_free (self);
      return NULL;
    }
  return self;
}

void
hearth_buffer_pool_free (HearthBufferPool *self)
{
  for (guint i = 0; i < HEARTH_BUFFER_POOL_SIZE; i++) {
    if (self->buffers[i].data != NULL)
      munmap (self->buffers[i].data, self->shape.buffer_bytes);
    if (self->fds[i] >= 0)
      close (self->fds[i]);
  }
  g_free (self);
}

gboolean
hearth_buffer_pool_fits (const HearthBufferPool *self, const HearthFramePool *shape)
{
  return self->shape.fourcc == shape->fourcc && self->shape.width == shape->width && self->shape.height == shape->height &&
         self->shape.n_planes == shape->n_planes && self->shape.buffer_bytes == shape->buffer_bytes &&
         memcmp (self->shape.stride, shape->stride, sizeof shape->stride) == 0 &&
         memcmp (self->shape.offset, shape->offset, sizeof shape->offset) == 0;
}

HearthBuffer *
hearth_buffer_pool_take (HearthBufferPool *self)
{
  for (guint i = 0; i < HEARTH_BUFFER_POOL_SIZE; i++)
    if (self->buffers[i].refs == 0) {
      self->buffers[i].refs = 1;
      self->n_used = MAX (self->n_used, i + 1);
      return &self->buffers[i];
    }
  return NULL;
}

gboolean
hearth_buffer_pool_is_idle (const HearthBufferPool *self)
{
  for (guint i = 0; i < self->n_used; i++)
    if (self->buffers[i].refs != 0)
      return FALSE;
  return TRUE;
}
