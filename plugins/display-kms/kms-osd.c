/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-osd.h"

#include <drm_fourcc.h>
#include <string.h>

gboolean
kms_osd_init (KmsOsd *self, guint32 width, guint32 height, GError **error)
{
  *self = (KmsOsd){ 0 };
  return hearth_osd_init (&self->plane, width, height, error);
}

void
kms_osd_clear (KmsOsd *self, int device)
{
  kms_osd_drop_buffers (self, device);
  hearth_osd_clear (&self->plane);
  *self = (KmsOsd){ 0 };
}

/* ---- what changed ------------------------------------------------------------------------- */

static HearthRect
cut (const KmsOsd *self, const HearthRect *rect)
{
  gint32 left = CLAMP (rect->x, 0, (gint32) self->plane.width), top = CLAMP (rect->y, 0, (gint32) self->plane.height);
  gint32 right = CLAMP (rect->x + rect->width, left, (gint32) self->plane.width);
  gint32 bottom = CLAMP (rect->y + rect->height, top, (gint32) self->plane.height);

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

void
kms_osd_damage (KmsOsd *self, const HearthRect *damage, guint n_damage)
{
  for (guint i = 0; i < n_damage; i++) {
    HearthRect rect = cut (self, &damage[i]);

    join (&self->stale[0], &rect);
    join (&self->stale[1], &rect);
  }
  hearth_osd_damage (&self->plane, damage, n_damage);
}

void
kms_osd_wipe (KmsOsd *self)
{
  const HearthRect everywhere = { 0, 0, (gint32) self->plane.width, (gint32) self->plane.height };

  hearth_osd_wipe (&self->plane);
  join (&self->stale[0], &everywhere);
  join (&self->stale[1], &everywhere);
}

gboolean
kms_osd_is_empty (const KmsOsd *self)
{
  return self->plane.n_used == 0;
}

/* ---- the device's buffers ------------------------------------------------------------------- */

static void
copy (KmsOsd *self, guint to)
{
  const HearthRect *rect = &self->stale[to];
  const KmsBuffer *buffer = &self->buffers[to];

  for (gint32 y = rect->y; y < rect->y + rect->height; y++)
    memcpy (buffer->pixels + (gsize) y * buffer->stride + (gsize) rect->x * 4,
            self->plane.pixels + (gsize) y * self->plane.stride + (gsize) rect->x * 4, (gsize) rect->width * 4);
  self->stale[to] = (HearthRect){ 0 };
}

const KmsBuffer *
kms_osd_get_buffer (KmsOsd *self, int device, GError **error)
{
  guint back = 1 - self->front;

  if (self->buffers[self->front].framebuffer != 0 && self->stale[self->front].width == 0)
    return &self->buffers[self->front];
  if (self->buffers[back].framebuffer == 0) {
    if (!kms_buffer_init (&self->buffers[back], device, DRM_FORMAT_ARGB8888, self->plane.width, self->plane.height, error))
      return NULL;
    self->stale[back] = (HearthRect){ 0, 0, (gint32) self->plane.width, (gint32) self->plane.height };
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
