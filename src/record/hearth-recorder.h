/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "record/hearth-record-files.h"

G_BEGIN_DECLS

/**
 * SECTION:recorder
 *
 * One recording: follows a ring, and the ring that comes after it, into its
 * folder. What could not be had is a gap in the manifest, with its cause.
 *
 * Calls marked "any" may come from any thread; tick is the disk's thread's. A recorder never waits for a ring.
 */
typedef struct _HearthRecorder HearthRecorder;

typedef enum {
  HEARTH_RECORDER_OPENING = 0, /* the folder is being made or mended */
  HEARTH_RECORDER_WAITING,     /* nothing comes */
  HEARTH_RECORDER_RECORDING,
  HEARTH_RECORDER_DISK_FULL,   /* goes on when there is room */
  HEARTH_RECORDER_FINISHED,    /* the last manifest is written */
  HEARTH_RECORDER_FAILED,      /* the disk does not let it; what is written stays */
} HearthRecorderState;

const char *hearth_recorder_state_to_string (HearthRecorderState state);

typedef struct {
  HearthRecorderState state;
  guint version; /* grows with each change of anything but bytes and duration */
  char *text;    /* for people, "" when all is well */
  char *end;     /* as in the manifest */
  guint64 bytes;
  gint64 duration_us;
  gint64 started_us, ended_us;
  guint n_gaps;
  guint64 lost_bytes; /* that stood in a ring and were overwritten there before they were read */
} HearthRecorderStatus;

#define HEARTH_RECORDER_FROM_OLDEST 0 /* all that the ring still holds */
#define HEARTH_RECORDER_FROM_NOW G_MAXINT64

/* @manifest: what is known of it (taken); where the folder has one, that one's past counts. @from_us: UTC µs, or FROM_.... */
HearthRecorder *hearth_recorder_new (HearthRecordingManifest *manifest, gint64 from_us);
HearthRecorder *hearth_recorder_ref (HearthRecorder *self);
void hearth_recorder_unref (HearthRecorder *self);
const char *hearth_recorder_get_id (HearthRecorder *self);

/* Any thread, once: the folder is there. (takes) */
void hearth_recorder_take_files (HearthRecorder *self, HearthRecordFiles *files);
void hearth_recorder_fail (HearthRecorder *self, const char *text);
/* Any: the ring to record from, or the one to go on in once the old one is read to its end. The same one again does nothing.
 * @fd is duplicated. Errors: CORRUPT, IO. */
gboolean hearth_recorder_feed (HearthRecorder *self, int ring_fd, GError **error);
/* Any: reads what there is, then ends. @end: "stopped". */
void hearth_recorder_stop (HearthRecorder *self, const char *end);
/* Any: a new end, UTC µs; 0: none. */
void hearth_recorder_set_until (HearthRecorder *self, gint64 until_us);
/* Any; cleared by status_clear. */
void hearth_recorder_get_status (HearthRecorder *self, HearthRecorderStatus *status);
void hearth_recorder_status_clear (HearthRecorderStatus *status);
HearthRecordingManifest *hearth_recorder_dup_manifest (HearthRecorder *self); /* as last known */

/* How long a stream that has ended may take to come back by another ring; before the disk has it. */
void hearth_recorder_set_ended_patience (HearthRecorder *self, gint64 us);

/* The disk's thread. */
typedef struct {
  gboolean room;        /* there is space on the disk */
  guint64 synced;       /* the number of the last sync that is done */
  const _Atomic guint64 *syncs_begun; /* what is written now is on the disk with the one after these */
} HearthRecorderTurn;

/* TRUE: a manifest waits for the next sync. */
gboolean hearth_recorder_tick (HearthRecorder *self, const HearthRecorderTurn *turn);
/* It has ended, and its last manifest is in place. */
gboolean hearth_recorder_is_done (HearthRecorder *self);

/* The number by which a ring is known in all processes until the box boots again. */
guint64 hearth_recorder_identify_ring (int ring_fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRecorder, hearth_recorder_unref)

G_END_DECLS
