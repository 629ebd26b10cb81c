/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "hearthd/system/hearth-system.h"

#include "base/hearth-plugin-host.h"
#include "dbus/tv.hearth.System1.h"
#include "hearthd/system/hearth-broadcast-clock.h"
#include "hearthd/system/hearth-clock-watch.h"
#include "hearthd/workers/hearth-worker-call.h"

#include <hearth/error.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("system")

#define API_VERSION 1
#define PLATFORM_INTERFACE "tv.hearth.internal.Platform1"
#define PLATFORM "generic"
#define SET_FROM_US (2 * G_USEC_PER_SEC)    /* TDTs tell whole seconds */
#define SET_EVERY_US (600 * G_USEC_PER_SEC) /* somebody else sets it too */
#define PLAINLY_WRONG_US (120 * G_USEC_PER_SEC)
#define TIMEOUT_MS 10000

struct _HearthSystem {
  HearthWorkers *workers;
  HearthWorker *platform;
  HearthSettingsStore *settings;
  HearthViews *views;
  HearthDBusSystem1 *face;
  gulong debug_changed;
  HearthBroadcastClock *clock;
  HearthBroadcastTime time; /* as it was told last */
  gint64 clock_set_us;      /* when, CLOCK_BOOTTIME; 0: never */
  gint64 behind_us;         /* as @clock_changed was told */
  guint clock_watch;
  void (*clock_changed) (gint64 behind_us, gpointer user_data);
  gpointer clock_data;
};

static gboolean
is_standby (HearthSystem *self)
{
  return g_str_equal (hearth_dbus_system1_get_state (self->face), "standby");
}

/* ---- the platform ---------------------------------------------------------------------------- */

static void
on_platform_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (reply == NULL) /* a box without such hardware still sleeps: its picture is off */
    hearth_info ("the platform: %s: %s", (const char *) user_data, error->message);
}

/* That was asked for by the household's setting. */
static void
on_time_set (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (reply == NULL)
    hearth_warning ("the clock was not set to the broadcasts' time: %s", error->message);
}

static void
call_platform (HearthSystem *self, const char *method, GVariant *parameters, GAsyncReadyCallback done)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (parameters);
  const HearthWorkerCall call = { .interface = PLATFORM_INTERFACE, .method = method, .parameters = owned, .timeout_ms = TIMEOUT_MS };

  if (hearth_worker_get_connection (self->platform) != NULL)
    hearth_worker_call (self->platform, &call, done, (gpointer) g_intern_string (method));
}

static void
tell_platform (HearthSystem *self, const char *method, GVariant *parameters)
{
  call_platform (self, method, parameters, on_platform_done);
}

static void
on_platform_connected (HearthWorker *worker, GVariant *holds, GUnixFDList *fds, gpointer user_data)
{
  HearthSystem *self = user_data;

  tell_platform (self, "Start", g_variant_new ("(s@a{sv})", PLATFORM, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)));
  if (is_standby (self))
    tell_platform (self, "SetPower", g_variant_new ("(s)", "standby"));
}

static void
on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, &error);

  if (reply != NULL) {
    g_dbus_method_invocation_return_value (invocation, reply);
    return;
  }
  hearth_error_translate (&error, "asking the platform plug-in");
  g_dbus_method_invocation_take_error (invocation, error);
}

static gboolean
on_handle_describe (HearthDBusSystem1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthSystem *self = user_data;
  const HearthWorkerCall call = { .interface = PLATFORM_INTERFACE, .method = "Describe", .timeout_ms = TIMEOUT_MS };

  if (hearth_worker_get_connection (self->platform) != NULL)
    hearth_worker_call (self->platform, &call, on_described, invocation);
  else
    g_dbus_method_invocation_return_error_literal (invocation, HEARTH_ERROR, HEARTH_ERROR_BUSY,
                                                   "the platform's worker does not run: see hearthctl workers");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- workers and plug-ins -------------------------------------------------------------------------- */

static gboolean
on_handle_get_workers (HearthDBusSystem1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthSystem *self = user_data;
  GPtrArray *all = hearth_workers_get_all (self->workers);
  GVariantBuilder workers;

  g_variant_builder_init (&workers, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < all->len; i++)
    g_variant_builder_add_value (&workers, hearth_worker_describe (g_ptr_array_index (all, i)));
  hearth_dbus_system1_complete_get_workers (face, invocation, g_variant_builder_end (&workers));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
hearth_system_worker_changed (HearthSystem *self, HearthWorker *worker, const char *reason)
{
  hearth_dbus_system1_emit_worker_changed (self->face, hearth_worker_get_name (worker),
                                           hearth_worker_state_to_string (hearth_worker_get_state (worker)),
                                           reason != NULL ? reason : "");
}

/* hearthd loads no plug-in: it lists what is there by name; what a load says is in the state of whoever wanted it. */
static gboolean
on_handle_get_plugins (HearthDBusSystem1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  g_auto (GStrv) names = hearth_plugin_host_list ();
  GVariantBuilder plugins;

  g_variant_builder_init (&plugins, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; names[i] != NULL; i++) {
    GVariantDict plugin;

    g_variant_dict_init (&plugin, NULL);
    g_variant_dict_insert (&plugin, "name", "s", names[i]);
    g_variant_dict_insert (&plugin, "state", "s", "available");
    g_variant_builder_add_value (&plugins, g_variant_dict_end (&plugin));
  }
  hearth_dbus_system1_complete_get_plugins (face, invocation, g_variant_builder_end (&plugins));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- logs -------------------------------------------------------------------------------------------- */

static gboolean
set_debug (HearthSystem *self, const char *levels, GError **error)
{
  const char *environment = g_getenv ("HEARTH_DEBUG");
  const char *effective = *levels != '\0' || environment == NULL ? levels : environment;

  if (!hearth_log_set_levels (effective, error))
    return FALSE;
  hearth_workers_set_debug (self->workers, effective);
  return TRUE;
}

static gboolean
on_handle_set_debug (HearthDBusSystem1 *face, GDBusMethodInvocation *invocation, const char *levels, gpointer user_data)
{
  GError *error = NULL;

  if (set_debug (user_data, levels, &error))
    hearth_dbus_system1_complete_set_debug (face, invocation);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_debug_setting (HearthSettingsStore *settings, GVariant *value, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!set_debug (user_data, g_variant_get_string (value, NULL), &error))
    hearth_warning ("%s", error->message);
}

/* ---- standby ------------------------------------------------------------------------------------------- */

static gboolean
on_handle_standby (HearthDBusSystem1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthSystem *self = user_data;

  if (!is_standby (self)) {
    hearth_views_sleep (self->views);
    hearth_dbus_system1_set_state (face, "standby");
    tell_platform (self, "SetPower", g_variant_new ("(s)", "standby"));
  }
  hearth_dbus_system1_complete_standby (face, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_wake (HearthDBusSystem1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  HearthSystem *self = user_data;

  if (is_standby (self)) {
    tell_platform (self, "SetPower", g_variant_new ("(s)", "on"));
    hearth_dbus_system1_set_state (face, "on");
    hearth_views_wake (self->views);
  }
  hearth_dbus_system1_complete_wake (face, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
hearth_system_set_storage_trouble (HearthSystem *self, const char *text)
{
  hearth_dbus_system1_set_storage_trouble (self->face, text);
}

/* ---- the time --------------------------------------------------------------------------------------------- */

static void
tell_time (HearthSystem *self)
{
  static const char *const words[] = { "none", "low", "high" }; /* HearthClockConfidence's order */
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "confidence", "s", words[self->time.confidence]);
  if (self->time.confidence != HEARTH_CLOCK_UNKNOWN) {
    g_variant_dict_insert (&dict, "offset", "x", self->time.offset_us);
    g_variant_dict_insert (&dict, "multiplexes", "u", self->time.n_multiplexes);
    g_variant_dict_insert (&dict, "network", "s", self->time.network);
    if (self->time.has_local)
      g_variant_dict_insert (&dict, "local-offset", "i", self->time.local_offset_s);
  }
  hearth_dbus_system1_set_broadcast_time (self->face, g_variant_dict_end (&dict));
}

/* Only where the household allows it, and several agree; the platform refuses while NTP keeps the clock. */
static void
set_clock (HearthSystem *self)
{
  const gint64 now_us = hearth_clock_get_boot_us ();

  if (!hearth_settings_store_get_boolean (self->settings, "system.broadcast-time") || self->time.confidence != HEARTH_CLOCK_HIGH ||
      ABS (self->time.offset_us) < SET_FROM_US || (self->clock_set_us != 0 && now_us - self->clock_set_us < SET_EVERY_US))
    return;
  self->clock_set_us = now_us;
  hearth_notice ("the clock is %.1f s behind the broadcasts': the platform is asked to set it", (double) self->time.offset_us / G_USEC_PER_SEC);
  call_platform (self, "SetTime", g_variant_new ("(x)", g_get_real_time () + self->time.offset_us), on_time_set);
}

/* @was_set: also when it is behind by as much as before, what was counted from it is not right any more. */
static void
judge_clock (HearthSystem *self, gboolean was_set)
{
  HearthBroadcastTime now;
  gint64 behind_us;

  hearth_broadcast_clock_get (self->clock, hearth_clock_get_boot_us (), g_get_real_time (), &now);
  if (now.confidence != self->time.confidence || ABS (now.offset_us - self->time.offset_us) > G_USEC_PER_SEC ||
      now.n_multiplexes != self->time.n_multiplexes || now.has_local != self->time.has_local) {
    self->time = now;
    tell_time (self);
  }
  behind_us = now.confidence == HEARTH_CLOCK_UNKNOWN || ABS (self->time.offset_us) < PLAINLY_WRONG_US ? 0 : self->time.offset_us;
  if ((was_set || behind_us != self->behind_us) && self->clock_changed != NULL)
    self->clock_changed (behind_us, self->clock_data);
  self->behind_us = behind_us;
}

static void
on_clock_set (gpointer user_data)
{
  judge_clock (user_data, TRUE);
}

void
hearth_system_set_clock_func (HearthSystem *self, void (*changed) (gint64 behind_us, gpointer user_data), gpointer user_data)
{
  self->clock_changed = changed;
  self->clock_data = user_data;
}

void
hearth_system_take_time (HearthSystem *self, const char *network, GVariant *time)
{
  guint16 original_network_id = 0, transport_stream_id = 0;
  gint64 offset_us = 0;
  gint32 local_offset_s = 0;
  gboolean has_local = g_variant_lookup (time, "local-offset", "i", &local_offset_s);

  g_variant_lookup (time, "original-network", "q", &original_network_id);
  g_variant_lookup (time, "transport-stream", "q", &transport_stream_id);
  if (g_variant_lookup (time, "offset", "x", &offset_us))
    hearth_broadcast_clock_take (self->clock, network, original_network_id, transport_stream_id, offset_us, has_local ? &local_offset_s : NULL,
                                 hearth_clock_get_boot_us (), g_get_real_time ());
  judge_clock (self, FALSE);
  set_clock (self);
}

/* ---- the object -------------------------------------------------------------------------------------------- */

static void
make_face (HearthSystem *self, HearthBus *bus)
{
  g_autoptr (GError) error = NULL;

  self->face = hearth_dbus_system1_skeleton_new ();
  hearth_dbus_system1_set_state (self->face, "on");
  hearth_dbus_system1_set_version (self->face, PACKAGE_VERSION);
  hearth_dbus_system1_set_storage_trouble (self->face, "");
  hearth_dbus_system1_set_api_version (self->face, API_VERSION);
  hearth_dbus_system1_set_started (self->face, g_get_real_time ());
  g_signal_connect (self->face, "handle-get-workers", G_CALLBACK (on_handle_get_workers), self);
  g_signal_connect (self->face, "handle-get-plugins", G_CALLBACK (on_handle_get_plugins), self);
  g_signal_connect (self->face, "handle-describe", G_CALLBACK (on_handle_describe), self);
  g_signal_connect (self->face, "handle-set-debug", G_CALLBACK (on_handle_set_debug), self);
  g_signal_connect (self->face, "handle-standby", G_CALLBACK (on_handle_standby), self);
  g_signal_connect (self->face, "handle-wake", G_CALLBACK (on_handle_wake), self);
  if (!hearth_bus_export (bus, "/tv/hearth", G_DBUS_INTERFACE_SKELETON (self->face), &error))
    hearth_error ("%s", error->message);
}

HearthSystem *
hearth_system_new (HearthBus *bus, HearthWorkers *workers, HearthSettingsStore *settings, HearthViews *views)
{
  HearthSystem *self = g_new0 (HearthSystem, 1);
  const HearthWorkerSpec spec = { .role = "worker", .instance = "platform", .core = FALSE };
  const char *levels = hearth_settings_store_get_string (settings, "system.debug");

  self->workers = workers;
  self->settings = g_object_ref (settings);
  self->views = views;
  self->clock = hearth_broadcast_clock_new ();
  self->clock_watch = hearth_clock_watch_add (on_clock_set, self);
  make_face (self, bus);
  tell_time (self);
  self->platform = g_object_ref (hearth_workers_add (workers, &spec));
  g_signal_connect (self->platform, "connected", G_CALLBACK (on_platform_connected), self);
  self->debug_changed = g_signal_connect (settings, "changed::system.debug", G_CALLBACK (on_debug_setting), self);
  if (*levels != '\0')
    set_debug (self, levels, NULL);
  return self;
}

void
hearth_system_free (HearthSystem *self)
{
  g_clear_handle_id (&self->clock_watch, g_source_remove);
  g_signal_handler_disconnect (self->settings, self->debug_changed);
  g_signal_handlers_disconnect_by_data (self->platform, self);
  g_signal_handlers_disconnect_by_data (self->face, self);
  g_object_unref (self->platform);
  g_object_unref (self->face);
  g_object_unref (self->settings);
  hearth_broadcast_clock_free (self->clock);
  g_free (self);
}
