/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dvb-group.h"

#include <arpa/inet.h>
#include <errno.h>
#include <hearth/error.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (4 << 20)
#define DATAGRAM_BYTES 2048
#define RTP_HEADER 12
#define PACKET 188

static gboolean
parse (const char *text, struct sockaddr_in *address, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  *address = (struct sockaddr_in) { .sin_family = AF_INET };
  if (uri != NULL && g_str_equal (g_uri_get_scheme (uri), "udp") && g_uri_get_port (uri) > 0 && g_uri_get_host (uri) != NULL &&
      inet_pton (AF_INET, g_uri_get_host (uri), &address->sin_addr) == 1) {
    address->sin_port = htons ((guint16) g_uri_get_port (uri));
    return TRUE;
  }
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no source of a virtual multiplex: a file, or udp://GROUP:PORT", text);
  return FALSE;
}

static gboolean
join (int fd, const struct sockaddr_in *address, const char *interface)
{
  const struct ip_mreqn group = { .imr_multiaddr = address->sin_addr, .imr_ifindex = (int) if_nametoindex (interface) };
  const int one = 1, size = BUFFER_BYTES;

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (bind (fd, (const struct sockaddr *) address, sizeof *address) < 0)
    return FALSE;
  return !IN_MULTICAST (ntohl (address->sin_addr.s_addr)) || setsockopt (fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0;
}

int
dvb_group_join (const char *text, const char *interface, GError **error)
{
  struct sockaddr_in address;
  int fd;

  if (!parse (text, &address, error))
    return -1;
  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0 && join (fd, &address, interface != NULL ? interface : "lo"))
    return fd;
  hearth_error_set_errno (error, errno, "joining %s", text);
  if (fd >= 0)
    close (fd);
  return -1;
}

gssize
dvb_group_read (int fd, guint8 *bytes, gsize n_bytes)
{
  gsize n = 0;

  while (n_bytes - n >= DATAGRAM_BYTES) {
    gssize got = recv (fd, bytes + n, DATAGRAM_BYTES, 0);

    if (got < 0)
      break;
    if (got % PACKET == RTP_HEADER && bytes[n] != 0x47) {
      got -= RTP_HEADER;
      memmove (bytes + n, bytes + n + RTP_HEADER, (gsize) got);
    }
    if (got % PACKET == 0)
      n += (gsize) got;
  }
  if (n > 0)
    return (gssize) n;
  return -1;
}
