/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "display/hearth-edid.h"
#include "kms-object.h"

#include <hearth/display.h>

G_BEGIN_DECLS

/* The connector that a screen hangs on, the CRTC that feeds it, and the modes that the screen takes. */
typedef struct {
  KmsObject connector, crtc;
  guint crtc_index;
  char *name; /* "HDMI-A-1"; NULL: none found */
  drmModeModeInfo *modes;
  guint n_modes;
  const drmModeModeInfo *mode; /* of modes; NULL: none chosen */
  guint32 mode_blob;
  gboolean has_edid;
  HearthEdid edid; /* what the screen says of itself */
} KmsOutput;

/* The connector @wanted ("HDMI-A-1"; "": the first) with a screen on it. Interlaced modes are left out. Errors: NOT_FOUND: no
 * screen is connected, the message says to what; by the kernel's errno. */
gboolean kms_output_find (KmsOutput *self, int device, const char *wanted, GError **error);
void kms_output_clear (KmsOutput *self, int device);

/* The mode of that size with the nearest rate; @exactly: NOT_SUPPORTED when the screen has none within 0.5 Hz. Else, and for
 * @wanted NULL, the screen's own. */
gboolean kms_output_choose_mode (KmsOutput *self, int device, const HearthDisplayMode *wanted, gboolean exactly, GError **error);
HearthDisplayMode kms_output_describe_mode (const drmModeModeInfo *mode);

/* Adds connector, mode and CRTC to a request that may set a mode. */
void kms_output_fill (const KmsOutput *self, drmModeAtomicReq *request);

/* How many screens are connected to the device; for choosing one. */
guint kms_output_count_connected (int device);

G_END_DECLS
