/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-network.h"

#include "iptv-file.h"
#include "iptv-http.h"
#include "iptv-ingest.h"
#include "iptv-list.h"
#include "iptv-request.h"
#include "iptv-url.h"

#include <string.h>

typedef struct {
  HearthNetworkHost *host;
  char *location, *interface, *user_agent;
  guint refresh_minutes;

  /* Made when the first stream needs them: most boxes need one of the two. */
  IptvIngest *ingest;
  IptvIo *io;

  GSource *timer; /* reads the list again */
  GCancellable *cancellable;
  GThread *reader; /* the last one; NULL: none yet */
  int reading;     /* atomic: it still reads */

  GMutex lock;          /* guards requests */
  GHashTable *requests; /* uri -> IptvRequest; NULL: no list yet */
} Network;

typedef enum {
  STREAM_DATAGRAMS,
  STREAM_HTTP,
  STREAM_FILE,
} StreamKind;

/* What the host holds. */
typedef struct {
  StreamKind kind;
  gpointer source; /* IptvDatagrams, IptvHttp, IptvFile */
} Stream;

/* ---- the list ------------------------------------------------------------------------------- */

static void
on_list_done (GHashTable *requests, gpointer data)
{
  Network *self = data;

  if (requests != NULL) {
    g_mutex_lock (&self->lock);
    g_clear_pointer (&self->requests, g_hash_table_unref);
    self->requests = requests;
    g_mutex_unlock (&self->lock);
  }
  g_atomic_int_set (&self->reading, FALSE); /* a refresh() from now on wants another answer than the one that is told next */
}

static gpointer
read_list (gpointer data)
{
  Network *self = data;

  /* The error, if any, is told to the host. */
  iptv_list_read (self->location, self->user_agent, self->host, on_list_done, self, self->cancellable, NULL);
  return NULL;
}

static void
tell_failure (Network *self, GError *error)
{
  self->host->ops->list_begin (self->host);
  self->host->ops->list_end (self->host, NULL, error);
}

static void
network_refresh (gpointer data)
{
  Network *self = data;
  g_autoptr (GError) error = NULL;

  if (g_atomic_int_get (&self->reading))
    return; /* its answer counts for both */
  if (self->reader != NULL)
    g_thread_join (self->reader); /* it has ended, or tells the end */
  g_atomic_int_set (&self->reading, TRUE);
  self->reader = g_thread_try_new ("iptv-list", read_list, self, &error);
  if (self->reader != NULL)
    return;
  g_atomic_int_set (&self->reading, FALSE);
  hearth_error_translate (&error, "starting a thread to read %s", self->location);
  tell_failure (self, error);
}

static gboolean
on_refresh_time (gpointer data)
{
  network_refresh (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
network_inspect (const char *location, HearthNetworkHost *host, GCancellable *cancellable, GError **error)
{
  return iptv_list_read (location, NULL, host, NULL, NULL, cancellable, error);
}

/* ---- start and stop ---------------------------------------------------------------------------- */

static gboolean
read_string (GVariant *settings, const char *key, char **value, GError **error)
{
  g_autoptr (GVariant) found = g_variant_lookup_value (settings, key, NULL);

  *value = NULL;
  if (found == NULL)
    return TRUE;
  if (!g_variant_is_of_type (found, G_VARIANT_TYPE_STRING)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "iptv's setting “%s” is text, not of D-Bus type %s", key,
                 g_variant_get_type_string (found));
    return FALSE;
  }
  *value = *g_variant_get_string (found, NULL) != '\0' ? g_variant_dup_string (found, NULL) : NULL;
  return TRUE;
}

static gboolean
read_settings (Network *self, GVariant *settings, GError **error)
{
  g_autoptr (GVariant) minutes = g_variant_lookup_value (settings, "refresh-minutes", NULL);

  if (!read_string (settings, "location", &self->location, error) || !read_string (settings, "interface", &self->interface, error) ||
      !read_string (settings, "user-agent", &self->user_agent, error))
    return FALSE;
  if (minutes != NULL && !g_variant_is_of_type (minutes, G_VARIANT_TYPE_UINT32)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "iptv's setting “refresh-minutes” is a number (D-Bus type u), not of type %s", g_variant_get_type_string (minutes));
    return FALSE;
  }
  self->refresh_minutes = minutes != NULL ? g_variant_get_uint32 (minutes) : 0;
  if (self->location != NULL)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                       "an iptv network needs the setting “location”: the path or URL of its playlist");
  return FALSE;
}

static void
clear (Network *self)
{
  g_clear_pointer (&self->location, g_free);
  g_clear_pointer (&self->interface, g_free);
  g_clear_pointer (&self->user_agent, g_free);
  g_clear_pointer (&self->requests, g_hash_table_unref);
  g_clear_object (&self->cancellable);
  g_mutex_clear (&self->lock);
}

static gboolean
network_start (gpointer data, HearthNetworkHost *host, GVariant *settings, GError **error)
{
  Network *self = data;

  g_mutex_init (&self->lock);
  self->host = host;
  self->cancellable = g_cancellable_new ();
  if (!read_settings (self, settings, error)) {
    clear (self);
    return FALSE;
  }
  if (self->refresh_minutes > 0) {
    self->timer = g_timeout_source_new_seconds (MIN (self->refresh_minutes, G_MAXUINT / 60) * 60);
    g_source_set_callback (self->timer, on_refresh_time, self, NULL);
    g_source_attach (self->timer, g_main_context_get_thread_default ());
  }
  return TRUE;
}

static void
network_stop (gpointer data)
{
  Network *self = data;

  iptv_io_remove (&self->timer);
  g_cancellable_cancel (self->cancellable);
  if (self->reader != NULL)
    g_thread_join (g_steal_pointer (&self->reader));
  g_clear_pointer (&self->ingest, iptv_ingest_free);
  g_clear_pointer (&self->io, iptv_io_free);
  clear (self);
}

/* ---- streams ------------------------------------------------------------------------------------- */

static Stream *
new_stream (StreamKind kind, gpointer source)
{
  Stream *self;

  if (source == NULL)
    return NULL;
  self = g_new (Stream, 1);
  self->kind = kind;
  self->source = source;
  return self;
}

/* What the list said about @uri, plus what stands behind a | in it. */
static IptvRequest *
dup_request (Network *self, const char *uri, const char *pipe_options)
{
  IptvRequest *request;

  g_mutex_lock (&self->lock);
  request = iptv_request_copy (self->requests != NULL ? g_hash_table_lookup (self->requests, uri) : NULL);
  g_mutex_unlock (&self->lock);
  if (pipe_options != NULL)
    iptv_request_take_pipe (request, pipe_options);
  return request;
}

static gpointer
open_datagrams (Network *self, const char *uri, const IptvRequest *request, HearthStreamSink *sink, GError **error)
{
  IptvAddress address;
  IptvDatagrams *source;

  if (!iptv_address_parse (&address, uri, error))
    return NULL;
  if (self->ingest == NULL)
    self->ingest = iptv_ingest_new (error);
  if (self->ingest == NULL)
    return NULL;
  source = iptv_datagrams_new (&address, request->interface != NULL ? request->interface : self->interface, sink);
  iptv_ingest_add (self->ingest, source);
  return source;
}

static IptvIo *
need_io (Network *self)
{
  if (self->io == NULL)
    self->io = iptv_io_new (self->user_agent != NULL ? self->user_agent : IPTV_DEFAULT_USER_AGENT);
  return self->io;
}

static gpointer
open_source (Network *self, const char *uri, IptvRequest *request, HearthStreamSink *sink, GError **error)
{
  g_autoptr (IptvRequest) owned = request;

  if (iptv_url_has_scheme (uri, "udp") || iptv_url_has_scheme (uri, "rtp"))
    return new_stream (STREAM_DATAGRAMS, open_datagrams (self, uri, request, sink, error));
  if (iptv_url_has_scheme (uri, "http") || iptv_url_has_scheme (uri, "https"))
    return new_stream (STREAM_HTTP, iptv_http_open (need_io (self), uri, g_steal_pointer (&owned), sink, error));
  if (iptv_url_has_scheme (uri, "file"))
    return new_stream (STREAM_FILE, iptv_file_open (need_io (self), uri, sink, error));
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
               "“%s”: an iptv network brings udp, rtp, http, https and file addresses; the player may know this one", uri);
  return NULL;
}

static gpointer
network_open (gpointer data, const char *uri, GVariant *options, HearthStreamSink *sink, GError **error)
{
  Network *self = data;
  g_autofree char *bare = g_strdup (uri);
  char *pipe_options = iptv_url_cut_options (bare), *fragment;
  IptvRequest *request = dup_request (self, bare, pipe_options);

  if (options != NULL)
    for (guint i = 0; i < 2; i++) {
      static const char *const keys[] = { "user-agent", "interface" };
      char **field = i == 0 ? &request->user_agent : &request->interface;
      const char *value = NULL;

      if (g_variant_lookup (options, keys[i], "&s", &value) && *value != '\0') {
        g_free (*field);
        *field = g_strdup (value);
      }
    }
  fragment = strstr (bare, "#hearth-"); /* that of a list's second entry with the same address */
  if (fragment != NULL)
    *fragment = '\0';
  return open_source (self, bare, request, sink, error);
}

static void
network_close (gpointer data, gpointer handle)
{
  Network *self = data;
  Stream *stream = handle;

  switch (stream->kind) {
  case STREAM_DATAGRAMS:
    iptv_ingest_remove (self->ingest, stream->source);
    break;
  case STREAM_HTTP:
    iptv_http_close (stream->source);
    break;
  case STREAM_FILE:
    iptv_file_close (stream->source);
    break;
  default:
    g_assert_not_reached ();
  }
  g_free (stream);
}

const HearthNetworkOps iptv_network_ops = {
  .struct_size = sizeof (HearthNetworkOps),
  .kind = "iptv",
  .instance_size = sizeof (Network),
  .start = network_start,
  .stop = network_stop,
  .refresh = network_refresh,
  .open = network_open,
  .close = network_close,
  .inspect = network_inspect,
};
