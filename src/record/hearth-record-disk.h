/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "record/hearth-recorder.h"

G_BEGIN_DECLS

/**
 * SECTION:record-disk
 *
 * All recordings of one folder, so of one disk. Its thread reads all rings
 * every 250 ms, by a timer, without being woken; a second one syncs the disk
 * for all of them together right after each third reading, so that a power cut
 * takes no more than the last second. Both rest while there is nothing to record.
 * Main thread, but for what the callback says.
 */
typedef struct _HearthRecordDisk HearthRecordDisk;

#define HEARTH_RECORD_TICK_MS 250

typedef struct {
  guint64 ticks, syncs;
  gint64 longest_tick_us, longest_sync_us;
} HearthRecordDiskStatistics;

/* @folder: made where it is missing. @changed: a recorder's status may be another; main context. Errors: IO. */
HearthRecordDisk *hearth_record_disk_new (const char *folder, void (*changed) (gpointer user_data), gpointer user_data, GError **error);
/* Reads the rest of the rings; recordings stay unfinished, for those who come after us. */
void hearth_record_disk_free (HearthRecordDisk *self);
/* Opens the folder in the background; then it is read with the others. (references) */
void hearth_record_disk_add (HearthRecordDisk *self, HearthRecorder *recorder);
/* Bytes that stay free: below, nothing is written. Any time. */
void hearth_record_disk_set_reserve (HearthRecordDisk *self, guint64 bytes);
/* Removes a recording's folder, in the background; not one that is being written. Errors: NOT_FOUND, IO. */
gboolean hearth_record_disk_delete (HearthRecordDisk *self, const char *id, GError **error);
void hearth_record_disk_get_statistics (HearthRecordDisk *self, HearthRecordDiskStatistics *statistics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRecordDisk, hearth_record_disk_free)

G_END_DECLS
