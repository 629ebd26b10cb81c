/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets are late in many ways and early in none, so the sender's clock is the lower edge of the cloud of delays. The lowest
 * points of a dozen long stretches lie closer to that edge than those of many short ones. They are fitted by least squares,
 * after a median has said which of them are outliers. */
#include "config.h"

#include "ts/hearth-ts-line.h"

#include <math.h>
#include <stdlib.h>

#define STRETCHES 12
#define MIN_POINTS 4
#define MAD_TO_SIGMA 1.4826
#define LEAST_CUT_US 200.0 /* what the scheduler does to any arrival */

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values, guint n)
{
  qsort (values, n, sizeof *values, compare);
  return n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* The lowest point of each stretch, as seen along @slope. */
static guint
take_lowest (HearthTsPoint *lowest, const HearthTsPoint *points, guint n_points, double slope)
{
  guint n = MIN (n_points, STRETCHES);

  for (guint i = 0; i < n; i++) {
    guint from = i * n_points / n, to = (i + 1) * n_points / n;

    lowest[i] = points[from];
    for (guint j = from + 1; j < to; j++)
      if (points[j].y_us - slope * points[j].x_us < lowest[i].y_us - slope * lowest[i].x_us)
        lowest[i] = points[j];
  }
  return n;
}

/* The median of the slopes between points half the length apart: one bad third does not move it. */
static double
median_slope (const HearthTsPoint *points, guint n)
{
  double slopes[STRETCHES];
  guint half = n / 2, n_slopes = 0;

  for (guint i = 0; i + half < n; i++)
    if (points[i + half].x_us > points[i].x_us)
      slopes[n_slopes++] = (points[i + half].y_us - points[i].y_us) / (points[i + half].x_us - points[i].x_us);
  return n_slopes > 0 ? median (slopes, n_slopes) : 0;
}

/* Leaves only the points near the line of @slope through their middle. */
static guint
drop_outliers (HearthTsPoint *points, guint n, double slope)
{
  double rest[STRETCHES], distance[STRETCHES], middle, cut;
  guint kept = 0;

  for (guint i = 0; i < n; i++)
    rest[i] = points[i].y_us - slope * points[i].x_us;
  middle = median (rest, n);
  for (guint i = 0; i < n; i++)
    distance[i] = fabs (points[i].y_us - slope * points[i].x_us - middle);
  cut = 3 * MAD_TO_SIGMA * median (distance, n);
  cut = MAX (cut, LEAST_CUT_US);
  for (guint i = 0; i < n; i++)
    if (fabs (points[i].y_us - slope * points[i].x_us - middle) <= cut)
      points[kept++] = points[i];
  return kept;
}

static gboolean
fit_least_squares (HearthTsLine *line, const HearthTsPoint *points, guint n)
{
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0, rest = 0;

  for (guint i = 0; i < n; i++) {
    mean_x += points[i].x_us / n;
    mean_y += points[i].y_us / n;
  }
  for (guint i = 0; i < n; i++) {
    xx += (points[i].x_us - mean_x) * (points[i].x_us - mean_x);
    xy += (points[i].x_us - mean_x) * (points[i].y_us - mean_y);
  }
  if (n < 3 || xx <= 0)
    return FALSE;
  line->slope = xy / xx;
  for (guint i = 0; i < n; i++) {
    double r = points[i].y_us - mean_y - line->slope * (points[i].x_us - mean_x);

    rest += r * r;
  }
  line->slope_error = sqrt (rest / (n - 2) / xx);
  return TRUE;
}

gboolean
hearth_ts_line_fit (HearthTsLine *line, const HearthTsPoint *points, guint n_points, double slope)
{
  HearthTsPoint lowest[STRETCHES];
  guint n;

  if (n_points < MIN_POINTS)
    return FALSE;
  n = take_lowest (lowest, points, n_points, slope);
  slope = median_slope (lowest, n);
  n = take_lowest (lowest, points, n_points, slope); /* anew, now that the slope is known better */
  n = drop_outliers (lowest, n, slope);
  return fit_least_squares (line, lowest, n);
}
