/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:iptv-feed
 *
 * The way from a source to the host's sink, with a tap: after
 * iptv_feed_close() the sink is not touched any more, whatever the source's
 * thread still does. Any thread; a source feeds from one at a time.
 */
typedef struct {
  GMutex lock;            /* guards all below */
  HearthStreamSink *sink; /* NULL: closed */
  HearthStreamState state;
  HearthError code;
  gboolean told;          /* a state was told */
  gint64 last_arrival_us; /* of what was pushed: packets put back in order must not turn time back */
} IptvFeed;

void iptv_feed_init (IptvFeed *self, HearthStreamSink *sink);
void iptv_feed_clear (IptvFeed *self);
/* Waits for a call into the sink that is under way. */
void iptv_feed_close (IptvFeed *self);

void iptv_feed_push (IptvFeed *self, const guint8 *bytes, gsize n_bytes, gint64 arrival_us);
void iptv_feed_gap (IptvFeed *self);
void iptv_feed_beat (IptvFeed *self);
void iptv_feed_health (IptvFeed *self, const HearthTransportHealth *health);
/* Says nothing when neither state nor code changes. */
void iptv_feed_state (IptvFeed *self, HearthStreamState state, HearthError code, const char *text);
/* From an error, which is consumed. */
void iptv_feed_trouble (IptvFeed *self, HearthStreamState state, GError *error);

/* CLOCK_BOOTTIME in µs. */
gint64 iptv_now_us (void);

G_END_DECLS
