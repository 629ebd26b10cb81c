/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "display/hearth-compose.h"

G_BEGIN_DECLS

/* The on-screen plane's picture in ordinary memory. Pages come when they are painted: a screen with a banner is a quarter of a
 * screen in memory; and rows that hold nothing cost nothing to blend. */
typedef struct {
  guint32 width, height, stride;
  guint8 *pixels; /* premultiplied ARGB32 */
  gsize n_bytes;
  guint8 *used_rows; /* 1: something is not transparent there, as damage() saw it */
  guint n_used;
} HearthOsd;

/* Transparent. Errors: those of mmap(). */
gboolean hearth_osd_init (HearthOsd *self, guint32 width, guint32 height, GError **error);
void hearth_osd_clear (HearthOsd *self);

/* Something was painted there. */
void hearth_osd_damage (HearthOsd *self, const HearthRect *damage, guint n_damage);
/* Transparent again. */
void hearth_osd_wipe (HearthOsd *self);
/* Blends it over a canvas of its own size. */
void hearth_osd_blend (const HearthOsd *self, const HearthCanvas *canvas);

G_END_DECLS
