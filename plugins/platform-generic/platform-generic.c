/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any Linux box: what the kernel and systemd-logind offer, and nothing where they offer nothing. */
#include "generic-clock.h"
#include "generic-facts.h"
#include "generic-power.h"

#include <hearth/log.h>
#include <hearth/platform.h>

HEARTH_LOG_TOPIC ("platform")

typedef struct {
  char *root; /* before /proc and /sys; "" but in tests */
} Generic;

static gboolean
generic_start (gpointer data, GVariant *settings, GError **error)
{
  Generic *self = data;
  const char *root = "";

  if (settings != NULL)
    g_variant_lookup (settings, "root", "&s", &root);
  self->root = g_strdup (root);
  return TRUE;
}

static void
generic_stop (gpointer data)
{
  Generic *self = data;

  g_clear_pointer (&self->root, g_free);
}

static GVariant *
generic_describe (gpointer data)
{
  Generic *self = data;

  return g_variant_ref_sink (generic_facts_read (self->root));
}

static gboolean
generic_set_power (gpointer data, HearthPower power, GError **error)
{
  Generic *self = data;

  switch (power) {
  case HEARTH_POWER_ON:
  case HEARTH_POWER_STANDBY: /* the screen and the streams are others' work; the kernel idles by itself */
    return TRUE;
  case HEARTH_POWER_SUSPEND:
  case HEARTH_POWER_OFF:
  case HEARTH_POWER_REBOOT:
    hearth_notice ("power state %d is begun", (int) power);
    return generic_power_begin (self->root, power, error);
  default:
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "there is no power state %d", (int) power);
    return FALSE;
  }
}

static gboolean
generic_set_wake (gpointer data, gint64 utc_us, GError **error)
{
  Generic *self = data;

  return generic_power_set_wake (self->root, utc_us, error);
}

static gboolean
generic_set_time (gpointer data, gint64 utc_us, GError **error)
{
  return generic_clock_set (utc_us, error);
}

static const HearthPlatformOps generic_ops = {
  .struct_size = sizeof (HearthPlatformOps),
  .name = "generic",
  .instance_size = sizeof (Generic),
  .start = generic_start,
  .stop = generic_stop,
  .describe = generic_describe,
  .set_power = generic_set_power,
  .set_wake = generic_set_wake,
  .set_time = generic_set_time,
};

static gboolean
generic_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_platform (context, &generic_ops, error);
}

HEARTH_PLUGIN_DEFINE (platform_generic, "platform-generic",
                      .summary = "Any Linux box: kernel interfaces and systemd-logind",
                      .version = "1",
                      .load = generic_load);
