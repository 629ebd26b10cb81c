/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-view-waiters.h"

#include "ring/hearth-ring.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("player")

struct _HearthViewWaiters {
  HearthRingWaiter *waiters[HEARTH_VIEW_READERS];
  guint next; /* number of the next one that is made */
};

HearthViewWaiters *
hearth_view_waiters_new (void)
{
  return g_new0 (HearthViewWaiters, 1);
}

static void
drop (HearthViewWaiters *self)
{
  for (guint i = 0; i < HEARTH_VIEW_READERS; i++)
    g_clear_pointer (&self->waiters[i], hearth_ring_waiter_free);
}

void
hearth_view_waiters_free (HearthViewWaiters *self)
{
  drop (self);
  g_free (self);
}

gboolean
hearth_view_waiters_make (HearthViewWaiters *self, HearthNetworkObject *network, HearthStream *stream,
                          int fds[2 * HEARTH_VIEW_READERS])
{
  g_autoptr (GError) error = NULL;

  drop (self);
  for (guint i = 0; i < HEARTH_VIEW_READERS; i++) {
    self->waiters[i] = hearth_ring_waiter_new (&error);
    if (self->waiters[i] == NULL) {
      hearth_error ("%s", error->message);
      return FALSE;
    }
    fds[2 * i] = hearth_ring_waiter_get_page_fd (self->waiters[i]);
    fds[2 * i + 1] = hearth_ring_waiter_get_event_fd (self->waiters[i]);
    hearth_network_object_add_waiter (network, stream, self->next++, fds[2 * i], fds[2 * i + 1]);
  }
  return TRUE;
}

void
hearth_view_waiters_remove (HearthViewWaiters *self, HearthNetworkObject *network, HearthStream *stream)
{
  for (guint i = 0; i < HEARTH_VIEW_READERS && network != NULL && self->waiters[i] != NULL; i++)
    hearth_network_object_remove_waiter (network, stream, self->next - HEARTH_VIEW_READERS + i);
  drop (self);
}
