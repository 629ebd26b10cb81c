/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display/hearth-timer.h"

#include <errno.h>
#include <glib-unix.h>
#include <hearth/error.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct _HearthTimer {
  int fd;
  GSource *source;
  gint64 armed_us;
  void (*fired) (gpointer user_data);
  gpointer user_data;
};

static gboolean
on_expired (int fd, GIOCondition condition, gpointer user_data)
{
  HearthTimer *self = user_data;
  guint64 n;

  if (read (fd, &n, sizeof n) == (gssize) sizeof n) {
    self->armed_us = G_MAXINT64;
    self->fired (self->user_data);
  }
  return G_SOURCE_CONTINUE;
}

HearthTimer *
hearth_timer_new (void (*fired) (gpointer user_data), gpointer user_data, GError **error)
{
  int fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  HearthTimer *self;

  if (fd < 0) {
    hearth_error_set_errno (error, errno, "making a timer");
    return NULL;
  }
  self = g_new0 (HearthTimer, 1);
  self->fd = fd;
  self->armed_us = G_MAXINT64;
  self->fired = fired;
  self->user_data = user_data;
  self->source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_expired), self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
  return self;
}

void
hearth_timer_free (HearthTimer *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->fd);
  g_free (self);
}

void
hearth_timer_arm (HearthTimer *self, gint64 at_us)
{
  struct itimerspec when = { 0 };

  if (at_us == self->armed_us)
    return;
  if (at_us != G_MAXINT64) {
    gint64 first_us = MAX (at_us, 1); /* all zero would stop it */

    when.it_value = (struct timespec){ first_us / G_USEC_PER_SEC, first_us % G_USEC_PER_SEC * 1000 };
  }
  timerfd_settime (self->fd, TFD_TIMER_ABSTIME, &when, NULL);
  self->armed_us = at_us;
}
