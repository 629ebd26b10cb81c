/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-object.h"

#include <errno.h>
#include <string.h>

gboolean
kms_object_read (KmsObject *self, int device, guint32 id, guint32 type, GError **error)
{
  drmModeObjectProperties *listed = drmModeObjectGetProperties (device, id, type);

  kms_object_clear (self);
  if (listed == NULL) {
    hearth_error_set_errno (error, errno, "the properties of object %u of the graphics device", id);
    return FALSE;
  }
  self->id = id;
  self->type = type;
  self->properties = g_new0 (KmsProperty, listed->count_props);
  for (guint32 i = 0; i < listed->count_props; i++) {
    drmModePropertyRes *known = drmModeGetProperty (device, listed->props[i]);
    KmsProperty *property = &self->properties[self->n_properties];

    if (known == NULL)
      continue;
    g_strlcpy (property->name, known->name, sizeof property->name);
    property->id = known->prop_id;
    property->value = listed->prop_values[i];
    self->n_properties++;
    drmModeFreeProperty (known);
  }
  drmModeFreeObjectProperties (listed);
  return TRUE;
}

void
kms_object_clear (KmsObject *self)
{
  g_free (self->properties);
  *self = (KmsObject){ 0 };
}

const KmsProperty *
kms_object_find (const KmsObject *self, const char *name)
{
  for (guint i = 0; i < self->n_properties; i++)
    if (strcmp (self->properties[i].name, name) == 0)
      return &self->properties[i];
  return NULL;
}

guint64
kms_object_get (const KmsObject *self, const char *name, guint64 otherwise)
{
  const KmsProperty *property = kms_object_find (self, name);

  return property != NULL ? property->value : otherwise;
}

gboolean
kms_object_find_enum (const KmsObject *self, int device, const char *name, const char *value, guint64 *number)
{
  const KmsProperty *property = kms_object_find (self, name);
  drmModePropertyRes *known = property != NULL ? drmModeGetProperty (device, property->id) : NULL;
  gboolean found = FALSE;

  for (int i = 0; known != NULL && i < known->count_enums && !found; i++)
    if (strcmp (known->enums[i].name, value) == 0) {
      *number = known->enums[i].value;
      found = TRUE;
    }
  drmModeFreeProperty (known);
  return found;
}

drmModePropertyBlobRes *
kms_object_read_blob (const KmsObject *self, int device, const char *name)
{
  guint32 blob = (guint32) kms_object_get (self, name, 0);

  return blob != 0 ? drmModeGetPropertyBlob (device, blob) : NULL;
}

gboolean
kms_request_set (drmModeAtomicReq *request, const KmsObject *object, const char *name, guint64 value)
{
  const KmsProperty *property = kms_object_find (object, name);

  return property != NULL && drmModeAtomicAddProperty (request, object->id, property->id, value) >= 0;
}
