/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dfb-screen.h"

#include "dfb-system.h"

#include <hearth/error.h>

#define DEFAULT_MHZ 50000

/* ---- modes ----------------------------------------------------------------------------------- */

static void
add_size (GArray *sizes, int width, int height)
{
  const DFBDimension size = { width, height };

  for (guint i = 0; i < sizes->len; i++)
    if (g_array_index (sizes, DFBDimension, i).w == width && g_array_index (sizes, DFBDimension, i).h == height)
      return;
  g_array_append_val (sizes, size);
}

static DFBEnumerationResult
on_video_mode (int width, int height, int bits, void *user_data)
{
  if (width >= 64 && height >= 64)
    add_size (user_data, width, height);
  return DFENUM_OK;
}

/* A window may have any size that its screen has room for; a frame buffer has modes, and shows another size in its corner. */
static gboolean
fits (const DfbScreen *self, guint32 width, guint32 height)
{
  if (self->is_x11)
    return width <= (guint32) self->most.w && height <= (guint32) self->most.h;
  for (guint i = 0; i < self->sizes->len; i++)
    if (g_array_index (self->sizes, DFBDimension, i).w == (int) width && g_array_index (self->sizes, DFBDimension, i).h == (int) height)
      return TRUE;
  return FALSE;
}

/* On X11 a window has any size that fits on the screen; DirectFB itself would name one that nobody has used for decades. */
static void
list_sizes (DfbScreen *self)
{
  static const DFBDimension usual[] = { { 1280, 720 }, { 1920, 1080 }, { 3840, 2160 } };

  self->sizes = g_array_new (FALSE, FALSE, sizeof (DFBDimension));
  if (!self->is_x11) {
    self->dfb->EnumVideoModes (self->dfb, on_video_mode, self->sizes);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (fits (self, (guint32) usual[i].w, (guint32) usual[i].h))
      add_size (self->sizes, usual[i].w, usual[i].h);
  add_size (self->sizes, self->most.w, self->most.h);
}

/* The rate is that of our own refreshes, on either system: DirectFB tells no other. */
guint
dfb_screen_get_modes (const DfbScreen *self, HearthDisplayMode *modes, guint n_modes)
{
  static const guint32 rates_mhz[] = { 50000, 60000 };
  guint n = 0;

  if (n < n_modes)
    modes[n++] = self->mode;
  for (guint i = 0; i < self->sizes->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (rates_mhz); j++) {
      const DFBDimension *size = &g_array_index (self->sizes, DFBDimension, i);
      const HearthDisplayMode mode = { (guint32) size->w, (guint32) size->h, rates_mhz[j] };

      if (n < n_modes && (mode.width != self->mode.width || mode.height != self->mode.height || mode.refresh_mhz != self->mode.refresh_mhz))
        modes[n++] = mode;
    }
  return n;
}

/* ---- the layer --------------------------------------------------------------------------------- */

static void
drop_surfaces (DfbScreen *self)
{
  if (self->canvas != NULL)
    self->canvas->Release (self->canvas);
  if (self->surface != NULL)
    self->surface->Release (self->surface);
  self->canvas = self->surface = NULL;
}

/* @size: NULL: the layer's own. With two buffers where the device has room for them, else one behind in ordinary memory. */
static gboolean
configure (DfbScreen *self, const DFBDimension *size, GError **error)
{
  static const DFBDisplayLayerBufferMode buffers[] = { DLBM_BACKVIDEO, DLBM_BACKSYSTEM };
  DFBResult result = DFB_FAILURE;

  for (guint i = 0; i < G_N_ELEMENTS (buffers) && result != DFB_OK; i++) {
    DFBDisplayLayerConfig config = { .flags = DLCONF_BUFFERMODE, .buffermode = buffers[i] };

    if (size != NULL) {
      config.flags |= DLCONF_WIDTH | DLCONF_HEIGHT;
      config.width = size->w;
      config.height = size->h;
    }
    result = self->layer->SetConfiguration (self->layer, &config);
  }
  return dfb_check (result, "a picture of this size", error);
}

static gboolean
make_canvas (DfbScreen *self, GError **error)
{
  const DFBSurfaceDescription wanted = { .flags = DSDESC_CAPS | DSDESC_WIDTH | DSDESC_HEIGHT | DSDESC_PIXELFORMAT,
                                         .caps = DSCAPS_SYSTEMONLY,
                                         .width = (int) self->mode.width,
                                         .height = (int) self->mode.height,
                                         .pixelformat = DSPF_RGB32 };
  DFBSurfacePixelFormat format = DSPF_UNKNOWN;

  self->surface->GetPixelFormat (self->surface, &format);
  if (self->is_x11 && (format == DSPF_RGB32 || format == DSPF_ARGB))
    return TRUE;
  return dfb_check (self->dfb->CreateSurface (self->dfb, &wanted, &self->canvas), "a surface to paint on", error);
}

/* What the layer is configured to be. */
static gboolean
take_layer (DfbScreen *self, guint32 refresh_mhz, GError **error)
{
  int width, height;

  drop_surfaces (self);
  if (!dfb_check (self->layer->GetSurface (self->layer, &self->surface), "the layer's surface", error) ||
      !dfb_check (self->surface->GetSize (self->surface, &width, &height), "the surface's size", error))
    return FALSE;
  self->mode = (HearthDisplayMode){ (guint32) width, (guint32) height, refresh_mhz };
  hearth_osd_clear (&self->osd);
  return hearth_osd_init (&self->osd, self->mode.width, self->mode.height, error) && make_canvas (self, error);
}

gboolean
dfb_screen_init (DfbScreen *self, IDirectFB *dfb, const DFBDimension *x11_size, const HearthDisplayMode *wanted, GError **error)
{
  guint32 refresh_mhz = wanted != NULL ? wanted->refresh_mhz : DEFAULT_MHZ;

  *self = (DfbScreen){ .dfb = dfb, .is_x11 = x11_size != NULL };
  if (x11_size != NULL)
    self->most = *x11_size;
  if (!dfb_check (dfb->GetDisplayLayer (dfb, DLID_PRIMARY, &self->layer), "the primary layer", error) ||
      !dfb_check (self->layer->SetCooperativeLevel (self->layer, DLSCL_EXCLUSIVE), "the primary layer for the shell alone", error))
    return FALSE;
  list_sizes (self);
  if (wanted != NULL && fits (self, wanted->width, wanted->height) &&
      configure (self, &(DFBDimension){ (int) wanted->width, (int) wanted->height }, NULL))
    return take_layer (self, refresh_mhz, error);
  return configure (self, self->most.w > 0 ? &self->most : NULL, error) && take_layer (self, refresh_mhz, error);
}

void
dfb_screen_clear (DfbScreen *self)
{
  drop_surfaces (self);
  if (self->layer != NULL)
    self->layer->Release (self->layer);
  g_clear_pointer (&self->sizes, g_array_unref);
  hearth_osd_clear (&self->osd);
  *self = (DfbScreen){ 0 };
}

static void
set_size_error (const DfbScreen *self, const HearthDisplayMode *mode, GError **error)
{
  if (self->is_x11)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "a window of %ux%u does not fit on the X server's screen of %dx%d",
                 mode->width, mode->height, self->most.w, self->most.h);
  else
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                 "the frame buffer has no mode of %ux%u: `hearthctl display modes` lists its own and those of /etc/fb.modes", mode->width,
                 mode->height);
}

gboolean
dfb_screen_set_mode (DfbScreen *self, const HearthDisplayMode *mode, GError **error)
{
  const HearthDisplayMode old = self->mode;

  if (!fits (self, mode->width, mode->height)) {
    set_size_error (self, mode, error);
    return FALSE;
  }
  if (configure (self, &(DFBDimension){ (int) mode->width, (int) mode->height }, error) && take_layer (self, mode->refresh_mhz, error))
    return TRUE;
  if (configure (self, &(DFBDimension){ (int) old.width, (int) old.height }, NULL))
    take_layer (self, old.refresh_mhz, NULL);
  return FALSE;
}

/* ---- pictures -------------------------------------------------------------------------------------- */

gboolean
dfb_screen_paint (DfbScreen *self, const HearthDisplayScenes *scenes, GError **error)
{
  IDirectFBSurface *to = self->canvas != NULL ? self->canvas : self->surface;
  gpointer pixels;
  int stride;

  if (!dfb_check (to->Lock (to, DSLF_READ | DSLF_WRITE, &pixels, &stride), "painting", error))
    return FALSE;
  {
    const HearthCanvas canvas = { pixels, (guint32) stride, self->mode.width, self->mode.height };

    hearth_display_scenes_paint (scenes, &scenes->waiting, HEARTH_DISPLAY_MAX_LAYERS, &self->mode, &canvas);
    hearth_osd_blend (&self->osd, &canvas);
  }
  to->Unlock (to);
  self->osd_shown = self->osd.n_used > 0;
  self->copied_bytes += (guint64) self->mode.width * self->mode.height * 4;
  return TRUE;
}

gboolean
dfb_screen_flip (DfbScreen *self, GError **error)
{
  if (self->canvas != NULL && !dfb_check (self->surface->Blit (self->surface, self->canvas, NULL, 0, 0), "copying a picture", error))
    return FALSE;
  self->commits++;
  return dfb_check (self->surface->Flip (self->surface, NULL, DSFLIP_NONE), "showing a picture", error);
}

/* ---- what it is ------------------------------------------------------------------------------------- */

/* A layer does not tell its formats. */
static DFBEnumerationResult
on_layer (DFBDisplayLayerID id, DFBDisplayLayerDescription description, void *user_data)
{
  GVariantBuilder *planes = user_data;

  g_variant_builder_add (planes, "(usuas)", id, id == DLID_PRIMARY ? "primary" : "overlay", id, NULL);
  return DFENUM_OK;
}

static const char *
explain (const DfbScreen *self)
{
  if (self->canvas != NULL)
    return "painted by the CPU in ordinary memory, and copied: the layer's own is of another format, or slow to read";
  return "painted by the CPU into the buffer behind: DirectFB's own conversion has but one matrix and does not smooth";
}

static GVariant *
describe_layers (const DfbScreen *self, const HearthDisplayScenes *scenes)
{
  GVariantBuilder layers;

  g_variant_builder_init (&layers, G_VARIANT_TYPE ("a(sus)"));
  for (guint i = 0; i < scenes->glass.n_layers; i++)
    if (scenes->glass.layers[i].has_frame)
      g_variant_builder_add (&layers, "(sus)", "video", DLID_PRIMARY, explain (self));
  if (self->osd_shown)
    g_variant_builder_add (&layers, "(sus)", "on-screen", DLID_PRIMARY, "blended over the picture by the CPU: no other layer takes alpha");
  return g_variant_builder_end (&layers);
}

GVariant *
dfb_screen_describe (const DfbScreen *self, const HearthDisplayScenes *scenes)
{
  GVariantBuilder planes;
  GVariantDict dict;

  g_variant_builder_init (&planes, G_VARIANT_TYPE ("a(usuas)"));
  self->dfb->EnumDisplayLayers (self->dfb, on_layer, &planes);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "planes", g_variant_builder_end (&planes));
  g_variant_dict_insert_value (&dict, "layers", describe_layers (self, scenes));
  g_variant_dict_insert (&dict, "commits", "t", self->commits);
  g_variant_dict_insert (&dict, "copied-bytes", "t", self->copied_bytes);
  return g_variant_dict_end (&dict);
}
