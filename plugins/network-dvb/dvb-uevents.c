/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's own events (NETLINK_KOBJECT_UEVENT): no udev is needed on a small box. */
#include "dvb-uevents.h"

#include <glib-unix.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENT_BYTES 8192
#define SETTLE_MS 300 /* an adapter's nodes come one by one */
#define GROUP_KERNEL 1

struct _DvbUevents {
  int fd;
  guint watch, settling;
  DvbChanged changed;
  gpointer user_data;
};

static gboolean
on_settled (gpointer user_data)
{
  DvbUevents *self = user_data;

  self->settling = 0;
  self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

/* Strings, each ended by a zero byte; the first is "action@path". */
static gboolean
is_dvb (const char *text, gsize n_bytes)
{
  for (gsize at = 0; at < n_bytes; at += strlen (text + at) + 1)
    if (g_str_equal (text + at, "SUBSYSTEM=dvb"))
      return TRUE;
  return FALSE;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  DvbUevents *self = user_data;
  char event[EVENT_BYTES + 1];
  struct sockaddr_nl from = { 0 };
  struct iovec bytes = { event, EVENT_BYTES };
  struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &bytes, .msg_iovlen = 1 };
  gssize n = recvmsg (fd, &message, 0);

  if (n <= 0 || from.nl_pid != 0) /* only the kernel is believed */
    return G_SOURCE_CONTINUE;
  event[n] = '\0';
  if (is_dvb (event, (gsize) n) && self->settling == 0)
    self->settling = g_timeout_add (SETTLE_MS, on_settled, self);
  return G_SOURCE_CONTINUE;
}

DvbUevents *
dvb_uevents_new (DvbChanged changed, gpointer user_data)
{
  const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = GROUP_KERNEL };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  DvbUevents *self;

  if (fd < 0)
    return NULL;
  if (bind (fd, (const struct sockaddr *) &address, sizeof address) < 0) {
    close (fd);
    return NULL;
  }
  self = g_new0 (DvbUevents, 1);
  self->fd = fd;
  self->changed = changed;
  self->user_data = user_data;
  self->watch = g_unix_fd_add (fd, G_IO_IN, on_readable, self);
  return self;
}

void
dvb_uevents_free (DvbUevents *self)
{
  g_clear_handle_id (&self->settling, g_source_remove);
  g_clear_handle_id (&self->watch, g_source_remove);
  close (self->fd);
  g_free (self);
}
