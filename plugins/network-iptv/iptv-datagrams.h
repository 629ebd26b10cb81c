/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-address.h"
#include "iptv-feed.h"
#include "iptv-lookup.h"
#include "iptv-rtp.h"

G_BEGIN_DECLS

/**
 * SECTION:iptv-datagrams
 *
 * One UDP or RTP stream: its socket, its membership, its order. All functions
 * run on the ingest thread but new() and free().
 */

/* Memory for one recvmmsg(), shared by all streams of the ingest thread. */
typedef struct _IptvBatch IptvBatch;

IptvBatch *iptv_batch_new (void);
void iptv_batch_free (IptvBatch *self);

typedef struct {
  IptvFeed feed;
  IptvAddress address;  /* as it was asked for, perhaps by name */
  IptvAddress found;    /* what its names are now */
  IptvLookup *lookup;   /* NULL: none under way */
  char *interface; /* NULL: by route */

  int fd;               /* -1: not open */
  int wake_fd;          /* the ingest thread's, for the end of a lookup */
  guint buffer_bytes;   /* of the socket, as the kernel counts */
  gboolean batched;     /* read at the common tick, not at once */
  gint64 opened_us;     /* when the socket was opened */
  gint64 first_us;      /* first datagram since then; 0: none */
  gint64 last_us;       /* last datagram ever; 0: none */
  gint64 retry_us;      /* when to open again while nothing comes */
  guint backoff;        /* how often that was in vain */
  guint64 bytes;        /* since first_us, for the rate */

  gsize header_bytes, payload_bytes; /* what the next datagrams are expected to be cut into */
  guint32 kernel_drops;
  IptvRtp *rtp;         /* NULL: none came */
  HearthTransportHealth health;
  HearthTransportHealth health_told;
  gint64 health_told_us;
} IptvDatagrams;

IptvDatagrams *iptv_datagrams_new (const IptvAddress *address, const char *interface, HearthStreamSink *sink);
void iptv_datagrams_free (IptvDatagrams *self);

/* Opens the socket and tells JOINED, or why not; then housekeep() tries again. @wake_fd: borrowed; written when housekeep()
 * has something to do. */
void iptv_datagrams_open (IptvDatagrams *self, int wake_fd, gint64 now_us);
void iptv_datagrams_close (IptvDatagrams *self);
/* Reads all that is there. */
void iptv_datagrams_serve (IptvDatagrams *self, IptvBatch *batch);
/* Holes, silence, health. Returns TRUE when the socket was opened anew. */
gboolean iptv_datagrams_housekeep (IptvDatagrams *self, gint64 now_us);
/* For how long the receive buffer lasts at the rate seen. G_MAXINT64 before there is one. */
gint64 iptv_datagrams_get_buffer_us (const IptvDatagrams *self, gint64 now_us);

G_END_DECLS
