/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <hearth/uevents.h>

#include <glib-unix.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENT_BYTES 8192
#define GROUP_KERNEL 1

struct _HearthUevents {
  int fd;
  GSource *watch, *settling;
  char *line; /* of an event that is ours: "SUBSYSTEM=drm" */
  guint settle_ms;
  void (*changed) (gpointer user_data);
  gpointer user_data;
};

static void
end_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
on_settled (gpointer user_data)
{
  HearthUevents *self = user_data;

  end_source (&self->settling);
  self->changed (self->user_data);
  return G_SOURCE_REMOVE;
}

/* Strings, each ended by a zero byte; the first is "action@path". */
static gboolean
is_ours (const HearthUevents *self, const char *text, gsize n_bytes)
{
  for (gsize at = 0; at < n_bytes; at += strlen (text + at) + 1)
    if (g_str_equal (text + at, self->line))
      return TRUE;
  return FALSE;
}

static GSource *
attach (GSource *source, GSourceFunc function, gpointer user_data)
{
  g_source_set_callback (source, function, user_data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  HearthUevents *self = user_data;
  char event[EVENT_BYTES + 1];
  struct sockaddr_nl from = { 0 };
  struct iovec bytes = { event, EVENT_BYTES };
  struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &bytes, .msg_iovlen = 1 };
  gssize n = recvmsg (fd, &message, 0);

  if (n <= 0 || from.nl_pid != 0) /* only the kernel is believed */
    return G_SOURCE_CONTINUE;
  event[n] = '\0';
  if (self->settling == NULL && is_ours (self, event, (gsize) n))
    self->settling = attach (g_timeout_source_new (self->settle_ms), on_settled, self);
  return G_SOURCE_CONTINUE;
}

HearthUevents *
hearth_uevents_new (const char *subsystem, guint settle_ms, void (*changed) (gpointer user_data), gpointer user_data)
{
  const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = GROUP_KERNEL };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  HearthUevents *self;

  if (fd < 0)
    return NULL;
  if (bind (fd, (const struct sockaddr *) &address, sizeof address) < 0) {
    close (fd);
    return NULL;
  }
  self = g_new0 (HearthUevents, 1);
  self->fd = fd;
  self->line = g_strconcat ("SUBSYSTEM=", subsystem, NULL);
  self->settle_ms = settle_ms;
  self->changed = changed;
  self->user_data = user_data;
  self->watch = attach (g_unix_fd_source_new (fd, G_IO_IN), G_SOURCE_FUNC (on_readable), self);
  return self;
}

void
hearth_uevents_free (HearthUevents *self)
{
  end_source (&self->settling);
  end_source (&self->watch);
  close (self->fd);
  g_free (self->line);
  g_free (self);
}
