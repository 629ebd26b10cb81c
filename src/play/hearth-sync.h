/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-clock-map.h"
#include "play/hearth-timeline.h"

G_BEGIN_DECLS

/**
 * SECTION:sync
 *
 * The one place where time is decided: which picture, which sound is due when.
 * Shared by the branches of the pipeline; any thread.
 */
typedef struct _HearthSync HearthSync;

HearthSync *hearth_sync_new (void);
void hearth_sync_free (HearthSync *self);

/* A new stream: nothing is known of its time. */
void hearth_sync_reset (HearthSync *self);
/* What there is to wait for. @sound: there is some, and it can be heard. */
void hearth_sync_set_tracks (HearthSync *self, gboolean video, gboolean sound);
/* How long before its time the sound card wants it. Kept over resets. */
void hearth_sync_set_sound_lead (HearthSync *self, gint64 lead_us);
/* How much is at hand beyond the key frame: a prefetched ring. */
void hearth_sync_set_backlog (HearthSync *self, gint64 backlog_us);
/* A stream that waits for its reader (an address): it has no sender's clock to follow. */
void hearth_sync_set_paced (HearthSync *self, gboolean paced);

/* Of what comes, so much is not shown: it only lies between the point where decoding begins and the place that is wanted. After
 * a reset, before the first picture. */
void hearth_sync_set_skip (HearthSync *self, gint64 skip_us);
/* TRUE: the picture lies in what is skipped. */
gboolean hearth_sync_skips (HearthSync *self, gint64 pts90k);

/* See hearth_timeline_push(). */
gint64 hearth_sync_place (HearthSync *self, guint track, gint64 raw90k, gint64 duration90k);
/* The newest PCR, which came at @arrival_us or somewhat before. */
void hearth_sync_push_pcr (HearthSync *self, guint64 pcr_27mhz, gint64 arrival_us, gboolean discontinuity);

/* The first picture of a stream is ready: it is due now, and media time starts with it. */
void hearth_sync_first_picture (HearthSync *self, gint64 pts90k, gint64 now_us);
/* A picture is ready: when it is due. One that is ready too late moves all that follows. */
gint64 hearth_sync_picture (HearthSync *self, gint64 pts90k, gint64 period_us, gint64 now_us);
/* The same once more, after a wait: without judging. */
gint64 hearth_sync_get_due (HearthSync *self, gint64 pts90k);
/* When the sound of @pts90k is due; HEARTH_NO_TIME: wait, there is no picture yet. */
gint64 hearth_sync_sound (HearthSync *self, gint64 pts90k, gint64 now_us);
void hearth_sync_set_sounding (HearthSync *self, gboolean sounding);
/* All sound that has come is read, and it ends at @end90k; it comes in pieces of @piece_us. Multiplexers send sound later than
 * the picture it belongs to (its buffer in ISO/IEC 13818-1's model is small): what has come may be due in the past. Then sound
 * does not wait in silence but begins late against the picture, and both draw together within two seconds. */
void hearth_sync_sound_starves (HearthSync *self, gint64 end90k, gint64 piece_us, gint64 now_us);
/* Waits for the start, at most @max_us. */
void hearth_sync_wait_start (HearthSync *self, gint64 max_us);

typedef struct {
  double speed, ppm;
  gint64 skew_us;   /* by how much sound is still behind the picture */
  gint64 margin_us; /* PCR's position minus ours: how far behind the sender's clock we show */
  gint64 played_us; /* since the first picture, or sound, that was there; with what was skipped */
  gboolean started, normal;
} HearthSyncState;

void hearth_sync_get_state (HearthSync *self, HearthSyncState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthSync, hearth_sync_free)

G_END_DECLS
