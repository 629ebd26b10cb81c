/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/workers/hearth-worker-private.h"

#include "base/hearth-fds.h"
#include "base/hearth-paths.h"
#include "hearthd/workers/hearth-falls.h"
#include "hearthd/workers/hearth-spawn.h"

#include <glib-unix.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("workers")

#define OBJECT_PATH "/tv/hearth/internal"
#define AT_ONCE 3               /* restarts without a wait */
#define LONGEST_WAIT_S 30
#define WORKED_US (2 * G_USEC_PER_SEC) /* who worked that long is started at once: its fall is no loop */
#define OPTIONAL_BUDGET 3       /* restarts a minute; the next fall is its last */
#define HELLO_S 10              /* a worker that runs and does not come */
#define ADOPTION_S 3            /* a living one that does not come back to us */
#define QUIT_S 2
#define PING_S 30
#define PING_TIMEOUT_MS 5000
#define STALL_US (1 * G_USEC_PER_SEC)

struct _HearthWorker {
  GObject parent;

  char *name, *role, *instance, *user, *socket, *token;
  char **arguments;
  gboolean core;
  void (*saved) (gpointer user_data);
  gpointer user_data;

  HearthWorkerState state;
  gboolean stopping, adopted;
  HearthWorkerRecord record;
  int pidfd;
  guint exit_watch, deadline, restart, ping;
  GDBusConnection *connection;
  HearthProgress *progress;
  guint restarts;
  HearthFalls falls;   /* several within a minute make it more careful */
  guint loops;         /* falls in a row before it had worked: makes it wait */
  gint64 connected_us; /* CLOCK_MONOTONIC of its Hello; 0: has not said it */
  gint64 since_us; /* UTC, of this process */
  char *last_exit;
  char *kill_reason;
};

enum { CONNECTED, LOST, CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HearthWorker, hearth_worker, G_TYPE_OBJECT)

/* ---- state ------------------------------------------------------------------------ */

const char *
hearth_worker_state_to_string (HearthWorkerState state)
{
  static const char *const names[] = { "stopped", "starting", "running", "restarting", "disabled" };

  return names[state];
}

static void
set_state (HearthWorker *self, HearthWorkerState state, const char *reason)
{
  self->state = state;
  g_signal_emit (self, signals[CHANGED], 0, reason);
}

static void
drop_connection (HearthWorker *self)
{
  g_clear_handle_id (&self->ping, g_source_remove);
  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->progress, hearth_progress_free);
}

static void
drop_process (HearthWorker *self)
{
  g_clear_handle_id (&self->exit_watch, g_source_remove);
  g_clear_handle_id (&self->deadline, g_source_remove);
  if (self->pidfd >= 0)
    close (self->pidfd);
  self->pidfd = -1;
  self->record.pid = 0;
}

/* ---- falling and getting up ------------------------------------------------------- */

static gboolean
on_restart (gpointer user_data)
{
  HearthWorker *self = user_data;

  self->restart = 0;
  hearth_worker_start (self);
  return G_SOURCE_REMOVE;
}

static guint
get_wait_s (HearthWorker *self)
{
  if (self->loops <= AT_ONCE)
    return 0;
  return MIN (1u << MIN (self->loops - AT_ONCE - 1, 5), LONGEST_WAIT_S);
}

static void
get_up (HearthWorker *self)
{
  gint64 now_us = g_get_monotonic_time ();
  guint wait_s, falls;

  if (self->connected_us != 0 && now_us - self->connected_us > WORKED_US)
    self->loops = 0;
  hearth_falls_add (&self->falls, now_us);
  falls = hearth_falls_count (&self->falls, now_us);
  self->loops++;
  self->connected_us = 0;
  if (!self->core && falls > OPTIONAL_BUDGET) {
    hearth_error ("%s fell %u times within a minute: disabled until hearthd restarts", self->name, falls);
    set_state (self, HEARTH_WORKER_DISABLED, self->last_exit);
    return;
  }
  wait_s = get_wait_s (self);
  self->restarts++;
  set_state (self, HEARTH_WORKER_RESTARTING, self->last_exit);
  if (wait_s == 0)
    hearth_worker_start (self);
  else if (self->restart == 0)
    self->restart = g_timeout_add_seconds (wait_s, on_restart, self);
}

static char *
dup_exit (HearthWorker *self, const siginfo_t *info)
{
  if (self->kill_reason != NULL)
    return g_steal_pointer (&self->kill_reason);
  switch (info->si_code) {
  case CLD_EXITED: return g_strdup_printf ("exit status %d", info->si_status);
  case CLD_KILLED:
  case CLD_DUMPED: return g_strdup_printf ("signal %d (%s)", info->si_status, g_strsignal (info->si_status));
  default: return g_strdup ("ended"); /* an adopted one is not our child: the kernel does not tell us how */
  }
}

static gboolean
on_exit_seen (int fd, GIOCondition condition, gpointer user_data)
{
  HearthWorker *self = user_data;
  siginfo_t info = { 0 };

  waitid (P_PIDFD, fd, &info, WEXITED | WNOHANG);
  g_free (self->last_exit);
  self->last_exit = dup_exit (self, &info);
  self->exit_watch = 0;
  drop_process (self);
  drop_connection (self);
  if (self->stopping) {
    set_state (self, HEARTH_WORKER_STOPPED, "");
    return G_SOURCE_REMOVE;
  }
  hearth_warning ("%s ended: %s", self->name, self->last_exit);
  g_object_ref (self);
  g_signal_emit (self, signals[LOST], 0, self->last_exit);
  if (!self->stopping)
    get_up (self);
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

void
hearth_worker_kill (HearthWorker *self, const char *reason)
{
  if (self->pidfd < 0 || self->kill_reason != NULL)
    return;
  hearth_warning ("%s is killed: %s", self->name, reason);
  self->kill_reason = g_strdup (reason);
  pidfd_send_signal (self->pidfd, SIGKILL, NULL, 0);
}

void
hearth_worker_set_arguments (HearthWorker *self, const char *const *arguments, gboolean now)
{
  gboolean same = self->arguments != NULL && g_strv_equal ((const char *const *) self->arguments, arguments);

  g_strfreev (self->arguments);
  self->arguments = g_strdupv ((char **) arguments);
  if (same || !now)
    return;
  self->loops = 0;
  if (self->restart != 0) {
    g_clear_handle_id (&self->restart, g_source_remove);
    hearth_worker_start (self);
  } else
    hearth_worker_kill (self, "its settings changed");
}

static gboolean
on_deadline (gpointer user_data)
{
  HearthWorker *self = user_data;

  self->deadline = 0;
  hearth_worker_kill (self, self->stopping ? "did not quit" : self->adopted ? "did not come back" : "did not say Hello");
  return G_SOURCE_REMOVE;
}

static void
set_deadline (HearthWorker *self, guint seconds)
{
  g_clear_handle_id (&self->deadline, g_source_remove);
  self->deadline = g_timeout_add_seconds (seconds, on_deadline, self);
}

/* ---- starting ---------------------------------------------------------------------- */

static void
watch_process (HearthWorker *self, int pidfd)
{
  self->pidfd = pidfd;
  self->exit_watch = g_unix_fd_add (pidfd, G_IO_IN, on_exit_seen, self);
}

void
hearth_worker_start (HearthWorker *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *base = g_strconcat ("hearth-", self->role, NULL);
  g_autofree char *program = hearth_paths_dup_program (base);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  int pidfd = -1;

  g_strv_builder_add_many (builder, program, "--instance", self->instance, "--socket", self->socket, NULL);
  if (self->arguments != NULL)
    g_strv_builder_addv (builder, (const char **) self->arguments);
  argv = g_strv_builder_end (builder);
  self->adopted = FALSE;
  self->since_us = g_get_real_time ();
  if (!hearth_spawn ((const char *const *) argv, self->token, self->user, &self->record.pid, &pidfd, &error)) {
    hearth_error ("%s cannot be started: %s", self->name, error->message);
    g_free (self->last_exit);
    self->last_exit = g_strdup (error->message);
    self->loops = MAX (self->loops, AT_ONCE); /* no use in trying at once */
    get_up (self);
    return;
  }
  self->record.start_ticks = hearth_spawn_get_start_ticks (self->record.pid);
  watch_process (self, pidfd);
  set_deadline (self, HELLO_S);
  set_state (self, HEARTH_WORKER_STARTING, "");
  self->saved (self->user_data);
}

gboolean
hearth_worker_await_adoption (HearthWorker *self, const HearthWorkerRecord *record)
{
  int pidfd = pidfd_open (record->pid, 0);

  if (pidfd < 0)
    return FALSE;
  if (hearth_spawn_get_start_ticks (record->pid) != record->start_ticks) { /* after the open: the pid is held from here on */
    close (pidfd);
    return FALSE;
  }
  self->record = *record;
  self->adopted = TRUE;
  self->since_us = g_get_real_time ();
  watch_process (self, pidfd);
  set_deadline (self, ADOPTION_S);
  set_state (self, HEARTH_WORKER_STARTING, "waiting for it to come back");
  return TRUE;
}

/* ---- the line ------------------------------------------------------------------------ */

static void
on_line_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer user_data)
{
  HearthWorker *self = user_data;

  drop_connection (self);
  if (!self->stopping) /* it ends or connects again; if neither, it is of no use */
    set_deadline (self, ADOPTION_S);
}

static void
on_pong (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HearthWorker) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL && self->connection == G_DBUS_CONNECTION (source) &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    hearth_worker_kill (self, "did not answer for 5 s");
}

static gboolean
on_ping_due (gpointer user_data)
{
  HearthWorker *self = user_data;

  g_dbus_connection_call (self->connection, NULL, OBJECT_PATH, "tv.hearth.internal.Worker1", "Ping", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, PING_TIMEOUT_MS, NULL, on_pong, g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

static HearthProgress *
take_progress (HearthWorker *self, GVariant *holds, GUnixFDList *fds)
{
  g_autoptr (GError) error = NULL;
  HearthProgress *progress = NULL;
  gint32 index;
  int fd;

  if (!g_variant_lookup (holds, "progress", "h", &index))
    return NULL;
  fd = hearth_fds_dup (fds, index, &error);
  if (fd >= 0) {
    progress = hearth_progress_new_for_fd (fd, &error);
    close (fd);
  }
  if (progress == NULL)
    hearth_warning ("%s: %s", self->name, error->message);
  return progress;
}

void
hearth_worker_take_connection (HearthWorker *self, GDBusConnection *connection, GVariant *holds, GUnixFDList *fds)
{
  drop_connection (self);
  g_clear_handle_id (&self->deadline, g_source_remove);
  self->connection = g_object_ref (connection);
  g_signal_connect (connection, "closed", G_CALLBACK (on_line_closed), self);
  self->connected_us = g_get_monotonic_time ();
  self->progress = take_progress (self, holds, fds);
  self->ping = g_timeout_add_seconds (PING_S, on_ping_due, self);
  hearth_info ("%s %s", self->name, self->adopted ? "adopted" : "connected");
  set_state (self, HEARTH_WORKER_RUNNING, "");
  g_signal_emit (self, signals[CONNECTED], 0, holds, fds);
}

void
hearth_worker_watch (HearthWorker *self, gint64 now_us, gint64 excused_us)
{
  if (self->progress != NULL && MIN (hearth_progress_get_stall_us (self->progress, now_us), now_us - excused_us) > STALL_US)
    hearth_worker_kill (self, "stood still for over a second while busy");
}

void
hearth_worker_stop (HearthWorker *self)
{
  self->stopping = TRUE;
  g_clear_handle_id (&self->restart, g_source_remove);
  if (self->pidfd < 0) {
    set_state (self, HEARTH_WORKER_STOPPED, "");
    return;
  }
  if (self->connection != NULL)
    g_dbus_connection_call (self->connection, NULL, OBJECT_PATH, "tv.hearth.internal.Worker1", "Quit", NULL, NULL,
                            G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  else
    pidfd_send_signal (self->pidfd, SIGTERM, NULL, 0);
  set_deadline (self, QUIT_S);
}

/* ---- asking -------------------------------------------------------------------------- */

const char *
hearth_worker_get_name (HearthWorker *self)
{
  return self->name;
}

const char *
hearth_worker_get_role (HearthWorker *self)
{
  return self->role;
}

const char *
hearth_worker_get_instance (HearthWorker *self)
{
  return self->instance;
}

HearthWorkerState
hearth_worker_get_state (HearthWorker *self)
{
  return self->state;
}

GDBusConnection *
hearth_worker_get_connection (HearthWorker *self)
{
  return self->connection;
}

HearthProgress *
hearth_worker_get_progress (HearthWorker *self)
{
  return self->progress;
}

guint
hearth_worker_get_careful (HearthWorker *self)
{
  guint falls = hearth_falls_count (&self->falls, g_get_monotonic_time ());

  return falls > AT_ONCE ? falls - AT_ONCE : 0;
}

gboolean
hearth_worker_is_adopted (HearthWorker *self)
{
  return self->adopted;
}

guint
hearth_worker_get_restarts (HearthWorker *self)
{
  return self->restarts;
}

const char *
hearth_worker_get_token (HearthWorker *self)
{
  return self->token;
}

gboolean
hearth_worker_get_record (HearthWorker *self, HearthWorkerRecord *record)
{
  *record = self->record;
  return self->record.pid != 0;
}

gboolean
hearth_worker_is_alive (HearthWorker *self)
{
  return self->pidfd >= 0;
}

gboolean
hearth_worker_is_connection (HearthWorker *self, GDBusConnection *connection)
{
  return self->connection == connection;
}

GVariant *
hearth_worker_describe (HearthWorker *self)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", self->name);
  g_variant_dict_insert (&dict, "role", "s", self->role);
  g_variant_dict_insert (&dict, "instance", "s", self->instance);
  g_variant_dict_insert (&dict, "pid", "u", (guint32) self->record.pid);
  g_variant_dict_insert (&dict, "state", "s", hearth_worker_state_to_string (self->state));
  g_variant_dict_insert (&dict, "adopted", "b", self->adopted);
  g_variant_dict_insert (&dict, "restarts", "u", self->restarts);
  g_variant_dict_insert (&dict, "careful", "u", hearth_worker_get_careful (self));
  g_variant_dict_insert (&dict, "last-exit", "s", self->last_exit != NULL ? self->last_exit : "");
  g_variant_dict_insert (&dict, "since", "x", self->since_us);
  return g_variant_dict_end (&dict);
}

/* ---- the object ------------------------------------------------------------------------ */

HearthWorker *
hearth_worker_new (const HearthWorkerSpec *spec, const char *socket, const char *token, void (*saved) (gpointer user_data),
                   gpointer user_data)
{
  HearthWorker *self = g_object_new (HEARTH_TYPE_WORKER, NULL);

  self->role = g_strdup (spec->role);
  self->instance = g_strdup (spec->instance);
  self->name = g_strdup_printf ("%s-%s", spec->role, spec->instance);
  self->arguments = g_strdupv ((char **) spec->arguments);
  self->core = spec->core;
  self->user = g_strdup (spec->user);
  self->socket = g_strdup (socket);
  self->token = token != NULL ? g_strdup (token) : hearth_spawn_dup_token ();
  self->saved = saved;
  self->user_data = user_data;
  return self;
}

static void
hearth_worker_init (HearthWorker *self)
{
  self->pidfd = -1;
}

static void
hearth_worker_finalize (GObject *object)
{
  HearthWorker *self = HEARTH_WORKER (object);

  drop_connection (self);
  drop_process (self);
  g_clear_handle_id (&self->restart, g_source_remove);
  g_strfreev (self->arguments);
  g_free (self->name);
  g_free (self->role);
  g_free (self->instance);
  g_free (self->user);
  g_free (self->socket);
  g_free (self->token);
  g_free (self->last_exit);
  g_free (self->kill_reason);
  G_OBJECT_CLASS (hearth_worker_parent_class)->finalize (object);
}

static void
hearth_worker_class_init (HearthWorkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hearth_worker_finalize;
  signals[CONNECTED] = g_signal_new ("connected", HEARTH_TYPE_WORKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                     G_TYPE_VARIANT, G_TYPE_UNIX_FD_LIST);
  signals[LOST] = g_signal_new ("lost", HEARTH_TYPE_WORKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CHANGED] = g_signal_new ("changed", HEARTH_TYPE_WORKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                   G_TYPE_STRING);
}
