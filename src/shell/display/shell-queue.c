/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/display/shell-queue.h"

#include <string.h>

/* A sender's rate is never quite the display's, so that once in a while frames fall due just at a refresh. Were they taken as
 * they come, one would make it and the next not: the picture would jerk for minutes. So who came in time by little before may
 * be early by as much. */
#define EARLY_US 4000

static gint64
tolerance_us (const ShellQueue *self, gint64 period_us)
{
  return self->slack_us < period_us / 2 ? MIN (EARLY_US, period_us / 4) : 0;
}

static void
remove_first (ShellQueue *self, guint n)
{
  self->n -= n;
  memmove (self->frames, self->frames + n, self->n * sizeof self->frames[0]);
}

gboolean
shell_queue_push (ShellQueue *self, const HearthFrame *frame)
{
  if (self->n == SHELL_QUEUE_MAX)
    return FALSE;
  self->frames[self->n++] = *frame;
  return TRUE;
}

void
shell_queue_flush (ShellQueue *self, guint32 serial, ShellQueueDrop drop, gpointer user_data)
{
  guint n = 0;

  while (n < self->n && self->frames[n].serial < serial) /* serials never fall on a link */
    drop (&self->frames[n++], user_data);
  remove_first (self, n);
}

void
shell_queue_clear (ShellQueue *self, ShellQueueDrop drop, gpointer user_data)
{
  for (guint i = 0; i < self->n; i++)
    drop (&self->frames[i], user_data);
  self->n = 0;
}

gint64
shell_queue_get_due_us (const ShellQueue *self, gint64 period_us)
{
  gint64 due_us = G_MAXINT64;

  for (guint i = 0; i < self->n; i++)
    due_us = MIN (due_us, self->frames[i].present_us);
  return due_us == G_MAXINT64 ? due_us : MAX (0, due_us - tolerance_us (self, period_us));
}

gboolean
shell_queue_pick (ShellQueue *self, gint64 refresh_us, gint64 period_us, HearthFrame *picked, ShellQueueDrop drop,
                  gpointer user_data)
{
  gint64 limit_us = refresh_us + tolerance_us (self, period_us);
  guint n = self->n;

  while (n > 0 && self->frames[n - 1].present_us > limit_us)
    n--;
  if (n == 0)
    return FALSE;
  *picked = self->frames[n - 1];
  for (guint i = 0; i + 1 < n; i++)
    drop (&self->frames[i], user_data);
  remove_first (self, n);
  self->slack_us = refresh_us - picked->present_us;
  return TRUE;
}
