/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When the screen refreshes: the device's own vertical blanks where it counts them, else a grid on CLOCK_MONOTONIC that commits
 * keep to. */
typedef struct {
  int device;
  guint32 crtc;
  gint64 period_ns;
  gint64 last_us;    /* a refresh that has been, or the grid's beginning */
  gboolean hardware; /* the device counts */
  gboolean known;    /* whether it does: it tells only while the screen is lit */
} KmsClock;

void kms_clock_init (KmsClock *self, int device, guint32 crtc, guint32 refresh_mhz);
/* The device says that it refreshed then. TRUE: now it is known that it counts. */
gboolean kms_clock_seen (KmsClock *self, gint64 refresh_us);
gint64 kms_clock_next (KmsClock *self, gint64 at_us);    /* the next refresh at or after then */

G_END_DECLS
