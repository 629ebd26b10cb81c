/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-timeline.h"

#include <string.h>

#define WRAP90K (G_GINT64_CONSTANT (1) << 33) /* ISO/IEC 13818-1, 2.4.3.7 */
/* A step up to here is the stream's own: lost packets, sound that pauses. Beyond, time has jumped. */
#define FORWARD90K 90000
#define BACKWARD90K (90000 / 2)

void
hearth_timeline_init (HearthTimeline *self)
{
  memset (self, 0, sizeof *self);
  self->n_epochs = 1;
  self->offsets[0] = WRAP90K; /* so that no time that is unwrapped backwards is negative */
  for (guint i = 0; i < HEARTH_TIMELINE_TRACKS; i++)
    self->tracks[i].expected90k = G_MININT64;
}

static gint64
offset_of (const HearthTimeline *self, guint epoch)
{
  guint index = epoch > self->first_epoch ? epoch - self->first_epoch : 0;

  return self->offsets[MIN (index, self->n_epochs - 1)];
}

static gboolean
continues (gint64 time90k, gint64 expected90k)
{
  return expected90k == G_MININT64 ||
         (time90k - expected90k < FORWARD90K && expected90k - time90k < BACKWARD90K);
}

static void
add_epoch (HearthTimeline *self, gint64 offset)
{
  if (self->n_epochs == HEARTH_TIMELINE_EPOCHS) {
    memmove (self->offsets, self->offsets + 1, sizeof self->offsets - sizeof self->offsets[0]);
    self->n_epochs--;
    self->first_epoch++;
  }
  self->offsets[self->n_epochs++] = offset;
}

/* The track's time does not continue in its epoch: a newer one that another track has found already, or a new one. */
static void
change_epoch (HearthTimeline *self, guint track, gint64 raw90k)
{
  const gint64 expected = self->tracks[track].expected90k;

  for (guint epoch = MAX (self->tracks[track].epoch, self->first_epoch); epoch < self->first_epoch + self->n_epochs; epoch++)
    if (continues (raw90k + offset_of (self, epoch), expected)) {
      self->tracks[track].epoch = epoch;
      return;
    }
  add_epoch (self, expected - raw90k);
  self->tracks[track].epoch = self->first_epoch + self->n_epochs - 1;
}

gint64
hearth_timeline_push (HearthTimeline *self, guint track, gint64 raw90k, gint64 duration90k)
{
  gint64 offset = offset_of (self, self->tracks[track].epoch);

  if (!continues (raw90k + offset, self->tracks[track].expected90k)) {
    change_epoch (self, track, raw90k);
    offset = offset_of (self, self->tracks[track].epoch);
  }
  self->tracks[track].expected90k = raw90k + offset + duration90k;
  return offset;
}

gint64
hearth_timeline_match (const HearthTimeline *self, gint64 raw90k, gint64 near90k)
{
  gint64 best = 0, best_distance = G_MAXINT64;

  for (guint i = 0; i < self->n_epochs; i++) {
    gint64 distance = near90k - (raw90k + self->offsets[i]);
    gint64 wraps = (distance + (distance >= 0 ? WRAP90K / 2 : -WRAP90K / 2)) / WRAP90K;

    distance = ABS (distance - wraps * WRAP90K);
    if (distance <= best_distance) {
      best_distance = distance;
      best = self->offsets[i] + wraps * WRAP90K;
    }
  }
  return best;
}
