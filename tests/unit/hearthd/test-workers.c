/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "hearthd-testing.h"
#include "hearthd/workers/hearth-falls.h"
#include "hearthd/workers/hearth-worker-call.h"
#include "hearthd/workers/hearth-workers.h"

#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <hearth/error.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder;
  HearthWorkers *workers;
  HearthWorker *worker;
  guint connected, lost, lists, to_wait_for;
  gint64 lost_us;
  char *reason;
  gboolean held_progress;
} Fixture;

/* ---- what hearthd would hear ----------------------------------------------------------------- */

static void
on_put_services (HearthWorker *worker, int fd, guint64 bytes, guint services, GVariant *oddities, guint n_oddities,
                 GVariant *details, gpointer user_data)
{
  ((Fixture *) user_data)->lists++;
}

static void
on_list_failed (HearthWorker *worker, const char *error, const char *text, gpointer user_data)
{
}

static void
on_changed (HearthWorker *worker, const char *reason, gpointer user_data)
{
}

static const HearthWorkersFuncs funcs = { .put_services = on_put_services, .list_failed = on_list_failed, .changed = on_changed };

static void
on_connected (HearthWorker *worker, GVariant *holds, GUnixFDList *fds, gpointer user_data)
{
  Fixture *f = user_data;

  f->connected++;
  f->held_progress = hearth_worker_get_progress (worker) != NULL;
  g_assert_nonnull (fds);
}

static void
on_lost (HearthWorker *worker, const char *reason, gpointer user_data)
{
  Fixture *f = user_data;

  f->lost++;
  f->lost_us = g_get_monotonic_time ();
  g_free (f->reason);
  f->reason = g_strdup (reason);
}

static void
open_workers (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->workers = hearth_workers_new (&funcs, f, &error);
  g_assert_no_error (error);
  g_assert_true (hearth_workers_listen (f->workers, &error));
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = testing_make_folder ();
  g_setenv ("HEARTH_RUNTIME_DIR", f->folder, TRUE);
  open_workers (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hearth_workers_stop_all (f->workers);
  hearth_workers_free (f->workers);
  g_clear_object (&f->worker);
  g_free (f->reason);
  testing_remove_folder (f->folder);
}

static void
add (Fixture *f, const char *mode, gboolean core)
{
  const char *arguments[] = { mode, NULL };
  const HearthWorkerSpec spec = { .role = "fake", .instance = "main", .arguments = arguments, .core = core };

  f->worker = g_object_ref (hearth_workers_add (f->workers, &spec));
  g_signal_connect (f->worker, "connected", G_CALLBACK (on_connected), f);
  g_signal_connect (f->worker, "lost", G_CALLBACK (on_lost), f);
}

static gboolean
is_connected_often_enough (gpointer data)
{
  Fixture *f = data;

  return f->connected >= f->to_wait_for;
}

static void
wait_connected (Fixture *f, guint times)
{
  f->to_wait_for = times;
  testing_wait (is_connected_often_enough, f);
}

static gboolean
is_lost_often_enough (gpointer data)
{
  Fixture *f = data;

  return f->lost >= f->to_wait_for;
}

static void
wait_lost (Fixture *f, guint times)
{
  f->to_wait_for = times;
  testing_wait (is_lost_often_enough, f);
}

static gboolean
is_disabled (gpointer data)
{
  return hearth_worker_get_state (((Fixture *) data)->worker) == HEARTH_WORKER_DISABLED;
}

static pid_t
get_pid (Fixture *f)
{
  g_autoptr (GVariant) described = g_variant_ref_sink (hearth_worker_describe (f->worker));
  guint32 pid = 0;

  g_assert_true (g_variant_lookup (described, "pid", "u", &pid));
  g_assert_cmpuint (pid, >, 1); /* kill (0) and kill (1) hit others */
  return (pid_t) pid;
}

/* ---- starting ---------------------------------------------------------------------------------- */

static void
test_says_hello (Fixture *f, gconstpointer data)
{
  g_autofree char *book = g_build_filename (f->folder, "workers.ini", NULL);
  GStatBuf status;

  add (f, "good", TRUE);
  g_assert_cmpint (hearth_worker_get_state (f->worker), ==, HEARTH_WORKER_STARTING);
  wait_connected (f, 1);
  g_assert_cmpint (hearth_worker_get_state (f->worker), ==, HEARTH_WORKER_RUNNING);
  g_assert_true (f->held_progress);
  g_assert_true (hearth_progress_is_busy (hearth_worker_get_progress (f->worker)));
  g_assert_false (hearth_worker_is_adopted (f->worker));
  g_assert_cmpint (g_stat (book, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600); /* it holds the tokens */
}

static gboolean
is_waiting (gpointer data)
{
  return hearth_worker_get_state (((Fixture *) data)->worker) == HEARTH_WORKER_RESTARTING;
}

static void
test_program_missing (Fixture *f, gconstpointer data)
{
  const HearthWorkerSpec spec = { .role = "absent", .instance = "main", .core = TRUE };

  f->worker = g_object_ref (hearth_workers_add (f->workers, &spec));
  testing_wait (is_waiting, f); /* not in a circle: it tries again after a second */
  g_assert_cmpuint (hearth_worker_get_restarts (f->worker), ==, 1);
}

/* ---- falling ------------------------------------------------------------------------------------- */

/* Started again in the same breath three times, then after a second, and more carefully. */
static void
test_killed (Fixture *f, gconstpointer data)
{
  add (f, "good", TRUE);
  for (guint time = 1; time <= 4; time++) {
    pid_t pid;

    wait_connected (f, time);
    pid = get_pid (f);
    g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
    wait_lost (f, time);
    g_assert_nonnull (strstr (f->reason, "signal 9"));
    g_assert_cmpint (hearth_worker_get_state (f->worker), ==, time <= 3 ? HEARTH_WORKER_STARTING : HEARTH_WORKER_RESTARTING);
    g_assert_cmpuint (hearth_worker_get_careful (f->worker), ==, time <= 3 ? 0 : 1);
    g_assert_cmpuint (hearth_worker_get_restarts (f->worker), ==, time);
  }
  wait_connected (f, 5);
  g_assert_cmpint (g_get_monotonic_time () - f->lost_us, >=, G_USEC_PER_SEC / 2); /* timers of seconds are put together */
}

static void
test_optional_has_a_budget (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) described = NULL;
  const char *last_exit;

  add (f, "falls", FALSE);
  testing_wait (is_disabled, f);
  g_assert_cmpuint (f->lost, ==, 4);
  g_assert_cmpuint (hearth_worker_get_restarts (f->worker), ==, 3);
  described = g_variant_ref_sink (hearth_worker_describe (f->worker));
  g_assert_true (g_variant_lookup (described, "last-exit", "&s", &last_exit));
  g_assert_cmpstr (last_exit, ==, "exit status 7");
}

/* Three restarts in sixty seconds are the budget; falls that are 50 s apart never use it up. */
static void
test_falls_count_for_a_minute (void)
{
  HearthFalls slow = { 0 }, quick = { 0 };

  for (guint i = 1; i <= 20; i++) {
    hearth_falls_add (&slow, 50 * i * G_USEC_PER_SEC);
    g_assert_cmpuint (hearth_falls_count (&slow, 50 * i * G_USEC_PER_SEC), ==, MIN (i, 2));
  }
  for (guint i = 1; i <= 20; i++)
    hearth_falls_add (&quick, i * G_USEC_PER_SEC);
  g_assert_cmpuint (hearth_falls_count (&quick, 20 * G_USEC_PER_SEC), ==, HEARTH_FALLS_REMEMBERED);
  g_assert_cmpuint (hearth_falls_count (&quick, 75 * G_USEC_PER_SEC), ==, 5); /* those of 16 s to 20 s */
  g_assert_cmpuint (hearth_falls_count (&quick, 80 * G_USEC_PER_SEC), ==, 0);
}

static void
test_core_is_never_given_up (Fixture *f, gconstpointer data)
{
  add (f, "falls", TRUE);
  wait_lost (f, 5);
  g_assert_cmpint (hearth_worker_get_state (f->worker), ==, HEARTH_WORKER_RESTARTING);
}

/* A beat that stops is found and ended within 2 s; one that goes on is left alone. */
static void
test_stands_still (Fixture *f, gconstpointer data)
{
  gint64 stopped_us;

  add (f, "good", TRUE);
  wait_connected (f, 1);
  hearth_workers_add_watching (f->workers, 1);
  stopped_us = g_get_monotonic_time ();
  while (g_get_monotonic_time () < stopped_us + 3 * G_USEC_PER_SEC / 2) /* longer than a stall may last */
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->lost, ==, 0);
  g_assert_cmpint (kill (get_pid (f), SIGSTOP), ==, 0);
  stopped_us = g_get_monotonic_time ();
  wait_lost (f, 1);
  g_assert_cmpint (f->lost_us - stopped_us, <, 2 * G_USEC_PER_SEC);
  g_assert_nonnull (strstr (f->reason, "stood still"));
  wait_connected (f, 2);
}

static void
test_stops_the_deaf (Fixture *f, gconstpointer data)
{
  gint64 start_us;

  add (f, "deaf", TRUE);
  wait_connected (f, 1);
  start_us = g_get_monotonic_time ();
  hearth_workers_stop_all (f->workers);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 4 * G_USEC_PER_SEC);
  g_assert_cmpint (hearth_worker_get_state (f->worker), ==, HEARTH_WORKER_STOPPED);
  g_assert_cmpuint (f->lost, ==, 0); /* it was asked to */
}

/* One that has not come yet is stopped as well, and is not started again. */
static void
test_stops_while_starting (Fixture *f, gconstpointer data)
{
  add (f, "mute", TRUE);
  hearth_workers_stop_all (f->workers);
  g_assert_cmpint (hearth_worker_get_state (f->worker), ==, HEARTH_WORKER_STOPPED);
}

/* ---- adoption --------------------------------------------------------------------------------------- */

static void
forget_all (Fixture *f)
{
  g_signal_handlers_disconnect_by_data (f->worker, f);
  hearth_workers_free (f->workers);
  g_clear_object (&f->worker);
  f->connected = f->lost = 0;
}

static void
test_adopted (Fixture *f, gconstpointer data)
{
  pid_t pid;

  add (f, "good", TRUE);
  wait_connected (f, 1);
  pid = get_pid (f);
  forget_all (f); /* as when hearthd dies: the worker goes on */
  open_workers (f);
  add (f, "good", TRUE);
  wait_connected (f, 1);
  g_assert_true (hearth_worker_is_adopted (f->worker));
  g_assert_cmpint (get_pid (f), ==, pid);
  g_assert_cmpuint (f->lost, ==, 0);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0); /* and it is watched */
  wait_connected (f, 2);
  g_assert_false (hearth_worker_is_adopted (f->worker));
}

static void
test_dead_is_not_adopted (Fixture *f, gconstpointer data)
{
  pid_t pid;

  add (f, "good", TRUE);
  wait_connected (f, 1);
  pid = get_pid (f);
  forget_all (f);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  open_workers (f);
  add (f, "good", TRUE);
  wait_connected (f, 1);
  g_assert_cmpint (get_pid (f), !=, pid);
}

/* The pid lives, and is somebody else's: the book's start time tells. */
static void
test_pid_of_a_stranger (Fixture *f, gconstpointer data)
{
  g_autofree char *book = g_build_filename (f->folder, "workers.ini", NULL);
  g_autofree char *text = g_strdup_printf ("[fake-main]\ntoken=0123\npid=%d\nstart-ticks=1\n", (int) getpid ());

  hearth_workers_free (f->workers);
  g_assert_true (g_file_set_contents (book, text, -1, NULL));
  open_workers (f);
  add (f, "good", TRUE);
  g_assert_false (hearth_worker_is_adopted (f->worker));
  wait_connected (f, 1);
  g_assert_cmpint (get_pid (f), !=, getpid ());
}

/* It lives and does not come back: it is ended and replaced. */
static void
test_stopped_is_replaced (Fixture *f, gconstpointer data)
{
  pid_t pid;

  add (f, "good", TRUE);
  wait_connected (f, 1);
  pid = get_pid (f);
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  forget_all (f);
  open_workers (f);
  add (f, "good", TRUE);
  g_assert_true (hearth_worker_is_adopted (f->worker));
  wait_lost (f, 1);
  g_assert_cmpstr (f->reason, ==, "did not come back");
  wait_connected (f, 1);
  g_assert_cmpint (get_pid (f), !=, pid);
}

static void
test_broken_book (Fixture *f, gconstpointer data)
{
  g_autofree char *book = g_build_filename (f->folder, "workers.ini", NULL);

  hearth_workers_free (f->workers);
  g_assert_true (g_file_set_contents (book, "[fake-main]\npid=-1\ntoken=\n\x01\x02", -1, NULL));
  open_workers (f);
  add (f, "good", TRUE);
  wait_connected (f, 1);
}

/* ---- strangers --------------------------------------------------------------------------------------- */

static void
keep_result (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
has_result (gpointer data)
{
  return *(GAsyncResult **) data != NULL;
}

static GVariant *
ask_platform (Fixture *f, const char *method, GError **error)
{
  const HearthWorkerCall call = { .interface = "tv.hearth.internal.Platform1", .method = method };
  g_autoptr (GAsyncResult) result = NULL;

  hearth_worker_call (f->worker, &call, keep_result, &result);
  testing_wait (has_result, &result);
  return hearth_worker_call_finish (result, NULL, error);
}

/* Unpacking what it says would be hearthd's end. */
static void
test_answers_wrongly (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) right = NULL, wrong = NULL;
  g_autoptr (GError) error = NULL;

  add (f, "wrong", TRUE);
  wait_connected (f, 1);
  do { /* it shows its interface right behind its Hello */
    g_clear_error (&error);
    right = ask_platform (f, "GetDecoders", &error);
  } while (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD));
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (right), ==, "(as)");
  wrong = ask_platform (f, "Describe", &error);
  g_assert_null (wrong);
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "fake-main answered tv.hearth.internal.Platform1.Describe with (s), not with (a{sv})"));
}

static GDBusConnection *
connect_as_stranger (Fixture *f)
{
  g_autofree char *address = g_strdup_printf ("unix:path=%s/hearthd.sock", f->folder);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  g_dbus_connection_new_for_address (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, keep_result, &result);
  testing_wait (has_result, &result);
  connection = g_dbus_connection_new_for_address_finish (result, &error);
  g_assert_no_error (error);
  return connection;
}

static void
call (GDBusConnection *connection, const char *method, GVariant *parameters, GUnixFDList *fds, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) reply = NULL;

  g_dbus_connection_call_with_unix_fd_list (connection, NULL, "/tv/hearth/internal", "tv.hearth.internal.Manager1", method,
                                            parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1, fds, NULL, keep_result, &result);
  testing_wait (has_result, &result);
  reply = g_dbus_connection_call_with_unix_fd_list_finish (connection, NULL, result, error);
}

static void
say_hello (GDBusConnection *connection, const char *instance, const char *token, const char *version, GVariant *holds,
           GError **error)
{
  call (connection, "Hello",
        g_variant_new ("(ssss@a{sv}ah)", "fake", instance, token, version, holds != NULL ? holds : g_variant_new ("a{sv}", NULL),
                       NULL),
        NULL, error);
}

static void
assert_refused (GError *error, HearthError code)
{
  g_assert_error (error, HEARTH_ERROR, (int) code);
  g_error_free (error);
}

static char *
read_token (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->folder, "workers.ini", NULL);
  g_autoptr (GKeyFile) book = g_key_file_new ();
  char *token;

  g_assert_true (g_key_file_load_from_file (book, path, G_KEY_FILE_NONE, NULL));
  token = g_key_file_get_string (book, "fake-main", "token", NULL);
  g_assert_cmpuint (strlen (token), ==, 32);
  return token;
}

static void
test_strangers (Fixture *f, gconstpointer data)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autofree char *token = NULL, *half = NULL;
  GError *error = NULL;

  add (f, "mute", TRUE);
  token = read_token (f);
  half = g_strndup (token, 16);
  connection = connect_as_stranger (f);
  say_hello (connection, "main", "", PACKAGE_VERSION, NULL, &error);
  assert_refused (g_steal_pointer (&error), HEARTH_ERROR_PERMISSION_DENIED);
  say_hello (connection, "main", half, PACKAGE_VERSION, NULL, &error);
  assert_refused (g_steal_pointer (&error), HEARTH_ERROR_PERMISSION_DENIED);
  say_hello (connection, "other", token, PACKAGE_VERSION, NULL, &error);
  assert_refused (g_steal_pointer (&error), HEARTH_ERROR_PERMISSION_DENIED);
  say_hello (connection, "main", token, "0.0.0-other", NULL, &error);
  assert_refused (g_steal_pointer (&error), HEARTH_ERROR_NOT_SUPPORTED);
  call (connection, "PutServices", g_variant_new ("(htua(uss)ua{sv})", 0, (guint64) 0, 0, NULL, 0, NULL), NULL, &error);
  assert_refused (g_steal_pointer (&error), HEARTH_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (f->connected, ==, 0);
  g_assert_cmpuint (f->lists, ==, 0);
}

static gboolean
are_all_closed (gpointer data)
{
  const GPtrArray *connections = data;

  for (guint i = 0; i < connections->len; i++)
    if (!g_dbus_connection_is_closed (g_ptr_array_index (connections, i)))
      return FALSE;
  return TRUE;
}

/* Many who connect and say nothing: only so many are let in, each for some seconds, and a worker that comes then is served. */
static void
test_crowd (Fixture *f, gconstpointer data)
{
  enum { CROWD = 40, ROOM = 32 };
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_in = 0;

  for (guint i = 0; i < CROWD; i++)
    g_ptr_array_add (connections, connect_as_stranger (f));
  for (guint i = 0; i < CROWD; i++) {
    GDBusConnection *connection = g_ptr_array_index (connections, i);
    g_autoptr (GError) error = NULL;

    call (connection, "PutServices", g_variant_new ("(htua(uss)ua{sv})", 0, (guint64) 0, 0, NULL, 0, NULL), NULL, &error);
    n_in += g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT) ? 1 : 0; /* heard, and told to say Hello first */
  }
  g_assert_cmpuint (n_in, ==, ROOM);
  testing_wait (are_all_closed, connections);
  add (f, "good", TRUE);
  wait_connected (f, 1);
}

/* A second hearthd that does not get the bus name leaves the first one's socket alone. */
static void
test_second_takes_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  HearthWorkers *second = hearth_workers_new (&funcs, f, &error);
  g_autoptr (GDBusConnection) connection = NULL;

  g_assert_no_error (error);
  hearth_workers_free (second);
  connection = connect_as_stranger (f);
  g_assert_nonnull (connection);
}

/* Right token, and messages that name descriptors which are not there. */
static void
test_hostile_worker (Fixture *f, gconstpointer data)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autofree char *token = NULL;
  GError *error = NULL;
  GVariantDict holds;

  add (f, "mute", TRUE);
  token = read_token (f);
  connection = connect_as_stranger (f);
  g_variant_dict_init (&holds, NULL);
  g_variant_dict_insert (&holds, "progress", "h", 1000000);
  say_hello (connection, "main", token, PACKAGE_VERSION, g_variant_dict_end (&holds), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (f->connected, ==, 1);
  g_assert_false (f->held_progress);
  call (connection, "PutServices", g_variant_new ("(htua(uss)ua{sv})", -5, (guint64) 8, 1, NULL, 0, NULL), NULL, &error);
  assert_refused (g_steal_pointer (&error), HEARTH_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (f->lists, ==, 0);
}

/* hearthd did not start it: it ends by itself, with the status that says so. */
static void
test_worker_that_is_refused (Fixture *f, gconstpointer data)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "hearth-fake", NULL);
  g_autofree char *socket = g_build_filename (f->folder, "hearthd.sock", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "--socket", socket, NULL);

  g_assert_no_error (error);
  g_subprocess_wait_async (process, NULL, keep_result, &result);
  testing_wait (has_result, &result);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 75);
}

int
main (int argc, char **argv)
{
  const struct {
    const char *path;
    void (*test) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/workers/says-hello", test_says_hello },
    { "/workers/program-missing", test_program_missing },
    { "/workers/killed", test_killed },
    { "/workers/optional-has-a-budget", test_optional_has_a_budget },
    { "/workers/core-is-never-given-up", test_core_is_never_given_up },
    { "/workers/stands-still", test_stands_still },
    { "/workers/stops-the-deaf", test_stops_the_deaf },
    { "/workers/stops-while-starting", test_stops_while_starting },
    { "/workers/adopted", test_adopted },
    { "/workers/dead-is-not-adopted", test_dead_is_not_adopted },
    { "/workers/pid-of-a-stranger", test_pid_of_a_stranger },
    { "/workers/stopped-is-replaced", test_stopped_is_replaced },
    { "/workers/broken-book", test_broken_book },
    { "/workers/answers-wrongly", test_answers_wrongly },
    { "/workers/strangers", test_strangers },
    { "/workers/crowd", test_crowd },
    { "/workers/second-takes-nothing", test_second_takes_nothing },
    { "/workers/hostile-worker", test_hostile_worker },
    { "/workers/worker-that-is-refused", test_worker_that_is_refused },
  };

  g_setenv ("HEARTH_LIBEXEC_DIR", g_getenv ("G_TEST_BUILDDIR"), TRUE);
  g_unsetenv ("HEARTH_SOCKET");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workers/falls-count-for-a-minute", test_falls_count_for_a_minute);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
