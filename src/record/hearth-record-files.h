/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "recording/hearth-recording-index.h"
#include "recording/hearth-recording-manifest.h"
#include "ring/hearth-ring.h"

G_BEGIN_DECLS

/**
 * SECTION:record-files
 *
 * The folder of one recording while it is written: stream.ts only grows, in
 * whole packets; index.bin only grows; manifest.json is written aside and
 * renamed. Nothing is synced here: the disk does that for all recordings
 * together (record-disk). One thread at a time.
 */
typedef struct _HearthRecordFiles HearthRecordFiles;

/* Makes the folder @id in @root_fd, or goes on in the one that is there: stream.ts is cut to whole packets, the index mended.
 * Errors: IO, CORRUPT. */
HearthRecordFiles *hearth_record_files_open (int root_fd, const char *id, GError **error);
void hearth_record_files_free (HearthRecordFiles *self);

guint64 hearth_record_files_get_size (HearthRecordFiles *self); /* of stream.ts */
gint64 hearth_record_files_get_duration_us (HearthRecordFiles *self);
/* (transfer full) (nullable): the manifest as it was found. */
HearthRecordingManifest *hearth_record_files_steal_manifest (HearthRecordFiles *self);
/* When stream.ts was last written before it was opened, UTC µs; 0: it is new. */
gint64 hearth_record_files_get_found_us (HearthRecordFiles *self);
/* Which byte of which ring comes next, were it the same ring; FALSE: nothing was written yet. */
gboolean hearth_record_files_get_next (HearthRecordFiles *self, guint64 *ring, guint64 *ring_byte);

/* Appends what the disk takes, in whole packets; @n_written may be less with an error. Errors: LIMIT when the disk is full, IO. */
gboolean hearth_record_files_write (HearthRecordFiles *self, const guint8 *packets, gsize n_bytes, gsize *n_written, GError **error);
/* Takes the last bytes away again. */
gboolean hearth_record_files_cut (HearthRecordFiles *self, guint64 size, GError **error);
/* What is written from here on comes from there. On disk before those bytes are. */
gboolean hearth_record_files_splice (HearthRecordFiles *self, guint64 ring, guint64 ring_byte, GError **error);
/* A random access point of the ring; those already known, or before the splice, are passed over. Written by flush. */
void hearth_record_files_add_rap (HearthRecordFiles *self, const HearthRingRap *rap);
gboolean hearth_record_files_flush (HearthRecordFiles *self, GError **error);

/* The manifest beside the old one; once that is on the disk, commit puts it in the old one's place. */
gboolean hearth_record_files_write_manifest (HearthRecordFiles *self, const HearthRecordingManifest *manifest, GError **error);
gboolean hearth_record_files_commit_manifest (HearthRecordFiles *self, GError **error);
gboolean hearth_record_files_has_manifest (HearthRecordFiles *self); /* an old one that could be lost */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRecordFiles, hearth_record_files_free)

G_END_DECLS
