/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-list.h"

#include "iptv-m3u.h"
#include "iptv-request.h"

typedef struct {
  HearthNetworkHost *host;
  GHashTable *requests;
  GCancellable *cancellable;
} Reading;

static void
on_service (gpointer user_data, const HearthService *service)
{
  Reading *self = user_data;
  IptvRequest *request;

  if (g_cancellable_is_cancelled (self->cancellable))
    return; /* the end will say so */
  self->host->ops->list_service (self->host, service);
  request = self->requests != NULL ? iptv_request_new_for_service (service) : NULL;
  if (request != NULL)
    g_hash_table_insert (self->requests, g_strdup (service->uri), request);
}

static void
on_oddity (gpointer user_data, const HearthOddity *oddity)
{
  Reading *self = user_data;

  self->host->ops->list_oddity (self->host, oddity);
}

static const IptvM3uHandler handler = { .service = on_service, .oddity = on_oddity };

static gboolean
parse (Reading *self, const IptvListSource *source, GBytes *bytes, const char *uri, GVariant **details, GError **error)
{
  if (!iptv_m3u_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), uri, source->charset, &handler, self, details, error))
    return FALSE;
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error)) {
    hearth_error_translate (error, "reading %s", source->location);
    g_clear_pointer (details, g_variant_unref);
    return FALSE;
  }
  return TRUE;
}

static GBytes *
fetch (const IptvListSource *source, IptvFetchMark *mark, char **uri, GCancellable *cancellable, GError **error)
{
  const IptvFetch what = { source->location, source->user_agent != NULL ? source->user_agent : IPTV_DEFAULT_USER_AGENT,
                           source->any_certificate, IPTV_M3U_MAX_BYTES };
  GBytes *bytes = NULL;

  return iptv_fetch (&what, mark, &bytes, uri, cancellable, error) ? bytes : NULL;
}

static IptvListResult
end (HearthNetworkHost *host, GVariant *details, GError *failure, GError **error)
{
  host->ops->list_end (host, details, failure);
  if (failure == NULL)
    return IPTV_LIST_READ;
  g_propagate_error (error, failure);
  return IPTV_LIST_FAILED;
}

IptvListResult
iptv_list_read (const IptvListSource *source, IptvFetchMark *mark, HearthNetworkHost *host, IptvListDoneFunc done,
                gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) iptv_request_free);
  GError *failure = NULL;
  g_autofree char *uri = NULL;
  g_autoptr (GBytes) bytes = fetch (source, mark, &uri, cancellable, &failure);
  Reading self = { .host = host, .requests = done != NULL ? said : NULL, .cancellable = cancellable };
  GVariant *details = NULL;

  if (bytes == NULL && failure == NULL) {
    if (done != NULL)
      done (NULL, IPTV_LIST_UNCHANGED, user_data);
    return IPTV_LIST_UNCHANGED;
  }
  host->ops->list_begin (host);
  if (bytes != NULL && !parse (&self, source, bytes, uri, &details, &failure) && mark != NULL)
    iptv_fetch_mark_clear (mark); /* the same answer is read again */
  if (done != NULL)
    done (failure == NULL ? g_steal_pointer (&said) : NULL, failure == NULL ? IPTV_LIST_READ : IPTV_LIST_FAILED, user_data);
  return end (host, details, failure, error);
}
