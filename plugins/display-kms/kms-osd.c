/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-osd.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

gboolean
kms_osd_init (KmsOsd *self, guint32 width, guint32 height, GError **error)
{
  gsize n_bytes = (gsize) width * height * 4;
  gpointer pixels = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  *self = (KmsOsd){ 0 };
  if (pixels == MAP_FAILED) {
    hearth_error_set_errno (error, errno, "an on-screen plane of %ux%u", width, height);
    return FALSE;
  }
  madvise (pixels, n_bytes, MADV_NOHUGEPAGE); /* pages come when they are painted */
  *self = (KmsOsd){ .width = width, .height = height, .stride = width * 4, .pixels = pixels, .n_bytes = n_bytes };
  self->used_rows = g_new0 (guint8, height);
  return TRUE;
}

void
kms_osd_clear (KmsOsd *self, int device)
{
  kms_osd_drop_buffers (self, device);
  g_free (self->used_rows);
  if (self->pixels != NULL)
    munmap (self->pixels, self->n_bytes);
  *self = (KmsOsd){ 0 };
}

/* ---- what changed ------------------------------------------------------------------------- */

static HearthRect
cut (const KmsOsd *self, const HearthRect *rect)
{
  gint32 left = CLAMP (rect->x, 0, (gint32) self->width), top = CLAMP (rect->y, 0, (gint32) self->height);
  gint32 right = CLAMP (rect->x + rect->width, left, (gint32) self->width);
  gint32 bottom = CLAMP (rect->y + rect->height, top, (gint32) self->height);

  return (HearthRect){ left, top, right - left, bottom - top };
}

static void
join (HearthRect *all, const HearthRect *rect)
{
  gint32 right = MAX (all->x + all->width, rect->x + rect->width), bottom = MAX (all->y + all->height, rect->y + rect->height);

  if (rect->width <= 0 || rect->height <= 0)
    return;
  if (all->width <= 0) {
    *all = *rect;
    return;
  }
  all->x = MIN (all->x, rect->x);
  all->y = MIN (all->y, rect->y);
  all->width = right - all->x;
  all->height = bottom - all->y;
}

static gboolean
is_row_used (const KmsOsd *self, gint32 y)
{
  const guint32 *row = (const guint32 *) (gconstpointer) (self->pixels + (gsize) y * self->stride);
  guint32 any = 0;

  for (guint32 x = 0; x < self->width; x++)
    any |= row[x];
  return any != 0;
}

void
kms_osd_damage (KmsOsd *self, const HearthRect *damage, guint n_damage)
{
  for (guint i = 0; i < n_damage; i++) {
    HearthRect rect = cut (self, &damage[i]);

    join (&self->stale[0], &rect);
    join (&self->stale[1], &rect);
    for (gint32 y = rect.y; y < rect.y + rect.height; y++) {
      guint8 used = is_row_used (self, y);

      self->n_used += (guint) used - self->used_rows[y];
      self->used_rows[y] = used;
    }
  }
}

void
kms_osd_wipe (KmsOsd *self)
{
  const HearthRect everywhere = { 0, 0, (gint32) self->width, (gint32) self->height };

  for (guint32 y = 0; y < self->height; y++)
    if (self->used_rows[y] != 0)
      memset (self->pixels + (gsize) y * self->stride, 0, self->stride);
  kms_osd_damage (self, &everywhere, 1);
}

gboolean
kms_osd_is_empty (const KmsOsd *self)
{
  return self->n_used == 0;
}

/* ---- the device's buffers ------------------------------------------------------------------- */

static void
copy (KmsOsd *self, guint to)
{
  const HearthRect *rect = &self->stale[to];
  const KmsBuffer *buffer = &self->buffers[to];

  for (gint32 y = rect->y; y < rect->y + rect->height; y++)
    memcpy (buffer->pixels + (gsize) y * buffer->stride + (gsize) rect->x * 4,
            self->pixels + (gsize) y * self->stride + (gsize) rect->x * 4, (gsize) rect->width * 4);
  self->stale[to] = (HearthRect){ 0 };
}

const KmsBuffer *
kms_osd_get_buffer (KmsOsd *self, int device, GError **error)
{
  guint back = 1 - self->front;

  if (self->buffers[self->front].framebuffer != 0 && self->stale[self->front].width == 0)
    return &self->buffers[self->front];
  if (self->buffers[back].framebuffer == 0) {
    if (!kms_buffer_init (&self->buffers[back], device, DRM_FORMAT_ARGB8888, self->width, self->height, error))
      return NULL;
    self->stale[back] = (HearthRect){ 0, 0, (gint32) self->width, (gint32) self->height };
  }
  copy (self, back);
  self->front = back;
  return &self->buffers[back];
}

void
kms_osd_drop_buffers (KmsOsd *self, int device)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->buffers); i++)
    kms_buffer_clear (&self->buffers[i], device);
}
