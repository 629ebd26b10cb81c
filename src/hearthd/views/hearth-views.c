/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/views/hearth-views.h"

#include "dbus/tv.hearth.Views1.h"
#include "hearthd/player/hearth-playback-face.h"
#include "hearthd/views/hearth-remote.h"

#include <hearth/error.h>
#include <hearth/log.h>
#include <sqlite3.h>
#include <string.h>

HEARTH_LOG_TOPIC ("views")

#define MAIN "main"
#define LONGEST_NAME 32
#define MOST_VIEWS 8 /* each has processes of its own */
#define FIRST_VOLUME 0.7

const char hearth_views_schema[] =
  "CREATE TABLE views (name TEXT PRIMARY KEY, channel TEXT NOT NULL, volume REAL NOT NULL, mute INTEGER NOT NULL) WITHOUT ROWID;";

typedef struct {
  HearthViews *views;
  char *name;
  HearthOutput *output;
  HearthPlayer *player;
  HearthRemote *remote;
  HearthPlayerMemory kept; /* as it stands in the database */
} View;

struct _HearthViews {
  HearthBus *bus;
  HearthWorkers *workers;
  HearthChannels *channels;
  HearthNetworks *networks;
  HearthSettingsStore *settings;
  HearthDb *db;
  HearthRecordings *recordings; /* NULL until they are told */
  HearthDBusViews1 *face;
  HearthEventsFunc add_events; /* (nullable) */
  gpointer events_data;
  GPtrArray *all; /* of View; "main" is the first */
};

/* ---- what is remembered ------------------------------------------------------------------------- */

static gboolean
is_main (const View *view)
{
  return g_str_equal (view->name, MAIN);
}

static void
keep_in_settings (HearthSettingsStore *settings, const HearthPlayerMemory *old, const HearthPlayerMemory *now)
{
  if (!g_str_equal (old->channel, now->channel))
    hearth_settings_store_set (settings, "player.last-channel", g_variant_new_string (now->channel), NULL);
  if (old->volume != now->volume)
    hearth_settings_store_set (settings, "player.volume", g_variant_new_double (now->volume), NULL);
  if (old->mute != now->mute)
    hearth_settings_store_set (settings, "player.mute", g_variant_new_boolean (now->mute), NULL);
}

static void
keep_in_table (HearthDb *db, const char *name, const HearthPlayerMemory *now)
{
  hearth_db_run (db, "keeping a view", "INSERT OR REPLACE INTO views (name, channel, volume, mute) VALUES (?, ?, ?, ?)",
                 g_variant_new ("(ssdb)", name, now->channel, now->volume, now->mute));
}

static void
on_player_changed (HearthPlayer *player, gpointer user_data)
{
  View *view = user_data;
  HearthPlayerMemory now;

  hearth_player_get_memory (player, &now);
  if (g_str_equal (now.channel, view->kept.channel) && now.volume == view->kept.volume && now.mute == view->kept.mute)
    return;
  if (is_main (view))
    keep_in_settings (view->views->settings, &view->kept, &now);
  else
    keep_in_table (view->views->db, view->name, &now);
  g_free (view->kept.channel);
  view->kept = now;
  view->kept.channel = g_strdup (now.channel);
}

/* ---- views ---------------------------------------------------------------------------------------- */

static void
view_free (gpointer data)
{
  View *view = data;

  g_signal_handlers_disconnect_by_data (view->player, view);
  hearth_remote_free (view->remote);
  g_object_unref (view->player);
  g_object_unref (view->output);
  g_free (view->kept.channel);
  g_free (view->name);
  g_free (view);
}

static View *
add_view (HearthViews *self, const char *name, const HearthPlayerMemory *memory)
{
  View *view = g_new0 (View, 1);

  view->views = self;
  view->name = g_strdup (name);
  view->kept = (HearthPlayerMemory){ g_strdup (memory->channel), memory->volume, memory->mute };
  view->output = hearth_output_new (name, self->bus, self->workers, self->settings);
  view->player = hearth_player_new (view->output, self->bus, self->workers, self->channels, self->networks, self->settings, memory);
  view->remote = hearth_remote_new (view->output, view->player);
  hearth_output_set_events_func (view->output, self->add_events, self->events_data);
  if (self->recordings != NULL)
    hearth_playback_face_connect (view->player, self->recordings);
  g_signal_connect (view->player, "changed", G_CALLBACK (on_player_changed), view);
  g_ptr_array_add (self->all, view);
  return view;
}

static View *
find_view (HearthViews *self, const char *name)
{
  for (guint i = 0; i < self->all->len; i++) {
    View *view = g_ptr_array_index (self->all, i);

    if (g_str_equal (view->name, name))
      return view;
  }
  return NULL;
}

/* ---- Views1 --------------------------------------------------------------------------------------- */

static gboolean
check_new (HearthViews *self, const char *name, GError **error)
{
  gsize length = strlen (name);

  if (length == 0 || length > LONGEST_NAME || strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” cannot name a view: 1 to %d of a to z, 0 to 9 and _", name,
                 LONGEST_NAME);
  else if (find_view (self, name) != NULL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_EXISTS, "there is a view %s already: remove it first, or choose another name", name);
  else if (self->all->len >= MOST_VIEWS)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "there are %d views, and no more can be added: remove one first", MOST_VIEWS);
  else
    return TRUE;
  return FALSE;
}

static gboolean
on_handle_add (HearthDBusViews1 *face, GDBusMethodInvocation *invocation, const char *name, GVariant *options, gpointer user_data)
{
  HearthViews *self = user_data;
  g_autofree char *path = g_strconcat ("/tv/hearth/view/", name, NULL);
  HearthPlayerMemory memory = { .channel = (char *) "", .volume = FIRST_VOLUME, .mute = TRUE };
  GError *error = NULL;

  if (!check_new (self, name, &error)) {
    g_dbus_method_invocation_take_error (invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  g_variant_lookup (options, "mute", "b", &memory.mute);
  keep_in_table (self->db, name, &memory);
  add_view (self, name, &memory);
  hearth_notice ("the view %s is added", name);
  hearth_dbus_views1_complete_add (face, invocation, path);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_remove (HearthDBusViews1 *face, GDBusMethodInvocation *invocation, const char *name, gpointer user_data)
{
  HearthViews *self = user_data;
  View *view = find_view (self, name);

  if (view == NULL) {
    g_dbus_method_invocation_return_error (invocation, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no view %s; Views1.List names them",
                                           name);
  } else if (is_main (view)) {
    g_dbus_method_invocation_return_error_literal (invocation, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                                                   "the view main is the box's own and stays: Player1.Stop stops what plays in it");
  } else {
    hearth_db_run (self->db, "forgetting a view", "DELETE FROM views WHERE name = ?", g_variant_new ("(s)", name));
    g_signal_handlers_disconnect_by_data (view->player, view);
    hearth_player_stop (view->player); /* its streams are let go of */
    g_ptr_array_remove (self->all, view);
    hearth_notice ("the view %s is removed", name);
    hearth_dbus_views1_complete_remove (face, invocation);
  }
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_list (HearthDBusViews1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthViews *self = user_data;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; i < self->all->len; i++) {
    g_autofree char *path = g_strconcat ("/tv/hearth/view/", ((View *) g_ptr_array_index (self->all, i))->name, NULL);

    g_strv_builder_add (builder, path);
  }
  paths = g_strv_builder_end (builder);
  hearth_dbus_views1_complete_list (face, invocation, (const char *const *) paths);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- told to all ------------------------------------------------------------------------------------ */

static void
for_each (HearthViews *self, void (*tell) (View *view, gpointer data), gpointer data)
{
  for (guint i = 0; i < self->all->len; i++)
    tell (g_ptr_array_index (self->all, i), data);
}

static void
tell_channels_changed (View *view, gpointer data)
{
  hearth_player_channels_changed (view->player);
}

void
hearth_views_channels_changed (HearthViews *self)
{
  for_each (self, tell_channels_changed, NULL);
}

static void
tell_network_ready (View *view, gpointer network)
{
  hearth_player_network_ready (view->player, network);
}

void
hearth_views_network_ready (HearthViews *self, HearthNetworkObject *network)
{
  for_each (self, tell_network_ready, network);
}

static void
tell_recording_changed (View *view, gpointer data)
{
  hearth_player_recording_changed (view->player);
}

void
hearth_views_recording_changed (HearthViews *self)
{
  for_each (self, tell_recording_changed, NULL);
}

static void
tell_events_changed (View *view, gpointer channel)
{
  hearth_output_events_changed (view->output, channel);
}

void
hearth_views_events_changed (HearthViews *self, const char *channel)
{
  for_each (self, tell_events_changed, (gpointer) channel);
}

static void
tell_sleep (View *view, gpointer data)
{
  hearth_player_sleep (view->player);
  hearth_output_set_blank (view->output, TRUE);
}

void
hearth_views_sleep (HearthViews *self)
{
  for_each (self, tell_sleep, NULL);
}

static void
tell_wake (View *view, gpointer data)
{
  hearth_output_set_blank (view->output, FALSE);
  hearth_player_wake (view->player);
}

void
hearth_views_wake (HearthViews *self)
{
  for_each (self, tell_wake, NULL);
}

static void
add_channel (View *view, gpointer ids)
{
  g_hash_table_add (ids, view->kept.channel);
}

void
hearth_views_add_channels (HearthViews *self, GHashTable *ids)
{
  for_each (self, add_channel, ids);
}

/* ---- the object --------------------------------------------------------------------------------------- */

HearthViews *
hearth_views_new (HearthBus *bus, HearthWorkers *workers, HearthChannels *channels, HearthNetworks *networks,
                  HearthSettingsStore *settings, HearthDb *db)
{
  HearthViews *self = g_new0 (HearthViews, 1);
  const HearthPlayerMemory memory = { .channel = (char *) hearth_settings_store_get_string (settings, "player.last-channel"),
                                      .volume = hearth_settings_store_get_double (settings, "player.volume"),
                                      .mute = hearth_settings_store_get_boolean (settings, "player.mute") };
  g_autoptr (GError) error = NULL;

  self->bus = bus;
  self->workers = workers;
  self->channels = channels;
  self->networks = networks;
  self->settings = settings;
  self->db = db;
  self->all = g_ptr_array_new_with_free_func (view_free);
  self->face = hearth_dbus_views1_skeleton_new ();
  g_signal_connect (self->face, "handle-add", G_CALLBACK (on_handle_add), self);
  g_signal_connect (self->face, "handle-remove", G_CALLBACK (on_handle_remove), self);
  g_signal_connect (self->face, "handle-list", G_CALLBACK (on_handle_list), self);
  if (!hearth_bus_export (bus, "/tv/hearth", G_DBUS_INTERFACE_SKELETON (self->face), &error))
    hearth_error ("%s", error->message);
  add_view (self, MAIN, &memory);
  return self;
}

void
hearth_views_load (HearthViews *self, HearthRecordings *recordings)
{
  g_autoptr (sqlite3_stmt) rows = hearth_db_prepare (hearth_db_get (self->db), "SELECT name, channel, volume, mute FROM views", NULL);

  self->recordings = recordings;
  hearth_playback_face_connect (hearth_views_get_main (self), recordings);
  while (rows != NULL && sqlite3_step (rows) == SQLITE_ROW) {
    const HearthPlayerMemory memory = { .channel = (char *) sqlite3_column_text (rows, 1),
                                        .volume = sqlite3_column_double (rows, 2),
                                        .mute = sqlite3_column_int (rows, 3) != 0 };

    add_view (self, (const char *) sqlite3_column_text (rows, 0), &memory);
  }
}

void
hearth_views_free (HearthViews *self)
{
  g_signal_handlers_disconnect_by_data (self->face, self);
  g_ptr_array_unref (self->all);
  g_object_unref (self->face);
  g_free (self);
}

void
hearth_views_set_events_func (HearthViews *self, HearthEventsFunc add, gpointer user_data)
{
  self->add_events = add;
  self->events_data = user_data;
  for (guint i = 0; i < self->all->len; i++)
    hearth_output_set_events_func (((View *) g_ptr_array_index (self->all, i))->output, add, user_data);
}

HearthPlayer *
hearth_views_get_main (HearthViews *self)
{
  return ((View *) g_ptr_array_index (self->all, 0))->player;
}
