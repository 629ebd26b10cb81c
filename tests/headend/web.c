/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/web.h"

#include <hearth/error.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_PORT 8481

struct _HeadendWeb {
  HeadendStation *station;
  SoupServer *server;
  char *base;
  HeadendLive *live;
  HeadendHls *hls;
  HeadendDash *dash;
};

static void
respond_text (SoupServerMessage *message, guint status, const char *type, GString *text)
{
  const gsize n_bytes = text->len;

  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Cache-Control", "no-cache");
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, g_string_free (text, FALSE), n_bytes);
}

static void
respond_error (SoupServerMessage *message, guint status, const char *words)
{
  GString *text = g_string_new (words);

  g_string_append_c (text, '\n');
  respond_text (message, status, "text/plain; charset=utf-8", text);
}

static const char *
lookup (GHashTable *query, const char *key)
{
  return query != NULL ? g_hash_table_lookup (query, key) : NULL;
}

static gboolean
is_set (GHashTable *query, const char *key)
{
  const char *value = lookup (query, key);

  return value != NULL && !g_str_equal (value, "0");
}

/* The number after /ts/, /hls/ ...; @rest: what follows it. */
static guint
parse_path (const char *path, const char **rest)
{
  const char *number = strchr (path + 1, '/');
  char *end = NULL;
  const guint64 value = number != NULL ? g_ascii_strtoull (number + 1, &end, 10) : 0;

  *rest = end != NULL ? end : "";
  return value <= G_MAXUINT ? (guint) value : 0;
}

static HeadendService *
find_service (HeadendWeb *self, SoupServerMessage *message, const char *number)
{
  HeadendService *service = headend_sender_find (headend_station_get_sender (self->station),
                                                 number != NULL ? (guint) g_ascii_strtoull (number, NULL, 10) : 0);

  if (service == NULL)
    respond_error (message, SOUP_STATUS_NOT_FOUND, "that channel is not on air here (yet); /playlist.m3u lists the channels");
  return service;
}

static void
on_playlist (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendWeb *self = user_data;
  GString *text = g_string_new (NULL);
  const char *out = lookup (query, "out");

  if (headend_playlist_append (self->station, self->base, out != NULL ? out : "udp", text)) {
    respond_text (message, SOUP_STATUS_OK, "audio/x-mpegurl; charset=utf-8", text);
    return;
  }
  g_string_free (text, TRUE);
  respond_error (message, SOUP_STATUS_BAD_REQUEST, "out is one of udp, rtp, http, hls, dash, all");
}

static void
on_ts (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendWeb *self = user_data;
  const char *rest;
  g_autofree char *number = g_strdup_printf ("%u", parse_path (path, &rest));
  HeadendService *service = find_service (self, message, number);

  if (service == NULL)
    return;
  if (headend_service_has_ended (service) || headend_service_get_number (service) > HEADEND_N_CHANNELS)
    respond_error (message, SOUP_STATUS_NOT_FOUND, "that channel has ended, or is a copy, which goes out by multicast only");
  else if (soup_server_message_get_method (message) == SOUP_METHOD_HEAD)
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  else
    headend_live_serve (self->live, message, service, g_strcmp0 (lookup (query, "from"), "key") == 0);
}

static void
get_web_faults (HeadendWeb *self, const HeadendMux *mux, HeadendWebFaults *faults)
{
  HeadendService *service = headend_sender_find (headend_station_get_sender (self->station), mux->loop->channel->number);

  *faults = (HeadendWebFaults){ 0 };
  if (service != NULL)
    headend_service_get_web_faults (service, faults);
}

static void
on_hls (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendWeb *self = user_data;
  const char *rest;
  const HeadendMux *mux = headend_station_get_mux (self->station, parse_path (path, &rest));
  HeadendWebFaults faults;

  if (mux == NULL || *rest != '/')
    respond_error (message, SOUP_STATUS_NOT_FOUND, "HLS is at /hls/NUMBER/index.m3u8, with several tracks and sizes at /hls/NUMBER/master.m3u8");
  else {
    get_web_faults (self, mux, &faults);
    headend_hls_serve (self->hls, message, mux->loop, headend_station_get_small (self->station, mux->loop->channel->number), &faults, rest + 1);
  }
}

static void
on_dash (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendWeb *self = user_data;
  const char *rest;
  const HeadendMux *mux = headend_station_get_mux (self->station, parse_path (path, &rest));
  HeadendWebFaults faults;

  if (mux == NULL || *rest != '/' || !headend_dash_has (mux->loop->channel))
    respond_error (message, SOUP_STATUS_NOT_FOUND, "DASH is at /dash/NUMBER/manifest.mpd; channels in MPEG-2 have none");
  else {
    get_web_faults (self, mux, &faults);
    headend_dash_serve (self->dash, message, mux, &faults, rest + 1);
  }
}

/* /go/hls/N, /go/dash/N: addresses that do not say what is behind them, but lead there. */
static void
on_go (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  const gboolean hls = g_str_has_prefix (path, "/go/hls/");
  const char *rest;
  g_autofree char *target = NULL;
  const guint number = hls || g_str_has_prefix (path, "/go/dash/") ? parse_path (path + strlen ("/go"), &rest) : 0;

  if (number == 0) {
    respond_error (message, SOUP_STATUS_NOT_FOUND, "/go/hls/NUMBER and /go/dash/NUMBER lead to the channel's list");
    return;
  }
  target = hls ? g_strdup_printf ("/hls/%u/index.m3u8", number) : g_strdup_printf ("/dash/%u/manifest.mpd", number);
  soup_server_message_set_redirect (message, SOUP_STATUS_FOUND, target);
}

static void
on_log (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendService *service = find_service (user_data, message, lookup (query, "channel"));
  const char *since = lookup (query, "since");
  GString *json;

  if (service == NULL)
    return;
  json = g_string_new (NULL);
  g_string_append_printf (json, "{\"channel\":%u,\"now_us\":%" G_GINT64_FORMAT ",\"fps\":%u,\"frames\":", headend_service_get_number (service),
                          g_get_monotonic_time (), headend_service_get_channel (service)->fps);
  headend_service_append_log (service, since != NULL ? g_ascii_strtoll (since, NULL, 10) : G_MININT64, is_set (query, "keys"),
                              is_set (query, "all"), json);
  g_string_append_c (json, '}');
  respond_text (message, SOUP_STATUS_OK, "application/json", json);
}

static void
on_fault (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendWeb *self = user_data;
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer key, value;

  if (query != NULL) {
    g_hash_table_iter_init (&iter, query);
    while (g_hash_table_iter_next (&iter, &key, &value))
      if (!g_str_equal (key, "channel") && !g_str_equal (key, "kind"))
        g_hash_table_insert (words, key, value);
  }
  if (headend_station_fault (self->station, lookup (query, "channel"), lookup (query, "kind"), words, &error))
    respond_text (message, SOUP_STATUS_OK, "application/json", g_string_new ("{\"ok\":true}"));
  else
    respond_error (message, SOUP_STATUS_BAD_REQUEST, error->message);
}

static void
on_state (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendWeb *self = user_data;
  HeadendSender *sender = headend_station_get_sender (self->station);
  GString *json = g_string_new (NULL);
  gboolean first = TRUE;

  g_string_append_printf (json, "{\"refused_datagrams\":%u,\"channels\":[", headend_sender_get_refused (sender));
  for (guint i = 1; i <= HEADEND_N_CHANNELS; i++) {
    HeadendService *service = headend_sender_find (sender, i);

    if (service == NULL)
      continue;
    if (!first)
      g_string_append_c (json, ',');
    first = FALSE;
    headend_service_append_state (service, json);
  }
  g_string_append (json, "]}");
  respond_text (message, SOUP_STATUS_OK, "application/json", json);
}

static void
on_ready (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendWeb *self = user_data;
  g_autofree char *line = headend_playlist_dup_ready (self->station, self->base);

  respond_text (message, SOUP_STATUS_OK, "application/json", g_string_new (line));
}

static void
on_logo (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  const char *rest;
  const HeadendChannel *channel = headend_channel_get (parse_path (path, &rest));
  g_autoptr (GBytes) png = NULL;

  if (channel == NULL || !g_str_equal (rest, ".png")) {
    respond_error (message, SOUP_STATUS_NOT_FOUND, "logos are at /logo/NUMBER.png");
    return;
  }
  png = headend_logo_make (channel);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message), "image/png", NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), png);
}

static void
on_other (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  respond_error (message, SOUP_STATUS_NOT_FOUND, "hearth-headend has /playlist.m3u?out=udp|rtp|http|hls|dash|all, /ts/N, /hls/N/index.m3u8, "
                 "/dash/N/manifest.mpd, /go/hls/N, /go/dash/N, /logo/N.png, /channels, /state, /log?channel=N, /fault?channel=N&kind=KIND");
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static gboolean
try_listen (HeadendWeb *self, guint port, GError **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (headend_station_get_options (self->station)->http_address, (guint16) port);

  return soup_server_listen (self->server, address, 0, error);
}

static gboolean
listen_somewhere (HeadendWeb *self, GError **error)
{
  const HeadendOptions *options = headend_station_get_options (self->station);

  if (options->http_port < 0)
    return try_listen (self, DEFAULT_PORT + options->instance, NULL) || try_listen (self, 0, error);
  if (try_listen (self, (guint) options->http_port, error))
    return TRUE;
  hearth_error_translate (error, "listening for HTTP at port %d (--http-port 0 takes a free one)", options->http_port);
  return FALSE;
}

HeadendWeb *
headend_web_new (HeadendStation *station, GError **error)
{
  g_autoptr (HeadendWeb) self = g_new0 (HeadendWeb, 1);
  g_autoslist (GUri) uris = NULL;

  self->station = station;
  self->live = headend_live_new (headend_station_get_sender (station));
  self->hls = headend_hls_new ();
  self->dash = headend_dash_new ();
  self->server = soup_server_new ("server-header", "hearth-headend", NULL);
  soup_server_add_handler (self->server, "/playlist.m3u", on_playlist, self, NULL);
  soup_server_add_handler (self->server, "/ts", on_ts, self, NULL);
  soup_server_add_handler (self->server, "/hls", on_hls, self, NULL);
  soup_server_add_handler (self->server, "/dash", on_dash, self, NULL);
  soup_server_add_handler (self->server, "/go", on_go, self, NULL);
  soup_server_add_handler (self->server, "/log", on_log, self, NULL);
  soup_server_add_handler (self->server, "/fault", on_fault, self, NULL);
  soup_server_add_handler (self->server, "/state", on_state, self, NULL);
  soup_server_add_handler (self->server, "/channels", on_ready, self, NULL);
  soup_server_add_handler (self->server, "/logo", on_logo, self, NULL);
  soup_server_add_handler (self->server, NULL, on_other, self, NULL);
  if (!listen_somewhere (self, error))
    return NULL;
  uris = soup_server_get_uris (self->server);
  self->base = g_uri_to_string (uris->data);
  if (g_str_has_suffix (self->base, "/"))
    self->base[strlen (self->base) - 1] = '\0';
  return g_steal_pointer (&self);
}

void
headend_web_free (HeadendWeb *self)
{
  headend_live_free (self->live);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  headend_hls_free (self->hls);
  headend_dash_free (self->dash);
  g_free (self->base);
  g_free (self);
}

const char *
headend_web_get_base (HeadendWeb *self)
{
  return self->base;
}
