/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kms-plane.h"

#include <hearth/display.h>

G_BEGIN_DECLS

/* Which layer is shown by which plane, and which are blended by the CPU into the picture of the lowest one. Pure: the device is
 * asked through a function. */

#define KMS_PLAN_MAX_LAYERS 17 /* sixteen of video, and the on-screen plane */

/* One layer, from the lowest to the highest. */
typedef struct {
  guint32 fourcc;
  guint64 modifier;
  gboolean importable;           /* the device can read its memory */
  guint32 src_width, src_height; /* pixels of its buffer that are shown */
  HearthRect where;              /* on the screen */
} KmsWish;

typedef enum {
  KMS_SHOWN_BY_PLANE,
  KMS_BLENDED_MEMORY,  /* the device cannot read the memory */
  KMS_BLENDED_FORMAT,  /* no plane takes the format */
  KMS_BLENDED_PLANES,  /* planes that take it are fewer than layers */
  KMS_BLENDED_REFUSED, /* the device refused each arrangement: size, position, scaling, bandwidth */
} KmsHow;

typedef struct {
  guint n_layers, n_blended; /* layers 0 to n_blended - 1 are blended into the canvas */
  gboolean canvas;           /* a picture of the screen's size, painted by the CPU, stands on the lowest plane */
  gint canvas_plane, planes[KMS_PLAN_MAX_LAYERS]; /* indexes into the planes; -1: none */
  KmsHow how[KMS_PLAN_MAX_LAYERS];
} KmsPlan;

/* Whether the device would take it. */
typedef gboolean (*KmsPlanTest) (const KmsPlan *plan, gpointer user_data);

/* The arrangement with the fewest blended layers that the device takes. FALSE: it takes none at all. @planes: from the lowest
 * to the highest; @canvas_fourcc: of the canvas. */
gboolean kms_plan_make (KmsPlan *self, const KmsWish *wishes, guint n_wishes, GPtrArray *planes, guint32 canvas_fourcc,
                        KmsPlanTest test, gpointer user_data);
/* For people: "blended by the CPU: no plane takes its format". */
const char *kms_plan_explain (KmsHow how);

G_END_DECLS
