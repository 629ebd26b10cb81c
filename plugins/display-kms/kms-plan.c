/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-plan.h"

#include <drm_fourcc.h>

/* ---- which plane could take a layer ------------------------------------------------------ */

static gint
find_plane (GPtrArray *planes, guint from, guint32 fourcc, guint64 modifier)
{
  for (guint i = from; i < planes->len; i++)
    if (kms_plane_takes (g_ptr_array_index (planes, i), fourcc, modifier))
      return (gint) i;
  return -1;
}

/* Layers from @first on take planes in rising order, from plane @from on. FALSE: not enough of them; how[] says why. */
static gboolean
place_layers (KmsPlan *self, const KmsWish *wishes, guint first, GPtrArray *planes, guint from)
{
  for (guint i = first; i < self->n_layers; i++) {
    gint plane = wishes[i].importable ? find_plane (planes, from, wishes[i].fourcc, wishes[i].modifier) : -1;

    if (plane < 0)
      return FALSE;
    self->planes[i] = plane;
    from = (guint) plane + 1;
  }
  return TRUE;
}

static KmsHow
find_reason (const KmsWish *wish, GPtrArray *planes)
{
  if (!wish->importable)
    return KMS_BLENDED_MEMORY;
  return find_plane (planes, 0, wish->fourcc, wish->modifier) < 0 ? KMS_BLENDED_FORMAT : KMS_BLENDED_PLANES;
}

/* ---- arrangements --------------------------------------------------------------------------- */

static gboolean
covers_first (const KmsWish *wishes, guint n_wishes)
{
  return n_wishes > 0 && wishes[0].where.x <= 0 && wishes[0].where.y <= 0;
}

static void
clear (KmsPlan *self, guint n_layers)
{
  self->n_layers = n_layers;
  self->n_blended = 0;
  self->canvas = FALSE;
  self->canvas_plane = -1;
  for (guint i = 0; i < KMS_PLAN_MAX_LAYERS; i++)
    self->planes[i] = -1;
}

/* Layers on planes alone: where the lowest begins at the corner, it may well fill the screen; the device says whether it must. */
static gboolean
try_without_canvas (KmsPlan *self, const KmsWish *wishes, guint n_wishes, GPtrArray *planes, KmsPlanTest test, gpointer user_data)
{
  clear (self, n_wishes);
  return covers_first (wishes, n_wishes) && place_layers (self, wishes, 0, planes, 0) && test (self, user_data);
}

static gboolean
try_blending (KmsPlan *self, const KmsWish *wishes, guint n_wishes, guint n_blended, GPtrArray *planes, gint canvas_plane,
              KmsPlanTest test, gpointer user_data, gboolean *refused)
{
  clear (self, n_wishes);
  self->canvas = TRUE;
  self->canvas_plane = canvas_plane;
  self->n_blended = n_blended;
  if (!place_layers (self, wishes, n_blended, planes, (guint) canvas_plane + 1))
    return FALSE;
  if (test (self, user_data))
    return TRUE;
  *refused = TRUE;
  return FALSE;
}

gboolean
kms_plan_make (KmsPlan *self, const KmsWish *wishes, guint n_wishes, GPtrArray *planes, guint32 canvas_fourcc, KmsPlanTest test,
               gpointer user_data)
{
  gint canvas_plane = find_plane (planes, 0, canvas_fourcc, DRM_FORMAT_MOD_LINEAR);
  gboolean refused = FALSE;

  g_return_val_if_fail (n_wishes <= KMS_PLAN_MAX_LAYERS, FALSE);
  for (guint i = 0; i < n_wishes; i++)
    self->how[i] = KMS_SHOWN_BY_PLANE;
  if (try_without_canvas (self, wishes, n_wishes, planes, test, user_data))
    return TRUE;
  for (guint n = 0; canvas_plane >= 0 && n <= n_wishes; n++) {
    if (n > 0) {
      KmsHow reason = find_reason (&wishes[n - 1], planes);

      self->how[n - 1] = reason == KMS_BLENDED_PLANES && refused ? KMS_BLENDED_REFUSED : reason;
    }
    if (try_blending (self, wishes, n_wishes, n, planes, canvas_plane, test, user_data, &refused))
      return TRUE;
  }
  return FALSE;
}

const char *
kms_plan_explain (KmsHow how)
{
  switch (how) {
  case KMS_SHOWN_BY_PLANE:
    return "shown by a plane of its own";
  case KMS_BLENDED_MEMORY:
    return "blended by the CPU: the graphics device cannot read its memory";
  case KMS_BLENDED_FORMAT:
    return "blended by the CPU: no plane takes its format";
  case KMS_BLENDED_PLANES:
    return "blended by the CPU: there are fewer planes than pictures";
  case KMS_BLENDED_REFUSED:
    break;
  }
  return "blended by the CPU: the graphics device refused the arrangement (size, position, scaling or bandwidth)";
}
