/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:progress
 *
 * Liveness is progress. A worker shares one small page with hearthd; each of
 * its threads that must not stand still has a slot, is busy or not, beats at
 * least every 250 ms while it is busy, and counts what it has done (bytes,
 * frames). hearthd looks only while something is busy.
 */

#define HEARTH_PROGRESS_SLOTS 8

enum { /* slots by role */
  HEARTH_PROGRESS_STREAM_INGEST = 0,
  HEARTH_PROGRESS_PLAY_READ = 0, /* hearthringsrc's video reader */
  HEARTH_PROGRESS_PLAY_DECODE = 1,
  HEARTH_PROGRESS_PLAY_SOUND = 2,
  HEARTH_PROGRESS_SHELL_FRAMES = 0,
};

typedef struct _HearthProgress HearthProgress;

/* The worker's side: makes the page. Never fails but for want of memory. */
HearthProgress *hearth_progress_new (void);
/* hearthd's side: maps @fd (duplicated) read only; checks it. Errors: CORRUPT, IO. */
HearthProgress *hearth_progress_new_for_fd (int fd, GError **error);
void hearth_progress_free (HearthProgress *self);
int hearth_progress_get_fd (HearthProgress *self); /* borrowed */

/* Worker, any thread; one thread a slot. Busy begins with a beat. */
void hearth_progress_set_busy (HearthProgress *self, guint slot, gboolean busy);
void hearth_progress_beat (HearthProgress *self, guint slot);
void hearth_progress_count (HearthProgress *self, guint slot, guint64 units); /* adds, and beats */

/* hearthd. */
gboolean hearth_progress_is_busy (HearthProgress *self);
/* How long the slowest busy slot has not beaten, µs at @now_us (CLOCK_MONOTONIC); 0 when none is busy. */
gint64 hearth_progress_get_stall_us (HearthProgress *self, gint64 now_us);
guint64 hearth_progress_get_units (HearthProgress *self, guint slot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthProgress, hearth_progress_free)

G_END_DECLS
