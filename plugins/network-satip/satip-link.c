/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (512u << 10) /* more than the longest answer: there is always room for the next */
#define SOCKET_BYTES (2 << 20)    /* of a multiplex that comes between the answers */

void
satip_link_init (SatipLink *self)
{
  *self = (SatipLink) { .fd = -1, .out = g_string_new (NULL), .bytes = g_malloc (BUFFER_BYTES) };
}

void
satip_link_clear (SatipLink *self)
{
  satip_link_close (self);
  g_string_free (self->out, TRUE);
  g_free (self->bytes);
}

void
satip_link_close (SatipLink *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
  self->connecting = FALSE;
  self->start = self->end = 0;
  g_string_truncate (self->out, 0);
}

gboolean
satip_link_open (SatipLink *self, const struct sockaddr_storage *address, GError **error)
{
  const int on = 1, size = SOCKET_BYTES;
  const socklen_t length = address->ss_family == AF_INET6 ? sizeof (struct sockaddr_in6) : sizeof (struct sockaddr_in);

  satip_link_close (self);
  self->fd = socket (address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (self->fd >= 0) {
    setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt (self->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (connect (self->fd, (const struct sockaddr *) address, length) == 0 || errno == EINPROGRESS) {
      self->connecting = TRUE;
      return TRUE;
    }
  }
  hearth_error_set_errno (error, errno, "connecting");
  satip_link_close (self);
  return FALSE;
}

short
satip_link_get_events (const SatipLink *self)
{
  return self->connecting ? POLLOUT : (short) (POLLIN | (self->out->len > 0 ? POLLOUT : 0));
}

static gboolean
fail (SatipLink *self, int error_number, const char *what, GError **error)
{
  hearth_error_set_errno (error, error_number, "%s", what);
  satip_link_close (self);
  return FALSE;
}

static gboolean
flush (SatipLink *self, GError **error)
{
  while (self->out->len > 0) {
    const gssize n = send (self->fd, self->out->str, self->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return TRUE;
    if (n < 0)
      return fail (self, errno, "sending", error);
    g_string_erase (self->out, 0, n);
  }
  return TRUE;
}

void
satip_link_send (SatipLink *self, const char *method, const char *url, const char *headers)
{
  g_string_append_printf (self->out, "%s %s RTSP/1.0\r\nCSeq: %u\r\nUser-Agent: Hearth/" SATIP_VERSION "\r\n%s\r\n", method, url, ++self->cseq, headers);
  if (!self->connecting)
    flush (self, NULL); /* the next serve() finds out what is wrong */
}

static gboolean
finish_connecting (SatipLink *self, GError **error)
{
  int error_number = 0;
  socklen_t length = sizeof error_number;

  getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error_number, &length);
  if (error_number != 0)
    return fail (self, error_number, "connecting", error);
  self->connecting = FALSE;
  return TRUE;
}

static gboolean
receive (SatipLink *self, GError **error)
{
  gssize n;

  if (self->start > 0) {
    memmove (self->bytes, self->bytes + self->start, self->end - self->start);
    self->end -= self->start;
    self->start = 0;
  }
  if (self->end == BUFFER_BYTES)
    return TRUE;
  n = recv (self->fd, self->bytes + self->end, BUFFER_BYTES - self->end, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  if (n < 0)
    return fail (self, errno, "receiving", error);
  if (n == 0) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED, "the connection was closed");
    satip_link_close (self);
    return FALSE;
  }
  self->end += (gsize) n;
  return TRUE;
}

gboolean
satip_link_serve (SatipLink *self, short revents, GError **error)
{
  if (revents == 0)
    return TRUE;
  if (self->connecting && !finish_connecting (self, error))
    return FALSE;
  return flush (self, error) && receive (self, error);
}

void
satip_link_next (SatipLink *self, SatipRtspUnit *unit)
{
  satip_rtsp_parse (self->bytes + self->start, self->end - self->start, unit);
  if (unit->kind != SATIP_RTSP_MORE && unit->kind != SATIP_RTSP_BROKEN)
    self->start += unit->n_bytes;
}
