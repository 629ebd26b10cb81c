/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-discovery.h"

#include "satip-fetch.h"
#include "satip-ssdp.h"

#include <gio/gio.h>
#include <hearth/log.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

HEARTH_LOG_TOPIC ("satip")

#define DATAGRAM_BYTES 2048
#define MOST_SERVERS 16
#define HOPS 2               /* UPnP Device Architecture 1.1, 1.1: multicast no further than the house */
#define FIRST_SEARCHES 3     /* datagrams get lost */
#define FIRST_SEARCH_MS 600
#define SEARCH_ALONE_MS 10000
#define LEAST_SEARCH_MS 15000
#define MOST_SEARCH_MS 900000
#define REFETCH_US (10 * G_USEC_PER_SEC) /* a description is read again no sooner, or a storm of "alive" would be one of requests */

typedef struct {
  SatipDiscovery *discovery;
  SatipServer *server;
  char *location;
  GInetAddress *sender;
  guint32 rtsp_port, max_age_s;
  gint64 expires_us, fetched_us;
  gboolean present;
  GCancellable *fetching; /* NULL: not now */
} Found;

struct _SatipDiscovery {
  const SatipDiscoveryFuncs *funcs;
  gpointer user_data;
  GSocketAddress *where;
  char *where_text;
  GSocket *search, *notify; /* notify: NULL where one server is asked */
  GSource *sources[2];
  GPtrArray *all;           /* Found */
  guint timer, n_searches;
};

/* ---- servers --------------------------------------------------------------------------------------------- */

static void
found_free (gpointer data)
{
  Found *self = data;

  if (self->fetching != NULL)
    g_cancellable_cancel (self->fetching);
  g_clear_object (&self->fetching);
  g_clear_object (&self->sender);
  satip_server_unref (self->server);
  g_free (self->location);
  g_free (self);
}

static Found *
find (SatipDiscovery *self, const char *uuid)
{
  for (guint i = 0; i < self->all->len; i++) {
    Found *found = g_ptr_array_index (self->all, i);

    if (g_str_equal (satip_server_get_id (found->server), uuid))
      return found;
  }
  return NULL;
}

static Found *
add (SatipDiscovery *self, const char *uuid)
{
  Found *found;

  if (self->all->len >= MOST_SERVERS)
    return NULL;
  found = g_new0 (Found, 1);
  found->discovery = self;
  found->server = satip_server_new (uuid);
  g_ptr_array_add (self->all, found);
  return found;
}

/* Where the description lies, or where the word of it came from. */
static GInetAddress *
dup_host (const Found *self)
{
  g_autoptr (GUri) uri = g_uri_parse (self->location, G_URI_FLAGS_NONE, NULL);
  GInetAddress *host = uri != NULL && g_uri_get_host (uri) != NULL ? g_inet_address_new_from_string (g_uri_get_host (uri)) : NULL;

  return host != NULL ? host : g_object_ref (self->sender);
}

static gboolean
update_address (Found *self, guint rtsp_port)
{
  g_autoptr (GInetAddress) host = dup_host (self);
  const guint port = rtsp_port != 0 ? rtsp_port : self->rtsp_port != 0 ? self->rtsp_port : SATIP_RTSP_PORT;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (host, (guint16) port);
  struct sockaddr_storage native = { 0 };

  return g_socket_address_to_native (address, &native, sizeof native, NULL) && satip_server_set_address (self->server, &native);
}

static void
on_fetched (const SatipFetched *fetched, const GError *error, gpointer user_data)
{
  Found *self = user_data;
  SatipDiscovery *discovery = self->discovery;
  gboolean other;

  g_clear_object (&self->fetching);
  if (fetched == NULL || fetched->description.capabilities == NULL) {
    hearth_info ("%s: %s", self->location, error != NULL ? error->message : "the SAT>IP server names no front ends (X_SATIPCAP)");
    return;
  }
  if (fetched->description.name != NULL)
    satip_server_set_name (self->server, fetched->description.name);
  other = !self->present;
  other |= update_address (self, fetched->rtsp_port);
  other |= satip_server_set_capabilities (self->server, fetched->description.capabilities);
  self->present = TRUE;
  if (other) {
    hearth_info ("SAT>IP server %s at %s: %s", satip_server_get_id (self->server), self->location, fetched->description.capabilities);
    discovery->funcs->found (self->server, discovery->user_data);
  }
}

static void
take_here (SatipDiscovery *self, const SatipSsdp *message, GInetAddress *sender)
{
  Found *found = find (self, message->uuid);
  const gint64 now_us = g_get_monotonic_time ();

  if (found == NULL)
    found = add (self, message->uuid);
  if (found == NULL)
    return;
  found->max_age_s = message->max_age_s;
  found->expires_us = now_us + message->max_age_s * G_USEC_PER_SEC;
  found->rtsp_port = message->rtsp_port;
  if (found->fetching != NULL ||
      (found->present && g_strcmp0 (found->location, message->location) == 0 && now_us - found->fetched_us < REFETCH_US))
    return;
  g_free (found->location);
  found->location = g_strdup (message->location);
  g_set_object (&found->sender, sender);
  found->fetched_us = now_us;
  found->fetching = g_cancellable_new ();
  satip_fetch (found->location, found->fetching, on_fetched, found);
}

static void
drop (SatipDiscovery *self, Found *found)
{
  g_autoptr (SatipServer) server = satip_server_ref (found->server);
  const gboolean present = found->present;

  g_ptr_array_remove (self->all, found);
  if (present)
    self->funcs->gone (server, self->user_data);
}

static void
drop_expired (SatipDiscovery *self)
{
  const gint64 now_us = g_get_monotonic_time ();

  for (guint i = self->all->len; i-- > 0;) {
    Found *found = g_ptr_array_index (self->all, i);

    if (now_us >= found->expires_us) {
      hearth_info ("SAT>IP server %s was not heard of for %u s", satip_server_get_id (found->server), found->max_age_s);
      drop (self, found);
    }
  }
}

/* ---- datagrams ---------------------------------------------------------------------------------------------- */

static void
take_message (SatipDiscovery *self, const guint8 *bytes, gsize n_bytes, GSocketAddress *sender)
{
  Found *found;
  SatipSsdp message;

  satip_ssdp_parse (bytes, n_bytes, &message);
  if (message.kind == SATIP_SSDP_HERE)
    take_here (self, &message, g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (sender)));
  found = message.kind == SATIP_SSDP_BYEBYE ? find (self, message.uuid) : NULL;
  if (found != NULL)
    drop (self, found);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  guint8 bytes[DATAGRAM_BYTES];
  g_autoptr (GSocketAddress) sender = NULL;
  const gssize n = g_socket_receive_from (socket, &sender, (gchar *) bytes, sizeof bytes, NULL, NULL);

  if (n > 0 && G_IS_INET_SOCKET_ADDRESS (sender))
    take_message (user_data, bytes, (gsize) n, sender);
  return G_SOURCE_CONTINUE;
}

static guint
get_search_ms (SatipDiscovery *self)
{
  guint least_s = G_MAXUINT;

  if (self->n_searches < FIRST_SEARCHES)
    return FIRST_SEARCH_MS;
  for (guint i = 0; i < self->all->len; i++)
    least_s = MIN (least_s, ((Found *) g_ptr_array_index (self->all, i))->max_age_s);
  return least_s == G_MAXUINT ? SEARCH_ALONE_MS : CLAMP (least_s * 500, LEAST_SEARCH_MS, MOST_SEARCH_MS);
}

static gboolean
on_timer (gpointer user_data)
{
  SatipDiscovery *self = user_data;
  g_autofree char *text = satip_ssdp_print_search (self->where_text);
  g_autoptr (GError) error = NULL;

  if (g_socket_send_to (self->search, self->where, text, strlen (text), NULL, &error) < 0)
    hearth_debug ("searching for SAT>IP servers: %s", error->message);
  self->n_searches++;
  drop_expired (self);
  self->timer = g_timeout_add (get_search_ms (self), on_timer, self);
  return G_SOURCE_REMOVE;
}

/* ---- sockets --------------------------------------------------------------------------------------------------- */

static gboolean
set_interface (GSocket *socket, const char *interface, GError **error)
{
  struct ip_mreqn index = { .imr_ifindex = interface != NULL ? (int) if_nametoindex (interface) : 0 };

  if (interface == NULL)
    return TRUE;
  if (index.imr_ifindex != 0 && setsockopt (g_socket_get_fd (socket), IPPROTO_IP, IP_MULTICAST_IF, &index, sizeof index) == 0)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NO_ADDRESS,
               "this box has no network interface “%s”: connect it, or change the network's setting “interface”", interface);
  return FALSE;
}

static GSocket *
open_socket (guint16 port, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, port);

  if (socket == NULL || !g_socket_bind (socket, address, TRUE, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  return g_steal_pointer (&socket);
}

static gboolean
open_sockets (SatipDiscovery *self, const char *interface, GError **error)
{
  GInetAddress *group = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (self->where));
  const guint16 port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (self->where));

  self->search = open_socket (0, error);
  if (self->search == NULL || !set_interface (self->search, interface, error))
    return FALSE;
  g_socket_set_multicast_ttl (self->search, HOPS);
  if (!g_inet_address_get_is_multicast (group))
    return TRUE;
  self->notify = open_socket (port, error);
  return self->notify != NULL && g_socket_join_multicast_group (self->notify, group, FALSE, interface, error);
}

static void
watch (SatipDiscovery *self, GSocket *socket, guint i)
{
  if (socket == NULL)
    return;
  self->sources[i] = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (self->sources[i], G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->sources[i], NULL);
}

static GSocketAddress *
parse_where (const char *where, GError **error)
{
  g_autoptr (GSocketConnectable) place = g_network_address_parse (where, SATIP_SSDP_PORT, NULL);
  GSocketAddress *address =
    place != NULL ? g_inet_socket_address_new_from_string (g_network_address_get_hostname (G_NETWORK_ADDRESS (place)),
                                                           g_network_address_get_port (G_NETWORK_ADDRESS (place))) : NULL;

  if (address != NULL && g_socket_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return address;
  g_clear_object (&address);
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
               "satip's setting “search”: “%s” is no IPv4 address with or without a port, nor “none”", where);
  return NULL;
}

SatipDiscovery *
satip_discovery_new (const char *where, const char *interface, const SatipDiscoveryFuncs *funcs, gpointer user_data, GError **error)
{
  GSocketAddress *address = parse_where (where != NULL ? where : SATIP_SSDP_GROUP, error);
  SatipDiscovery *self;

  if (address == NULL)
    return NULL;
  self = g_new0 (SatipDiscovery, 1);
  self->funcs = funcs;
  self->user_data = user_data;
  self->where = address;
  self->where_text = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address));
  self->all = g_ptr_array_new_with_free_func (found_free);
  if (!open_sockets (self, interface, error)) {
    hearth_error_translate (error, "preparing to search for SAT>IP servers");
    satip_discovery_free (self);
    return NULL;
  }
  watch (self, self->search, 0);
  watch (self, self->notify, 1);
  on_timer (self);
  return self;
}

void
satip_discovery_free (SatipDiscovery *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  for (guint i = 0; i < G_N_ELEMENTS (self->sources); i++)
    if (self->sources[i] != NULL) {
      g_source_destroy (self->sources[i]);
      g_source_unref (self->sources[i]);
    }
  g_clear_object (&self->search);
  g_clear_object (&self->notify);
  g_clear_object (&self->where);
  g_ptr_array_unref (self->all);
  g_free (self->where_text);
  g_free (self);
}
