/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-feed.h"

#include <time.h>

gint64
iptv_now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

void
iptv_feed_init (IptvFeed *self, HearthStreamSink *sink)
{
  g_mutex_init (&self->lock);
  self->sink = sink;
  self->told = FALSE;
  self->last_arrival_us = 0;
}

void
iptv_feed_clear (IptvFeed *self)
{
  g_mutex_clear (&self->lock);
}

void
iptv_feed_close (IptvFeed *self)
{
  g_mutex_lock (&self->lock);
  self->sink = NULL;
  g_mutex_unlock (&self->lock);
}

void
iptv_feed_push (IptvFeed *self, const guint8 *bytes, gsize n_bytes, gint64 arrival_us)
{
  g_mutex_lock (&self->lock);
  self->last_arrival_us = MAX (self->last_arrival_us, arrival_us);
  if (self->sink != NULL)
    hearth_stream_sink_push (self->sink, bytes, n_bytes, self->last_arrival_us);
  g_mutex_unlock (&self->lock);
}

void
iptv_feed_gap (IptvFeed *self)
{
  g_mutex_lock (&self->lock);
  if (self->sink != NULL)
    hearth_stream_sink_gap (self->sink);
  g_mutex_unlock (&self->lock);
}

void
iptv_feed_health (IptvFeed *self, const HearthTransportHealth *health)
{
  g_mutex_lock (&self->lock);
  if (self->sink != NULL)
    hearth_stream_sink_health (self->sink, health);
  g_mutex_unlock (&self->lock);
}

void
iptv_feed_beat (IptvFeed *self)
{
  g_mutex_lock (&self->lock);
  if (self->sink != NULL)
    hearth_stream_sink_beat (self->sink);
  g_mutex_unlock (&self->lock);
}

void
iptv_feed_state (IptvFeed *self, HearthStreamState state, HearthError code, const char *text)
{
  g_mutex_lock (&self->lock);
  if (self->sink != NULL && (!self->told || self->state != state || self->code != code)) {
    self->told = TRUE;
    self->state = state;
    self->code = code;
    hearth_stream_sink_state (self->sink, state, code, text);
  }
  g_mutex_unlock (&self->lock);
}

void
iptv_feed_trouble (IptvFeed *self, HearthStreamState state, GError *error)
{
  iptv_feed_state (self, state, error->domain == HEARTH_ERROR ? (HearthError) error->code : HEARTH_ERROR_FAILED, error->message);
  g_error_free (error);
}
