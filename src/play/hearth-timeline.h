/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:timeline
 *
 * Makes one time line of a stream whose time stamps jump (a looped source, an
 * encoder that was restarted). Video and sound each meet the jump where their
 * own data have it, up to a second apart; both must then be moved by the same
 * amount, or sound and picture part. A plain struct, guarded by its owner.
 */

#define HEARTH_TIMELINE_EPOCHS 8

enum {
  HEARTH_TIMELINE_VIDEO = 0,
  HEARTH_TIMELINE_AUDIO,
  HEARTH_TIMELINE_TRACKS
};

typedef struct {
  gint64 offsets[HEARTH_TIMELINE_EPOCHS]; /* 90 kHz, added to the stream's own time; the newest last */
  guint n_epochs;
  struct {
    guint epoch;          /* counts all that ever were */
    gint64 expected90k;   /* on the one time line: where the next unit should be; G_MININT64 at first */
  } tracks[HEARTH_TIMELINE_TRACKS];
  guint first_epoch; /* the number of offsets[0] */
} HearthTimeline;

void hearth_timeline_init (HearthTimeline *self);
/* @raw90k: the unit's decoding time as the stream has it, unwrapped. Returns what must be added to its PTS and DTS. */
gint64 hearth_timeline_push (HearthTimeline *self, guint track, gint64 raw90k, gint64 duration90k);
/* The offset by which @raw90k (a PCR) comes nearest to @near90k (a position on the one time line); also over a wrap of 33 bits. */
gint64 hearth_timeline_match (const HearthTimeline *self, gint64 raw90k, gint64 near90k);

G_END_DECLS
