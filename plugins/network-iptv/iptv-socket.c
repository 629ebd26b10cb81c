/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-socket.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <arpa/inet.h>

/* Half a second of 60 Mbit/s, when the kernel lets us; it counts its own overhead too, about as much again. */
#define BUFFER_BYTES (4 << 20)

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29 /* Linux 4.20 */
#endif

static gboolean
same_address (const struct sockaddr *a, int family, const void *binary)
{
  if (a == NULL || a->sa_family != family)
    return FALSE;
  if (family == AF_INET)
    return memcmp (&((const struct sockaddr_in *) (const void *) a)->sin_addr, binary, sizeof (struct in_addr)) == 0;
  return memcmp (&((const struct sockaddr_in6 *) (const void *) a)->sin6_addr, binary, sizeof (struct in6_addr)) == 0;
}

static guint
find_by_local_address (const char *text)
{
  guint8 binary[sizeof (struct in6_addr)];
  int family = inet_pton (AF_INET, text, binary) == 1 ? AF_INET : inet_pton (AF_INET6, text, binary) == 1 ? AF_INET6 : AF_UNSPEC;
  struct ifaddrs *all = NULL;
  guint index = 0;

  if (family == AF_UNSPEC || getifaddrs (&all) != 0)
    return 0;
  for (const struct ifaddrs *i = all; i != NULL && index == 0; i = i->ifa_next)
    if (same_address (i->ifa_addr, family, binary))
      index = if_nametoindex (i->ifa_name);
  freeifaddrs (all);
  return index;
}

static gboolean
find_interface (const char *name, guint *index, GError **error)
{
  guint64 number = 0;

  *index = 0;
  if (name == NULL || *name == '\0')
    return TRUE;
  *index = if_nametoindex (name);
  if (*index == 0 && g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT, &number, NULL))
    *index = (guint) number;
  if (*index == 0)
    *index = find_by_local_address (name);
  if (*index != 0)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NO_ADDRESS,
               "this box has no network interface “%s”: connect it, or change the network's setting “interface”", name);
  return FALSE;
}

static gboolean
fail_join (GError **error, int error_number, const IptvAddress *address, const char *interface)
{
  gboolean routed = interface == NULL || *interface == '\0';

  if (error_number == ENODEV || error_number == ENETUNREACH || error_number == EADDRNOTAVAIL || error_number == EHOSTUNREACH)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NO_ADDRESS, "joining %s: %s: %s", address->text,
                 routed ? "no route leads there" : interface,
                 routed ? "connect the network, or name its interface in the setting “interface”" : g_strerror (error_number));
  else
    hearth_error_set_errno (error, error_number, "joining %s", address->text);
  return FALSE;
}

/* Protocol-independent (RFC 3678, 5); the kernel takes the interface from its route to the group when the index is 0. */
static gboolean
join (int fd, const IptvAddress *address, guint index, const char *interface, GError **error)
{
  int level = address->host.ss_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP, result;

  if (address->source.ss_family != 0) {
    struct group_source_req request = { .gsr_interface = index, .gsr_group = address->host, .gsr_source = address->source };

    result = setsockopt (fd, level, MCAST_JOIN_SOURCE_GROUP, &request, sizeof request);
  } else {
    struct group_req request = { .gr_interface = index, .gr_group = address->host };

    result = setsockopt (fd, level, MCAST_JOIN_GROUP, &request, sizeof request);
  }
  return result == 0 || fail_join (error, errno, address, interface);
}

static guint
set_options (int fd, const IptvAddress *address)
{
  int on = 1, off = 0, wanted = BUFFER_BYTES, given = 0;
  socklen_t length = sizeof given;

  if (setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0) /* only with CAP_NET_ADMIN */
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);             /* up to net.core.rmem_max */
  setsockopt (fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  if (address->host.ss_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (address->multicast) {
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    /* Only what this socket joined, not what others in this box did. */
    if (address->host.ss_family == AF_INET6)
      setsockopt (fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof off);
    else
      setsockopt (fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off);
  }
  getsockopt (fd, SOL_SOCKET, SO_RCVBUF, &given, &length);
  return (guint) given;
}

static gboolean
bind_to (int fd, const IptvAddress *address, guint index, GError **error)
{
  struct sockaddr_storage host = address->host;

  if (host.ss_family == AF_INET6)
    ((struct sockaddr_in6 *) &host)->sin6_scope_id = index;
  if (bind (fd, (struct sockaddr *) &host, address->length) == 0)
    return TRUE;
  if (errno == EADDRNOTAVAIL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NO_ADDRESS, "%s is not an address of this box; udp://@:PORT listens at all of them",
                 address->text);
  else if (errno == EADDRINUSE)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "%s is taken by another program: stop it, or send to another port",
                 address->text);
  else
    hearth_error_set_errno (error, errno, "listening at %s", address->text);
  return FALSE;
}

int
iptv_socket_open (const IptvAddress *address, const char *interface, guint *buffer_bytes, GError **error)
{
  const char *name = address->interface[0] != '\0' ? address->interface : interface;
  guint index = 0;
  int fd;

  if ((address->multicast || address->interface[0] != '\0') && !find_interface (name, &index, error))
    return -1;
  fd = socket (address->host.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    hearth_error_set_errno (error, errno, "opening a socket for %s", address->text);
    return -1;
  }
  *buffer_bytes = set_options (fd, address);
  if (!bind_to (fd, address, index, error) || (address->multicast && !join (fd, address, index, name, error))) {
    close (fd);
    return -1;
  }
  return fd;
}
