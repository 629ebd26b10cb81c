/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display/hearth-osd.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

gboolean
hearth_osd_init (HearthOsd *self, guint32 width, guint32 height, GError **error)
{
  gsize n_bytes = (gsize) width * height * 4;
  gpointer pixels = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  *self = (HearthOsd){ 0 };
  if (pixels == MAP_FAILED) {
    hearth_error_set_errno (error, errno, "an on-screen plane of %ux%u", width, height);
    return FALSE;
  }
  madvise (pixels, n_bytes, MADV_NOHUGEPAGE);
  *self = (HearthOsd){ .width = width, .height = height, .stride = width * 4, .pixels = pixels, .n_bytes = n_bytes };
  self->used_rows = g_new0 (guint8, height);
  return TRUE;
}

void
hearth_osd_clear (HearthOsd *self)
{
  g_free (self->used_rows);
  if (self->pixels != NULL)
    munmap (self->pixels, self->n_bytes);
  *self = (HearthOsd){ 0 };
}

static gboolean
is_row_used (const HearthOsd *self, gint32 y)
{
  const guint32 *row = (const guint32 *) (gconstpointer) (self->pixels + (gsize) y * self->stride);
  guint32 any = 0;

  for (guint32 x = 0; x < self->width; x++)
    any |= row[x];
  return any != 0;
}

void
hearth_osd_damage (HearthOsd *self, const HearthRect *damage, guint n_damage)
{
  for (guint i = 0; i < n_damage; i++) {
    gint32 top = CLAMP (damage[i].y, 0, (gint32) self->height);
    gint32 bottom = CLAMP (damage[i].y + damage[i].height, top, (gint32) self->height);

    for (gint32 y = top; y < bottom; y++) {
      guint8 used = is_row_used (self, y);

      self->n_used += (guint) used - self->used_rows[y];
      self->used_rows[y] = used;
    }
  }
}

void
hearth_osd_wipe (HearthOsd *self)
{
  for (guint32 y = 0; y < self->height; y++)
    if (self->used_rows[y] != 0)
      memset (self->pixels + (gsize) y * self->stride, 0, self->stride);
  memset (self->used_rows, 0, self->height);
  self->n_used = 0;
}

void
hearth_osd_blend (const HearthOsd *self, const HearthCanvas *canvas)
{
  for (guint32 y = 0; y < self->height && self->n_used > 0; y++) {
    const HearthCanvas row = { canvas->pixels + (gsize) y * canvas->stride, canvas->stride, canvas->width, 1 };

    if (self->used_rows[y] != 0)
      hearth_compose_osd (&row, self->pixels + (gsize) y * self->stride, self->stride, self->width, 1);
  }
}
