/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-stretch.h"

#include <math.h>
#include <string.h>

#define CHANNELS 2
#define GOOD 0.85 /* likeness at which a splice is not heard */
#define SILENT 1e-4
#define STEP 2 /* frames between two lags that are compared, and between two frames of a comparison: 24 kHz are enough to align */

void
hearth_stretch_init (HearthStretch *self)
{
  memset (self, 0, sizeof *self);
}

void
hearth_stretch_clear (HearthStretch *self)
{
  g_free (self->samples);
  hearth_stretch_init (self);
}

void
hearth_stretch_reset (HearthStretch *self)
{
  self->n_frames = self->at = 0;
}

/* History beyond what a splice looks back to is forgotten. */
static void
forget (HearthStretch *self)
{
  guint past = self->at > HEARTH_STRETCH_MAX ? self->at - HEARTH_STRETCH_MAX : 0;

  memmove (self->samples, self->samples + (gsize) past * CHANNELS,
           (gsize) (self->n_frames - past) * CHANNELS * sizeof (float));
  self->n_frames -= past;
  self->at -= past;
}

void
hearth_stretch_push (HearthStretch *self, const float *samples, guint n_frames)
{
  if (self->n_frames + n_frames > self->capacity && self->n_frames > 0)
    forget (self);
  if (self->n_frames + n_frames > self->capacity) {
    self->capacity = self->n_frames + n_frames + 4096;
    self->samples = g_realloc_n (self->samples, (gsize) self->capacity * CHANNELS, sizeof (float));
  }
  memcpy (self->samples + (gsize) self->n_frames * CHANNELS, samples, (gsize) n_frames * CHANNELS * sizeof (float));
  self->n_frames += n_frames;
}

guint
hearth_stretch_get_waiting (const HearthStretch *self)
{
  return self->n_frames - self->at;
}

void
hearth_stretch_drop (HearthStretch *self, guint n_frames)
{
  self->at += MIN (n_frames, hearth_stretch_get_waiting (self));
}

/* How alike the fade's length at @a and at @b are: their correlation, 1 for the same, 0 for strangers. */
static double
likeness (const float *a, const float *b)
{
  double product = 0, energy_a = 1e-9, energy_b = 1e-9;

  for (guint i = 0; i < HEARTH_STRETCH_FADE * CHANNELS; i += STEP * CHANNELS) {
    float left = a[i] + a[i + 1], right = b[i] + b[i + 1];

    product += left * right;
    energy_a += left * left;
    energy_b += right * right;
  }
  return energy_a < SILENT || energy_b < SILENT ? 1 : product / sqrt (energy_a * energy_b);
}

/* The lag, MIN to @max frames, in the direction of @sign, at which sound best joins itself; 0: at none, and there may be a
 * better one when more is to be moved. */
static guint
find_lag (const float *here, guint max, gint sign, gboolean now_or_never)
{
  guint best = 0;
  double best_likeness = now_or_never ? -2 : GOOD;

  for (guint lag = HEARTH_STRETCH_MIN; lag <= max; lag += STEP) {
    double value = likeness (here, here + sign * (gssize) lag * CHANNELS);

    if (value > best_likeness) {
      best_likeness = value;
      best = lag;
    }
  }
  return best;
}

static void
fade (float *out, const float *from, const float *to)
{
  for (guint i = 0; i < HEARTH_STRETCH_FADE; i++) {
    float weight = (i + 0.5f) / HEARTH_STRETCH_FADE;

    for (guint c = 0; c < CHANNELS; c++)
      out[i * CHANNELS + c] = from[i * CHANNELS + c] * (1 - weight) + to[i * CHANNELS + c] * weight;
  }
}

/* One splice: writes FADE frames. @spare: frames beyond those that are needed. Returns by how much what follows was moved, 0: this
 * is no place for one. */
static gint
splice (HearthStretch *self, float *out, gint wanted, guint spare)
{
  const float *here = self->samples + (gsize) self->at * CHANNELS;
  gint sign = wanted > 0 ? -1 : 1; /* later: back into what was heard */
  guint max = MIN ((guint) ABS (wanted), HEARTH_STRETCH_MAX);
  guint lag;

  max = MIN (max, wanted > 0 ? self->at : spare);
  if (max < HEARTH_STRETCH_MIN)
    return 0;
  lag = find_lag (here, max, sign, max >= (ABS (wanted) >= 2 * HEARTH_STRETCH_MAX ? HEARTH_STRETCH_MAX / 2 : HEARTH_STRETCH_MAX));
  if (lag == 0)
    return 0;
  fade (out, here, here + sign * (gssize) lag * CHANNELS);
  self->at += HEARTH_STRETCH_FADE + sign * (gint) lag;
  return -sign * (gint) lag;
}

gint
hearth_stretch_pull (HearthStretch *self, float *out, guint n_out, gint wanted)
{
  gint moved = 0;
  guint done = 0;

  while (done < n_out) {
    guint n = MIN (n_out - done, HEARTH_STRETCH_FADE);
    gint by = 0;

    if (n == HEARTH_STRETCH_FADE && ABS (wanted - moved) >= HEARTH_STRETCH_MIN)
      by = splice (self, out + (gsize) done * CHANNELS, wanted - moved, hearth_stretch_get_waiting (self) - (n_out - done));
    if (by == 0) {
      memcpy (out + (gsize) done * CHANNELS, self->samples + (gsize) self->at * CHANNELS, (gsize) n * CHANNELS * sizeof (float));
      self->at += n;
    }
    moved += by;
    done += n;
  }
  return moved;
}
