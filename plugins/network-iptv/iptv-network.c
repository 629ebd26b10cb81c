/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-network.h"

#include "iptv-charset.h"
#include "iptv-file.h"
#include "iptv-http.h"
#include "iptv-ingest.h"
#include "iptv-listing.h"
#include "iptv-url.h"

#include <string.h>

typedef struct {
  char *interface, *user_agent;
  gboolean any_certificate;
  IptvListing *listing;

  /* Made when the first stream needs them: most boxes need one of the two. */
  IptvIngest *ingest;
  IptvIo *io;
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

static void
network_refresh (gpointer data)
{
  Network *self = data;

  iptv_listing_refresh (self->listing);
}

static gboolean
network_inspect (const char *location, HearthNetworkHost *host, GCancellable *cancellable, GError **error)
{
  const IptvListSource source = { .location = location };

  return iptv_list_read (&source, NULL, host, NULL, NULL, cancellable, error) != IPTV_LIST_FAILED;
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
fail_type (const char *key, const char *type, GVariant *found, GError **error)
{
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "iptv's setting “%s” is of D-Bus type %s, not %s", key, type,
               g_variant_get_type_string (found));
  return FALSE;
}

static gboolean
read_others (Network *self, GVariant *settings, guint *refresh_minutes, GError **error)
{
  g_autoptr (GVariant) minutes = g_variant_lookup_value (settings, "refresh-minutes", NULL);
  g_autoptr (GVariant) any = g_variant_lookup_value (settings, "any-certificate", NULL);

  if (minutes != NULL && !g_variant_is_of_type (minutes, G_VARIANT_TYPE_UINT32))
    return fail_type ("refresh-minutes", "u", minutes, error);
  if (any != NULL && !g_variant_is_of_type (any, G_VARIANT_TYPE_BOOLEAN))
    return fail_type ("any-certificate", "b", any, error);
  if (minutes != NULL)
    *refresh_minutes = g_variant_get_uint32 (minutes);
  self->any_certificate = any != NULL && g_variant_get_boolean (any);
  return TRUE;
}

static gboolean
check_list_settings (const char *location, const char *charset, GError **error)
{
  if (location == NULL) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                         "an iptv network needs the setting “location”: the path or URL of its playlist");
    return FALSE;
  }
  if (charset == NULL || iptv_charset_is_known (charset))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
               "iptv's setting “charset”: “%s” is not known here; try GB18030, BIG5, EUC-KR, SHIFT_JIS, WINDOWS-1250 or the like", charset);
  return FALSE;
}

static gboolean
read_settings (Network *self, HearthNetworkHost *host, GVariant *settings, GError **error)
{
  g_autofree char *location = NULL;
  g_autofree char *charset = NULL;
  guint refresh_minutes = IPTV_LISTING_USUAL_MINUTES;
  IptvListSource source = { 0 };

  if (!read_string (settings, "location", &location, error) || !read_string (settings, "charset", &charset, error) ||
      !read_string (settings, "interface", &self->interface, error) || !read_string (settings, "user-agent", &self->user_agent, error) ||
      !read_others (self, settings, &refresh_minutes, error) || !check_list_settings (location, charset, error))
    return FALSE;
  source = (IptvListSource){ location, self->user_agent, charset, self->any_certificate };
  self->listing = iptv_listing_new (&source, refresh_minutes, host);
  return TRUE;
}

static void
clear (Network *self)
{
  g_clear_pointer (&self->interface, g_free);
  g_clear_pointer (&self->user_agent, g_free);
}

static gboolean
network_start (gpointer data, HearthNetworkHost *host, GVariant *settings, GError **error)
{
  Network *self = data;

  if (read_settings (self, host, settings, error))
    return TRUE;
  clear (self);
  return FALSE;
}

static void
network_stop (gpointer data)
{
  Network *self = data;

  iptv_listing_free (self->listing);
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

static void
take_option (GVariant *options, const char *key, char **field)
{
  const char *value = NULL;

  if (!g_variant_lookup (options, key, "&s", &value) || *value == '\0')
    return;
  g_free (*field);
  *field = g_strdup (value);
}

/* What the list says about @uri: the host may know it from a list that was read before this process was; plus what stands
 * behind a | in the address, plus what the caller wants. */
static IptvRequest *
make_request (Network *self, const char *uri, const char *pipe_options, GVariant *options)
{
  g_autoptr (GVariant) attributes = options != NULL ? g_variant_lookup_value (options, "attributes", G_VARIANT_TYPE ("a(ss)")) : NULL;
  IptvRequest *request = attributes != NULL ? iptv_request_new_for_attributes (attributes) : iptv_listing_dup_request (self->listing, uri);

  if (pipe_options != NULL)
    iptv_request_take_pipe (request, pipe_options);
  if (options != NULL) {
    take_option (options, "user-agent", &request->user_agent);
    take_option (options, "interface", &request->interface);
  }
  request->insecure = request->insecure || self->any_certificate;
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
  IptvRequest *request = make_request (self, bare, pipe_options, options);

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
