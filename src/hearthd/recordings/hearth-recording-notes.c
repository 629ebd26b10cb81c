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

typedef struct {
  char *id;
  HearthRecordingNote *note; /* NULL: forget it */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->id);
  g_clear_pointer (&row->note, hearth_recording_notes_free);
  g_free (row);
}

static gboolean
write_row (sqlite3 *sqlite, gpointer data, GError **error)
{
  Row *row = data;
  g_autoptr (sqlite3_stmt) statement = hearth_db_prepare (
    sqlite, row->note != NULL ? "INSERT OR REPLACE INTO recordings VALUES (?, ?, ?, ?)" : "DELETE FROM recordings WHERE id = ?", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, row->id, -1, SQLITE_STATIC);
  if (row->note != NULL) {
    sqlite3_bind_text (statement, 2, row->note->title, -1, SQLITE_STATIC);
    sqlite3_bind_int (statement, 3, row->note->is_protected);
    sqlite3_bind_int64 (statement, 4, row->note->position_us);
  }
  return hearth_db_step (statement, error);
}

void
hearth_recording_notes_keep (HearthDb *db, const char *id, const HearthRecordingNote *note)
{
  Row *row = g_new0 (Row, 1);

  row->id = g_strdup (id);
  if (note != NULL) {
    row->note = g_memdup2 (note, sizeof *note);
    row->note->title = g_strdup (note->title != NULL ? note->title : "");
  }
  hearth_db_write (db, "a recording's note", write_row, row, row_free);
}
