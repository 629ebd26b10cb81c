/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/networks/hearth-network-object.h"

G_BEGIN_DECLS

/**
 * SECTION:view-waiters
 *
 * By what a view's player is woken: a pair of descriptors for each of its
 * readers of a stream's ring. Main thread.
 */
#define HEARTH_VIEW_READERS 2 /* hearth-play's video and sound each read the ring for themselves */

typedef struct _HearthViewWaiters HearthViewWaiters;

HearthViewWaiters *hearth_view_waiters_new (void);
void hearth_view_waiters_free (HearthViewWaiters *self);
/* New ones, told to the stream's worker; @fds: page, event, page, event, borrowed. FALSE: there are no descriptors left. */
gboolean hearth_view_waiters_make (HearthViewWaiters *self, HearthNetworkObject *network, HearthStream *stream,
                                   int fds[2 * HEARTH_VIEW_READERS]);
/* The worker's end is taken away, when its stream is kept on. @network (nullable). */
void hearth_view_waiters_remove (HearthViewWaiters *self, HearthNetworkObject *network, HearthStream *stream);

G_END_DECLS
