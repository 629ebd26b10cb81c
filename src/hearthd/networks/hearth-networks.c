/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/networks/hearth-networks.h"

#include "dbus/tv.hearth.Networks1.h"

#include <glib/gstdio.h>
#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("networks")

#define LONGEST_NAME 32

const char hearth_networks_schema[] =
  "CREATE TABLE networks (name TEXT PRIMARY KEY, kind TEXT NOT NULL, settings TEXT NOT NULL) WITHOUT ROWID;";

struct _HearthNetworks {
  HearthBus *bus;
  HearthWorkers *workers;
  HearthDb *db;
  HearthChannels *channels;
  char *lists_dir;
  const HearthNetworksFuncs *funcs;
  gpointer user_data;
  HearthDBusNetworks1 *face;
  guint guide_hours;
  GPtrArray *networks; /* HearthNetworkObject, in the order they were added */
};

/* ---- keeping ------------------------------------------------------------------------------- */

static void
keep (HearthNetworks *self, const char *name, const char *kind, GVariant *settings)
{
  g_autofree char *text = NULL;

  if (kind == NULL) {
    hearth_db_run (self->db, "a network", "DELETE FROM networks WHERE name = ?", g_variant_new ("(s)", name));
    return;
  }
  text = g_variant_print (settings, TRUE);
  hearth_db_run (self->db, "a network", "INSERT OR REPLACE INTO networks VALUES (?, ?, ?)", g_variant_new ("(sss)", name, kind, text));
}

static char *
dup_list_path (HearthNetworks *self, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".list", NULL);

  return g_build_filename (self->lists_dir, file, NULL);
}

typedef struct {
  HearthServiceList *list;
  char *path;
} SaveJob;

static void
save_list (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  SaveJob *job = data;
  g_autoptr (GError) error = NULL;

  if (!hearth_service_list_save (job->list, job->path, &error))
    hearth_warning ("%s", error->message);
}

static void
save_job_free (gpointer data)
{
  SaveJob *job = data;

  hearth_service_list_unref (job->list);
  g_free (job->path);
  g_free (job);
}

static void
keep_list (HearthNetworks *self, const char *name, HearthServiceList *list)
{
  SaveJob *job = g_new0 (SaveJob, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  job->list = hearth_service_list_ref (list);
  job->path = dup_list_path (self, name);
  g_task_set_task_data (task, job, save_job_free);
  g_task_run_in_thread (task, save_list);
}

/* ---- networks --------------------------------------------------------------------------------- */

static void
on_list (HearthNetworkObject *network, HearthServiceList *list, gpointer user_data)
{
  HearthNetworks *self = user_data;
  HearthChannelsDiff diff;

  hearth_channels_set_list (self->channels, hearth_network_object_get_name (network), list, &diff);
  keep_list (self, hearth_network_object_get_name (network), list);
  self->funcs->changed (&diff, self->user_data);
}

static void
on_settings (HearthNetworkObject *network, GVariant *settings, gpointer user_data)
{
  keep (user_data, hearth_network_object_get_name (network), hearth_network_object_get_kind (network), settings);
}

static void
on_ready (HearthNetworkObject *network, gpointer user_data)
{
  HearthNetworks *self = user_data;

  self->funcs->ready (network, self->user_data);
}

static void
on_guide_state (HearthNetworkObject *network, GVariant *state, gpointer user_data)
{
  HearthNetworks *self = user_data;

  self->funcs->guide_state (network, state, self->user_data);
}

static void
on_broadcast_time (HearthNetworkObject *network, GVariant *time, gpointer user_data)
{
  HearthNetworks *self = user_data;

  self->funcs->broadcast_time (network, time, self->user_data);
}

static const HearthNetworkObjectFuncs network_funcs = { .list = on_list, .settings = on_settings, .ready = on_ready, .guide_state = on_guide_state,
                                                        .broadcast_time = on_broadcast_time };

static HearthNetworkObject *
add_network (HearthNetworks *self, const char *name, const char *kind, GVariant *settings)
{
  g_autofree char *path = dup_list_path (self, name);
  g_autoptr (HearthServiceList) list = hearth_service_list_new_for_file (path, NULL); /* none at first */
  HearthNetworkObject *network =
    hearth_network_object_new (name, kind, settings, self->bus, self->workers, &network_funcs, self);

  hearth_network_object_set_guide_period (network, self->guide_hours);
  g_ptr_array_add (self->networks, network);
  if (list != NULL) {
    HearthChannelsDiff diff;

    hearth_channels_set_list (self->channels, name, list, &diff);
    hearth_network_object_set_stored_list (network, list);
  }
  return network;
}

HearthNetworkObject *
hearth_networks_find (HearthNetworks *self, const char *name)
{
  for (guint i = 0; i < self->networks->len; i++)
    if (g_str_equal (hearth_network_object_get_name (g_ptr_array_index (self->networks, i)), name))
      return g_ptr_array_index (self->networks, i);
  return NULL;
}

HearthNetworkObject *
hearth_networks_get_any (HearthNetworks *self, const char *kind)
{
  for (guint i = 0; i < self->networks->len; i++)
    if (g_str_equal (hearth_network_object_get_kind (g_ptr_array_index (self->networks, i)), kind))
      return g_ptr_array_index (self->networks, i);
  return NULL;
}

HearthNetworkObject *
hearth_networks_find_by_worker (HearthNetworks *self, HearthWorker *worker)
{
  for (guint i = 0; i < self->networks->len; i++)
    if (hearth_network_object_get_worker (g_ptr_array_index (self->networks, i)) == worker)
      return g_ptr_array_index (self->networks, i);
  return NULL;
}

void
hearth_networks_collect_guide_anew (HearthNetworks *self)
{
  for (guint i = 0; i < self->networks->len; i++)
    hearth_network_object_collect_guide (g_ptr_array_index (self->networks, i), TRUE, NULL);
}

void
hearth_networks_set_guide_period (HearthNetworks *self, guint hours)
{
  self->guide_hours = hours;
  for (guint i = 0; i < self->networks->len; i++)
    hearth_network_object_set_guide_period (g_ptr_array_index (self->networks, i), hours);
}

void
hearth_networks_put_services (HearthNetworks *self, HearthWorker *worker, int fd, guint64 bytes, GVariant *oddities,
                              guint n_oddities, GVariant *details)
{
  HearthNetworkObject *network = hearth_networks_find_by_worker (self, worker);

  if (network != NULL)
    hearth_network_object_put_services (network, fd, bytes, oddities, n_oddities, details);
}

void
hearth_networks_list_failed (HearthNetworks *self, HearthWorker *worker, const char *error, const char *text)
{
  HearthNetworkObject *network = hearth_networks_find_by_worker (self, worker);

  if (network != NULL)
    hearth_network_object_list_failed (network, error, text);
}

/* ---- Networks1 ---------------------------------------------------------------------------------- */

static gboolean
check_new (HearthNetworks *self, const char *name, const char *kind, GError **error)
{
  gsize length = strlen (name);

  if (length == 0 || length > LONGEST_NAME || strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "“%s” cannot name a network: 1 to %d of a to z, 0 to 9 and _", name, LONGEST_NAME);
    return FALSE;
  }
  if (hearth_networks_find (self, name) != NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_EXISTS, "there is a network %s already: remove it first, or choose another name",
                 name);
    return FALSE;
  }
  if (*kind == '\0' || strspn (kind, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (kind)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no kind of network; iptv is one", kind);
    return FALSE;
  }
  return TRUE;
}

static gboolean
on_handle_add (HearthDBusNetworks1 *face, GDBusMethodInvocation *invocation, const char *name, const char *kind,
               GVariant *settings, gpointer user_data)
{
  HearthNetworks *self = user_data;
  g_autofree char *path = g_strconcat ("/tv/hearth/network/", name, NULL);
  GError *error = NULL;

  if (!check_new (self, name, kind, &error)) {
    g_dbus_method_invocation_take_error (invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  keep (self, name, kind, settings);
  add_network (self, name, kind, settings);
  hearth_dbus_networks1_complete_add (face, invocation, path);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_remove (HearthDBusNetworks1 *face, GDBusMethodInvocation *invocation, const char *name, gpointer user_data)
{
  HearthNetworks *self = user_data;
  HearthNetworkObject *network = hearth_networks_find (self, name);
  g_autofree char *path = NULL;
  HearthChannelsDiff diff;

  if (network == NULL) {
    g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                                           "there is no network %s; Networks1.List names them", name);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  path = dup_list_path (self, name);
  keep (self, name, NULL, NULL);
  hearth_channels_remove_network (self->channels, name, &diff);
  self->funcs->changed (&diff, self->user_data);
  self->funcs->removed (name, self->user_data);
  g_ptr_array_remove (self->networks, network);
  g_unlink (path);
  hearth_dbus_networks1_complete_remove (face, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_list (HearthDBusNetworks1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthNetworks *self = user_data;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; i < self->networks->len; i++) {
    g_autofree char *path =
      g_strconcat ("/tv/hearth/network/", hearth_network_object_get_name (g_ptr_array_index (self->networks, i)), NULL);

    g_strv_builder_add (builder, path);
  }
  paths = g_strv_builder_end (builder);
  hearth_dbus_networks1_complete_list (face, invocation, (const char *const *) paths);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- the object --------------------------------------------------------------------------------- */

HearthNetworks *
hearth_networks_new (HearthBus *bus, HearthWorkers *workers, HearthDb *db, HearthChannels *channels, const char *state_dir,
                     const HearthNetworksFuncs *funcs, gpointer user_data)
{
  HearthNetworks *self = g_new0 (HearthNetworks, 1);
  g_autoptr (GError) error = NULL;

  self->bus = bus;
  self->workers = workers;
  self->db = db;
  self->channels = channels;
  self->lists_dir = g_build_filename (state_dir, "lists", NULL);
  self->funcs = funcs;
  self->user_data = user_data;
  self->networks = g_ptr_array_new_with_free_func ((GDestroyNotify) hearth_network_object_free);
  self->face = hearth_dbus_networks1_skeleton_new ();
  g_signal_connect (self->face, "handle-add", G_CALLBACK (on_handle_add), self);
  g_signal_connect (self->face, "handle-remove", G_CALLBACK (on_handle_remove), self);
  g_signal_connect (self->face, "handle-list", G_CALLBACK (on_handle_list), self);
  if (!hearth_bus_export (bus, "/tv/hearth", G_DBUS_INTERFACE_SKELETON (self->face), &error))
    hearth_error ("%s", error->message);
  if (g_mkdir_with_parents (self->lists_dir, 0700) < 0)
    hearth_warning ("the folder %s cannot be made: lists are not kept", self->lists_dir);
  return self;
}

void
hearth_networks_free (HearthNetworks *self)
{
  g_signal_handlers_disconnect_by_data (self->face, self);
  g_ptr_array_unref (self->networks);
  g_object_unref (self->face);
  g_free (self->lists_dir);
  g_free (self);
}

void
hearth_networks_load (HearthNetworks *self)
{
  g_autoptr (sqlite3_stmt) rows = hearth_db_prepare (hearth_db_get (self->db), "SELECT name, kind, settings FROM networks", NULL);
  HearthChannelsDiff diff = { 0 };

  while (rows != NULL && sqlite3_step (rows) == SQLITE_ROW) {
    const char *name = (const char *) sqlite3_column_text (rows, 0);
    g_autoptr (GError) error = NULL;
    GVariant *settings =
      g_variant_parse (G_VARIANT_TYPE_VARDICT, (const char *) sqlite3_column_text (rows, 2), NULL, NULL, &error);

    if (settings != NULL)
      add_network (self, name, (const char *) sqlite3_column_text (rows, 1), settings);
    else
      hearth_error ("the settings of network %s cannot be read, it stays off: %s", name, error->message);
  }
  diff.added = hearth_channels_get_size (self->channels);
  if (diff.added > 0)
    self->funcs->changed (&diff, self->user_data);
}
