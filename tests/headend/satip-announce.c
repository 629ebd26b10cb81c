/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/satip-private.h"

#include <hearth/error.h>
#include <net/if.h>
#include <string.h>

#define MAX_AGE_S 1800 /* SAT>IP 1.2.2, 3.3.1 */
#define SERVER "Linux/1.0 UPnP/1.1 hearth-headend/1.0"

struct _HeadendSatipAnnounce {
  GSocket *socket;
  GSource *source;
  GSocketAddress *group;
  char *group_text, *uuid, *location;
  guint again;
};

static void
notify (HeadendSatipAnnounce *self, const char *state)
{
  g_autofree char *text =
    g_strdup_printf ("NOTIFY * HTTP/1.1\r\nHOST: %s\r\nCACHE-CONTROL: max-age=%d\r\nLOCATION: %s\r\nNT: " HEADEND_SATIP_TYPE "\r\nNTS: ssdp:%s\r\n"
                     "SERVER: " SERVER "\r\nUSN: uuid:%s::" HEADEND_SATIP_TYPE "\r\nBOOTID.UPNP.ORG: 1\r\nCONFIGID.UPNP.ORG: 0\r\n"
                     "DEVICEID.SES.COM: 1\r\n\r\n", self->group_text, MAX_AGE_S, self->location, state, self->uuid);

  g_socket_send_to (self->socket, self->group, text, strlen (text), NULL, NULL);
}

static gboolean
on_again (gpointer user_data)
{
  notify (user_data, "alive");
  return G_SOURCE_CONTINUE;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  HeadendSatipAnnounce *self = user_data;
  g_autoptr (GSocketAddress) sender = NULL;
  char text[2048];
  const gssize n = g_socket_receive_from (socket, &sender, text, sizeof text - 1, NULL, NULL);
  g_autofree char *answer = NULL;

  if (n <= 0)
    return G_SOURCE_CONTINUE;
  text[n] = '\0';
  if (!g_str_has_prefix (text, "M-SEARCH ") || (strstr (text, HEADEND_SATIP_TYPE) == NULL && strstr (text, "ssdp:all") == NULL))
    return G_SOURCE_CONTINUE;
  answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=%d\r\nEXT:\r\nLOCATION: %s\r\nSERVER: " SERVER "\r\nST: " HEADEND_SATIP_TYPE
                            "\r\nUSN: uuid:%s::" HEADEND_SATIP_TYPE "\r\nBOOTID.UPNP.ORG: 1\r\nCONFIGID.UPNP.ORG: 0\r\nDEVICEID.SES.COM: 1\r\n\r\n",
                            MAX_AGE_S, self->location, self->uuid);
  g_socket_send_to (socket, sender, answer, strlen (answer), NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
open_socket (HeadendSatipAnnounce *self, GError **error)
{
  GInetSocketAddress *group = G_INET_SOCKET_ADDRESS (self->group);
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) own = g_inet_socket_address_new (any, g_inet_socket_address_get_port (group));
  const struct ip_mreqn index = { .imr_ifindex = (int) if_nametoindex ("lo") };

  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
  if (self->socket == NULL || !g_socket_bind (self->socket, own, TRUE, error))
    return FALSE;
  g_socket_set_blocking (self->socket, FALSE);
  setsockopt (g_socket_get_fd (self->socket), IPPROTO_IP, IP_MULTICAST_IF, &index, sizeof index);
  return !g_inet_address_get_is_multicast (g_inet_socket_address_get_address (group)) ||
         g_socket_join_multicast_group (self->socket, g_inet_socket_address_get_address (group), FALSE, "lo", error);
}

HeadendSatipAnnounce *
headend_satip_announce_new (const char *search, const char *uuid, const char *location, GError **error)
{
  g_autoptr (GSocketConnectable) place = g_network_address_parse (search, 1900, NULL);
  HeadendSatipAnnounce *self;

  self = g_new0 (HeadendSatipAnnounce, 1);
  self->group = place != NULL ? g_inet_socket_address_new_from_string (g_network_address_get_hostname (G_NETWORK_ADDRESS (place)),
                                                                       g_network_address_get_port (G_NETWORK_ADDRESS (place))) : NULL;
  self->group_text = g_strdup (search);
  self->uuid = g_strdup (uuid);
  self->location = g_strdup (location);
  if (self->group == NULL || !open_socket (self, error)) {
    if (self->group == NULL)
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "--satip-search %s: write it like 239.255.255.250:1900", search);
    else
      hearth_error_translate (error, "making the SAT>IP server known at %s", search);
    headend_satip_announce_free (self);
    return NULL;
  }
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->source, NULL);
  self->again = g_timeout_add_seconds (MAX_AGE_S / 2, on_again, self);
  notify (self, "alive");
  return self;
}

void
headend_satip_announce_free (HeadendSatipAnnounce *self)
{
  if (self->source != NULL) {
    notify (self, "byebye");
    g_source_destroy (self->source);
    g_source_unref (self->source);
  }
  g_clear_handle_id (&self->again, g_source_remove);
  g_clear_object (&self->socket);
  g_clear_object (&self->group);
  g_free (self->group_text);
  g_free (self->uuid);
  g_free (self->location);
  g_free (self);
}
