/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-network.h"

#include "satip-discovery.h"
#include "satip-fixed.h"
#include "satip-tuner.h"

#include <gio/gio.h>
#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("satip")

typedef struct {
  HearthNetworkHost *host;
  SatipDiscovery *discovery; /* NULL: only those of the settings */
  GPtrArray *servers;        /* SatipServer, present */
  GPtrArray *tuners;         /* SatipTuner, open; borrowed */
  GCancellable *cancellable; /* of looking up names */
  SatipTunerWays ways;
  gboolean own_front_ends;
} Network;

/* ---- servers ---------------------------------------------------------------------------------------------- */

static void
tell_changed (Network *self)
{
  if (self->host->ops->struct_size >= G_STRUCT_OFFSET (HearthNetworkHostOps, tuners_changed) + sizeof self->host->ops->tuners_changed)
    self->host->ops->tuners_changed (self->host);
}

/* A server that comes back is another object with the same id: whoever is still open goes on with the one it has, at the new place. */
static void
on_found (SatipServer *server, gpointer user_data)
{
  Network *self = user_data;
  struct sockaddr_storage address;

  if (!g_ptr_array_find (self->servers, server, NULL))
    g_ptr_array_add (self->servers, satip_server_ref (server));
  for (guint i = 0; i < self->tuners->len; i++) {
    SatipTuner *tuner = g_ptr_array_index (self->tuners, i);
    SatipServer *held = satip_tuner_get_server (tuner);

    if (!g_str_equal (satip_server_get_id (held), satip_server_get_id (server)))
      continue;
    if (satip_server_get_address (server, &address))
      satip_server_set_address (held, &address);
    satip_tuner_retry (tuner);
  }
  tell_changed (self);
}

static void
on_gone (SatipServer *server, gpointer user_data)
{
  Network *self = user_data;

  hearth_info ("SAT>IP server %s has gone", satip_server_get_id (server));
  g_ptr_array_remove (self->servers, server);
  tell_changed (self);
}

static const SatipDiscoveryFuncs discovery_funcs = { .found = on_found, .gone = on_gone };

typedef struct {
  Network *network;
  SatipServer *server;
  guint16 port;
} Lookup;

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Lookup *self = user_data;
  g_autoptr (GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);
  g_autoptr (GSocketAddress) address = addresses != NULL ? g_inet_socket_address_new (addresses->data, self->port) : NULL;
  struct sockaddr_storage native = { 0 };

  if (address != NULL && g_socket_address_to_native (address, &native, sizeof native, NULL)) {
    if (satip_server_set_address (self->server, &native))
      on_found (self->server, self->network);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    hearth_warning ("SAT>IP server %s: %s", satip_server_get_id (self->server), error != NULL ? error->message : "it has no address");
  }
  g_resolver_free_addresses (addresses);
  satip_server_unref (self->server);
  g_free (self);
}

static void
look_up (Network *self, SatipServer *server, const char *host, guint16 port)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->network = self;
  lookup->server = satip_server_ref (server);
  lookup->port = port;
  g_resolver_lookup_by_name_async (resolver, host, self->cancellable, on_looked_up, lookup);
}

static void
add_fixed (Network *self, const SatipFixed *fixed)
{
  g_autofree char *id = g_strdup_printf ("%s:%u", fixed->host, fixed->port);
  g_autoptr (SatipServer) server = satip_server_new (id);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (fixed->host, fixed->port);
  struct sockaddr_storage native = { 0 };

  satip_server_set_capabilities (server, fixed->capabilities);
  if (address != NULL && g_socket_address_to_native (address, &native, sizeof native, NULL))
    satip_server_set_address (server, &native);
  else
    look_up (self, server, fixed->host, fixed->port);
  g_ptr_array_add (self->servers, satip_server_ref (server));
}

/* ---- start and stop ----------------------------------------------------------------------------------------- */

static const char *const text_keys[] = { "servers", "search", "interface", "transport", "pids", "front-end" };

static gboolean
check_types (GVariant *settings, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_keys); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (settings, text_keys[i], NULL);

    if (value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "satip's setting “%s” is text, not of D-Bus type %s", text_keys[i],
                   g_variant_get_type_string (value));
      return FALSE;
    }
  }
  return TRUE;
}

/* One of @words; the first without. */
static gboolean
read_choice (GVariant *settings, const char *key, const char *const *words, guint *choice, GError **error)
{
  const char *value = "";
  g_autofree char *all = g_strjoinv (", ", (char **) words);

  g_variant_lookup (settings, key, "&s", &value);
  *choice = 0;
  if (*value == '\0')
    return TRUE;
  for (; words[*choice] != NULL; ++*choice)
    if (g_str_equal (words[*choice], value))
      return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "satip's setting “%s”: “%s” is none of %s", key, value, all);
  return FALSE;
}

static gboolean
read_ways (Network *self, GVariant *settings, GError **error)
{
  static const char *const transports[] = { "auto", "udp", "tcp", NULL }, *const pids[] = { "auto", "all", NULL },
                    *const front_ends[] = { "any", "own", NULL };
  guint transport, all, own;

  if (!read_choice (settings, "transport", transports, &transport, error) || !read_choice (settings, "pids", pids, &all, error) ||
      !read_choice (settings, "front-end", front_ends, &own, error))
    return FALSE;
  self->ways = (SatipTunerWays) { .transport = (SatipTransport) transport, .all_pids = all != 0 };
  self->own_front_ends = own != 0;
  return TRUE;
}

static gboolean
begin_search (Network *self, GVariant *settings, GError **error)
{
  const char *search = "", *interface = "";

  g_variant_lookup (settings, "search", "&s", &search);
  g_variant_lookup (settings, "interface", "&s", &interface);
  if (g_str_equal (search, "none"))
    return TRUE;
  self->discovery = satip_discovery_new (*search != '\0' ? search : NULL, *interface != '\0' ? interface : NULL, &discovery_funcs, self, error);
  return self->discovery != NULL;
}

static void
network_stop (gpointer data)
{
  Network *self = data;

  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->discovery, satip_discovery_free);
  g_clear_pointer (&self->servers, g_ptr_array_unref);
  g_clear_pointer (&self->tuners, g_ptr_array_unref);
  g_clear_object (&self->cancellable);
}

static gboolean
network_start (gpointer data, HearthNetworkHost *host, GVariant *settings, GError **error)
{
  Network *self = data;
  const char *servers = "";
  g_autoptr (GPtrArray) fixed = NULL;

  if (!check_types (settings, error) || !read_ways (self, settings, error))
    return FALSE;
  g_variant_lookup (settings, "servers", "&s", &servers);
  fixed = satip_fixed_parse (servers, error);
  if (fixed == NULL)
    return FALSE;
  self->host = host;
  self->servers = g_ptr_array_new_with_free_func ((GDestroyNotify) satip_server_unref);
  self->tuners = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < fixed->len; i++)
    add_fixed (self, g_ptr_array_index (fixed, i));
  if (begin_search (self, settings, error))
    return TRUE;
  network_stop (self);
  return FALSE;
}

/* ---- tuners ------------------------------------------------------------------------------------------------------ */

/* "50c958a8-e839-4b96-b7ae-8f9d989e136c/dvbs2.0": the same after a restart of either side. */
static char *
dup_tuner_id (SatipServer *server, const SatipFrontEnd *fe)
{
  return g_strdup_printf ("%s/%s.%u", satip_server_get_id (server), fe->kind, fe->number);
}

static void
tell_tuner (SatipServer *server, const SatipFrontEnd *fe, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data)
{
  g_autofree char *server_name = satip_server_dup_name (server), *id = dup_tuner_id (server, fe), *kind = g_ascii_strup (fe->kind, -1);
  g_autofree char *name = g_strdup_printf ("%s, %s %u", server_name, kind, fe->number + 1);
  const HearthTunerInfo info = { .struct_size = sizeof info, .id = id, .name = name, .systems = fe->systems, .max_pids = HEARTH_TUNER_MANY_PIDS };

  tell (&info, user_data);
}

static void
tuner_list (gpointer data, void (*tell) (const HearthTunerInfo *info, gpointer user_data), gpointer user_data)
{
  Network *self = data;

  for (guint i = 0; i < self->servers->len; i++) {
    SatipServer *server = g_ptr_array_index (self->servers, i);
    const GArray *front_ends = satip_server_get_front_ends (server);

    for (guint j = 0; j < front_ends->len; j++)
      tell_tuner (server, &g_array_index (front_ends, SatipFrontEnd, j), tell, user_data);
  }
}

static const SatipFrontEnd *
find_front_end (Network *self, const char *id, SatipServer **server)
{
  for (guint i = 0; i < self->servers->len; i++) {
    const GArray *front_ends;

    *server = g_ptr_array_index (self->servers, i);
    front_ends = satip_server_get_front_ends (*server);
    for (guint j = 0; j < front_ends->len; j++) {
      const SatipFrontEnd *fe = &g_array_index (front_ends, SatipFrontEnd, j);
      g_autofree char *own = dup_tuner_id (*server, fe);

      if (g_str_equal (own, id))
        return fe;
    }
  }
  return NULL;
}

static gpointer
tuner_open (gpointer data, const char *id, HearthStreamSink *sink, GError **error)
{
  Network *self = data;
  SatipServer *server = NULL;
  const SatipFrontEnd *fe = find_front_end (self, id, &server);
  SatipTuner *tuner;

  if (fe == NULL) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "there is no SAT>IP tuner “%s” in the house now", id);
    return NULL;
  }
  tuner = satip_tuner_new (server, self->own_front_ends ? fe->front_end : 0, fe->systems, &self->ways, sink, error);
  if (tuner != NULL)
    g_ptr_array_add (self->tuners, tuner);
  return tuner;
}

static gboolean
tuner_tune (gpointer data, gpointer tuner, const HearthTunerParams *params, GError **error)
{
  return satip_tuner_tune (tuner, params, error);
}

static gboolean
tuner_set_pids (gpointer data, gpointer tuner, const guint16 *pids, guint n_pids, GError **error)
{
  satip_tuner_set_pids (tuner, pids, n_pids);
  return TRUE;
}

static void
tuner_get_status (gpointer data, gpointer tuner, HearthTunerStatus *status)
{
  satip_tuner_get_status (tuner, status);
}

static void
tuner_close (gpointer data, gpointer tuner)
{
  Network *self = data;

  g_ptr_array_remove (self->tuners, tuner);
  satip_tuner_free (tuner);
}

static const HearthTunerOps tuner_ops = {
  .struct_size = sizeof (HearthTunerOps), .list = tuner_list, .open = tuner_open, .tune = tuner_tune, .set_pids = tuner_set_pids,
  .get_status = tuner_get_status, .close = tuner_close
};

const HearthNetworkOps satip_network_ops = {
  .struct_size = sizeof (HearthNetworkOps), .kind = "satip", .instance_size = sizeof (Network), .start = network_start, .stop = network_stop,
  .tuners = &tuner_ops
};
