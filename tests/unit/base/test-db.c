/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-db.h"

#include <glib/gstdio.h>
#include <hearth/error.h>
#include <string.h>

static const char *const first[] = { "CREATE TABLE words (word TEXT PRIMARY KEY);", NULL };
static const char *const second[] = { "CREATE TABLE words (word TEXT PRIMARY KEY);",
                                      "ALTER TABLE words ADD COLUMN number INTEGER NOT NULL DEFAULT 7;", NULL };

typedef struct {
  char *folder, *path, *broken;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("hearth-test-db-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "hearth.db", NULL);
  f->broken = g_strconcat (f->path, ".broken", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const endings[] = { "", "-wal", "-shm", ".broken", ".broken-wal", ".broken-shm", "-reserve" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *path = g_strconcat (f->path, endings[i], NULL);

    g_unlink (path);
  }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_free (f->path);
  g_free (f->broken);
}

static HearthDb *
open_db (Fixture *f, const char *const *migrations)
{
  g_autoptr (GError) error = NULL;
  HearthDb *db = hearth_db_open (f->path, migrations, &error);

  g_assert_no_error (error);
  return db;
}

/* -1: the statement is not right. */
static int
count (HearthDb *db, const char *sql)
{
  g_autoptr (sqlite3_stmt) statement = hearth_db_prepare (hearth_db_get (db), sql, NULL);

  if (statement == NULL || sqlite3_step (statement) != SQLITE_ROW)
    return -1;
  return sqlite3_column_int (statement, 0);
}

static gboolean
add_word (sqlite3 *sqlite, gpointer data, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = hearth_db_prepare (sqlite, "INSERT INTO words (word) VALUES (?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, data, -1, SQLITE_STATIC);
  return hearth_db_step (statement, error);
}

static gboolean
add_word_and_fail (sqlite3 *sqlite, gpointer data, GError **error)
{
  if (!add_word (sqlite, data, error))
    return FALSE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "on second thoughts");
  return FALSE;
}

static void
test_keeps_over_closing (Fixture *f, gconstpointer data)
{
  HearthDb *db = open_db (f, first);

  hearth_db_write (db, "a word", add_word, g_strdup ("炉火"), g_free);
  hearth_db_write (db, "a word", add_word, g_strdup ("hearth"), g_free);
  hearth_db_close (db); /* writes what is queued */
  db = open_db (f, first);
  g_assert_cmpint (count (db, "SELECT count(*) FROM words WHERE word IN ('炉火', 'hearth')"), ==, 2);
  hearth_db_close (db);
}

static void
test_migrates (Fixture *f, gconstpointer data)
{
  HearthDb *db = open_db (f, first);

  hearth_db_write (db, "a word", add_word, g_strdup ("old"), g_free);
  hearth_db_close (db);
  db = open_db (f, second);
  g_assert_cmpint (count (db, "SELECT number FROM words WHERE word = 'old'"), ==, 7);
  g_assert_cmpint (count (db, "PRAGMA user_version"), ==, 2);
  hearth_db_close (db);
  g_assert_false (g_file_test (f->broken, G_FILE_TEST_EXISTS));
}

/* A failing job leaves nothing of itself, and the next one is written. */
static void
test_rolls_back (Fixture *f, gconstpointer data)
{
  HearthDb *db = open_db (f, first);

  hearth_db_write (db, "half a word", add_word_and_fail, g_strdup ("half"), g_free);
  hearth_db_write (db, "a word", add_word, g_strdup ("whole"), g_free);
  hearth_db_write (db, "a word twice", add_word, g_strdup ("whole"), g_free);
  hearth_db_flush (db);
  g_assert_cmpint (count (db, "SELECT count(*) FROM words"), ==, 1);
  g_assert_cmpint (count (db, "SELECT count(*) FROM words WHERE word = 'whole'"), ==, 1);
  hearth_db_close (db);
}

static void
test_newer_is_put_aside (Fixture *f, gconstpointer data)
{
  HearthDb *db = open_db (f, second);

  hearth_db_write (db, "a word", add_word, g_strdup ("of the future"), g_free);
  hearth_db_close (db);
  db = open_db (f, first);
  g_assert_cmpint (count (db, "SELECT count(*) FROM words"), ==, 0);
  hearth_db_close (db);
  g_assert_cmpint (g_rename (f->broken, f->path), ==, 0); /* nothing was lost */
  db = open_db (f, second);
  g_assert_cmpint (count (db, "SELECT count(*) FROM words"), ==, 1);
  hearth_db_close (db);
}

static void
test_broken_is_put_aside (Fixture *f, gconstpointer data)
{
  g_autofree char *kept = NULL;
  HearthDb *db;

  g_assert_true (g_file_set_contents (f->path, "this is no database at all, whatever it is", -1, NULL));
  db = open_db (f, first);
  g_assert_cmpint (count (db, "SELECT count(*) FROM words"), ==, 0);
  hearth_db_close (db);
  g_assert_true (g_file_get_contents (f->broken, &kept, NULL, NULL));
  g_assert_true (g_str_has_prefix (kept, "this is no database"));
}

static void
test_told (void)
{
  g_autofree char *path = NULL;

  if (g_test_subprocess ()) {
    Fixture f = { 0 };

    set_up (&f, NULL);
    test_broken_is_put_aside (&f, NULL);
    tear_down (&f, NULL);
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("* E *db: *it is kept as *hearth.db.broken*");
}

/* Somebody else is at work: that is no reason to put the household's data aside. */
static void
test_locked_stays (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *other = NULL;

  hearth_db_close (open_db (f, first));
  g_assert_cmpint (sqlite3_open (f->path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_null (hearth_db_open (f->path, second, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY);
  g_assert_false (g_file_test (f->broken, G_FILE_TEST_EXISTS));
  sqlite3_close (other);
}

static void
test_nowhere (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hearth_db_open ("/nonexistent/hearth.db", first, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "/nonexistent/hearth.db"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/base/db/keeps-over-closing", Fixture, NULL, set_up, test_keeps_over_closing, tear_down);
  g_test_add ("/base/db/migrates", Fixture, NULL, set_up, test_migrates, tear_down);
  g_test_add ("/base/db/rolls-back", Fixture, NULL, set_up, test_rolls_back, tear_down);
  g_test_add ("/base/db/newer-is-put-aside", Fixture, NULL, set_up, test_newer_is_put_aside, tear_down);
  g_test_add ("/base/db/broken-is-put-aside", Fixture, NULL, set_up, test_broken_is_put_aside, tear_down);
  g_test_add_func ("/base/db/broken-is-told", test_told);
  g_test_add ("/base/db/locked-stays", Fixture, NULL, set_up, test_locked_stays, tear_down);
  g_test_add_func ("/base/db/nowhere", test_nowhere);
  return g_test_run ();
}
