/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/guide/hearth-guide-store.h"

#include "hearthd/guide/hearth-guide-words.h"
#include "hearthd/guide/hearth-guide-writer.h"

#include <hearth/error.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("guide")

#define MOST_PUTS 32u

struct _HearthGuideStore {
  char *path;
  const HearthGuideStoreFuncs *funcs;
  gpointer user_data;
  HearthDb *db;
  sqlite3 *reading;         /* the reading thread's */
  GThreadPool *readers;     /* of one */
  HearthGuideWriter *writer; /* the writing thread's, once that runs */
  gboolean rolled_back;     /* the writing thread's: the last transaction was */
  gboolean broken;          /* to begin anew */
  gboolean empty;           /* when it was opened */
  guint n_puts;             /* batches that wait to be written */
  guint beginning;          /* idle source */
  GQueue news;              /* guarded by lock: jobs and questions that are done */
  GMutex lock;
  guint telling;            /* guarded by lock */
};

typedef enum { JOB_CHECK, JOB_PUT, JOB_PRUNE, JOB_REMOVE } JobKind;

/* Goes to the writing thread and comes back. */
typedef struct {
  HearthGuideStore *store;
  JobKind kind;
  char *source, *network;
  GBytes *batch;
  gint64 time_s;
  HearthGuideDone done;
  gpointer user_data;
  HearthGuideChanges changes;
  GError *error;
} Job;

/* The same to the reading thread. */
typedef struct {
  HearthGuideQuery *query;
  HearthGuideAnswer answer;
  gpointer user_data;
} Question;

typedef struct {
  Job *job;
  Question *question;
} News;

/* ---- back on the main thread -------------------------------------------------------------- */

static void begin_anew (HearthGuideStore *self);

static void
job_free (Job *job)
{
  hearth_guide_changes_clear (&job->changes);
  g_clear_pointer (&job->batch, g_bytes_unref);
  g_clear_error (&job->error);
  g_free (job->source);
  g_free (job->network);
  g_free (job);
}

static void
take_job (HearthGuideStore *self, Job *job)
{
  if (g_error_matches (job->error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT) && job->batch == NULL)
    self->broken = TRUE;
  self->n_puts -= job->kind == JOB_PUT;
  if (job->done != NULL)
    job->done (job->error, job->user_data);
  self->empty = self->empty && (job->error != NULL || job->changes.added == 0);
  if (job->error == NULL && g_hash_table_size (job->changes.services) > 0)
    self->funcs->changed (job->changes.services, self->user_data);
  job_free (job);
}

static void
take_question (HearthGuideStore *self, Question *question)
{
  if (g_error_matches (question->query->error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT))
    self->broken = TRUE;
  question->answer (question->query, question->user_data);
  g_free (question);
}

static gboolean
on_begin_anew (gpointer user_data)
{
  HearthGuideStore *self = user_data;

  self->beginning = 0;
  begin_anew (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_news (gpointer user_data)
{
  HearthGuideStore *self = user_data;
  News *news;

  for (;;) {
    g_mutex_lock (&self->lock);
    news = g_queue_pop_head (&self->news);
    if (news == NULL)
      self->telling = 0;
    g_mutex_unlock (&self->lock);
    if (news == NULL)
      break;
    if (news->job != NULL)
      take_job (self, news->job);
    else
      take_question (self, news->question);
    g_free (news);
  }
  if (self->broken && self->beginning == 0)
    self->beginning = g_idle_add (on_begin_anew, self);
  return G_SOURCE_REMOVE;
}

/* Any thread. */
static void
tell (HearthGuideStore *self, Job *job, Question *question)
{
  News *news = g_new0 (News, 1);

  news->job = job;
  news->question = question;
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->news, news);
  if (self->telling == 0)
    self->telling = g_idle_add_full (G_PRIORITY_DEFAULT, on_news, self, NULL);
  g_mutex_unlock (&self->lock);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void
on_rolled_back (gpointer user_data)
{
  ((HearthGuideStore *) user_data)->rolled_back = TRUE;
}

/* A page that is broken somewhere shows when it is read; then rather at the start than in the midst of an evening. */
static gboolean
check_whole (sqlite3 *sqlite, GError **error)
{
  g_autoptr (sqlite3_stmt) rows = hearth_db_prepare (sqlite, "PRAGMA quick_check(1)", error);
  const char *word;

  if (rows == NULL)
    return FALSE;
  word = sqlite3_step (rows) == SQLITE_ROW ? (const char *) sqlite3_column_text (rows, 0) : sqlite3_errmsg (sqlite);
  if (g_strcmp0 (word, "ok") == 0)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the guide's database is broken: %s", word);
  return FALSE;
}

static gboolean
do_job (HearthGuideStore *self, sqlite3 *sqlite, Job *job, GError **error)
{
  switch (job->kind) {
  case JOB_CHECK: return check_whole (sqlite, error);
  case JOB_PUT:
    return hearth_guide_writer_apply (self->writer, sqlite, job->source, job->network, job->batch, job->time_s, &job->changes, error);
  case JOB_PRUNE: return hearth_guide_writer_prune (self->writer, sqlite, job->time_s, &job->changes, error);
  case JOB_REMOVE: return hearth_guide_writer_remove_network (self->writer, sqlite, job->network, &job->changes, error);
  default: g_return_val_if_reached (FALSE);
  }
}

static gboolean
run_job (sqlite3 *sqlite, gpointer data, GError **error)
{
  Job *job = data;

  if (job->store->rolled_back) /* the last one's transaction, or this one's at an earlier try */
    hearth_guide_writer_forget (job->store->writer);
  job->store->rolled_back = FALSE;
  g_clear_error (&job->error);
  if (do_job (job->store, sqlite, job, &job->error))
    return TRUE;
  if (sqlite3_errcode (sqlite) == SQLITE_CORRUPT) /* then it is the file, not the batch */
    g_clear_pointer (&job->batch, g_bytes_unref);
  *error = g_error_copy (job->error);
  return FALSE;
}

/* On the writing thread, after the transaction. */
static void
on_job_done (gpointer data)
{
  Job *job = data;

  if (job->store->rolled_back) {
    hearth_guide_writer_forget (job->store->writer);
    if (job->error == NULL)
      job->error = g_error_new_literal (HEARTH_ERROR, HEARTH_ERROR_IO, "the guide's database could not be written");
  }
  tell (job->store, job, NULL);
}

static void
push_job (HearthGuideStore *self, Job job)
{
  job.store = self;
  hearth_guide_changes_init (&job.changes);
  if (self->db == NULL) {
    job.error = g_error_new_literal (HEARTH_ERROR, HEARTH_ERROR_IO, "the guide has no database: see the log");
    tell (self, g_memdup2 (&job, sizeof job), NULL);
    return;
  }
  hearth_db_write (self->db, "the guide", run_job, g_memdup2 (&job, sizeof job), on_job_done);
}

void
hearth_guide_store_put (HearthGuideStore *self, const char *source, const char *network, GBytes *batch, gint64 now_s, HearthGuideDone done,
                        gpointer user_data)
{
  if (self->n_puts >= MOST_PUTS) { /* a disk without room: whoever tells has it still */
    g_autoptr (GError) error = g_error_new_literal (HEARTH_ERROR, HEARTH_ERROR_BUSY, "the guide's database waits for room");

    if (done != NULL)
      done (error, user_data);
    return;
  }
  self->n_puts++;
  push_job (self, (Job) { .kind = JOB_PUT, .source = g_strdup (source), .network = g_strdup (network), .batch = g_bytes_ref (batch),
                          .time_s = now_s, .done = done, .user_data = user_data });
}

void
hearth_guide_store_prune (HearthGuideStore *self, gint64 before_s)
{
  push_job (self, (Job) { .kind = JOB_PRUNE, .time_s = before_s });
}

void
hearth_guide_store_remove_network (HearthGuideStore *self, const char *network)
{
  push_job (self, (Job) { .kind = JOB_REMOVE, .network = g_strdup (network) });
}

void
hearth_guide_store_flush (HearthGuideStore *self)
{
  if (self->db != NULL)
    hearth_db_flush (self->db);
}

/* ---- reading -------------------------------------------------------------------------------------- */

static void
answer_question (gpointer data, gpointer user_data)
{
  Question *question = data;
  HearthGuideStore *self = user_data;

  hearth_guide_query_run (question->query, self->reading);
  tell (self, NULL, question);
}

void
hearth_guide_store_ask (HearthGuideStore *self, HearthGuideQuery *query, HearthGuideAnswer answer, gpointer user_data)
{
  Question *question = g_new0 (Question, 1);

  question->query = query;
  question->answer = answer;
  question->user_data = user_data;
  if (self->readers == NULL) {
    query->error = g_error_new_literal (HEARTH_ERROR, HEARTH_ERROR_IO, "the guide has no database: see the log");
    tell (self, NULL, question);
    return;
  }
  g_thread_pool_push (self->readers, question, NULL);
}

/* ---- opening ------------------------------------------------------------------------------------------ */

static gboolean
open_reading (HearthGuideStore *self, GError **error)
{
  if (sqlite3_open_v2 (self->path, &self->reading, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) == SQLITE_OK) {
    sqlite3_busy_timeout (self->reading, 2000);
    sqlite3_exec (self->reading, "PRAGMA query_only = ON", NULL, NULL, NULL);
    return hearth_guide_words_register (self->reading, error);
  }
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_IO, "the guide's database %s cannot be opened: %s", self->path, sqlite3_errmsg (self->reading));
  return FALSE;
}

static gboolean
has_no_events (sqlite3 *sqlite)
{
  g_autoptr (sqlite3_stmt) rows = hearth_db_prepare (sqlite, "SELECT 1 FROM events LIMIT 1", NULL);

  return rows == NULL || sqlite3_step (rows) != SQLITE_ROW;
}

gboolean
hearth_guide_store_is_empty (HearthGuideStore *self)
{
  return self->empty;
}

static gboolean
open_all (HearthGuideStore *self, GError **error)
{
  static const char *migrations[] = { hearth_guide_schema, NULL };

  self->db = hearth_db_open_with (self->path, migrations, hearth_guide_words_register, error);
  if (self->db == NULL || !open_reading (self, error))
    return FALSE;
  self->empty = has_no_events (self->reading);
  sqlite3_rollback_hook (hearth_db_get (self->db), on_rolled_back, self);
  sqlite3_exec (hearth_db_get (self->db), "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000", NULL, NULL, NULL);
  self->writer = hearth_guide_writer_new ();
  self->readers = g_thread_pool_new (answer_question, self, 1, FALSE, NULL);
  push_job (self, (Job) { .kind = JOB_CHECK });
  return TRUE;
}

static void
close_all (HearthGuideStore *self)
{
  if (self->readers != NULL)
    g_thread_pool_free (g_steal_pointer (&self->readers), FALSE, TRUE);
  g_clear_pointer (&self->db, hearth_db_close); /* writes what is queued */
  g_clear_pointer (&self->reading, sqlite3_close);
  g_clear_pointer (&self->writer, hearth_guide_writer_free);
}

/* The file shows to be broken in use. Who waits for an answer gets it from the new one, or an error. */
static void
begin_anew (HearthGuideStore *self)
{
  g_autoptr (GError) error = NULL;

  hearth_error ("the guide's database is broken; it is kept as %s.broken, and a new one is begun", self->path);
  self->broken = FALSE;
  close_all (self);
  if (!hearth_db_put_aside (self->path, &error) || !open_all (self, &error))
    hearth_error ("%s", error->message);
  if (self->db != NULL)
    self->funcs->emptied (self->user_data);
}

HearthGuideStore *
hearth_guide_store_new (const char *path, const HearthGuideStoreFuncs *funcs, gpointer user_data, GError **error)
{
  HearthGuideStore *self = g_new0 (HearthGuideStore, 1);

  self->path = g_strdup (path);
  self->funcs = funcs;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  if (open_all (self, error))
    return self;
  hearth_guide_store_free (self);
  return NULL;
}

void
hearth_guide_store_free (HearthGuideStore *self)
{
  News *news;

  close_all (self);
  g_clear_handle_id (&self->beginning, g_source_remove);
  g_clear_handle_id (&self->telling, g_source_remove);
  while ((news = g_queue_pop_head (&self->news)) != NULL) {
    if (news->job != NULL)
      job_free (news->job);
    if (news->question != NULL) {
      hearth_guide_query_free (news->question->query);
      g_free (news->question);
    }
    g_free (news);
  }
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}
