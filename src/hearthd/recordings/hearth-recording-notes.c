/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/recordings/hearth-recording-notes.h"

const char hearth_recording_notes_schema[] =
  "CREATE TABLE recordings (id TEXT PRIMARY KEY, title TEXT NOT NULL, protected INTEGER NOT NULL, position_us INTEGER NOT NULL) "
  "WITHOUT ROWID;";

void
hearth_recording_notes_free (gpointer data)
{
  HearthRecordingNote *note = data;

  g_free (note->title);
  g_free (note);
}

GHashTable *
hearth_recording_notes_load (HearthDb *db)
{
  GHashTable *notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, hearth_recording_notes_free);
  g_autoptr (sqlite3_stmt) rows =
    hearth_db_prepare (hearth_db_get (db), "SELECT id, title, protected, position_us FROM recordings", NULL);

  while (rows != NULL && sqlite3_step (rows) == SQLITE_ROW) {
    HearthRecordingNote *note = g_new0 (HearthRecordingNote, 1);

    note->title = g_strdup ((const char *) sqlite3_column_text (rows, 1));
    note->is_protected = sqlite3_column_int (rows, 2) != 0;
    note->position_us = sqlite3_column_int64 (rows, 3);
    g_hash_table_insert (notes, g_strdup ((const char *) sqlite3_column_text (rows, 0)), note);
  }
  return notes;
}

void
hearth_recording_notes_keep (HearthDb *db, const char *id, const HearthRecordingNote *note)
{
  if (note == NULL)
    hearth_db_run (db, "a recording's note", "DELETE FROM recordings WHERE id = ?", g_variant_new ("(s)", id));
  else
    hearth_db_run (db, "a recording's note", "INSERT OR REPLACE INTO recordings VALUES (?, ?, ?, ?)",
                   g_variant_new ("(ssbx)", id, note->title != NULL ? note->title : "", note->is_protected, note->position_us));
}
