/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-list.h"

#include "iptv-fetch.h"
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
read_list (Reading *self, const char *location, const char *user_agent, GVariant **details, GError **error)
{
  g_autofree char *uri = NULL;
  g_autoptr (GBytes) bytes = iptv_fetch (location, user_agent != NULL ? user_agent : IPTV_DEFAULT_USER_AGENT, IPTV_M3U_MAX_BYTES, &uri,
                                         self->cancellable, error);

  if (bytes == NULL)
    return FALSE;
  if (!iptv_m3u_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), uri, &handler, self, details, error))
    return FALSE;
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error)) {
    hearth_error_translate (error, "reading %s", location);
    g_clear_pointer (details, g_variant_unref);
    return FALSE;
  }
  return TRUE;
}

gboolean
iptv_list_read (const char *location, const char *user_agent, HearthNetworkHost *host, IptvListDoneFunc done,
                gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) iptv_request_free);
  g_autoptr (GError) failure = NULL;
  Reading self = { .host = host, .requests = done != NULL ? said : NULL, .cancellable = cancellable };
  GVariant *details = NULL;
  gboolean ok;

  host->ops->list_begin (host);
  ok = read_list (&self, location, user_agent, &details, &failure);
  if (done != NULL)
    done (ok ? g_steal_pointer (&said) : NULL, user_data);
  host->ops->list_end (host, details, failure);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}
