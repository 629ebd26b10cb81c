/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-db.h"

G_BEGIN_DECLS

/**
 * SECTION:recording-notes
 *
 * What people added to recordings: all that the database knows of them. The
 * rest is in their manifests. Main thread.
 */
typedef struct {
  char *title; /* "": as the manifest has it */
  gboolean is_protected;
  gint64 position_us;
} HearthRecordingNote;

extern const char hearth_recording_notes_schema[];

/* id -> HearthRecordingNote, of all. (transfer full) */
GHashTable *hearth_recording_notes_load (HearthDb *db);
void hearth_recording_notes_free (gpointer note);
/* @note NULL: forgets it. */
void hearth_recording_notes_keep (HearthDb *db, const char *id, const HearthRecordingNote *note);

G_END_DECLS
