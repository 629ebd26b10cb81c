/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "display/hearth-display-scene.h"
#include "kms-clock.h"
#include "kms-device.h"
#include "kms-osd.h"
#include "kms-output.h"
#include "kms-plan.h"

G_BEGIN_DECLS

/* A screen on its connector, and how the scenes that it is given come onto its planes. */
typedef struct {
  int device;
  KmsOutput output;
  GPtrArray *planes; /* KmsPlane, the lowest first */
  HearthDisplayMode mode;
  KmsClock clock;
  KmsOsd osd;
  gboolean lit; /* our mode is set; else the next commit sets it */

  KmsBuffer canvases[2]; /* what the CPU blends: on glass, and the next one */
  guint front_canvas;
  gboolean black_canvas; /* nothing is on it */

  KmsWish wishes[KMS_PLAN_MAX_LAYERS]; /* that the plan was made for */
  guint scene_layers[KMS_PLAN_MAX_LAYERS]; /* of each wish; the on-screen plane's is not used */
  guint n_wishes;
  gboolean osd_wished; /* it is the last wish */
  KmsPlan plan;
  gboolean has_plan;
  guint64 n_commits, copied_bytes; /* painted by the CPU for pictures, since the start */
} KmsScreen;

void kms_screen_init (KmsScreen *self, int device);
void kms_screen_clear (KmsScreen *self);

/* Finds what is connected and chooses a mode (@wanted (nullable): as kms_output_choose_mode()); what was shown before is
 * forgotten, and the next commit sets the mode. Errors: as there. */
gboolean kms_screen_probe (KmsScreen *self, const char *connector, const HearthDisplayMode *wanted, GError **error);
/* Whether what is connected is still what was found. */
gboolean kms_screen_is_current (KmsScreen *self, const char *connector);
gboolean kms_screen_set_mode (KmsScreen *self, const HearthDisplayMode *mode, GError **error);

/* Shows what waits in @scenes at the next refresh; the device tells it by an event with @user_data. Errors: BUSY: the last one
 * is not shown yet; PERMISSION_DENIED: another program has the screen; by errno. */
gboolean kms_screen_submit (KmsScreen *self, const HearthDisplayScenes *scenes, gpointer user_data, GError **error);

/* a{sv}: see the README of the plug-in. Floating. */
GVariant *kms_screen_describe (const KmsScreen *self);

G_END_DECLS
