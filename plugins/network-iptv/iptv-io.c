/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-io.h"

#define MAX_CONNECTIONS 256
#define TIMEOUT_S 10
#define BEAT_MS 400

struct _IptvIo {
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  char *user_agent;
  SoupSession *session; /* the thread's own, as what follows */
  guint n_holds;
};

static gpointer
run (gpointer data)
{
  IptvIo *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  while (self->n_holds > 0) /* what was cancelled still calls back */
    g_main_context_iteration (self->context, TRUE);
  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

IptvIo *
iptv_io_new (const char *user_agent)
{
  IptvIo *self = g_new0 (IptvIo, 1);

  self->user_agent = g_strdup (user_agent);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("iptv-io", run, self);
  return self;
}

static gboolean
quit (gpointer data)
{
  IptvIo *self = data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

void
iptv_io_free (IptvIo *self)
{
  iptv_io_invoke (self, quit, self);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self->user_agent);
  g_free (self);
}

void
iptv_io_invoke (IptvIo *self, GSourceFunc func, gpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, self->context);
}

void
iptv_io_hold (IptvIo *self)
{
  self->n_holds++;
}

void
iptv_io_release (IptvIo *self)
{
  self->n_holds--;
}

const char *
iptv_io_get_user_agent (IptvIo *self)
{
  return self->user_agent;
}

SoupSession *
iptv_io_get_session (IptvIo *self)
{
  if (self->session == NULL) {
    self->session = soup_session_new_with_options ("max-conns", MAX_CONNECTIONS, "max-conns-per-host", MAX_CONNECTIONS, "timeout",
                                                   TIMEOUT_S, NULL); /* its own user agent would replace the messages' */
    soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER); /* television is not gzipped */
  }
  return self->session;
}

static GSource *
add (IptvIo *self, gint64 ready_us, GSourceFunc func, gpointer data)
{
  GSource *source = g_timeout_source_new (0);

  g_source_set_ready_time (source, ready_us);
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, self->context);
  return source;
}

GSource *
iptv_io_add_tick (IptvIo *self, GSourceFunc func, gpointer data)
{
  return add (self, (g_get_monotonic_time () / IPTV_IO_TICK_US + 1) * IPTV_IO_TICK_US, func, data);
}

GSource *
iptv_io_add_timeout (IptvIo *self, guint ms, GSourceFunc func, gpointer data)
{
  return add (self, g_get_monotonic_time () + (gint64) ms * 1000, func, data);
}

static gboolean
on_beat (gpointer feed)
{
  iptv_feed_beat (feed);
  return G_SOURCE_CONTINUE;
}

GSource *
iptv_io_add_beat (IptvIo *self, IptvFeed *feed)
{
  GSource *source = g_timeout_source_new (BEAT_MS);

  iptv_feed_beat (feed);
  g_source_set_callback (source, on_beat, feed, NULL);
  g_source_attach (source, self->context);
  return source;
}

void
iptv_io_remove (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}
