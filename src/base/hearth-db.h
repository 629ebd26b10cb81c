/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * SECTION:db
 *
 * SQLite for hearthd: one file, WAL, one schema with numbered migrations. It is
 * read on the main thread at the start only; all writing is done by one thread,
 * job by job, each a transaction: nothing on the way of a key press waits for a
 * disk.
 */
typedef struct _HearthDb HearthDb;

/* Runs on the writing thread inside a transaction; FALSE with @error rolls back. @data is the job's own, immutable to others. */
typedef gboolean (*HearthDbFunc) (sqlite3 *sqlite, gpointer data, GError **error);

/* Opens or makes @path and migrates it: @migrations[i] brings version i to i + 1. A file that is broken, or of a newer version, is
 * kept beside as <path>.broken and a new one made, with a warning: the box must start. One that is only locked, or on a disk that is
 * full or fails, stays. Errors: IO, BUSY, LIMIT. */
HearthDb *hearth_db_open (const char *path, const char *const *migrations, GError **error);
/* The same for a database that needs something of its own in each connection, as a tokenizer, before it can be migrated. */
typedef gboolean (*HearthDbPrepareFunc) (sqlite3 *sqlite, GError **error);
HearthDb *hearth_db_open_with (const char *path, const char *const *migrations, HearthDbPrepareFunc prepare, GError **error);
/* A closed database that turned out to be broken: kept as <path>.broken. Errors: IO. */
gboolean hearth_db_put_aside (const char *path, GError **error);
/* Writes what is queued, closes. */
void hearth_db_close (HearthDb *db);
/* For reading before the first write. */
sqlite3 *hearth_db_get (HearthDb *db);
/* Queues; @data is freed by @destroy after the job. A job that finds the disk full or failing waits, and all behind it, and is tried
 * again every other second; other failures are logged with @what. Only what waits still when the database is closed is lost. */
void hearth_db_write (HearthDb *db, const char *what, HearthDbFunc func, gpointer data, GDestroyNotify destroy);
/* Queues one statement; @values (a tuple of s, b, d and x; floating is taken) are what its question marks stand for, in order. */
void hearth_db_run (HearthDb *db, const char *what, const char *sql, GVariant *values);
/* Told in the main thread's default context: when jobs begin to wait, with the reason, and "" when they are all done. */
typedef void (*HearthDbTroubleFunc) (const char *text, gpointer user_data);
void hearth_db_set_trouble_func (HearthDb *db, HearthDbTroubleFunc func, gpointer user_data); /* main thread */
/* Waits until everything queued is written; for tests and the end. */
void hearth_db_flush (HearthDb *db);
/* A prepared statement, finalised by sqlite3_finalize(). */
sqlite3_stmt *hearth_db_prepare (sqlite3 *sqlite, const char *sql, GError **error);
/* Steps a statement without rows and resets it. */
gboolean hearth_db_step (sqlite3_stmt *statement, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthDb, hearth_db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

G_END_DECLS
