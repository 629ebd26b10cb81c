/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames/hearth-frames-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

void
frames_memory_take (FramesMemory *self, const int *fds, guint n_fds)
{
  memcpy (self->fds, fds, n_fds * sizeof (int));
  self->n_fds = n_fds;
}

/* Without the seals a player could shrink the file under our eyes, and reading it would be SIGBUS. A file system but tmpfs
 * (huge pages) can run out of pages with the same end. */
static gboolean
check_memfd (int fd, gsize n_bytes, GError **error)
{
  struct stat status;
  struct statfs system;
  int seals = fcntl (fd, F_GET_SEALS);

  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || (seals & F_SEAL_GROW) == 0) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT,
                         "frame link: a buffer is no memfd sealed against SHRINK and GROW");
    return FALSE;
  }
  if (fstat (fd, &status) < 0 || fstatfs (fd, &system) < 0 || system.f_type != TMPFS_MAGIC || status.st_size < 0 ||
      (guint64) status.st_size < n_bytes) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "frame link: a buffer has less than its %" G_GSIZE_FORMAT " bytes",
                 n_bytes);
    return FALSE;
  }
  return TRUE;
}

static gboolean
map_memfds (FramesMemory *self, const HearthFramePool *pool, GError **error)
{
  self->n_mapped_bytes = pool->buffer_bytes;
  for (guint i = 0; i < self->n_fds; i++) {
    gpointer mapping;

    if (!check_memfd (self->fds[i], pool->buffer_bytes, error))
      return FALSE;
    mapping = mmap (NULL, pool->buffer_bytes, PROT_READ, MAP_SHARED, self->fds[i], 0);
    if (mapping == MAP_FAILED) {
      hearth_error_set_errno (error, errno, "mapping a frame buffer of %" G_GSIZE_FORMAT " bytes", pool->buffer_bytes);
      return FALSE;
    }
    self->mappings[i] = mapping;
  }
  return TRUE;
}

/* A dma-buf says its size by seeking. */
static gboolean
check_dmabufs (FramesMemory *self, const HearthFramePool *pool, GError **error)
{
  for (guint i = 0; i < self->n_fds; i++) {
    off_t size = lseek (self->fds[i], 0, SEEK_END);

    if (size < 0 || (guint64) size < pool->buffer_bytes) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "frame link: a dma-buf has less than its %" G_GSIZE_FORMAT " bytes",
                   pool->buffer_bytes);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
frames_memory_map (FramesMemory *self, const HearthFramePool *pool, GError **error)
{
  guint expected = pool->memory == HEARTH_MEMORY_TUNNEL ? 0 : pool->n_buffers;

  if (self->n_fds != expected) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "frame link: pool %u has %u buffers and %u descriptors", pool->pool,
                 pool->n_buffers, self->n_fds);
    return FALSE;
  }
  return pool->memory == HEARTH_MEMORY_MEMFD ? map_memfds (self, pool, error) : check_dmabufs (self, pool, error);
}

void
frames_memory_clear (FramesMemory *self)
{
  for (guint i = 0; i < self->n_fds; i++) {
    if (self->mappings[i] != NULL)
      munmap ((gpointer) self->mappings[i], self->n_mapped_bytes);
    close (self->fds[i]);
  }
  memset (self, 0, sizeof *self);
}
