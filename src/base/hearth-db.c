/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("db")

#define AGAIN_US (2 * G_USEC_PER_SEC) /* how often a job that found no room is tried again */
#define RESERVE_BYTES (512 << 10)     /* of the disk, held so that what still waits for room at the end is kept all the same */

/* Who is told of trouble; outlives the database, for words to it may be on their way. */
typedef struct {
  HearthDbTroubleFunc func; /* main thread; NULL: nobody, or the database is closed */
  gpointer user_data;
} Listener;

struct _HearthDb {
  sqlite3 *sqlite; /* of the writing thread once that runs */
  GThread *thread;
  GAsyncQueue *jobs;
  Listener *listener;
  gboolean troubled; /* writing thread */
  char *reserve;     /* path of a file that only takes room; made at opening, gone when that was needed */
  GMutex lock;       /* guards closing */
  GCond closing_cond;
  gboolean closing;
};

typedef struct {
  const char *what;
  HearthDbFunc func; /* NULL: only tells that the queue came so far */
  gpointer data;
  GDestroyNotify destroy;
  GMutex *done_lock; /* of a flush; guards done */
  GCond *done_cond;
  gboolean *done;
  gboolean last;
} Job;

static HearthError
translate (int code)
{
  switch (code) {
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB: return HEARTH_ERROR_CORRUPT;
  case SQLITE_BUSY:
  case SQLITE_LOCKED: return HEARTH_ERROR_BUSY;
  case SQLITE_FULL:
  case SQLITE_NOMEM:
  case SQLITE_TOOBIG: return HEARTH_ERROR_LIMIT;
  case SQLITE_IOERR:
  case SQLITE_CANTOPEN:
  case SQLITE_READONLY:
  case SQLITE_PERM: return HEARTH_ERROR_IO;
  default: return HEARTH_ERROR_FAILED;
  }
}

static void
set_sqlite_error (sqlite3 *sqlite, const char *what, GError **error)
{
  g_set_error (error, HEARTH_ERROR, translate (sqlite3_errcode (sqlite)), "database: %s: %s", what, sqlite3_errmsg (sqlite));
}

static gboolean
run_sql (sqlite3 *sqlite, const char *sql, GError **error)
{
  if (sqlite3_exec (sqlite, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  set_sqlite_error (sqlite, sql, error);
  return FALSE;
}

sqlite3_stmt *
hearth_db_prepare (sqlite3 *sqlite, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (sqlite, sql, -1, &statement, NULL) != SQLITE_OK)
    set_sqlite_error (sqlite, sql, error);
  return statement;
}

gboolean
hearth_db_step (sqlite3_stmt *statement, GError **error)
{
  gboolean done = sqlite3_step (statement) == SQLITE_DONE;

  if (!done)
    set_sqlite_error (sqlite3_db_handle (statement), sqlite3_sql (statement), error);
  sqlite3_reset (statement);
  return done;
}

/* ---- the writing thread ------------------------------------------------------------ */

typedef struct {
  Listener *listener;
  char *text;
} Word;

static void
word_free (gpointer data)
{
  Word *word = data;

  g_atomic_rc_box_release (word->listener);
  g_free (word->text);
  g_free (word);
}

static gboolean
on_word (gpointer data)
{
  Word *word = data;

  if (word->listener->func != NULL)
    word->listener->func (word->text, word->listener->user_data);
  return G_SOURCE_REMOVE;
}

/* Once when it begins and once when it is over. */
static void
set_trouble (HearthDb *self, const char *text)
{
  gboolean troubled = *text != '\0';
  Word *word;

  if (troubled == self->troubled)
    return;
  self->troubled = troubled;
  if (troubled)
    hearth_error ("%s", text);
  else
    hearth_notice ("what changed meanwhile is kept in the state folder now");
  word = g_new0 (Word, 1);
  word->listener = g_atomic_rc_box_acquire (self->listener);
  word->text = g_strdup (text);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_word, word, word_free);
}

static gboolean
try_job (sqlite3 *sqlite, Job *job, GError **error)
{
  if (run_sql (sqlite, "BEGIN IMMEDIATE", error) && job->func (sqlite, job->data, error) && run_sql (sqlite, "COMMIT", error))
    return TRUE;
  sqlite3_exec (sqlite, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* Where there is no room for it, there is none: the next start tries again. */
static void
take_reserve (HearthDb *self)
{
  int fd = open (self->reserve, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

  if (fd >= 0 && posix_fallocate (fd, 0, RESERVE_BYTES) != 0)
    g_unlink (self->reserve);
  if (fd >= 0)
    close (fd);
}

/* Returns FALSE when the database is being closed. */
static gboolean
wait_for_room (HearthDb *self)
{
  gint64 until_us = g_get_monotonic_time () + AGAIN_US;
  gboolean closing;

  g_mutex_lock (&self->lock);
  while (!self->closing && g_cond_wait_until (&self->closing_cond, &self->lock, until_us))
    ;
  closing = self->closing;
  g_mutex_unlock (&self->lock);
  return !closing;
}

static gboolean
empty_log (HearthDb *self)
{
  return sqlite3_wal_checkpoint_v2 (self->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK;
}

/* The log is emptied first: that needs room in the file itself once, and then serves any number of jobs. FALSE: there was none. */
static gboolean
give_reserve (HearthDb *self)
{
  if (g_unlink (self->reserve) < 0)
    return FALSE;
  empty_log (self);
  return TRUE;
}

/* The log may have megabytes that only stand in the way. */
static gboolean
try_again_without_log (HearthDb *self, Job *job, GError **error)
{
  if (g_error_matches (*error, HEARTH_ERROR, HEARTH_ERROR_LIMIT) && empty_log (self)) {
    g_clear_error (error);
    return try_job (self->sqlite, job, error);
  }
  return FALSE;
}

/* What finds no room, or a disk that fails, waits, and all behind it. What is wrong in itself is given up. */
static void
run_job (HearthDb *self, Job *job)
{
  for (;;) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = NULL;

    if (try_job (self->sqlite, job, &error) || try_again_without_log (self, job, &error)) {
      set_trouble (self, "");
      return;
    }
    text = g_strdup_printf ("%s cannot be kept (%s): changes stay in memory until there is room; free some on the state folder's disk",
                            job->what, error != NULL ? error->message : "no reason given");
    if (!g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT) && !g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_IO)) {
      hearth_error ("%s could not be kept: %s", job->what, error != NULL ? error->message : "no reason given");
      return;
    }
    set_trouble (self, text);
    if (!wait_for_room (self) && !give_reserve (self)) {
      hearth_error ("%s is lost", job->what);
      return;
    }
  }
}

static gpointer
write_jobs (gpointer user_data)
{
  HearthDb *self = user_data;
  gboolean last = FALSE;

  while (!last) {
    Job *job = g_async_queue_pop (self->jobs);

    if (job->func != NULL)
      run_job (self, job);
    if (job->destroy != NULL)
      job->destroy (job->data);
    if (job->done != NULL) {
      g_mutex_lock (job->done_lock);
      *job->done = TRUE;
      g_cond_signal (job->done_cond);
      g_mutex_unlock (job->done_lock);
    }
    last = job->last;
    g_free (job);
  }
  return NULL;
}

static void
push (HearthDb *self, Job job)
{
  if (self->thread == NULL)
    self->thread = g_thread_new ("database", write_jobs, self);
  g_async_queue_push (self->jobs, g_memdup2 (&job, sizeof job));
}

void
hearth_db_write (HearthDb *self, const char *what, HearthDbFunc func, gpointer data, GDestroyNotify destroy)
{
  push (self, (Job){ .what = what, .func = func, .data = data, .destroy = destroy });
}

/* ---- one statement --------------------------------------------------------------------- */

typedef struct {
  const char *sql; /* static */
  GVariant *values;
} Statement;

static void
statement_free (gpointer data)
{
  Statement *self = data;

  g_variant_unref (self->values);
  g_free (self);
}

static void
bind_value (sqlite3_stmt *statement, int index, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    sqlite3_bind_text (statement, index, g_variant_get_string (value, NULL), -1, SQLITE_TRANSIENT);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    sqlite3_bind_int (statement, index, g_variant_get_boolean (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    sqlite3_bind_double (statement, index, g_variant_get_double (value));
  else
    sqlite3_bind_int64 (statement, index, g_variant_get_int64 (value));
}

static gboolean
run_statement (sqlite3 *sqlite, gpointer data, GError **error)
{
  const Statement *self = data;
  g_autoptr (sqlite3_stmt) statement = hearth_db_prepare (sqlite, self->sql, error);

  if (statement == NULL)
    return FALSE;
  for (gsize i = 0; i < g_variant_n_children (self->values); i++) {
    g_autoptr (GVariant) value = g_variant_get_child_value (self->values, i);

    bind_value (statement, (int) i + 1, value);
  }
  return hearth_db_step (statement, error);
}

void
hearth_db_run (HearthDb *self, const char *what, const char *sql, GVariant *values)
{
  Statement *statement = g_new (Statement, 1);

  *statement = (Statement){ sql, g_variant_ref_sink (values) };
  hearth_db_write (self, what, run_statement, statement, statement_free);
}

void
hearth_db_flush (HearthDb *self)
{
  GMutex lock;
  GCond cond;
  gboolean done = FALSE;

  if (self->thread == NULL)
    return;
  g_mutex_init (&lock);
  g_cond_init (&cond);
  push (self, (Job){ .done_lock = &lock, .done_cond = &cond, .done = &done });
  g_mutex_lock (&lock);
  while (!done)
    g_cond_wait (&cond, &lock);
  g_mutex_unlock (&lock);
  g_cond_clear (&cond);
  g_mutex_clear (&lock);
}

/* ---- opening ------------------------------------------------------------------------- */

static int
get_version (sqlite3 *sqlite)
{
  sqlite3_stmt *statement = NULL;
  int version = -1;

  if (sqlite3_prepare_v2 (sqlite, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW)
    version = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return version;
}

static gboolean
migrate (sqlite3 *sqlite, const char *const *migrations, GError **error)
{
  int version = get_version (sqlite), newest = (int) g_strv_length ((char **) migrations);

  if (version < 0) {
    set_sqlite_error (sqlite, "reading its version", error);
    return FALSE;
  }
  if (version > newest) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "database: written by a newer Hearth (version %d, this one knows %d)",
                 version, newest);
    return FALSE;
  }
  for (; version < newest; version++) {
    g_autofree char *stamp = g_strdup_printf ("PRAGMA user_version = %d", version + 1);

    if (!run_sql (sqlite, "BEGIN EXCLUSIVE", error) || !run_sql (sqlite, migrations[version], error) ||
        !run_sql (sqlite, stamp, error) || !run_sql (sqlite, "COMMIT", error))
      return FALSE;
  }
  return TRUE;
}

static sqlite3 *
open_file (const char *path, const char *const *migrations, HearthDbPrepareFunc prepare, GError **error)
{
  sqlite3 *sqlite = NULL;

  if (sqlite3_open_v2 (path, &sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_IO, "database %s cannot be opened: %s", path,
                 sqlite != NULL ? sqlite3_errmsg (sqlite) : "no memory");
  } else {
    sqlite3_busy_timeout (sqlite, 2000);
    if (run_sql (sqlite, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON", error) &&
        (prepare == NULL || prepare (sqlite, error)) && migrate (sqlite, migrations, error))
      return sqlite;
  }
  sqlite3_close (sqlite);
  return NULL;
}

/* Another process at work, a full disk, a failing one: the file may be right, and a new one would fare no better. */
static gboolean
is_broken (const char *path, const GError *error)
{
  return !g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_BUSY) && !g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT) &&
         !g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_IO) && g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

gboolean
hearth_db_put_aside (const char *path, GError **error)
{
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL), *log_aside = g_strconcat (aside, "-wal", NULL);
  g_autofree char *index = g_strconcat (path, "-shm", NULL);

  if (g_rename (path, aside) < 0) {
    hearth_error_set_errno (error, errno, "putting the broken database aside as %s", aside);
    return FALSE;
  }
  g_unlink (log_aside);         /* of an older one put aside */
  g_rename (log, log_aside);    /* it holds what the file does not yet */
  g_unlink (index);
  return TRUE;
}

HearthDb *
hearth_db_open (const char *path, const char *const *migrations, GError **error)
{
  return hearth_db_open_with (path, migrations, NULL, error);
}

HearthDb *
hearth_db_open_with (const char *path, const char *const *migrations, HearthDbPrepareFunc prepare, GError **error)
{
  g_autoptr (GError) first = NULL;
  sqlite3 *sqlite = open_file (path, migrations, prepare, &first);
  HearthDb *self;

  if (sqlite == NULL && is_broken (path, first)) {
    hearth_error ("%s; it is kept as %s.broken, and a new one is begun", first->message, path);
    if (!hearth_db_put_aside (path, error))
      return NULL;
    g_clear_error (&first);
    sqlite = open_file (path, migrations, prepare, &first);
  }
  if (sqlite == NULL) {
    g_propagate_error (error, g_steal_pointer (&first));
    return NULL;
  }
  self = g_new0 (HearthDb, 1);
  self->sqlite = sqlite;
  self->reserve = g_strconcat (path, "-reserve", NULL);
  take_reserve (self);
  self->jobs = g_async_queue_new ();
  self->listener = g_atomic_rc_box_new0 (Listener);
  g_mutex_init (&self->lock);
  g_cond_init (&self->closing_cond);
  return self;
}

void
hearth_db_close (HearthDb *self)
{
  self->listener->func = NULL;
  if (self->thread != NULL) {
    push (self, (Job){ .last = TRUE });
    g_mutex_lock (&self->lock);
    self->closing = TRUE;
    g_cond_signal (&self->closing_cond);
    g_mutex_unlock (&self->lock);
    g_thread_join (self->thread);
  }
  g_async_queue_unref (self->jobs);
  g_atomic_rc_box_release (self->listener);
  g_cond_clear (&self->closing_cond);
  g_mutex_clear (&self->lock);
  sqlite3_close (self->sqlite);
  g_free (self->reserve);
  g_free (self);
}

sqlite3 *
hearth_db_get (HearthDb *self)
{
  return self->sqlite;
}

void
hearth_db_set_trouble_func (HearthDb *self, HearthDbTroubleFunc func, gpointer user_data)
{
  self->listener->func = func;
  self->listener->user_data = user_data;
}
