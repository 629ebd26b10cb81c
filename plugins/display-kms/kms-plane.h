/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kms-object.h"

G_BEGIN_DECLS

typedef enum {
  KMS_PLANE_OVERLAY = DRM_PLANE_TYPE_OVERLAY,
  KMS_PLANE_PRIMARY = DRM_PLANE_TYPE_PRIMARY,
  KMS_PLANE_CURSOR = DRM_PLANE_TYPE_CURSOR,
} KmsPlaneType;

typedef struct {
  guint32 fourcc;
  guint64 modifier; /* DRM_FORMAT_MOD_INVALID: the device does not say */
} KmsFormat;

/* One plane of the hardware that our CRTC can use. */
typedef struct {
  KmsObject object;
  KmsPlaneType type;
  GArray *formats; /* KmsFormat */
  gboolean blends; /* it can be told how: */
  guint64 premultiplied;
} KmsPlane;

/* The planes that a CRTC (its id, and its index among all) can have, from the lowest to the highest; without cursors, and without those
 * that another screen has. */
GPtrArray *kms_planes_list (int device, guint32 crtc, guint crtc_index);
gboolean kms_plane_takes (const KmsPlane *self, guint32 fourcc, guint64 modifier);
const char *kms_plane_get_type_name (const KmsPlane *self);

/* What a plane shows. */
typedef struct {
  guint32 framebuffer;
  guint32 src_x, src_y, src_width, src_height; /* 16.16 pixels of the buffer */
  gint32 x, y;                                 /* on the screen */
  guint32 width, height;
} KmsShown;

gboolean kms_plane_show (const KmsPlane *self, drmModeAtomicReq *request, guint32 crtc, const KmsShown *shown);
gboolean kms_plane_hide (const KmsPlane *self, drmModeAtomicReq *request);

G_END_DECLS
