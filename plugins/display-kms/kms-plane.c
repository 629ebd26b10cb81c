/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-plane.h"

#include <drm_fourcc.h>

static void
plane_free (gpointer data)
{
  KmsPlane *self = data;

  kms_object_clear (&self->object);
  g_array_unref (self->formats);
  g_free (self);
}

/* ---- formats ------------------------------------------------------------------------------ */

static void
add_format (KmsPlane *self, guint32 fourcc, guint64 modifier)
{
  const KmsFormat format = { fourcc, modifier };

  g_array_append_val (self->formats, format);
}

/* IN_FORMATS: formats with their modifiers. */
static gboolean
read_modifiers (KmsPlane *self, int device)
{
  drmModePropertyBlobRes *blob = kms_object_read_blob (&self->object, device, "IN_FORMATS");
  drmModeFormatModifierIterator at = { 0 };

  while (blob != NULL && drmModeFormatModifierBlobIterNext (blob, &at))
    add_format (self, at.fmt, at.mod);
  drmModeFreePropertyBlob (blob);
  return self->formats->len > 0;
}

gboolean
kms_plane_takes (const KmsPlane *self, guint32 fourcc, guint64 modifier)
{
  for (guint i = 0; i < self->formats->len; i++) {
    const KmsFormat *format = &g_array_index (self->formats, KmsFormat, i);

    if (format->fourcc != fourcc)
      continue;
    if (format->modifier == modifier || (format->modifier == DRM_FORMAT_MOD_INVALID && modifier == DRM_FORMAT_MOD_LINEAR))
      return TRUE;
  }
  return FALSE;
}

/* ---- the list ------------------------------------------------------------------------------- */

static KmsPlane *
read_plane (int device, const drmModePlane *listed)
{
  KmsPlane *self = g_new0 (KmsPlane, 1);

  self->formats = g_array_new (FALSE, FALSE, sizeof (KmsFormat));
  if (!kms_object_read (&self->object, device, listed->plane_id, DRM_MODE_OBJECT_PLANE, NULL)) {
    plane_free (self);
    return NULL;
  }
  self->type = (KmsPlaneType) kms_object_get (&self->object, "type", DRM_PLANE_TYPE_OVERLAY);
  self->blends = kms_object_find_enum (&self->object, device, "pixel blend mode", "Pre-multiplied", &self->premultiplied);
  if (!read_modifiers (self, device))
    for (guint32 i = 0; i < listed->count_formats; i++)
      add_format (self, listed->formats[i], DRM_FORMAT_MOD_INVALID);
  return self;
}

/* By zpos where the device tells it; else the primary plane is below all others, which stand as they are listed. */
static gint
compare_depth (gconstpointer a, gconstpointer b)
{
  const KmsPlane *first = *(KmsPlane *const *) a, *second = *(KmsPlane *const *) b;
  guint64 first_depth = kms_object_get (&first->object, "zpos", first->type == KMS_PLANE_PRIMARY ? 0 : 1);
  guint64 second_depth = kms_object_get (&second->object, "zpos", second->type == KMS_PLANE_PRIMARY ? 0 : 1);

  if (first_depth != second_depth)
    return first_depth < second_depth ? -1 : 1;
  return first->object.id < second->object.id ? -1 : 1;
}

static gboolean
is_free (const KmsPlane *self, guint32 crtc)
{
  guint64 user = kms_object_get (&self->object, "CRTC_ID", 0);

  return self->type != KMS_PLANE_CURSOR && (user == 0 || user == crtc);
}

GPtrArray *
kms_planes_list (int device, guint32 crtc, guint crtc_index)
{
  GPtrArray *planes = g_ptr_array_new_with_free_func (plane_free);
  drmModePlaneRes *all = drmModeGetPlaneResources (device);

  for (guint32 i = 0; all != NULL && i < all->count_planes; i++) {
    drmModePlane *listed = drmModeGetPlane (device, all->planes[i]);
    KmsPlane *plane = listed != NULL && (listed->possible_crtcs & 1u << crtc_index) != 0 ? read_plane (device, listed) : NULL;

    drmModeFreePlane (listed);
    if (plane != NULL && is_free (plane, crtc))
      g_ptr_array_add (planes, plane);
    else if (plane != NULL)
      plane_free (plane);
  }
  drmModeFreePlaneResources (all);
  g_ptr_array_sort (planes, compare_depth);
  return planes;
}

const char *
kms_plane_get_type_name (const KmsPlane *self)
{
  return self->type == KMS_PLANE_PRIMARY ? "primary" : self->type == KMS_PLANE_CURSOR ? "cursor" : "overlay";
}

/* ---- requests --------------------------------------------------------------------------------- */

/* What another program may have left behind. */
static void
reset (const KmsPlane *self, drmModeAtomicReq *request)
{
  kms_request_set (request, &self->object, "rotation", DRM_MODE_ROTATE_0);
  kms_request_set (request, &self->object, "alpha", G_MAXUINT16);
  if (self->blends)
    kms_request_set (request, &self->object, "pixel blend mode", self->premultiplied);
}

gboolean
kms_plane_show (const KmsPlane *self, drmModeAtomicReq *request, guint32 crtc, const KmsShown *shown)
{
  const KmsObject *object = &self->object;

  reset (self, request);
  return kms_request_set (request, object, "FB_ID", shown->framebuffer) && kms_request_set (request, object, "CRTC_ID", crtc) &&
         kms_request_set (request, object, "SRC_X", shown->src_x) && kms_request_set (request, object, "SRC_Y", shown->src_y) &&
         kms_request_set (request, object, "SRC_W", shown->src_width) &&
         kms_request_set (request, object, "SRC_H", shown->src_height) &&
         kms_request_set (request, object, "CRTC_X", (guint64) (gint64) shown->x) &&
         kms_request_set (request, object, "CRTC_Y", (guint64) (gint64) shown->y) &&
         kms_request_set (request, object, "CRTC_W", shown->width) && kms_request_set (request, object, "CRTC_H", shown->height);
}

gboolean
kms_plane_hide (const KmsPlane *self, drmModeAtomicReq *request)
{
  return kms_request_set (request, &self->object, "FB_ID", 0) && kms_request_set (request, &self->object, "CRTC_ID", 0);
}
