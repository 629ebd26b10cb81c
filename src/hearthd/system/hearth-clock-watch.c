/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/system/hearth-clock-watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NEVER_S 0x7fffffff00000000 /* the timer is there for its cancellation */

typedef struct {
  int fd;
  void (*set) (gpointer user_data);
  gpointer user_data;
} Watch;

gint64
hearth_clock_get_boot_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
watch_free (gpointer data)
{
  Watch *self = data;

  close (self->fd);
  g_free (self);
}

static gboolean
arm (int fd)
{
  const struct itimerspec never = { .it_value = { .tv_sec = NEVER_S } };

  return timerfd_settime (fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) == 0;
}

/* read() fails once for each time that the clock was set, and the timer stays. */
static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  Watch *self = user_data;
  guint64 n;

  if (read (fd, &n, sizeof n) < 0 && errno == ECANCELED)
    self->set (self->user_data);
  return G_SOURCE_CONTINUE;
}

guint
hearth_clock_watch_add (void (*set) (gpointer user_data), gpointer user_data)
{
  const int fd = timerfd_create (CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  Watch *self;

  if (fd < 0)
    return 0;
  if (!arm (fd)) {
    close (fd);
    return 0;
  }
  self = g_new (Watch, 1);
  *self = (Watch){ fd, set, user_data };
  return g_unix_fd_add_full (G_PRIORITY_DEFAULT, fd, G_IO_IN, on_readable, self, watch_free);
}
