/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-datagrams.h"

G_BEGIN_DECLS

/**
 * SECTION:iptv-ingest
 *
 * One thread that reads the sockets of all datagram streams of an instance.
 *
 * A new stream is served at once, by epoll, so that a zap waits for nothing.
 * When its data have flowed for two seconds it leaves epoll and is read at a
 * tick of 20 ms common to all: so a box that shows one stream or records a
 * hundred wakes fifty times a second for it, not thousands. The tick is
 * shortened to 10 or 5 ms where the kernel gave receive buffers too small for
 * it. Without streams nothing wakes.
 */
typedef struct _IptvIngest IptvIngest;

/* Errors: LIMIT, IO */
IptvIngest *iptv_ingest_new (GError **error);
/* Joins the thread. All streams must have been removed. */
void iptv_ingest_free (IptvIngest *self);

/* Takes @stream over, and opens it. */
void iptv_ingest_add (IptvIngest *self, IptvDatagrams *stream);
/* Closes the feed, at once; the thread leaves the group and frees the stream soon after. */
void iptv_ingest_remove (IptvIngest *self, IptvDatagrams *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IptvIngest, iptv_ingest_free)

G_END_DECLS
