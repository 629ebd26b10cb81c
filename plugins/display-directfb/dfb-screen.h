/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "display/hearth-display-scene.h"
#include "display/hearth-osd.h"

#include <directfb.h>

G_BEGIN_DECLS

/* DirectFB's primary layer: two buffers that are painted by turns. A window of X11, or the frame buffer. */
typedef struct {
  IDirectFB *dfb;
  gboolean is_x11;
  IDirectFBDisplayLayer *layer;
  IDirectFBSurface *surface;
  /* Where the CPU paints when the layer's own buffers are no place for it: of another format, or memory of the device, which is slow
   * to read and must be read to blend. NULL: straight into the buffer behind. */
  IDirectFBSurface *canvas;
  DFBDimension most; /* X11's screen */
  HearthDisplayMode mode;
  GArray *sizes; /* DFBDimension, of the modes that DirectFB knows */
  HearthOsd osd;
  gboolean osd_shown; /* it was blended into the last picture */
  guint64 commits, copied_bytes;
} DfbScreen;

/* @x11_size: (nullable): of its screen, where it is a window of X11. @wanted: (nullable): the nearest that there is. Errors:
 * NOT_SUPPORTED. */
gboolean dfb_screen_init (DfbScreen *self, IDirectFB *dfb, const DFBDimension *x11_size, const HearthDisplayMode *wanted, GError **error);
void dfb_screen_clear (DfbScreen *self);

guint dfb_screen_get_modes (const DfbScreen *self, HearthDisplayMode *modes, guint n_modes);
/* Exactly this one; the on-screen plane is new. Errors: NOT_SUPPORTED, and the old mode is back. */
gboolean dfb_screen_set_mode (DfbScreen *self, const HearthDisplayMode *mode, GError **error);

/* Paints the scene that waits, and the on-screen plane over it, into the buffer that is not seen. */
gboolean dfb_screen_paint (DfbScreen *self, const HearthDisplayScenes *scenes, GError **error);
/* What was painted is seen. */
gboolean dfb_screen_flip (DfbScreen *self, GError **error);

/* a{sv}, floating: planes, layers, what was copied. @scenes: for what is on glass. */
GVariant *dfb_screen_describe (const DfbScreen *self, const HearthDisplayScenes *scenes);

G_END_DECLS
