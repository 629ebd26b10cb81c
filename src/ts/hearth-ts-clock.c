/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sender's clock, from its PCR (ISO/IEC 13818-1, 2.4.3.5) against the time of their arrival here.
 *
 * x is the local time, y how much longer it ran than the sender's: late packets lie above the line, a fast sender makes it
 * fall. The lowest point of each short stretch of time is kept; stretches grow with the history, up to a quarter of an hour.
 * A jump begins a new history, and what the old one knew of the rate is weighed in: the crystal stays the same. */
#include "config.h"

#include "ts/hearth-ts-line.h"
#include "ts/hearth-ts-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_STRETCH_US 500000.0
#define LAST_STRETCH_US 8000000.0
#define JUMP_BACK_US (-100000)
#define JUMP_US 1000000
#define FLAGGED_JUMP_US 100000 /* PCR come at least every 100 ms: 2.7.2 */
#define EARLY_STEP_US 200000.0 /* nothing arrives that early: the line has moved */
#define LATE_STEP_US 20000.0   /* that late for LATE_STRETCHES running: the way has become longer */
#define LATE_STRETCHES 8
#define WINDOW_US 30e6         /* the past that offset and jitter are taken from */
#define N_DELAYS 2048
#define UNKNOWN_RATE 1000e-6   /* the error of a rate of which nothing is known; standards allow 30 ppm */
#define LEAST_ERROR 0.5e-6

struct _HearthTsClock {
  gboolean known;
  guint64 last_raw;       /* as sent */
  gint64 last_27mhz;      /* unwrapped */
  gint64 last_arrival_us;
  gint64 origin_us, origin_27mhz; /* x = 0, y = 0 */

  HearthTsPoint points[HEARTH_TS_LINE_MAX]; /* the last one is still growing */
  guint n_points, n_late;
  double stretch_us, stretch_began_us;
  HearthTsLine old; /* what earlier histories knew of the rate */
  HearthTsLine line;
  double offset_us;

  HearthTsPoint delays[N_DELAYS]; /* a ring of the last samples */
  guint n_delays, next_delay;
};

/* ---- life ---------------------------------------------------------------------------- */

HearthTsClock *
hearth_ts_clock_new (void)
{
  HearthTsClock *self = g_new0 (HearthTsClock, 1);

  hearth_ts_clock_reset (self);
  return self;
}

void
hearth_ts_clock_free (HearthTsClock *self)
{
  g_free (self);
}

void
hearth_ts_clock_reset (HearthTsClock *self)
{
  memset (self, 0, sizeof *self);
  self->stretch_us = FIRST_STRETCH_US;
  self->old.slope_error = self->line.slope_error = UNKNOWN_RATE;
}

/* ---- the line -------------------------------------------------------------------------- */

static double
residual (HearthTsClock *self, const HearthTsPoint *point)
{
  return point->y_us - self->line.slope * point->x_us;
}

/* What the points say, and what is known from before, each weighed by how sure it is. */
static void
update_rate (HearthTsClock *self)
{
  HearthTsLine fit;
  double now, before = 1 / (self->old.slope_error * self->old.slope_error);

  if (!hearth_ts_line_fit (&fit, self->points, self->n_points, self->line.slope)) {
    self->line = self->old;
    return;
  }
  fit.slope_error = MAX (fit.slope_error, LEAST_ERROR);
  now = 1 / (fit.slope_error * fit.slope_error);
  self->line.slope = (fit.slope * now + self->old.slope * before) / (now + before);
  self->line.slope_error = 1 / sqrt (now + before);
}

/* The line lies under all points of the last half minute. */
static void
update_offset (HearthTsClock *self)
{
  const HearthTsPoint *last = &self->points[self->n_points - 1];

  self->offset_us = residual (self, last);
  for (guint i = self->n_points; i-- > 0 && last->x_us - self->points[i].x_us < WINDOW_US;)
    self->offset_us = MIN (self->offset_us, residual (self, &self->points[i]));
}

/* Halves the points, or lets go of the oldest. */
static void
make_room (HearthTsClock *self)
{
  guint n = self->n_points;

  if (n < HEARTH_TS_LINE_MAX)
    return;
  if (self->stretch_us >= LAST_STRETCH_US) {
    memmove (self->points, self->points + 1, (n - 1) * sizeof self->points[0]);
    self->n_points = n - 1;
    return;
  }
  for (guint i = 0; i < n / 2; i++) {
    const HearthTsPoint *a = &self->points[2 * i], *b = a + 1;

    self->points[i] = residual (self, a) <= residual (self, b) ? *a : *b;
  }
  self->n_points = n / 2;
  self->stretch_us *= 2;
}

/* A new history on the same time line. */
static void
begin_history (HearthTsClock *self)
{
  if (self->n_points >= LATE_STRETCHES) {
    self->old = self->line;
    self->old.slope_error *= 2; /* the more is known of the present, the less counts the past */
  }
  self->n_points = self->n_late = self->n_delays = self->next_delay = 0;
  self->stretch_us = FIRST_STRETCH_US;
}

/* A stretch is over: was even its best packet late? */
static void
judge_stretch (HearthTsClock *self)
{
  const HearthTsPoint *best = &self->points[self->n_points - 1];
  HearthTsPoint kept[LATE_STRETCHES];

  if (residual (self, best) - self->offset_us < LATE_STEP_US) {
    self->n_late = 0;
    return;
  }
  if (++self->n_late < LATE_STRETCHES || self->n_points <= LATE_STRETCHES)
    return;
  memcpy (kept, best - (LATE_STRETCHES - 1), sizeof kept);
  begin_history (self);
  memcpy (self->points, kept, sizeof kept);
  self->n_points = LATE_STRETCHES;
}

static void
add_point (HearthTsClock *self, const HearthTsPoint *point)
{
  if (self->n_points > 0 && residual (self, point) < self->offset_us - EARLY_STEP_US)
    begin_history (self);
  if (self->n_points > 0 && point->x_us < self->stretch_began_us + self->stretch_us) {
    HearthTsPoint *last = &self->points[self->n_points - 1];

    if (residual (self, point) < residual (self, last))
      *last = *point;
  } else {
    if (self->n_points > 0)
      judge_stretch (self);
    make_room (self);
    self->points[self->n_points++] = *point;
    self->stretch_began_us = point->x_us;
    update_rate (self);
  }
  update_offset (self);
}

/* ---- samples ------------------------------------------------------------------------------ */

static void
begin_time_line (HearthTsClock *self, guint64 pcr_27mhz, gint64 arrival_us)
{
  self->known = TRUE;
  self->last_raw = pcr_27mhz;
  self->last_27mhz = self->origin_27mhz = pcr_27mhz;
  self->last_arrival_us = self->origin_us = arrival_us;
}

static gboolean
is_jump (gint64 step_27mhz, gint64 elapsed_us, gboolean flagged)
{
  gint64 step_us = step_27mhz / 27, ahead_us = step_us - MAX (elapsed_us, 0);

  if (flagged)
    return step_us < 0 || ahead_us > FLAGGED_JUMP_US;
  return step_us < JUMP_BACK_US || ahead_us > JUMP_US;
}

static void
note_delay (HearthTsClock *self, const HearthTsPoint *point)
{
  self->delays[self->next_delay] = *point;
  self->next_delay = (self->next_delay + 1) % N_DELAYS;
  self->n_delays = MIN (self->n_delays + 1, N_DELAYS);
}

gboolean
hearth_ts_clock_push (HearthTsClock *self, guint64 pcr_27mhz, gint64 arrival_us, gboolean discontinuity)
{
  HearthTsPoint point;
  gint64 step;
  gboolean jump;

  pcr_27mhz %= HEARTH_TS_PCR_WRAP;
  if (!self->known)
    begin_time_line (self, pcr_27mhz, arrival_us);
  step = (pcr_27mhz + HEARTH_TS_PCR_WRAP - self->last_raw) % HEARTH_TS_PCR_WRAP;
  if (step >= (gint64) HEARTH_TS_PCR_WRAP / 2)
    step -= HEARTH_TS_PCR_WRAP;
  jump = is_jump (step, arrival_us - self->last_arrival_us, discontinuity);
  self->last_raw = pcr_27mhz;
  self->last_27mhz += step;
  self->last_arrival_us = arrival_us;
  if (jump) {
    begin_history (self);
    self->origin_27mhz = self->last_27mhz;
    self->origin_us = arrival_us;
  }
  point.x_us = arrival_us - self->origin_us;
  point.y_us = point.x_us - (self->last_27mhz - self->origin_27mhz) / 27.0;
  add_point (self, &point);
  note_delay (self, &point);
  return jump;
}

/* ---- answers ------------------------------------------------------------------------------- */

gint64
hearth_ts_clock_at (HearthTsClock *self, gint64 local_us)
{
  double x_us = local_us - self->origin_us;

  if (!self->known)
    return HEARTH_TS_NO_TIME;
  return self->origin_27mhz / 300 + llrint ((x_us - self->offset_us - self->line.slope * x_us) * 0.09);
}

double
hearth_ts_clock_get_ppm (HearthTsClock *self, double *uncertainty_ppm)
{
  if (uncertainty_ppm != NULL)
    *uncertainty_ppm = 2e6 * self->line.slope_error;
  return -1e6 * self->line.slope;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

gint64
hearth_ts_clock_get_jitter_us (HearthTsClock *self)
{
  g_autofree double *late_us = g_new (double, N_DELAYS);
  double now_us = self->last_arrival_us - self->origin_us;
  guint n = 0;

  for (guint i = 0; i < self->n_delays; i++)
    if (now_us - self->delays[i].x_us <= WINDOW_US)
      late_us[n++] = residual (self, &self->delays[i]) - self->offset_us;
  if (n == 0)
    return 0;
  qsort (late_us, n, sizeof *late_us, compare);
  return llrint (MAX (late_us[(n - 1) * 99 / 100], 0));
}
