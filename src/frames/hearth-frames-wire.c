/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames/hearth-frames-wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

G_STATIC_ASSERT (sizeof (FramesCapsMessage) == 8 + 4 * 36);
G_STATIC_ASSERT (sizeof (FramesAnswerMessage) == 8 + 24);
G_STATIC_ASSERT (sizeof (FramesNumberMessage) == 8 + 8);
G_STATIC_ASSERT (sizeof (FramesRefusedMessage) == 8 + 256);
G_STATIC_ASSERT (sizeof (FramesPoolMessage) == 8 + 24 + 16 + 32 + 8);
G_STATIC_ASSERT (sizeof (FramesFrameMessage) == 8 + 24 + 16 + 16 + 8 + 4 + 20 + 8);

/* 0: no such type. */
static guint32
message_bytes (guint32 type)
{
  switch ((FramesType) type) {
  case FRAMES_CAPS:
    return sizeof (FramesCapsMessage);
  case FRAMES_SHOWN:
  case FRAMES_DROPPED:
    return sizeof (FramesAnswerMessage);
  case FRAMES_REFUSED:
    return sizeof (FramesRefusedMessage);
  case FRAMES_POOL:
    return sizeof (FramesPoolMessage);
  case FRAMES_FRAME:
    return sizeof (FramesFrameMessage);
  case FRAMES_FREED:
  case FRAMES_DROP_POOL:
  case FRAMES_FLUSH:
  case FRAMES_CLEAR:
    return sizeof (FramesNumberMessage);
  default:
    return 0;
  }
}

int
frames_wire_adopt (int fd, GError **error)
{
  int type = 0, domain = 0, flags = fcntl (fd, F_GETFL);
  socklen_t length = sizeof (int);

  if (flags >= 0 && getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
      getsockopt (fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && type == SOCK_SEQPACKET && domain == AF_UNIX &&
      fcntl (fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl (fd, F_SETFD, FD_CLOEXEC) == 0)
    return fd;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
               "descriptor %d is no end of a frame link: that is a local SOCK_SEQPACKET socket", fd);
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
attach_fds (struct msghdr *header, const int *fds, guint n_fds)
{
  struct cmsghdr *control = CMSG_FIRSTHDR (header);

  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
  memcpy (CMSG_DATA (control), fds, n_fds * sizeof (int));
}

static gboolean
send_failed (int error_number, GError **error)
{
  if (error_number == EAGAIN || error_number == ENOBUFS)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_BUSY,
                         "the frame link is full: the other end does not read; try again when it is writable");
  else if (error_number == EPIPE || error_number == ECONNRESET || error_number == ENOTCONN)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED, "the other end of the frame link went away");
  else if (error_number == ETOOMANYREFS)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "too many descriptors are on their way over sockets");
  else
    hearth_error_set_errno (error, error_number, "sending over the frame link");
  return FALSE;
}

gboolean
frames_wire_send (int fd, FramesMessage *message, const int *fds, guint n_fds, GError **error)
{
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE (HEARTH_FRAMES_MAX_BUFFERS * sizeof (int))];
  } control = { 0 };
  struct iovec part = { .iov_base = message };
  struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };

  g_assert (n_fds <= HEARTH_FRAMES_MAX_BUFFERS);
  message->header.n_bytes = message_bytes (message->header.type);
  part.iov_len = message->header.n_bytes;
  if (n_fds > 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = CMSG_SPACE (n_fds * sizeof (int));
    attach_fds (&header, fds, n_fds);
  }
  for (;;) {
    if (sendmsg (fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
      return TRUE;
    if (errno != EINTR)
      return send_failed (errno, error);
  }
}

void
frames_wire_close_all (int *fds, guint n_fds)
{
  for (guint i = 0; i < n_fds; i++)
    close (fds[i]);
}

static void
collect_fds (struct msghdr *header, int *fds, guint *n_fds)
{
  struct cmsghdr *control;

  *n_fds = 0;
  for (control = CMSG_FIRSTHDR (header); control != NULL; control = CMSG_NXTHDR (header, control)) {
    guint n;

    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
      continue;
    n = (control->cmsg_len - CMSG_LEN (0)) / sizeof (int);
    n = MIN (n, HEARTH_FRAMES_MAX_BUFFERS - *n_fds); /* the control buffer has no room for more */
    memcpy (fds + *n_fds, CMSG_DATA (control), n * sizeof (int));
    *n_fds += n;
  }
}

static gboolean
check_received (const struct msghdr *header, const FramesMessage *message, gsize n_bytes, guint n_fds, GError **error)
{
  guint32 expected = n_bytes >= sizeof (FramesHeader) ? message_bytes (message->header.type) : 0;

  if ((header->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT,
                         "frame link: a message or its descriptors are more than any kind has (or this process has no "
                         "descriptors left)");
  else if (expected == 0 || n_bytes != expected || message->header.n_bytes != expected)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "frame link: %" G_GSIZE_FORMAT " bytes are no message", n_bytes);
  else if (n_fds > 0 && message->header.type != FRAMES_POOL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "frame link: message %u comes with %u descriptors",
                 message->header.type, n_fds);
  else
    return TRUE;
  return FALSE;
}

FramesReceived
frames_wire_receive (int fd, FramesMessage *message, int *fds, guint *n_fds, GError **error)
{
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE (HEARTH_FRAMES_MAX_BUFFERS * sizeof (int))];
  } control;
  struct iovec part = { .iov_base = message, .iov_len = sizeof *message };
  struct msghdr header = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
  };
  gssize n;

  *n_fds = 0;
  do
    n = recvmsg (fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n < 0 && errno == EAGAIN)
    return FRAMES_NOTHING;
  if (n < 0 && errno != ECONNRESET) {
    hearth_error_set_errno (error, errno, "reading from the frame link");
    return FRAMES_BROKEN;
  }
  if (n < 0)
    return FRAMES_END;
  collect_fds (&header, fds, n_fds);
  if (n == 0 && *n_fds == 0)
    return FRAMES_END;
  if (check_received (&header, message, n, *n_fds, error))
    return FRAMES_GOT;
  frames_wire_close_all (fds, *n_fds);
  *n_fds = 0;
  return FRAMES_BROKEN;
}

/* ---- structs --------------------------------------------------------------------- */

void
frames_wire_put_pool (FramesMessage *message, const HearthFramePool *pool)
{
  memset (message, 0, sizeof *message);
  message->header.type = FRAMES_POOL;
  message->pool.pool = pool->pool;
  message->pool.fourcc = pool->fourcc;
  message->pool.modifier = pool->modifier;
  message->pool.memory = pool->memory;
  message->pool.width = pool->width;
  message->pool.height = pool->height;
  message->pool.n_planes = pool->n_planes;
  memcpy (message->pool.offset, pool->offset, sizeof pool->offset);
  memcpy (message->pool.stride, pool->stride, sizeof pool->stride);
  message->pool.n_buffers = pool->n_buffers;
  message->pool.buffer_bytes = pool->buffer_bytes;
}

void
frames_wire_get_pool (const FramesMessage *message, HearthFramePool *pool)
{
  memset (pool, 0, sizeof *pool);
  pool->struct_size = sizeof *pool;
  pool->pool = message->pool.pool;
  pool->fourcc = message->pool.fourcc;
  pool->modifier = message->pool.modifier;
  pool->memory = message->pool.memory;
  pool->width = message->pool.width;
  pool->height = message->pool.height;
  pool->n_planes = message->pool.n_planes;
  memcpy (pool->offset, message->pool.offset, sizeof pool->offset);
  memcpy (pool->stride, message->pool.stride, sizeof pool->stride);
  pool->n_buffers = message->pool.n_buffers;
  pool->buffer_bytes = message->pool.buffer_bytes;
}

void
frames_wire_put_frame (FramesMessage *message, const HearthFrame *frame)
{
  const HearthHdr *hdr = &frame->hdr;

  memset (message, 0, sizeof *message);
  message->frame = (FramesFrameMessage){
    .header.type = FRAMES_FRAME,
    .sequence = frame->sequence,
    .present_us = frame->present_us,
    .pts90k = frame->pts90k,
    .pool = frame->pool,
    .index = frame->index,
    .serial = frame->serial,
    .interlaced = frame->interlaced,
    .crop_x = frame->crop.x,
    .crop_y = frame->crop.y,
    .crop_width = frame->crop.width,
    .crop_height = frame->crop.height,
    .sar_num = frame->sar_num,
    .sar_den = frame->sar_den,
    .colorimetry = { frame->colorimetry.primaries, frame->colorimetry.transfer, frame->colorimetry.matrix,
                     frame->colorimetry.full_range },
    .hdr_primaries = { hdr->primaries_x[0], hdr->primaries_x[1], hdr->primaries_x[2], hdr->primaries_y[0],
                       hdr->primaries_y[1], hdr->primaries_y[2] },
    .hdr_white = { hdr->white_x, hdr->white_y },
    .hdr_light = { hdr->max_cll, hdr->max_fall },
    .hdr_luminance = { hdr->max_luminance, hdr->min_luminance },
  };
}

void
frames_wire_get_frame (const FramesMessage *message, HearthFrame *frame)
{
  const FramesFrameMessage *from = &message->frame;

  memset (frame, 0, sizeof *frame);
  *frame = (HearthFrame){
    .pool = from->pool,
    .index = from->index,
    .sequence = from->sequence,
    .serial = from->serial,
    .present_us = from->present_us,
    .pts90k = from->pts90k,
    .crop = { from->crop_x, from->crop_y, from->crop_width, from->crop_height },
    .sar_num = from->sar_num,
    .sar_den = from->sar_den,
    .interlaced = from->interlaced,
    .colorimetry = { from->colorimetry[0], from->colorimetry[1], from->colorimetry[2], from->colorimetry[3] },
    .hdr = { .primaries_x = { from->hdr_primaries[0], from->hdr_primaries[1], from->hdr_primaries[2] },
             .primaries_y = { from->hdr_primaries[3], from->hdr_primaries[4], from->hdr_primaries[5] },
             .white_x = from->hdr_white[0],
             .white_y = from->hdr_white[1],
             .max_luminance = from->hdr_luminance[0],
             .min_luminance = from->hdr_luminance[1],
             .max_cll = from->hdr_light[0],
             .max_fall = from->hdr_light[1] },
  };
}

static gboolean
crop_fits (const HearthRect *crop, const HearthFramePool *pool)
{
  return crop->x >= 0 && crop->y >= 0 && crop->width > 0 && crop->height > 0 &&
         (gint64) crop->x + crop->width <= pool->width && (gint64) crop->y + crop->height <= pool->height;
}

gboolean
frames_wire_check_frame (const HearthFrame *frame, const HearthFramePool *pool, GError **error)
{
  if (frame->index >= pool->n_buffers)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "frame %" G_GUINT64_FORMAT ": pool %u has no buffer %u",
                 frame->sequence, frame->pool, frame->index);
  else if (!crop_fits (&frame->crop, pool))
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "frame %" G_GUINT64_FORMAT ": crop %d,%d %dx%d is no part of %ux%u", frame->sequence, frame->crop.x,
                 frame->crop.y, frame->crop.width, frame->crop.height, pool->width, pool->height);
  else if (frame->sar_num == 0 || frame->sar_den == 0 || frame->sar_num > FRAMES_MAX_SAR || frame->sar_den > FRAMES_MAX_SAR)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "frame %" G_GUINT64_FORMAT ": pixels of %u:%u (unknown is 1:1)", frame->sequence, frame->sar_num, frame->sar_den);
  else if (frame->present_us < 0 || frame->present_us > G_MAXINT64 / 4)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "frame %" G_GUINT64_FORMAT ": no time on CLOCK_MONOTONIC",
                 frame->sequence);
  else if (frame->interlaced > 2 || frame->colorimetry.full_range > 1)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "frame %" G_GUINT64_FORMAT ": unknown field order or range",
                 frame->sequence);
  else
    return TRUE;
  return FALSE;
}
