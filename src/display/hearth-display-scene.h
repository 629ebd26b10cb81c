/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "display/hearth-compose.h"

G_BEGIN_DECLS

/* What each display plug-in keeps: the pools that it was given, the picture on glass and the one that waits for its refresh. */

#define HEARTH_DISPLAY_MAX_LAYERS 16

typedef struct {
  guint32 view;
  gboolean has_frame;
  HearthFrame frame;
  HearthRect target;
} HearthDisplaySceneLayer;

typedef struct {
  HearthDisplaySceneLayer layers[HEARTH_DISPLAY_MAX_LAYERS];
  guint n_layers;
} HearthDisplayScene;

typedef struct {
  GArray *imports; /* private */
  HearthDisplayScene glass, waiting;
  gboolean is_waiting;
} HearthDisplayScenes;

void hearth_display_scenes_init (HearthDisplayScenes *self);
void hearth_display_scenes_clear (HearthDisplayScenes *self);

/* @pool is borrowed until drop(). */
void hearth_display_scenes_import (HearthDisplayScenes *self, guint32 view, const HearthFramePool *pool);
void hearth_display_scenes_drop (HearthDisplayScenes *self, guint32 view, guint32 pool);
const HearthFramePool *hearth_display_scenes_find (const HearthDisplayScenes *self, guint32 view, guint32 pool); /* (nullable) */

/* Checks a commit and keeps it as the one that waits. Errors: BUSY, LIMIT, INVALID_ARGUMENT. */
gboolean hearth_display_scenes_wait (HearthDisplayScenes *self, const HearthDisplayLayer *layers, guint n_layers, GError **error);
void hearth_display_scenes_shown (HearthDisplayScenes *self); /* what waited is on glass */

/* Paints the first @n_layers of @scene, black around, scaled from @mode to the canvas. */
void hearth_display_scenes_paint (const HearthDisplayScenes *self, const HearthDisplayScene *scene, guint n_layers,
                                  const HearthDisplayMode *mode, const HearthCanvas *canvas);
/* For read_back(): as paint(), of what is on glass; @osd (nullable): of the mode's size, blended over. Errors: INVALID_ARGUMENT. */
gboolean hearth_display_scenes_read_back (const HearthDisplayScenes *self, const HearthDisplayMode *mode, const HearthCanvas *canvas,
                                          const guint8 *osd, guint32 osd_stride, GError **error);

G_END_DECLS
