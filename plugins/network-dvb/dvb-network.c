/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dvb-network.h"

#include "dvb-tuner.h"

#include <string.h>

typedef struct {
  HearthNetworkHost *host;
  const DvbBackendOps *backend_ops;
  gpointer backend;
} Network;

/* ---- start and stop -------------------------------------------------------------------- */

static void
on_changed (gpointer user_data)
{
  Network *self = user_data;

  if (self->host->ops->struct_size >= G_STRUCT_OFFSET (HearthNetworkHostOps, tuners_changed) + sizeof self->host->ops->tuners_changed)
    self->host->ops->tuners_changed (self->host);
}

static gboolean
check_type (GVariant *settings, const char *key, const char *type, const char *what, GError **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (settings, key, NULL);

  if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE (type)))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "dvb's setting “%s” is %s, not of D-Bus type %s", key, what,
               g_variant_get_type_string (value));
  return FALSE;
}

static gboolean
network_start (gpointer data, HearthNetworkHost *host, GVariant *settings, GError **error)
{
  Network *self = data;
  const char *path = NULL, *adapters = NULL;
  g_autofree const char **satellites = NULL;

  if (!check_type (settings, "virtual", "s", "a path", error) || !check_type (settings, "adapters", "s", "text", error) ||
      !check_type (settings, "satellites", "as", "a list of texts", error))
    return FALSE;
  self->host = host;
  g_variant_lookup (settings, "virtual", "&s", &path);
  g_variant_lookup (settings, "adapters", "&s", &adapters);
  g_variant_lookup (settings, "satellites", "^a&s", &satellites);
  self->backend_ops = path != NULL && *path != '\0' ? &dvb_virtual_ops : &dvb_kernel_ops;
  self->backend = self->backend_ops == &dvb_virtual_ops
                    ? dvb_virtual_new (path, on_changed, self, error)
                    : dvb_kernel_new (adapters, (const char *const *) satellites, on_changed, self, error);
  return self->backend != NULL;
}

static void
network_stop (gpointer data)
{
  Network *self = data;

  self->backend_ops->free (self->backend);
}

/* ---- tuners ------------------------------------------------------------------------------- */

static void
tuner_list (gpointer data, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data)
{
  Network *self = data;

  self->backend_ops->list (self->backend, tell, user_data);
}

typedef struct {
  const char *id;
  guint max_pids;
} Sought;

static void
on_sought (const HearthTunerInfo *info, gpointer user_data)
{
  Sought *sought = user_data;

  if (g_str_equal (info->id, sought->id))
    sought->max_pids = info->max_pids;
}

static gpointer
tuner_open (gpointer data, const char *id, HearthStreamSink *sink, GError **error)
{
  Network *self = data;
  Sought sought = { id, 0 };
  gpointer device = self->backend_ops->device->open (self->backend, id, error);

  if (device == NULL)
    return NULL;
  self->backend_ops->list (self->backend, on_sought, &sought);
  return dvb_tuner_new (self->backend_ops->device, device, sought.max_pids, sink, error);
}

static gboolean
tuner_tune (gpointer data, gpointer tuner, const HearthTunerParams *params, GError **error)
{
  return dvb_tuner_tune (tuner, params, error);
}

static gboolean
tuner_set_pids (gpointer data, gpointer tuner, const guint16 *pids, guint n_pids, GError **error)
{
  return dvb_tuner_set_pids (tuner, pids, n_pids, error);
}

static void
tuner_get_status (gpointer data, gpointer tuner, HearthTunerStatus *status)
{
  dvb_tuner_get_status (tuner, status);
}

static void
tuner_close (gpointer data, gpointer tuner)
{
  dvb_tuner_free (tuner);
}

static void
tuner_hurry (gpointer data, gpointer tuner)
{
  dvb_tuner_hurry (tuner);
}

static const HearthTunerOps tuner_ops = {
  .struct_size = sizeof (HearthTunerOps), .list = tuner_list, .open = tuner_open, .tune = tuner_tune, .set_pids = tuner_set_pids,
  .get_status = tuner_get_status, .close = tuner_close, .hurry = tuner_hurry
};

const HearthNetworkOps dvb_network_ops = {
  .struct_size = sizeof (HearthNetworkOps), .kind = "dvb", .instance_size = sizeof (Network), .start = network_start,
  .stop = network_stop, .tuners = &tuner_ops
};
