/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/hearth-daemon.h"

#include "base/hearth-paths.h"
#include "hearthd/channels/hearth-channels-face.h"
#include "hearthd/guide/hearth-guide-face.h"
#include "hearthd/player/hearth-mpris.h"
#include "hearthd/recordings/hearth-recordings-face.h"
#include "hearthd/system/hearth-system.h"

#include <errno.h>
#include <hearth/error.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("hearthd")

#define FORGET_FIRST_S 600 /* by then all lists and recordings are in, or will not come */
#define FORGET_NEXT_S (24 * 3600)

struct _HearthDaemon {
  char *state_dir;
  HearthBus *bus;
  HearthDb *db;
  HearthSettingsStore *settings;
  HearthChannels *channels;
  HearthChannelsFace *channels_face;
  /* From here on: only while started. */
  HearthWorkers *workers;
  HearthNetworks *networks;
  HearthViews *views;
  HearthMpris *mpris;
  HearthRecordingsFace *recordings;
  HearthGuideFace *guide;
  gulong guide_hours;
  HearthSystem *system;
  guint forget; /* source */
};

/* ---- what the parts tell each other ------------------------------------------------------------- */

static void
on_put_services (HearthWorker *worker, int fd, guint64 bytes, guint services, GVariant *oddities, guint n_oddities,
                 GVariant *details, gpointer user_data)
{
  HearthDaemon *self = user_data;

  hearth_networks_put_services (self->networks, worker, fd, bytes, oddities, n_oddities, details);
}

static void
on_list_failed (HearthWorker *worker, const char *error, const char *text, gpointer user_data)
{
  HearthDaemon *self = user_data;

  hearth_networks_list_failed (self->networks, worker, error, text);
}

static void
on_worker_changed (HearthWorker *worker, const char *reason, gpointer user_data)
{
  HearthDaemon *self = user_data;

  if (self->system != NULL) /* not yet while the first ones are started */
    hearth_system_worker_changed (self->system, worker, reason);
}

static void
on_guide_put (const GError *error, gpointer user_data)
{
  GDBusMethodInvocation *call = user_data;

  if (error != NULL)
    g_dbus_method_invocation_return_gerror (call, error);
  else
    g_dbus_method_invocation_return_value (call, NULL);
}

static void
on_put_guide (HearthWorker *worker, GBytes *batch, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthDaemon *self = user_data;
  HearthNetworkObject *network = hearth_networks_find_by_worker (self->networks, worker);

  if (network != NULL && self->guide != NULL)
    hearth_guide_put (hearth_guide_face_get_guide (self->guide), hearth_network_object_get_name (network), batch, on_guide_put, call);
  else
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_BUSY, "the guide is not there: see hearthd's log");
}

static const HearthWorkersFuncs workers_funcs = { .put_services = on_put_services,
                                                  .put_guide = on_put_guide,
                                                  .list_failed = on_list_failed,
                                                  .changed = on_worker_changed };

static void
on_channels_changed (const HearthChannelsDiff *diff, gpointer user_data)
{
  HearthDaemon *self = user_data;

  hearth_channels_face_tell (self->channels_face, diff);
  if (self->views != NULL)
    hearth_views_channels_changed (self->views);
  if (self->guide != NULL)
    hearth_guide_channels_changed (hearth_guide_face_get_guide (self->guide));
  if (self->recordings != NULL)
    hearth_recordings_channels_changed (hearth_recordings_face_get_recordings (self->recordings));
}

static void
on_network_ready (HearthNetworkObject *network, gpointer user_data)
{
  HearthDaemon *self = user_data;

  hearth_views_network_ready (self->views, network);
  hearth_recordings_network_ready (hearth_recordings_face_get_recordings (self->recordings));
  if (self->guide != NULL && hearth_guide_is_empty (hearth_guide_face_get_guide (self->guide)))
    hearth_network_object_collect_guide (network, TRUE, NULL); /* what it told before was lost */
}

static void
on_network_removed (const char *network, gpointer user_data)
{
  HearthDaemon *self = user_data;

  if (self->guide != NULL)
    hearth_guide_remove_network (hearth_guide_face_get_guide (self->guide), network);
}

static void
on_guide_state (HearthNetworkObject *network, GVariant *state, gpointer user_data)
{
  HearthDaemon *self = user_data;

  if (self->guide != NULL)
    hearth_guide_take_state (hearth_guide_face_get_guide (self->guide), hearth_network_object_get_name (network), state);
}

static void
on_broadcast_time (HearthNetworkObject *network, GVariant *time, gpointer user_data)
{
  HearthDaemon *self = user_data;

  if (self->system != NULL)
    hearth_system_take_time (self->system, hearth_network_object_get_name (network), time);
}

static void
on_clock_changed (gint64 behind_us, gpointer user_data)
{
  HearthDaemon *self = user_data;

  if (self->guide != NULL)
    hearth_guide_set_clock_offset (hearth_guide_face_get_guide (self->guide), behind_us);
}

static void
on_guide_hours (HearthSettingsStore *settings, GVariant *value, gpointer user_data)
{
  HearthDaemon *self = user_data;

  hearth_networks_set_guide_period (self->networks, g_variant_get_uint32 (value));
}

static void
on_storage_trouble (const char *text, gpointer user_data)
{
  hearth_system_set_storage_trouble (((HearthDaemon *) user_data)->system, text);
}

static void
on_recordings_changed (gpointer user_data)
{
  HearthDaemon *self = user_data;

  hearth_views_recording_changed (self->views);
}

static const HearthNetworksFuncs networks_funcs = { .changed = on_channels_changed, .ready = on_network_ready,
                                                    .removed = on_network_removed, .guide_state = on_guide_state,
                                                    .broadcast_time = on_broadcast_time };

/* What recordings and settings point to stays, also when no list has it. */
static gboolean
on_forget (gpointer user_data)
{
  HearthDaemon *self = user_data;
  g_autoptr (GHashTable) pointed = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *recordings = hearth_recordings_get_all (hearth_recordings_face_get_recordings (self->recordings));

  for (guint i = 0; i < recordings->len; i++)
    g_hash_table_add (pointed, ((HearthRecording *) g_ptr_array_index (recordings, i))->manifest->channel);
  hearth_views_add_channels (self->views, pointed);
  hearth_channels_forget (self->channels, pointed);
  self->forget = g_timeout_add_seconds (FORGET_NEXT_S, on_forget, self);
  return G_SOURCE_REMOVE;
}

/* ---- the daemon --------------------------------------------------------------------------------------- */

static gboolean
open_state (HearthDaemon *self, GError **error)
{
  static const char *migrations[5];
  g_autofree char *first = g_strconcat (hearth_settings_schema, hearth_networks_schema, hearth_channels_schema, NULL);
  g_autofree char *path = NULL;

  self->state_dir = hearth_paths_dup_state ();
  if (g_mkdir_with_parents (self->state_dir, 0700) < 0) {
    hearth_error_set_errno (error, errno, "making the state folder %s (HEARTH_STATE_DIR names another)", self->state_dir);
    return FALSE;
  }
  path = g_build_filename (self->state_dir, "hearth.db", NULL);
  migrations[0] = first;
  migrations[1] = hearth_recording_notes_schema;
  migrations[2] = hearth_channels_seen_schema;
  migrations[3] = hearth_views_schema;
  self->db = hearth_db_open (path, migrations, error);
  migrations[0] = NULL;
  return self->db != NULL;
}

HearthDaemon *
hearth_daemon_new (GDBusConnection *connection, GError **error)
{
  HearthDaemon *self = g_new0 (HearthDaemon, 1);

  if (!open_state (self, error)) {
    hearth_daemon_free (self);
    return NULL;
  }
  self->bus = hearth_bus_new (connection);
  self->settings = hearth_settings_store_new (self->db);
  self->channels = hearth_channels_new (self->db);
  self->channels_face = hearth_channels_face_new (self->bus, self->channels);
  if (!hearth_settings_store_export (self->settings, self->bus, error)) {
    hearth_daemon_free (self);
    return NULL;
  }
  self->workers = hearth_workers_new (&workers_funcs, self, error);
  if (self->workers == NULL) {
    hearth_daemon_free (self);
    return NULL;
  }
  return self;
}

static gboolean
on_programme (const char *channel, char **title, char **summary, gpointer user_data)
{
  HearthDaemon *self = user_data;
  const HearthGuideNow *now = hearth_guide_find_now (hearth_guide_face_get_guide (self->guide), channel);

  if (now == NULL || now->present == NULL || !g_variant_lookup (now->present, "title", "s", title) || **title == '\0') {
    g_clear_pointer (title, g_free);
    return FALSE;
  }
  g_variant_lookup (now->present, "summary", "s", summary);
  return TRUE;
}

/* What is on, for the banner. */
static void
on_add_events (const char *channel, GVariantDict *banner, gpointer user_data)
{
  HearthDaemon *self = user_data;
  HearthGuide *guide = self->guide != NULL ? hearth_guide_face_get_guide (self->guide) : NULL;
  const HearthGuideNow *now = guide != NULL ? hearth_guide_find_now (guide, channel) : NULL;

  if (now == NULL)
    return;
  if (now->present != NULL)
    g_variant_dict_insert_value (banner, "present", now->present);
  if (now->following != NULL)
    g_variant_dict_insert_value (banner, "following", now->following);
  g_variant_dict_insert (banner, "clock-offset", "x", hearth_guide_get_now_us (guide) - g_get_real_time ());
}

static void
on_now_changed (const HearthGuideNow *now, gpointer user_data)
{
  hearth_views_events_changed (((HearthDaemon *) user_data)->views, now->channel);
}

static void
connect_guide (HearthDaemon *self)
{
  hearth_recordings_face_set_programme (self->recordings, on_programme, self);
  hearth_guide_face_set_now_changed (self->guide, on_now_changed, self);
  hearth_views_set_events_func (self->views, on_add_events, self);
}

/* A box without a guide still shows television. */
static void
start_guide (HearthDaemon *self)
{
  g_autoptr (GError) error = NULL;

  self->guide = hearth_guide_face_new (self->bus, self->state_dir, self->channels, self->networks, self->settings, &error);
  if (self->guide == NULL)
    hearth_error ("there is no guide: %s", error->message);
  else
    connect_guide (self);
  hearth_networks_set_guide_period (self->networks, hearth_settings_store_get_uint (self->settings, "guide.hours"));
  self->guide_hours = g_signal_connect (self->settings, "changed::guide.hours", G_CALLBACK (on_guide_hours), self);
}

gboolean
hearth_daemon_start (HearthDaemon *self, GError **error)
{
  if (self->views != NULL)
    return TRUE;
  if (!hearth_workers_listen (self->workers, error))
    return FALSE;
  self->networks =
    hearth_networks_new (self->bus, self->workers, self->db, self->channels, self->state_dir, &networks_funcs, self);
  self->views = hearth_views_new (self->bus, self->workers, self->channels, self->networks, self->settings, self->db);
  self->mpris = hearth_mpris_new (self->bus, hearth_views_get_main (self->views));
  self->recordings =
    hearth_recordings_face_new (self->bus, self->workers, self->channels, self->networks, self->settings, self->db);
  hearth_recordings_face_set_changed (self->recordings, on_recordings_changed, self);
  hearth_views_load (self->views, hearth_recordings_face_get_recordings (self->recordings));
  start_guide (self);
  hearth_networks_load (self->networks); /* the list is there: the last channel opens, whoever of the workers is up first */
  self->system = hearth_system_new (self->bus, self->workers, self->settings, self->views);
  hearth_system_set_clock_func (self->system, on_clock_changed, self);
  hearth_db_set_trouble_func (self->db, on_storage_trouble, self);
  self->forget = g_timeout_add_seconds (FORGET_FIRST_S, on_forget, self);
  hearth_notice ("hearthd has started with %u channels", hearth_channels_get_size (self->channels));
  return TRUE;
}

void
hearth_daemon_stop (HearthDaemon *self)
{
  if (self->workers != NULL)
    hearth_workers_stop_all (self->workers);
}

void
hearth_daemon_free (HearthDaemon *self)
{
  g_clear_handle_id (&self->forget, g_source_remove);
  if (self->db != NULL)
    hearth_db_set_trouble_func (self->db, NULL, NULL);
  g_clear_pointer (&self->system, hearth_system_free);
  g_clear_pointer (&self->mpris, hearth_mpris_free);
  if (self->recordings != NULL)
    hearth_recordings_face_set_changed (self->recordings, NULL, NULL);
  g_clear_pointer (&self->views, hearth_views_free); /* players remember where they were in a recording */
  g_clear_pointer (&self->recordings, hearth_recordings_face_free);
  g_clear_signal_handler (&self->guide_hours, self->settings);
  g_clear_pointer (&self->guide, hearth_guide_face_free);
  g_clear_pointer (&self->networks, hearth_networks_free);
  g_clear_pointer (&self->workers, hearth_workers_free);
  g_clear_pointer (&self->channels_face, hearth_channels_face_free);
  g_clear_pointer (&self->channels, hearth_channels_free);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->bus, hearth_bus_free);
  g_clear_pointer (&self->db, hearth_db_close);
  g_free (self->state_dir);
  g_free (self);
}
