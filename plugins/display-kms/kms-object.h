/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/plugin.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

G_BEGIN_DECLS

/* A connector, CRTC or plane with its properties, by name; and atomic requests made of them. */

typedef struct {
  char name[DRM_PROP_NAME_LEN];
  guint32 id;
  guint64 value; /* when it was read */
} KmsProperty;

typedef struct {
  guint32 id, type; /* DRM_MODE_OBJECT_* */
  KmsProperty *properties;
  guint n_properties;
} KmsObject;

/* Reads all; what was read before is let go. Errors: by the kernel's errno. */
gboolean kms_object_read (KmsObject *self, int device, guint32 id, guint32 type, GError **error);
void kms_object_clear (KmsObject *self);
const KmsProperty *kms_object_find (const KmsObject *self, const char *name); /* (nullable) */
guint64 kms_object_get (const KmsObject *self, const char *name, guint64 otherwise);
/* The number of an enumeration's value by its name ("ITU-R BT.709 YCbCr"). */
gboolean kms_object_find_enum (const KmsObject *self, int device, const char *name, const char *value, guint64 *number);
/* The blob that a property names now. (nullable): free by drmModeFreePropertyBlob(). */
drmModePropertyBlobRes *kms_object_read_blob (const KmsObject *self, int device, const char *name);

/* FALSE: the object has no such property, and nothing was added. */
gboolean kms_request_set (drmModeAtomicReq *request, const KmsObject *object, const char *name, guint64 value);

G_END_DECLS
