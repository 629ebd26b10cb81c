/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "worker/hearth-platform-host.h"

#include "base/hearth-plugin-host.h"
#include "dbus/tv.hearth.internal.Platform1.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("platform")

struct _HearthPlatformHost {
  HearthDBusInternalPlatform1 *skeleton;
  char *plugin;
  const HearthPlatformOps *ops; /* NULL before Start */
  gpointer instance;            /* instance_size bytes, the plug-in's */
};

/* ---- the plug-in ---------------------------------------------------------------------------- */

static gboolean
start (HearthPlatformHost *self, const char *name, GVariant *settings, GError **error)
{
  g_autofree char *full_name = g_strconcat ("platform-", name, NULL);
  const HearthPlugin *plugin = hearth_plugin_host_load (full_name, HEARTH_PLUGIN_PLATFORM, error);
  g_autofree gpointer instance = NULL;

  if (plugin == NULL)
    return FALSE;
  instance = g_malloc0 (MAX (plugin->platform->instance_size, 1));
  if (!plugin->platform->start (instance, settings, error)) {
    hearth_error_translate (error, "starting plug-in %s", full_name);
    return FALSE;
  }
  self->ops = plugin->platform;
  self->instance = g_steal_pointer (&instance);
  self->plugin = g_steal_pointer (&full_name);
  hearth_info ("%s has started", self->plugin);
  return TRUE;
}

/* FALSE: @call was answered. */
static gboolean
check_started (HearthPlatformHost *self, GDBusMethodInvocation *call)
{
  if (self->ops != NULL)
    return TRUE;
  g_dbus_method_invocation_return_error_literal (call, HEARTH_ERROR, HEARTH_ERROR_BUSY, "no platform plug-in has been started yet");
  return FALSE;
}

static void
refuse_missing (HearthPlatformHost *self, GDBusMethodInvocation *call, const char *what)
{
  g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "%s: %s knows no way to do it on this box",
                                         what, self->plugin);
}

/* Ends @call: an op's error crosses the bus as one of ours, whatever it was. */
static gboolean
finish (GDBusMethodInvocation *call, gboolean done, GError **error, const char *what)
{
  if (done) {
    g_clear_error (error);
    g_dbus_method_invocation_return_value (call, NULL);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  if (*error == NULL)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "the plug-in gives no reason");
  hearth_error_translate (error, "%s", what);
  g_dbus_method_invocation_take_error (call, g_steal_pointer (error));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- Platform1 ------------------------------------------------------------------------------ */

/* Comes again each time hearthd came back: what runs stays. */
static gboolean
on_start (HearthDBusInternalPlatform1 *skeleton, GDBusMethodInvocation *call, const char *name, GVariant *settings,
          gpointer user_data)
{
  HearthPlatformHost *self = user_data;
  GError *error = NULL;

  if (self->ops == NULL)
    return finish (call, start (self, name, settings, &error), &error, "Start");
  if (g_str_equal (self->plugin + strlen ("platform-"), name))
    return finish (call, TRUE, NULL, NULL);
  g_set_error (&error, HEARTH_ERROR, HEARTH_ERROR_EXISTS, "%s runs already: one plug-in a worker", self->plugin);
  return finish (call, FALSE, &error, "Start");
}

static gboolean
on_describe (HearthDBusInternalPlatform1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthPlatformHost *self = user_data;
  g_autoptr (GVariant) box = NULL;
  GVariantDict facts;

  if (!check_started (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  box = g_variant_take_ref (self->ops->describe (self->instance));
  g_variant_dict_init (&facts, box);
  g_variant_dict_insert (&facts, "plugin", "s", self->plugin);
  hearth_dbus_internal_platform1_complete_describe (skeleton, call, g_variant_dict_end (&facts));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
parse_power (const char *word, HearthPower *power)
{
  static const char *const words[] = { "on", "standby", "suspend", "off", "reboot" }; /* HearthPower's order */

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], word)) {
      *power = (HearthPower) i;
      return TRUE;
    }
  return FALSE;
}

static gboolean
on_set_power (HearthDBusInternalPlatform1 *skeleton, GDBusMethodInvocation *call, const char *word, gpointer user_data)
{
  HearthPlatformHost *self = user_data;
  GError *error = NULL;
  HearthPower power;

  if (!check_started (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (!parse_power (word, &power)) {
    g_dbus_method_invocation_return_error (call, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                                           "“%s” is no power state: on, standby, suspend, off or reboot", word);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  if (hearth_ops_has (self->ops, set_power))
    return finish (call, self->ops->set_power (self->instance, power, &error), &error, "SetPower");
  if (power <= HEARTH_POWER_STANDBY) /* without hardware for it, standby is only what the others do */
    return finish (call, TRUE, NULL, NULL);
  refuse_missing (self, call, word);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_wake (HearthDBusInternalPlatform1 *skeleton, GDBusMethodInvocation *call, gint64 utc_us, gpointer user_data)
{
  HearthPlatformHost *self = user_data;
  GError *error = NULL;

  if (!check_started (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (hearth_ops_has (self->ops, set_wake))
    return finish (call, self->ops->set_wake (self->instance, utc_us, &error), &error, "SetWake");
  refuse_missing (self, call, "the wake alarm");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_time (HearthDBusInternalPlatform1 *skeleton, GDBusMethodInvocation *call, gint64 utc_us, gpointer user_data)
{
  HearthPlatformHost *self = user_data;
  GError *error = NULL;

  if (!check_started (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (hearth_ops_has (self->ops, set_time))
    return finish (call, self->ops->set_time (self->instance, utc_us, &error), &error, "SetTime");
  refuse_missing (self, call, "a clock that can be set");
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_decoders (HearthDBusInternalPlatform1 *skeleton, GDBusMethodInvocation *call, gpointer user_data)
{
  static const char *const none[] = { NULL };
  HearthPlatformHost *self = user_data;
  const char *const *decoders = NULL;

  if (!check_started (self, call))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (hearth_ops_has (self->ops, get_decoders))
    decoders = self->ops->get_decoders (self->instance);
  hearth_dbus_internal_platform1_complete_get_decoders (skeleton, call, decoders != NULL ? decoders : none);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- the object ------------------------------------------------------------------------------- */

HearthPlatformHost *
hearth_platform_host_new (void)
{
  HearthPlatformHost *self = g_new0 (HearthPlatformHost, 1);

  self->skeleton = hearth_dbus_internal_platform1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-start", G_CALLBACK (on_start), self);
  g_signal_connect (self->skeleton, "handle-describe", G_CALLBACK (on_describe), self);
  g_signal_connect (self->skeleton, "handle-set-power", G_CALLBACK (on_set_power), self);
  g_signal_connect (self->skeleton, "handle-set-wake", G_CALLBACK (on_set_wake), self);
  g_signal_connect (self->skeleton, "handle-set-time", G_CALLBACK (on_set_time), self);
  g_signal_connect (self->skeleton, "handle-get-decoders", G_CALLBACK (on_get_decoders), self);
  return self;
}

void
hearth_platform_host_free (HearthPlatformHost *self)
{
  if (self->ops != NULL)
    self->ops->stop (self->instance);
  g_signal_handlers_disconnect_by_data (self->skeleton, self);
  g_object_unref (self->skeleton);
  g_free (self->instance);
  g_free (self->plugin);
  g_free (self);
}

GDBusInterfaceSkeleton *
hearth_platform_host_get_skeleton (HearthPlatformHost *self)
{
  return G_DBUS_INTERFACE_SKELETON (self->skeleton);
}

const char *
hearth_platform_host_get_plugin (HearthPlatformHost *self)
{
  return self->plugin;
}
