/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/workers/hearth-worker-call.h"

#include "dbus/tv.hearth.internal.Platform1.h"
#include "dbus/tv.hearth.internal.Play1.h"
#include "dbus/tv.hearth.internal.Record1.h"
#include "dbus/tv.hearth.internal.Shell1.h"
#include "dbus/tv.hearth.internal.Stream1.h"
#include "dbus/tv.hearth.internal.Worker1.h"

#include <hearth/error.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("workers")

typedef struct {
  char *worker;
  const char *interface, *method; /* interned */
  GUnixFDList *fds;               /* of the answer */
} Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_clear_object (&asked->fds);
  g_free (asked->worker);
  g_free (asked);
}

static const GDBusMethodInfo *
find_method (const char *interface, const char *method)
{
  GDBusInterfaceInfo *known[] = {
    hearth_dbus_internal_stream1_interface_info (), hearth_dbus_internal_play1_interface_info (),
    hearth_dbus_internal_record1_interface_info (), hearth_dbus_internal_shell1_interface_info (),
    hearth_dbus_internal_platform1_interface_info (), hearth_dbus_internal_worker1_interface_info (),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i]->name, interface))
      return g_dbus_interface_info_lookup_method (known[i], method);
  return NULL;
}

/* "(h@a{sv})" without the @. */
static char *
dup_answer_type (const GDBusMethodInfo *method)
{
  GString *type = g_string_new ("(");

  for (guint i = 0; method->out_args != NULL && method->out_args[i] != NULL; i++)
    g_string_append (type, method->out_args[i]->signature);
  g_string_append_c (type, ')');
  return g_string_free (type, FALSE);
}

static gboolean
check_answer (const Asked *asked, GVariant *answer, GError **error)
{
  const GDBusMethodInfo *method = find_method (asked->interface, asked->method);
  g_autofree char *type = method != NULL ? dup_answer_type (method) : NULL;

  if (type != NULL && g_str_equal (g_variant_get_type_string (answer), type))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "%s answered %s.%s with %s, not with %s: is it of another version?",
               asked->worker, asked->interface, asked->method, g_variant_get_type_string (answer), type != NULL ? type : "anything known");
  return FALSE;
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Asked *asked = g_task_get_task_data (task);
  GError *error = NULL;
  GVariant *answer = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &asked->fds, result, &error);

  if (answer != NULL && !check_answer (asked, answer, &error)) {
    hearth_warning ("%s", error->message);
    g_clear_pointer (&answer, g_variant_unref);
  }
  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) g_variant_unref);
  else
    g_task_return_error (task, error);
}

void
hearth_worker_call (HearthWorker *worker, const HearthWorkerCall *call, GAsyncReadyCallback callback, gpointer user_data)
{
  GDBusConnection *connection = hearth_worker_get_connection (worker);
  GTask *task = g_task_new (connection, call->cancellable, callback, user_data);
  Asked *asked = g_new0 (Asked, 1);

  asked->worker = g_strdup (hearth_worker_get_name (worker));
  asked->interface = g_intern_string (call->interface);
  asked->method = g_intern_string (call->method);
  g_task_set_task_data (task, asked, asked_free);
  g_dbus_connection_call_with_unix_fd_list (connection, NULL, HEARTH_WORKER_PATH, call->interface, call->method, call->parameters, NULL,
                                            G_DBUS_CALL_FLAGS_NONE, call->timeout_ms > 0 ? call->timeout_ms : -1, call->fds,
                                            call->cancellable, on_answer, task);
}

GVariant *
hearth_worker_call_finish (GAsyncResult *result, GUnixFDList **fds, GError **error)
{
  Asked *asked = g_task_get_task_data (G_TASK (result));
  GVariant *answer = g_task_propagate_pointer (G_TASK (result), error);

  if (fds != NULL)
    *fds = answer != NULL ? g_steal_pointer (&asked->fds) : NULL;
  return answer;
}
