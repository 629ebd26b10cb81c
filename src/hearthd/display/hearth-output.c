/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/display/hearth-output.h"

#include "dbus/tv.hearth.Display1.h"
#include "hearthd/display/hearth-notices.h"
#include "hearthd/display/hearth-pills.h"
#include "hearthd/workers/hearth-worker-call.h"

#include <hearth/error.h>
#include <hearth/log.h>

HEARTH_LOG_TOPIC ("display")

#define SHELL_INTERFACE "tv.hearth.internal.Shell1"
#define TIMEOUT_MS 10000 /* a screenshot at 2160p */

struct _HearthOutput {
  GObject parent;

  char *name, *path; /* of the view; on the bus */
  HearthBus *bus;
  HearthWorkers *workers;
  HearthWorker *shell;
  HearthSettingsStore *settings;
  HearthDBusDisplay1 *face;
  GCancellable *cancellable;
  GVariant *banner, *notice; /* a{sv} as told last, (nullable); of the banner only what the channel says */
  char *channel;             /* the banner's, (nullable) */
  GVariant *picture;         /* a{sv}, (nullable) */
  HearthEventsFunc add_events;
  gpointer add_user_data;
  gint64 banner_until_us;    /* CLOCK_MONOTONIC: it stands till then */
  gboolean blank, logging;
};

static guint connected_signal, key_signal;

G_DEFINE_FINAL_TYPE (HearthOutput, hearth_output, G_TYPE_OBJECT)

/* ---- telling the shell ------------------------------------------------------------------------ */

const char *
hearth_output_get_name (HearthOutput *self)
{
  return self->name;
}

gboolean
hearth_output_is_connected (HearthOutput *self)
{
  return hearth_worker_get_connection (self->shell) != NULL;
}

static void
tell (HearthOutput *self, const char *method, GVariant *parameters, GUnixFDList *fds)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (parameters);
  const HearthWorkerCall call = { .interface = SHELL_INTERFACE, .method = method, .parameters = owned, .fds = fds, .timeout_ms = TIMEOUT_MS };

  if (hearth_output_is_connected (self))
    hearth_worker_call (self->shell, &call, NULL, NULL);
}

void
hearth_output_add_view (HearthOutput *self, const char *view, int link_fd)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int index = g_unix_fd_list_append (fds, link_fd, NULL);

  if (index >= 0)
    tell (self, "AddView", g_variant_new ("(sh@a{sv})", view, index, g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0)), fds);
}

static void
add_pills (HearthOutput *self, GVariantDict *banner)
{
  g_autofree char *picture = self->picture != NULL ? hearth_pills_dup_picture (self->picture) : NULL;

  if (picture != NULL)
    g_variant_dict_insert_value (banner, "pills", g_variant_new_strv ((const char *const *) &picture, 1));
}

static void
tell_banner (HearthOutput *self, guint32 milliseconds)
{
  GVariantDict banner;

  g_variant_dict_init (&banner, self->banner);
  add_pills (self, &banner);
  if (self->add_events != NULL)
    self->add_events (self->channel, &banner, self->add_user_data);
  g_variant_dict_insert (&banner, "milliseconds", "u", milliseconds);
  tell (self, "SetBanner", g_variant_new ("(@a{sv})", g_variant_dict_end (&banner)), NULL);
}

static void
show_banner (HearthOutput *self, guint32 milliseconds)
{
  self->banner_until_us = g_get_monotonic_time () + milliseconds * (gint64) 1000;
  tell_banner (self, milliseconds);
}

/* For the rest of its time: to a shell that came back, and when something on it has changed. */
static void
tell_banner_again (HearthOutput *self)
{
  gint64 rest_us = self->banner_until_us - g_get_monotonic_time ();

  if (self->banner != NULL && rest_us >= 1000)
    tell_banner (self, (guint32) (rest_us / 1000));
}

void
hearth_output_show_banner (HearthOutput *self, HearthChannels *channels, const HearthChannel *channel, guint32 serial)
{
  guint seconds = hearth_settings_store_get_uint (self->settings, "screen.banner-seconds");
  g_autoptr (GVariant) described = g_variant_ref_sink (hearth_channels_describe (channels, channel));
  g_autoptr (GVariant) names = g_variant_lookup_value (described, "names", G_VARIANT_TYPE ("a{ss}"));
  GVariantDict banner;

  if (seconds == 0)
    return;
  g_variant_dict_init (&banner, NULL);
  g_variant_dict_insert (&banner, "number", "s", channel->number);
  g_variant_dict_insert (&banner, "name", "s", channel->name);
  if (names != NULL)
    g_variant_dict_insert_value (&banner, "names", names);
  if (serial != 0)
    g_variant_dict_insert (&banner, "after-serial", "u", serial);
  if (channel->n_legs > 0)
    g_variant_dict_insert (&banner, "network", "s", channel->legs[0].network);
  g_clear_pointer (&self->banner, g_variant_unref);
  self->banner = g_variant_ref_sink (g_variant_dict_end (&banner));
  g_free (self->channel);
  self->channel = g_strdup (channel->id);
  show_banner (self, seconds * 1000);
}

gboolean
hearth_output_show_banner_again (HearthOutput *self, guint32 milliseconds, GError **error)
{
  if (self->banner == NULL) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "no channel is on");
    return FALSE;
  }
  show_banner (self, milliseconds > 0 ? milliseconds : hearth_settings_store_get_uint (self->settings, "screen.banner-seconds") * 1000);
  return TRUE;
}

void
hearth_output_set_picture (HearthOutput *self, GVariant *picture)
{
  if (self->picture != NULL && g_variant_equal (self->picture, picture))
    return;
  g_clear_pointer (&self->picture, g_variant_unref);
  self->picture = g_variant_ref (picture);
  tell_banner_again (self);
}

void
hearth_output_set_events_func (HearthOutput *self, HearthEventsFunc add,
                               gpointer user_data)
{
  self->add_events = add;
  self->add_user_data = user_data;
}

void
hearth_output_events_changed (HearthOutput *self, const char *channel)
{
  if (g_strcmp0 (self->channel, channel) == 0)
    tell_banner_again (self);
}

void
hearth_output_set_notice (HearthOutput *self, const char *reason, const char *text)
{
  GVariant *notice = reason != NULL ? hearth_notices_make (self->name, reason, text) : g_variant_new ("a{sv}", NULL);
  g_autoptr (GVariant) owned = g_variant_ref_sink (notice);

  if (self->notice != NULL && g_variant_equal (self->notice, owned))
    return;
  g_clear_pointer (&self->notice, g_variant_unref);
  self->notice = g_variant_ref (owned);
  tell (self, "SetNotice", g_variant_new ("(@a{sv})", owned), NULL);
}

void
hearth_output_set_blank (HearthOutput *self, gboolean blank)
{
  self->blank = blank;
  tell (self, "SetBlank", g_variant_new ("(b)", blank), NULL);
}

/* ---- the shell comes ---------------------------------------------------------------------------- */

static void
on_described (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, NULL, NULL);
  g_autoptr (GVariant) display = NULL;
  g_autoptr (HearthOutput) self = user_data;
  g_autofree const char **imports = NULL;
  const char *text;
  gboolean flag;

  if (reply == NULL)
    return;
  g_variant_get (reply, "(@a{sv})", &display);
  if (g_variant_lookup (display, "mode", "&s", &text))
    hearth_dbus_display1_set_mode (self->face, text);
  if (g_variant_lookup (display, "plugin", "&s", &text))
    hearth_dbus_display1_set_plugin (self->face, text);
  if (g_variant_lookup (display, "imports", "^a&s", &imports))
    hearth_dbus_display1_set_imports (self->face, imports);
  if (g_variant_lookup (display, "composes", "b", &flag))
    hearth_dbus_display1_set_composes (self->face, flag);
  if (g_variant_lookup (display, "hardware-timing", "b", &flag))
    hearth_dbus_display1_set_hardware_timing (self->face, flag);
}

static void
ask_what_it_is (HearthOutput *self)
{
  const HearthWorkerCall call = { .interface = SHELL_INTERFACE, .method = "Describe", .timeout_ms = TIMEOUT_MS,
                                  .cancellable = self->cancellable };

  hearth_worker_call (self->shell, &call, on_described, g_object_ref (self));
}

static void
on_worker_signal (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
                  GVariant *parameters, gpointer user_data)
{
  HearthOutput *self = user_data;

  guint32 code, value;

  if (g_str_equal (signal, "DisplayChanged") && hearth_output_is_connected (self))
    ask_what_it_is (self);
  if (g_str_equal (signal, "Key") && g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uu)"))) {
    g_variant_get (parameters, "(uu)", &code, &value);
    g_signal_emit (self, key_signal, 0, code, value);
  }
}

static void
on_shell_connected (HearthWorker *worker, GVariant *holds, GUnixFDList *fds, gpointer user_data)
{
  HearthOutput *self = user_data;
  g_autofree const char **views = NULL;
  gboolean fresh = !g_variant_lookup (holds, "views", "^a&s", &views) || views[0] == NULL;

  g_dbus_connection_signal_subscribe (hearth_worker_get_connection (worker), NULL, SHELL_INTERFACE, NULL, HEARTH_WORKER_PATH, NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE, on_worker_signal, self, NULL); /* ends with the connection */
  ask_what_it_is (self);
  tell_banner_again (self);
  if (self->notice != NULL)
    tell (self, "SetNotice", g_variant_new ("(@a{sv})", self->notice), NULL);
  if (self->blank)
    tell (self, "SetBlank", g_variant_new ("(b)", TRUE), NULL);
  if (self->logging)
    tell (self, "SetFrameLog", g_variant_new ("(b)", TRUE), NULL);
  g_signal_emit (self, connected_signal, 0, fresh);
}

/* ---- Display1 -------------------------------------------------------------------------------------- */

/* Passes a call on to the shell and its answer, descriptors and all, back. */
static void
on_passed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;
  g_autoptr (GVariant) reply = hearth_worker_call_finish (result, &fds, &error);

  if (reply != NULL) {
    g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, reply, fds);
    return;
  }
  hearth_error_translate (&error, "%s", g_dbus_method_invocation_get_method_name (invocation));
  g_dbus_method_invocation_take_error (invocation, error);
}

static gboolean
pass (HearthOutput *self, GDBusMethodInvocation *invocation)
{
  const HearthWorkerCall call = { .interface = SHELL_INTERFACE, .method = g_dbus_method_invocation_get_method_name (invocation),
                                  .parameters = g_dbus_method_invocation_get_parameters (invocation), .timeout_ms = TIMEOUT_MS };

  if (!hearth_output_is_connected (self)) {
    g_dbus_method_invocation_return_error_literal (invocation, HEARTH_ERROR, HEARTH_ERROR_BUSY,
                                                   "the screen is being started: try again");
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  hearth_worker_call (self->shell, &call, on_passed, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_handle_screenshot (HearthDBusDisplay1 *face, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *options,
                      gpointer user_data)
{
  return pass (user_data, invocation);
}

static gboolean
on_handle_describe (HearthDBusDisplay1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  return pass (user_data, invocation);
}

static gboolean
on_handle_list_modes (HearthDBusDisplay1 *face, GDBusMethodInvocation *invocation, gpointer user_data)
{
  return pass (user_data, invocation);
}

static gboolean
on_handle_set_mode (HearthDBusDisplay1 *face, GDBusMethodInvocation *invocation, const char *mode, gpointer user_data)
{
  return pass (user_data, invocation);
}

static gboolean
on_handle_set_frame_log (HearthDBusDisplay1 *face, GDBusMethodInvocation *invocation, gboolean enabled, gpointer user_data)
{
  HearthOutput *self = user_data;

  self->logging = enabled;
  return pass (self, invocation);
}

static gboolean
on_handle_get_frame_log (HearthDBusDisplay1 *face, GDBusMethodInvocation *invocation, guint64 since, gpointer user_data)
{
  return pass (user_data, invocation);
}

static gboolean
on_handle_show_banner (HearthDBusDisplay1 *face, GDBusMethodInvocation *invocation, GVariant *options, gpointer user_data)
{
  GError *error = NULL;
  guint32 milliseconds = 0;

  g_variant_lookup (options, "milliseconds", "u", &milliseconds);
  if (hearth_output_show_banner_again (user_data, milliseconds, &error))
    hearth_dbus_display1_complete_show_banner (face, invocation);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
make_face (HearthOutput *self)
{
  g_autoptr (GError) error = NULL;

  self->face = hearth_dbus_display1_skeleton_new ();
  hearth_dbus_display1_set_imports (self->face, (const char *const[]){ NULL });
  hearth_dbus_display1_set_plugin (self->face, hearth_settings_store_get_string (self->settings, "display.plugin"));
  hearth_dbus_display1_set_mode (self->face, hearth_settings_store_get_string (self->settings, "display.mode"));
  g_signal_connect (self->face, "handle-screenshot", G_CALLBACK (on_handle_screenshot), self);
  g_signal_connect (self->face, "handle-describe", G_CALLBACK (on_handle_describe), self);
  g_signal_connect (self->face, "handle-list-modes", G_CALLBACK (on_handle_list_modes), self);
  g_signal_connect (self->face, "handle-set-mode", G_CALLBACK (on_handle_set_mode), self);
  g_signal_connect (self->face, "handle-set-frame-log", G_CALLBACK (on_handle_set_frame_log), self);
  g_signal_connect (self->face, "handle-get-frame-log", G_CALLBACK (on_handle_get_frame_log), self);
  g_signal_connect (self->face, "handle-show-banner", G_CALLBACK (on_handle_show_banner), self);
  if (!hearth_bus_export (self->bus, self->path, G_DBUS_INTERFACE_SKELETON (self->face), &error))
    hearth_error ("%s", error->message);
}

/* ---- the object --------------------------------------------------------------------------------------- */

#define N_ARGUMENTS 13

/* The shell's command line by the settings; what is in @arguments is the settings'. */
static void
fill_arguments (HearthSettingsStore *settings, const char *arguments[N_ARGUMENTS])
{
  static const char *const names[] = { "plugin", "device", "connector", "directfb", "mode" };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *key = g_strconcat ("display.", names[i], NULL);
    g_autofree char *option = g_strconcat ("--", names[i], NULL);

    arguments[n++] = g_intern_string (option);
    arguments[n++] = hearth_settings_store_get_string (settings, key);
  }
  arguments[n++] = "--language";
  arguments[n++] = hearth_settings_store_get_string (settings, "screen.language");
  arguments[n] = NULL;
}

static void
set_arguments (HearthOutput *self, gboolean now)
{
  const char *arguments[N_ARGUMENTS];

  fill_arguments (self->settings, arguments);
  hearth_worker_set_arguments (self->shell, arguments, now);
}

/* The shell chooses its display when it starts; another language or mode it takes while it runs. */
static void
on_display (HearthSettingsStore *settings, GVariant *value, gpointer user_data)
{
  set_arguments (user_data, TRUE);
}

static void
on_language (HearthSettingsStore *settings, GVariant *value, gpointer user_data)
{
  set_arguments (user_data, FALSE);
  tell (user_data, "SetLanguage", g_variant_new ("(@s)", value), NULL);
}

static void
on_mode (HearthSettingsStore *settings, GVariant *value, gpointer user_data)
{
  set_arguments (user_data, FALSE);
  tell (user_data, "SetMode", g_variant_new ("(@s)", value), NULL);
}

HearthOutput *
hearth_output_new (const char *name, HearthBus *bus, HearthWorkers *workers, HearthSettingsStore *settings)
{
  HearthOutput *self = g_object_new (HEARTH_TYPE_OUTPUT, NULL);
  const char *arguments[N_ARGUMENTS];
  const HearthWorkerSpec spec = { .role = "shell", .instance = name, .arguments = arguments, .core = TRUE, .user = "hearth-shell" };

  fill_arguments (settings, arguments);
  self->name = g_strdup (name);
  self->path = g_strconcat ("/tv/hearth/output/", name, NULL);
  self->bus = bus;
  self->workers = workers;
  self->settings = g_object_ref (settings);
  make_face (self);
  self->shell = g_object_ref (hearth_workers_add (workers, &spec));
  g_signal_connect_object (self->shell, "connected", G_CALLBACK (on_shell_connected), self, 0);
  g_signal_connect_object (settings, "changed::screen.language", G_CALLBACK (on_language), self, 0);
  g_signal_connect_object (settings, "changed::display.mode", G_CALLBACK (on_mode), self, 0);
  g_signal_connect_object (settings, "changed::display.plugin", G_CALLBACK (on_display), self, 0);
  g_signal_connect_object (settings, "changed::display.device", G_CALLBACK (on_display), self, 0);
  g_signal_connect_object (settings, "changed::display.directfb", G_CALLBACK (on_display), self, 0);
  g_signal_connect_object (settings, "changed::display.connector", G_CALLBACK (on_display), self, 0);
  return self;
}

static void
hearth_output_init (HearthOutput *self)
{
  self->cancellable = g_cancellable_new ();
}

static void
hearth_output_dispose (GObject *object)
{
  HearthOutput *self = HEARTH_OUTPUT (object);

  g_cancellable_cancel (self->cancellable);
  if (self->face != NULL) {
    hearth_bus_unexport (self->bus, self->path);
    g_signal_handlers_disconnect_by_data (self->face, self);
  }
  g_clear_object (&self->face);
  if (self->shell != NULL)
    hearth_workers_remove (self->workers, self->shell);
  g_clear_object (&self->shell);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->banner, g_variant_unref);
  g_clear_pointer (&self->notice, g_variant_unref);
  g_clear_pointer (&self->picture, g_variant_unref);
  g_clear_pointer (&self->channel, g_free);
  G_OBJECT_CLASS (hearth_output_parent_class)->dispose (object);
}

static void
hearth_output_finalize (GObject *object)
{
  HearthOutput *self = HEARTH_OUTPUT (object);

  g_object_unref (self->cancellable);
  g_free (self->name);
  g_free (self->path);
  G_OBJECT_CLASS (hearth_output_parent_class)->finalize (object);
}

static void
hearth_output_class_init (HearthOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hearth_output_dispose;
  G_OBJECT_CLASS (klass)->finalize = hearth_output_finalize;
  connected_signal =
    g_signal_new ("connected", HEARTH_TYPE_OUTPUT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  key_signal =
    g_signal_new ("key", HEARTH_TYPE_OUTPUT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
}
