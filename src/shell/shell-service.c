/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/shell-service.h"

#include "display/hearth-display-mode.h"
#include "shell/display/shell-screenshot.h"

#include <gio/gunixfdlist.h>
#include <hearth/error.h>
#include <unistd.h>

#define MAX_MODES 64

struct _ShellService {
  HearthDBusInternalShell1 *skeleton;
  ShellStage *stage;
  ShellScene *scene;
  char *plugin;
};

/* Answers by itself while the shell ends. */
static gboolean
is_ready (ShellService *self, GDBusMethodInvocation *call)
{
  if (self->stage == NULL)
    g_dbus_method_invocation_return_error_literal (call, HEARTH_ERROR, HEARTH_ERROR_BUSY,
                                                   "the shell is ending: ask its successor");
  return self->stage != NULL;
}

/* @error: consumed; NULL: fine. */
static gboolean
fail_or (GDBusMethodInvocation *call, GError *error)
{
  if (error != NULL)
    g_dbus_method_invocation_take_error (call, error);
  return error == NULL;
}

/* ---- views ------------------------------------------------------------------------------ */

static int
take_fd (GUnixFDList *fds, GVariant *handle, GError **error)
{
  gint32 index = g_variant_get_handle (handle);
  int fd;

  if (fds == NULL || index < 0 || index >= g_unix_fd_list_get_length (fds)) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "AddView came without its link's descriptor");
    return -1;
  }
  fd = g_unix_fd_list_get (fds, index, error);
  if (fd < 0)
    hearth_error_translate (error, "taking the link's descriptor");
  return fd;
}

/* FALSE: the whole screen. */
static gboolean
get_target (GVariant *options, HearthRect *target)
{
  return g_variant_lookup (options, "x", "i", &target->x) && g_variant_lookup (options, "y", "i", &target->y) &&
         g_variant_lookup (options, "width", "i", &target->width) && g_variant_lookup (options, "height", "i", &target->height) &&
         target->width > 0 && target->height > 0;
}

static gboolean
on_add_view (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, const char *view,
             GVariant *link, GVariant *options, gpointer user_data)
{
  ShellService *self = user_data;
  HearthRect target;
  GError *error = NULL;
  int fd;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  fd = take_fd (fds, link, &error);
  if (fd >= 0)
    shell_stage_add_view (self->stage, view, fd, get_target (options, &target) ? &target : NULL, &error);
  if (fail_or (call, error))
    hearth_dbus_internal_shell1_complete_add_view (skeleton, call, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_remove_view (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, const char *view, gpointer user_data)
{
  ShellService *self = user_data;
  GError *error = NULL;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  shell_stage_remove_view (self->stage, view, &error);
  if (fail_or (call, error))
    hearth_dbus_internal_shell1_complete_remove_view (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- screens -------------------------------------------------------------------------------- */

static gboolean
on_set_banner (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, GVariant *banner, gpointer user_data)
{
  ShellService *self = user_data;
  guint32 serial;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (g_variant_lookup (banner, "after-serial", "u", &serial))
    shell_stage_hold_paint (self->stage, serial);
  shell_scene_set_banner (self->scene, banner);
  hearth_dbus_internal_shell1_complete_set_banner (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_notice (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, GVariant *notice, gpointer user_data)
{
  ShellService *self = user_data;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  shell_scene_set_notice (self->scene, notice);
  hearth_dbus_internal_shell1_complete_set_notice (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_language (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, const char *language, gpointer user_data)
{
  ShellService *self = user_data;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  shell_scene_set_language (self->scene, language);
  hearth_dbus_internal_shell1_complete_set_language (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_blank (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, gboolean blank, gpointer user_data)
{
  ShellService *self = user_data;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  shell_scene_set_blank (self->scene, blank);
  shell_stage_set_blank (self->stage, blank);
  hearth_dbus_internal_shell1_complete_set_blank (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- screenshots -------------------------------------------------------------------------------- */

static void
on_screenshot_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDBusMethodInvocation *call = user_data; /* the reply consumes it */
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  GVariant *info = NULL;
  GError *error = NULL;
  int fd = shell_screenshot_finish (result, &info, &error);
  int index = fd >= 0 ? g_unix_fd_list_append (fds, fd, &error) : -1;

  if (fd >= 0)
    close (fd);
  if (index < 0 && info != NULL)
    g_variant_unref (g_variant_ref_sink (info));
  if (index >= 0)
    hearth_dbus_internal_shell1_complete_screenshot (NULL, call, fds, g_variant_new_handle (index), info);
  else
    g_dbus_method_invocation_take_error (call, error);
}

static gboolean
on_screenshot (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, GUnixFDList *fds, GVariant *options,
               gpointer user_data)
{
  ShellService *self = user_data;

  if (is_ready (self, call))
    shell_screenshot_async (self->stage, options, on_screenshot_made, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- the display ------------------------------------------------------------------------------------- */

static gboolean
on_list_modes (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  ShellService *self = user_data;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;
  HearthDisplayMode modes[MAX_MODES];
  guint n;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  n = shell_stage_get_modes (self->stage, modes, MAX_MODES);
  for (guint i = 0; i < n; i++) {
    g_autofree char *text = hearth_display_mode_dup_text (&modes[i]);

    g_strv_builder_add (builder, text);
  }
  texts = g_strv_builder_end (builder);
  hearth_dbus_internal_shell1_complete_list_modes (skeleton, call, (const char *const *) texts);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_mode (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, const char *text, gpointer user_data)
{
  ShellService *self = user_data;
  HearthDisplayMode mode;
  GError *error = NULL;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (hearth_display_mode_parse (text, &mode, &error))
    shell_stage_set_mode (self->stage, &mode, &error);
  if (fail_or (call, error))
    hearth_dbus_internal_shell1_complete_set_mode (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_frame_log (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, gboolean enabled, gpointer user_data)
{
  ShellService *self = user_data;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  shell_log_set_enabled (shell_stage_get_log (self->stage), enabled);
  hearth_dbus_internal_shell1_complete_set_frame_log (skeleton, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_frame_log (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, guint64 since, gpointer user_data)
{
  ShellService *self = user_data;

  if (is_ready (self, call))
    hearth_dbus_internal_shell1_complete_get_frame_log (
      skeleton, call, shell_log_dup_since (shell_stage_get_log (self->stage), since));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static GVariant *
make_imports (guint32 memory)
{
  static const char *const names[] = { "memfd", "dmabuf", "device", "protected", "tunnel" }; /* by bit */
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("as"));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((memory >> i & 1) != 0)
      g_variant_builder_add (&builder, "s", names[i]);
  return g_variant_builder_end (&builder);
}

static gboolean
on_describe (HearthDBusInternalShell1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  ShellService *self = user_data;
  const HearthDisplayCaps *caps;
  g_autofree char *mode = NULL;
  g_autoptr (GVariant) details = NULL;
  GVariantDict dict;

  if (!is_ready (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  details = shell_stage_describe (self->stage);
  caps = shell_stage_get_caps (self->stage);
  mode = hearth_display_mode_dup_text (shell_stage_get_mode (self->stage));
  g_variant_dict_init (&dict, details);
  g_variant_dict_insert (&dict, "mode", "s", mode);
  g_variant_dict_insert (&dict, "plugin", "s", self->plugin);
  g_variant_dict_insert_value (&dict, "imports", make_imports (caps->memory));
  g_variant_dict_insert (&dict, "composes", "b", caps->composes);
  g_variant_dict_insert (&dict, "hardware-timing", "b", caps->hardware_timing);
  hearth_dbus_internal_shell1_complete_describe (skeleton, call, g_variant_dict_end (&dict));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- */

void
shell_service_emit_link_closed (ShellService *self, const char *view, const GError *error)
{
  hearth_dbus_internal_shell1_emit_link_closed (
    self->skeleton, view, hearth_error_get_name (error != NULL ? (HearthError) error->code : HEARTH_ERROR_DISCONNECTED),
    error != NULL ? error->message : "the player went away");
}

void
shell_service_emit_changed (ShellService *self)
{
  hearth_dbus_internal_shell1_emit_display_changed (self->skeleton);
}

void
shell_service_emit_key (ShellService *self, guint32 code, guint32 value)
{
  hearth_dbus_internal_shell1_emit_key (self->skeleton, code, value);
}

void
shell_service_set_stage (ShellService *self, ShellStage *stage, ShellScene *scene, const char *plugin)
{
  self->stage = stage;
  self->scene = scene;
  g_free (self->plugin);
  self->plugin = g_strdup (plugin);
}

GDBusInterfaceSkeleton *
shell_service_get_skeleton (ShellService *self)
{
  return G_DBUS_INTERFACE_SKELETON (self->skeleton);
}

ShellService *
shell_service_new (void)
{
  ShellService *self = g_new0 (ShellService, 1);

  self->skeleton = hearth_dbus_internal_shell1_skeleton_new ();
#define ON(method, handler) g_signal_connect (self->skeleton, "handle-" method, G_CALLBACK (handler), self)
  ON ("add-view", on_add_view);
  ON ("remove-view", on_remove_view);
  ON ("set-banner", on_set_banner);
  ON ("set-notice", on_set_notice);
  ON ("set-language", on_set_language);
  ON ("set-blank", on_set_blank);
  ON ("screenshot", on_screenshot);
  ON ("list-modes", on_list_modes);
  ON ("set-mode", on_set_mode);
  ON ("set-frame-log", on_set_frame_log);
  ON ("get-frame-log", on_get_frame_log);
  ON ("describe", on_describe);
#undef ON
  return self;
}

void
shell_service_free (ShellService *self)
{
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  g_object_unref (self->skeleton);
  g_free (self->plugin);
  g_free (self);
}
