/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-media.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define MAX_BATCHES 32      /* a visit */
#define DATAGRAM_BYTES 4096 /* SAT>IP packets fit an Ethernet frame */
#define SOCKET_BYTES (4 << 20)
#define TRIES 64            /* for a free pair */

typedef struct {
  struct mmsghdr messages[BATCH];
  struct iovec vectors[BATCH];
  struct sockaddr_storage senders[BATCH];
  guint8 control[BATCH][CMSG_SPACE (sizeof (struct timespec))];
  guint8 bytes[BATCH][DATAGRAM_BYTES];
} Batch;

gint64
satip_boottime_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

void
satip_media_init (SatipMedia *self)
{
  *self = (SatipMedia) { .rtp_fd = -1, .rtcp_fd = -1 };
}

void
satip_media_clear (SatipMedia *self)
{
  satip_media_close (self);
  g_clear_pointer (&self->batch, g_free);
}

void
satip_media_close (SatipMedia *self)
{
  if (self->rtp_fd >= 0)
    close (self->rtp_fd);
  if (self->rtcp_fd >= 0)
    close (self->rtcp_fd);
  self->rtp_fd = self->rtcp_fd = -1;
}

/* ---- a pair of ports ------------------------------------------------------------------------------ */

static int
bind_port (int family, guint16 port, guint16 *got)
{
  struct sockaddr_storage address = { .ss_family = (sa_family_t) family };
  socklen_t length = family == AF_INET6 ? sizeof (struct sockaddr_in6) : sizeof (struct sockaddr_in);
  in_port_t *place = family == AF_INET6 ? &((struct sockaddr_in6 *) &address)->sin6_port : &((struct sockaddr_in *) &address)->sin_port;
  const int fd = socket (family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1, size = SOCKET_BYTES;

  if (fd < 0)
    return -1;
  *place = g_htons (port);
  if (bind (fd, (struct sockaddr *) &address, length) < 0 || getsockname (fd, (struct sockaddr *) &address, &length) < 0) {
    close (fd);
    return -1;
  }
  *got = g_ntohs (*place);
  setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  if (setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
    setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  return fd;
}

gboolean
satip_media_open (SatipMedia *self, int family, GError **error)
{
  satip_media_close (self);
  for (guint i = 0; i < TRIES && self->rtcp_fd < 0; i++) {
    guint16 next;

    satip_media_close (self);
    self->rtp_fd = bind_port (family, 0, &self->port);
    if (self->rtp_fd < 0)
      break;
    if (self->port % 2 == 0)
      self->rtcp_fd = bind_port (family, self->port + 1, &next);
  }
  if (self->rtcp_fd >= 0)
    return TRUE;
  if (self->rtp_fd < 0)
    hearth_error_set_errno (error, errno, "opening a port to receive at");
  else
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "no pair of UDP ports is free to receive at");
  satip_media_close (self);
  return FALSE;
}

/* ---- receiving --------------------------------------------------------------------------------------- */

static Batch *
need_batch (SatipMedia *self)
{
  Batch *batch = self->batch;

  if (batch != NULL)
    return batch;
  batch = self->batch = g_new0 (Batch, 1);
  for (guint i = 0; i < BATCH; i++) {
    batch->vectors[i] = (struct iovec){ batch->bytes[i], DATAGRAM_BYTES };
    batch->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &batch->vectors[i], .msg_iovlen = 1, .msg_name = &batch->senders[i],
                                                  .msg_control = batch->control[i] };
  }
  return batch;
}

static gboolean
is_from (const struct sockaddr_storage *sender, const struct sockaddr_storage *server)
{
  if (sender->ss_family != server->ss_family)
    return FALSE;
  if (sender->ss_family == AF_INET6)
    return memcmp (&((const struct sockaddr_in6 *) sender)->sin6_addr, &((const struct sockaddr_in6 *) server)->sin6_addr, 16) == 0;
  return ((const struct sockaddr_in *) sender)->sin_addr.s_addr == ((const struct sockaddr_in *) server)->sin_addr.s_addr;
}

/* The kernel's time of a datagram on our clock; now where it is missing or the clock was set in between. */
static gint64
get_arrival (struct msghdr *message, gint64 now_us, gint64 realtime_offset_us)
{
  for (struct cmsghdr *c = CMSG_FIRSTHDR (message); c != NULL; c = CMSG_NXTHDR (message, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec time;
      gint64 us;

      memcpy (&time, CMSG_DATA (c), sizeof time);
      us = (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000 + realtime_offset_us;
      return us <= now_us && us > now_us - 2 * G_USEC_PER_SEC ? us : now_us;
    }
  return now_us;
}

static int
receive (Batch *batch, int fd)
{
  int n;

  for (guint i = 0; i < BATCH; i++) {
    batch->messages[i].msg_hdr.msg_namelen = sizeof batch->senders[i];
    batch->messages[i].msg_hdr.msg_controllen = sizeof batch->control[i];
  }
  do
    n = recvmmsg (fd, batch->messages, BATCH, MSG_DONTWAIT, NULL);
  while (n < 0 && errno == EINTR);
  return n;
}

guint
satip_media_receive (SatipMedia *self, int fd, const struct sockaddr_storage *server, SatipMediaFunc func, gpointer user_data)
{
  Batch *batch = need_batch (self);
  guint total = 0;
  int n = BATCH;

  for (guint i = 0; fd >= 0 && i < MAX_BATCHES && n == BATCH; i++) {
    gint64 now_us, offset_us;

    n = receive (batch, fd);
    now_us = satip_boottime_us ();
    offset_us = now_us - g_get_real_time ();
    for (int j = 0; j < n; j++) {
      struct msghdr *message = &batch->messages[j].msg_hdr;

      if ((message->msg_flags & MSG_TRUNC) != 0 || !is_from (&batch->senders[j], server))
        continue;
      total++;
      func (batch->bytes[j], batch->messages[j].msg_len, get_arrival (message, now_us, offset_us), user_data);
    }
  }
  return total;
}
