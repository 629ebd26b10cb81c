/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A straight line through the lower edge of a cloud of points: private to the clock. */

#include <glib.h>

G_BEGIN_DECLS

#define HEARTH_TS_LINE_MAX 128

typedef struct {
  double x_us, y_us;
} HearthTsPoint;

typedef struct {
  double slope, slope_error; /* standard error */
} HearthTsLine;

/* @points: by rising x, lowest ones of their stretches; at most HEARTH_TS_LINE_MAX. @slope: what is known so far.
 * FALSE when they are too few to say anything. */
gboolean hearth_ts_line_fit (HearthTsLine *line, const HearthTsPoint *points, guint n_points, double slope);

G_END_DECLS
