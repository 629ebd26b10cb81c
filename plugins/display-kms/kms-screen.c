/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-screen.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <string.h>

#define CANVAS_FORMAT DRM_FORMAT_XRGB8888

void
kms_screen_init (KmsScreen *self, int device)
{
  *self = (KmsScreen){ .device = device };
}

static void
drop_canvases (KmsScreen *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->canvases); i++)
    kms_buffer_clear (&self->canvases[i], self->device);
  self->black_canvas = FALSE;
}

void
kms_screen_clear (KmsScreen *self)
{
  drop_canvases (self);
  kms_osd_clear (&self->osd, self->device);
  g_clear_pointer (&self->planes, g_ptr_array_unref);
  kms_output_clear (&self->output, self->device);
}

/* ---- what is connected ----------------------------------------------------------------------- */

/* The mode is the output's, and all pictures begin anew. */
static gboolean
take_mode (KmsScreen *self, GError **error)
{
  HearthDisplayMode mode = kms_output_describe_mode (self->output.mode);

  kms_osd_clear (&self->osd, self->device);
  drop_canvases (self);
  if (!kms_osd_init (&self->osd, mode.width, mode.height, error))
    return FALSE;
  self->mode = mode;
  kms_clock_init (&self->clock, self->device, self->output.crtc.id, mode.refresh_mhz);
  self->lit = self->has_plan = FALSE;
  return TRUE;
}

gboolean
kms_screen_probe (KmsScreen *self, const char *connector, const HearthDisplayMode *wanted, GError **error)
{
  if (!kms_output_find (&self->output, self->device, connector, error) ||
      !kms_output_choose_mode (&self->output, self->device, wanted, FALSE, error))
    return FALSE;
  g_clear_pointer (&self->planes, g_ptr_array_unref);
  self->planes = kms_planes_list (self->device, self->output.crtc.id, self->output.crtc_index);
  return take_mode (self, error);
}

gboolean
kms_screen_is_current (KmsScreen *self, const char *connector)
{
  KmsOutput now = { 0 };
  gboolean same = kms_output_find (&now, self->device, connector, NULL) && self->output.name != NULL &&
                  now.connector.id == self->output.connector.id && now.n_modes == self->output.n_modes &&
                  memcmp (now.modes, self->output.modes, now.n_modes * sizeof *now.modes) == 0;

  kms_output_clear (&now, self->device);
  return same;
}

gboolean
kms_screen_set_mode (KmsScreen *self, const HearthDisplayMode *mode, GError **error)
{
  return kms_output_choose_mode (&self->output, self->device, mode, TRUE, error) && take_mode (self, error);
}

/* ---- wishes ------------------------------------------------------------------------------------ */

static KmsWish
make_video_wish (const HearthDisplayScenes *scenes, const HearthDisplaySceneLayer *layer)
{
  const HearthFramePool *pool = hearth_display_scenes_find (scenes, layer->view, layer->frame.pool);

  return (KmsWish){ .fourcc = pool->fourcc,
                    .modifier = pool->modifier,
                    .importable = FALSE, /* memfds: only the CPU reads them */
                    .src_width = (guint32) layer->frame.crop.width,
                    .src_height = (guint32) layer->frame.crop.height,
                    .where = hearth_compose_fit (&layer->frame, &layer->target) };
}

static KmsWish
make_osd_wish (const KmsScreen *self)
{
  return (KmsWish){ .fourcc = DRM_FORMAT_ARGB8888,
                    .modifier = DRM_FORMAT_MOD_LINEAR,
                    .importable = TRUE,
                    .src_width = self->mode.width,
                    .src_height = self->mode.height,
                    .where = { 0, 0, (gint32) self->mode.width, (gint32) self->mode.height } };
}

static gboolean
same_wish (const KmsWish *a, const KmsWish *b)
{
  return a->fourcc == b->fourcc && a->modifier == b->modifier && a->importable == b->importable && a->src_width == b->src_width &&
         a->src_height == b->src_height && a->where.x == b->where.x && a->where.y == b->where.y &&
         a->where.width == b->where.width && a->where.height == b->where.height;
}

static void
add_wish (KmsScreen *self, KmsWish wish, guint scene_layer)
{
  self->has_plan = self->has_plan && same_wish (&wish, &self->wishes[self->n_wishes]);
  self->wishes[self->n_wishes] = wish;
  self->scene_layers[self->n_wishes++] = scene_layer;
}

/* The plan stands as long as the wishes are those that it was made for. */
static void
make_wishes (KmsScreen *self, const HearthDisplayScenes *scenes)
{
  const HearthDisplayScene *scene = &scenes->waiting;
  guint before = self->n_wishes;

  self->n_wishes = 0;
  for (guint i = 0; i < scene->n_layers; i++)
    if (scene->layers[i].has_frame)
      add_wish (self, make_video_wish (scenes, &scene->layers[i]), i);
  self->osd_wished = !kms_osd_is_empty (&self->osd);
  if (self->osd_wished)
    add_wish (self, make_osd_wish (self), 0);
  self->has_plan = self->has_plan && self->n_wishes == before;
}

static gboolean
is_osd (const KmsScreen *self, guint wish)
{
  return self->osd_wished && wish == self->n_wishes - 1;
}

/* ---- requests ------------------------------------------------------------------------------------ */

static KmsShown
show_buffer (const KmsBuffer *buffer)
{
  return (KmsShown){ .framebuffer = buffer->framebuffer,
                     .src_width = buffer->width << 16,
                     .src_height = buffer->height << 16,
                     .width = buffer->width,
                     .height = buffer->height };
}

static gboolean
show_wish (KmsScreen *self, drmModeAtomicReq *request, const KmsPlan *plan, guint wish)
{
  const KmsPlane *plane = g_ptr_array_index (self->planes, plan->planes[wish]);
  const KmsBuffer *buffer = is_osd (self, wish) ? kms_osd_get_buffer (&self->osd, self->device, NULL) : NULL;
  KmsShown shown;

  if (buffer == NULL)
    return FALSE;
  shown = show_buffer (buffer);
  return kms_plane_show (plane, request, self->output.crtc.id, &shown);
}

static gboolean
is_used (const KmsPlan *plan, gint plane)
{
  if (plan->canvas && plan->canvas_plane == plane)
    return TRUE;
  for (guint i = plan->n_blended; i < plan->n_layers; i++)
    if (plan->planes[i] == plane)
      return TRUE;
  return FALSE;
}

static gboolean
fill_request (KmsScreen *self, drmModeAtomicReq *request, const KmsPlan *plan, const KmsBuffer *canvas)
{
  if (!self->lit)
    kms_output_fill (&self->output, request);
  if (plan->canvas) {
    KmsShown shown = show_buffer (canvas);

    if (!kms_plane_show (g_ptr_array_index (self->planes, plan->canvas_plane), request, self->output.crtc.id, &shown))
      return FALSE;
  }
  for (guint i = plan->n_blended; i < plan->n_layers; i++)
    if (!show_wish (self, request, plan, i))
      return FALSE;
  for (guint i = 0; i < self->planes->len; i++)
    if (!is_used (plan, (gint) i))
      kms_plane_hide (g_ptr_array_index (self->planes, i), request);
  return TRUE;
}

/* Setting a mode may take as long as the screen needs to lock on; all else is done when it is asked. */
static int
commit (KmsScreen *self, const KmsPlan *plan, const KmsBuffer *canvas, gboolean test, gpointer user_data)
{
  drmModeAtomicReq *request = drmModeAtomicAlloc ();
  guint32 flags = test ? DRM_MODE_ATOMIC_TEST_ONLY : DRM_MODE_PAGE_FLIP_EVENT;
  int error = EINVAL;

  flags |= !self->lit ? DRM_MODE_ATOMIC_ALLOW_MODESET : test ? 0 : DRM_MODE_ATOMIC_NONBLOCK;
  if (fill_request (self, request, plan, canvas))
    error = drmModeAtomicCommit (self->device, request, flags, user_data) == 0 ? 0 : errno;
  drmModeAtomicFree (request);
  return error;
}

/* ---- the canvas ------------------------------------------------------------------------------------ */

static gboolean
has_canvases (KmsScreen *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->canvases); i++)
    if (self->canvases[i].framebuffer == 0 &&
        !kms_buffer_init (&self->canvases[i], self->device, CANVAS_FORMAT, self->mode.width, self->mode.height, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
test_plan (const KmsPlan *plan, gpointer user_data)
{
  KmsScreen *self = user_data;

  return (!plan->canvas || has_canvases (self)) && commit (self, plan, &self->canvases[1 - self->front_canvas], TRUE, NULL) == 0;
}

/* The canvas with the blended layers: another one than that on glass, unless nothing is on either. */
static const KmsBuffer *
paint_canvas (KmsScreen *self, const HearthDisplayScenes *scenes)
{
  guint n_blended = self->plan.n_blended;
  gboolean osd = n_blended > 0 && is_osd (self, n_blended - 1);
  guint n_video = n_blended - (osd ? 1 : 0);
  const KmsBuffer *buffer = &self->canvases[self->front_canvas];
  HearthCanvas canvas;

  if (n_blended == 0 && self->black_canvas)
    return buffer;
  self->front_canvas = 1 - self->front_canvas;
  buffer = &self->canvases[self->front_canvas];
  canvas = (HearthCanvas){ buffer->pixels, buffer->stride, buffer->width, buffer->height };
  hearth_display_scenes_paint (scenes, &scenes->waiting, n_video > 0 ? self->scene_layers[n_video - 1] + 1 : 0, &self->mode, &canvas);
  if (osd)
    hearth_osd_blend (&self->osd.plane, &canvas);
  self->black_canvas = n_blended == 0;
  for (guint i = 0; i < n_blended; i++)
    self->copied_bytes += (guint64) self->wishes[i].where.width * (guint64) self->wishes[i].where.height * 4;
  return buffer;
}

gboolean
kms_screen_submit (KmsScreen *self, const HearthDisplayScenes *scenes, gpointer user_data, GError **error)
{
  const KmsBuffer *canvas;
  int result;

  make_wishes (self, scenes);
  if (!self->has_plan)
    self->has_plan = kms_plan_make (&self->plan, self->wishes, self->n_wishes, self->planes, CANVAS_FORMAT, test_plan, self);
  if (!self->has_plan) {
    if (kms_device_is_ours (self->device))
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                   "connector %s takes no arrangement of %u pictures, not even one blended by the CPU", self->output.name, self->n_wishes);
    else
      kms_device_set_taken (error);
    return FALSE;
  }
  canvas = self->plan.canvas ? paint_canvas (self, scenes) : NULL;
  result = commit (self, &self->plan, canvas, FALSE, user_data);
  if (result == EACCES || result == EPERM) {
    kms_device_set_taken (error);
    return FALSE;
  }
  if (result != 0) {
    hearth_error_set_errno (error, result, "showing a picture on connector %s", self->output.name);
    return FALSE;
  }
  self->lit = TRUE;
  self->n_commits++;
  return TRUE;
}

/* ---- for people -------------------------------------------------------------------------------------- */

static GVariant *
describe_planes (const KmsScreen *self)
{
  GVariantBuilder planes;

  g_variant_builder_init (&planes, G_VARIANT_TYPE ("a(usuas)"));
  for (guint i = 0; self->planes != NULL && i < self->planes->len; i++) {
    const KmsPlane *plane = g_ptr_array_index (self->planes, i);
    GVariantBuilder formats;
    guint32 last = 0;

    g_variant_builder_init (&formats, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint j = 0; j < plane->formats->len; j++) {
      guint32 fourcc = g_array_index (plane->formats, KmsFormat, j).fourcc;
      char text[5] = { (char) fourcc, (char) (fourcc >> 8), (char) (fourcc >> 16), (char) (fourcc >> 24 & 0x7f), '\0' };

      if (fourcc != last && g_str_is_ascii (text))
        g_variant_builder_add (&formats, "s", text);
      last = fourcc;
    }
    g_variant_builder_add (&planes, "(usuas)", plane->object.id, kms_plane_get_type_name (plane), i, &formats);
  }
  return g_variant_builder_end (&planes);
}

static GVariant *
describe_layers (const KmsScreen *self)
{
  GVariantBuilder layers;

  g_variant_builder_init (&layers, G_VARIANT_TYPE ("a(sus)"));
  for (guint i = 0; self->has_plan && i < self->n_wishes; i++) {
    gboolean blended = i < self->plan.n_blended;
    gint index = blended ? self->plan.canvas_plane : self->plan.planes[i];
    const KmsPlane *plane = g_ptr_array_index (self->planes, index);

    g_variant_builder_add (&layers, "(sus)", is_osd (self, i) ? "on-screen" : "video", plane->object.id,
                           kms_plan_explain (self->plan.how[i]));
  }
  return g_variant_builder_end (&layers);
}

GVariant *
kms_screen_describe (const KmsScreen *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "connector", "s", self->output.name != NULL ? self->output.name : "");
  if (self->output.has_edid)
    g_variant_dict_insert_value (&dict, "screen", hearth_edid_describe (&self->output.edid));
  g_variant_dict_insert_value (&dict, "planes", describe_planes (self));
  g_variant_dict_insert_value (&dict, "layers", describe_layers (self));
  g_variant_dict_insert (&dict, "commits", "t", self->n_commits);
  g_variant_dict_insert (&dict, "copied-bytes", "t", self->copied_bytes);
  return g_variant_dict_end (&dict);
}
