/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-plugin-context.h"
#include "base/hearth-plugin-host.h"

#include <hearth/tuner.h>

/* The part of the checks that all kinds share. */
static gboolean
check_table (HearthPluginContext *context, HearthPluginKinds kind, gconstpointer present, guint32 size, guint32 ours,
             const char *what, GError **error)
{
  if ((context->kinds & kind) == 0) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "this process hosts no %s plug-ins", what);
    return FALSE;
  }
  if (present != NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "the plug-in adds two %s tables", what);
    return FALSE;
  }
  if (size == 0 || size > ours) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN,
                 "the plug-in's %s table has %u bytes, this Hearth knows %u: build it against this version", what, size, ours);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_complete (gboolean complete, const char *what, GError **error)
{
  if (!complete)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_PLUGIN, "the plug-in's %s table lacks a mandatory member", what);
  return complete;
}

/* A broadcast network leaves its services to the host. */
static gboolean
has_services (const HearthNetworkOps *ops)
{
  if (!hearth_ops_has (ops, tuners))
    return hearth_ops_has (ops, refresh) && hearth_ops_has (ops, open) && hearth_ops_has (ops, close);
  return hearth_ops_has (ops->tuners, list) && hearth_ops_has (ops->tuners, open) && hearth_ops_has (ops->tuners, tune) &&
         hearth_ops_has (ops->tuners, set_pids) && hearth_ops_has (ops->tuners, get_status) && hearth_ops_has (ops->tuners, close);
}

gboolean
hearth_plugin_context_add_network (HearthPluginContext *context, const HearthNetworkOps *ops, GError **error)
{
  if (!check_table (context, HEARTH_PLUGIN_NETWORK, context->network, ops->struct_size, sizeof *ops, "network", error) ||
      !check_complete (hearth_ops_has (ops, stop) && ops->kind != NULL && ops->start != NULL && has_services (ops), "network",
                       error))
    return FALSE;
  context->network = ops;
  return TRUE;
}

gboolean
hearth_plugin_context_add_display (HearthPluginContext *context, const HearthDisplayOps *ops, GError **error)
{
  if (!check_table (context, HEARTH_PLUGIN_DISPLAY, context->display, ops->struct_size, sizeof *ops, "display", error) ||
      !check_complete (hearth_ops_has (ops, next_refresh) && ops->name != NULL && ops->start != NULL && ops->stop != NULL &&
                         ops->get_caps != NULL && ops->get_modes != NULL && ops->set_mode != NULL &&
                         ops->import_pool != NULL && ops->drop_pool != NULL && ops->get_osd != NULL && ops->commit != NULL,
                       "display", error))
    return FALSE;
  context->display = ops;
  return TRUE;
}

gboolean
hearth_plugin_context_add_platform (HearthPluginContext *context, const HearthPlatformOps *ops, GError **error)
{
  if (!check_table (context, HEARTH_PLUGIN_PLATFORM, context->platform, ops->struct_size, sizeof *ops, "platform", error) ||
      !check_complete (hearth_ops_has (ops, describe) && ops->name != NULL && ops->start != NULL && ops->stop != NULL,
                       "platform", error))
    return FALSE;
  context->platform = ops;
  return TRUE;
}
