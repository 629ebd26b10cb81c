/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display/hearth-display-scene.h"

typedef struct {
  guint32 view;
  const HearthFramePool *pool;
} Import;

void
hearth_display_scenes_init (HearthDisplayScenes *self)
{
  *self = (HearthDisplayScenes){ .imports = g_array_new (FALSE, FALSE, sizeof (Import)) };
}

void
hearth_display_scenes_clear (HearthDisplayScenes *self)
{
  g_clear_pointer (&self->imports, g_array_unref);
}

/* ---- pools -------------------------------------------------------------------------------- */

static gint
find_import (const HearthDisplayScenes *self, guint32 view, guint32 pool)
{
  for (guint i = 0; i < self->imports->len; i++) {
    const Import *import = &g_array_index (self->imports, Import, i);

    if (import->view == view && import->pool->pool == pool)
      return (gint) i;
  }
  return -1;
}

const HearthFramePool *
hearth_display_scenes_find (const HearthDisplayScenes *self, guint32 view, guint32 pool)
{
  gint at = find_import (self, view, pool);

  return at >= 0 ? g_array_index (self->imports, Import, at).pool : NULL;
}

void
hearth_display_scenes_import (HearthDisplayScenes *self, guint32 view, const HearthFramePool *pool)
{
  const Import import = { view, pool };

  g_array_append_val (self->imports, import);
}

static void
forget_pool (HearthDisplayScene *scene, guint32 view, guint32 pool)
{
  for (guint i = 0; i < scene->n_layers; i++)
    if (scene->layers[i].view == view && scene->layers[i].frame.pool == pool)
      scene->layers[i].has_frame = FALSE;
}

void
hearth_display_scenes_drop (HearthDisplayScenes *self, guint32 view, guint32 pool)
{
  gint at = find_import (self, view, pool);

  if (at < 0)
    return;
  forget_pool (&self->glass, view, pool);
  forget_pool (&self->waiting, view, pool);
  g_array_remove_index_fast (self->imports, (guint) at);
}

/* ---- commits -------------------------------------------------------------------------------- */

static gboolean
check_layer (const HearthDisplayScenes *self, const HearthDisplayLayer *layer, GError **error)
{
  const HearthFramePool *pool = layer->frame != NULL ? hearth_display_scenes_find (self, layer->view, layer->frame->pool) : NULL;

  if (layer->frame == NULL || (pool != NULL && layer->frame->index < pool->n_buffers))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "view %u has no buffer %u.%u here", layer->view,
               layer->frame->pool, layer->frame->index);
  return FALSE;
}

gboolean
hearth_display_scenes_wait (HearthDisplayScenes *self, const HearthDisplayLayer *layers, guint n_layers, GError **error)
{
  HearthDisplayScene scene = { .n_layers = n_layers };

  if (self->is_waiting) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "the last commit waits for its refresh");
    return FALSE;
  }
  if (n_layers > HEARTH_DISPLAY_MAX_LAYERS) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "%u layers, where %u can be shown", n_layers, HEARTH_DISPLAY_MAX_LAYERS);
    return FALSE;
  }
  for (guint i = 0; i < n_layers; i++) {
    if (!check_layer (self, &layers[i], error))
      return FALSE;
    scene.layers[i] =
      (HearthDisplaySceneLayer){ .view = layers[i].view, .has_frame = layers[i].frame != NULL, .target = layers[i].target };
    if (layers[i].frame != NULL)
      scene.layers[i].frame = *layers[i].frame;
  }
  self->waiting = scene;
  self->is_waiting = TRUE;
  return TRUE;
}

void
hearth_display_scenes_shown (HearthDisplayScenes *self)
{
  self->glass = self->waiting;
  self->is_waiting = FALSE;
}

/* ---- painting --------------------------------------------------------------------------------- */

static gint32
scaled (gint32 at, guint32 to, guint32 from)
{
  return (gint32) (((gint64) at * to + from / 2) / from);
}

static void
paint_layer (const HearthDisplayScenes *self, const HearthDisplaySceneLayer *layer, const HearthDisplayMode *mode,
             const HearthCanvas *canvas)
{
  const HearthFramePool *pool = hearth_display_scenes_find (self, layer->view, layer->frame.pool);
  HearthRect fit = hearth_compose_fit (&layer->frame, &layer->target);
  HearthRect where = { .x = scaled (fit.x, canvas->width, mode->width), .y = scaled (fit.y, canvas->height, mode->height) };

  if (pool == NULL || pool->mappings == NULL)
    return;
  where.width = scaled (fit.x + fit.width, canvas->width, mode->width) - where.x;
  where.height = scaled (fit.y + fit.height, canvas->height, mode->height) - where.y;
  hearth_compose_frame (canvas, pool, pool->mappings[layer->frame.index], &layer->frame, &where);
}

void
hearth_display_scenes_paint (const HearthDisplayScenes *self, const HearthDisplayScene *scene, guint n_layers,
                             const HearthDisplayMode *mode, const HearthCanvas *canvas)
{
  hearth_compose_black (canvas);
  for (guint i = 0; i < MIN (n_layers, scene->n_layers); i++)
    if (scene->layers[i].has_frame)
      paint_layer (self, &scene->layers[i], mode, canvas);
}

gboolean
hearth_display_scenes_read_back (const HearthDisplayScenes *self, const HearthDisplayMode *mode, const HearthCanvas *canvas,
                                 const guint8 *osd, guint32 osd_stride, GError **error)
{
  if (canvas->width == 0 || canvas->height == 0 || canvas->width > 16384 || canvas->height > 16384 ||
      canvas->stride < canvas->width * 4) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "no picture of %ux%u can be read back", canvas->width,
                 canvas->height);
    return FALSE;
  }
  hearth_display_scenes_paint (self, &self->glass, HEARTH_DISPLAY_MAX_LAYERS, mode, canvas);
  if (osd != NULL)
    hearth_compose_osd (canvas, osd, osd_stride, mode->width, mode->height);
  return TRUE;
}
