/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-progress.h"

#include <errno.h>
#include <fcntl.h>
#include <hearth/error.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x48505247u /* "HPRG" */
#define PAGE_BYTES 4096

typedef struct {
  _Atomic gint64 beat_us; /* CLOCK_MONOTONIC */
  _Atomic guint64 units;
  _Atomic guint32 busy;
  guint32 padding[11]; /* a cache line each: threads beat side by side */
} Slot;
G_STATIC_ASSERT (sizeof (Slot) == 64);

typedef struct {
  guint32 magic;
  guint32 padding[15];
  Slot slots[HEARTH_PROGRESS_SLOTS];
} Page;
G_STATIC_ASSERT (sizeof (Page) <= PAGE_BYTES);

struct _HearthProgress {
  int fd;
  Page *page;
};

HearthProgress *
hearth_progress_new (void)
{
  HearthProgress *self = g_new0 (HearthProgress, 1);

  self->fd = memfd_create ("hearth-progress", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (self->fd < 0 || ftruncate (self->fd, PAGE_BYTES) < 0 ||
      fcntl (self->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0)
    g_error ("no memory for a progress page: %s", g_strerror (errno));
  self->page = mmap (NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
  if (self->page == MAP_FAILED)
    g_error ("cannot map a progress page: %s", g_strerror (errno));
  self->page->magic = MAGIC;
  return self;
}

HearthProgress *
hearth_progress_new_for_fd (int fd, GError **error)
{
  g_autoptr (HearthProgress) self = g_new0 (HearthProgress, 1);
  struct stat status;
  int seals = fcntl (fd, F_GET_SEALS);

  self->fd = -1;
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fstat (fd, &status) < 0 || status.st_size < PAGE_BYTES) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the progress page is not sealed against shrinking");
    return NULL;
  }
  self->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  self->page = mmap (NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
  if (self->page == MAP_FAILED) {
    self->page = NULL;
    hearth_error_set_errno (error, errno, "mapping a progress page");
    return NULL;
  }
  if (self->page->magic != MAGIC) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the progress page is no progress page");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
hearth_progress_free (HearthProgress *self)
{
  if (self->page != NULL)
    munmap (self->page, PAGE_BYTES);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

int
hearth_progress_get_fd (HearthProgress *self)
{
  return self->fd;
}

void
hearth_progress_beat (HearthProgress *self, guint slot)
{
  atomic_store_explicit (&self->page->slots[slot].beat_us, g_get_monotonic_time (), memory_order_relaxed);
}

void
hearth_progress_set_busy (HearthProgress *self, guint slot, gboolean busy)
{
  hearth_progress_beat (self, slot); /* first, or a new busy slot looks stuck */
  atomic_store_explicit (&self->page->slots[slot].busy, busy != FALSE, memory_order_release);
}

void
hearth_progress_count (HearthProgress *self, guint slot, guint64 units)
{
  atomic_fetch_add_explicit (&self->page->slots[slot].units, units, memory_order_relaxed);
  hearth_progress_beat (self, slot);
}

gboolean
hearth_progress_is_busy (HearthProgress *self)
{
  for (guint i = 0; i < HEARTH_PROGRESS_SLOTS; i++)
    if (atomic_load_explicit (&self->page->slots[i].busy, memory_order_acquire) != 0)
      return TRUE;
  return FALSE;
}

gint64
hearth_progress_get_stall_us (HearthProgress *self, gint64 now_us)
{
  gint64 worst = 0;

  for (guint i = 0; i < HEARTH_PROGRESS_SLOTS; i++) {
    Slot *slot = &self->page->slots[i];
    gint64 stall_us;

    if (atomic_load_explicit (&slot->busy, memory_order_acquire) == 0)
      continue;
    /* The page is the worker's to write: a time that no clock shows is a stall without end. */
    if (__builtin_sub_overflow (now_us, atomic_load_explicit (&slot->beat_us, memory_order_relaxed), &stall_us))
      stall_us = G_MAXINT64;
    worst = MAX (worst, stall_us);
  }
  return worst;
}

guint64
hearth_progress_get_units (HearthProgress *self, guint slot)
{
  return atomic_load_explicit (&self->page->slots[slot].units, memory_order_relaxed);
}
