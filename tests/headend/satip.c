/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/satip-private.h"

#include <hearth/error.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_REQUEST (16 << 10)
#define MOST_LOGGED 1000
#define DESCRIPTION_PATH "/satip/desc.xml"

typedef struct {
  gint64 time_us;
  guint status;
  char *method, *url;
} Logged;

struct _HeadendSatip {
  HeadendSatipConfig config;
  HeadendCableAir *air;
  GSource *source;
  GSocket *rtsp;
  HeadendSatipAnnounce *announce;
  guint16 port;
  char *uuid, *search;
  GPtrArray *links; /* HeadendSatipLink */
  GPtrArray *log;   /* Logged */
  guint next_stream;
  gboolean busy;

  GMutex mutex;     /* guards all below, and each link's out */
  HeadendSatipFrontEnd *front_ends;
  HeadendSatipAirFaults faults;
};

/* A request as it was read. */
typedef struct {
  char *method, *url;
  const char *query;   /* of url; "": none */
  guint cseq, stream;  /* stream 0: it names none */
  char *session, *transport;
} Request;

/* What is answered. */
typedef struct {
  guint status;
  GString *headers;
  GString *body;
} Answer;

/* ---- sessions ------------------------------------------------------------------------------------------------------- */

static HeadendSatipFrontEnd *
find_session (HeadendSatip *self, const char *session)
{
  for (guint i = 0; session != NULL && i < self->config.front_ends; i++)
    if (g_strcmp0 (self->front_ends[i].session, session) == 0)
      return &self->front_ends[i];
  return NULL;
}

static HeadendSatipFrontEnd *
find_free (HeadendSatip *self)
{
  for (guint i = 0; !self->busy && i < self->config.front_ends; i++)
    if (self->front_ends[i].session == NULL)
      return &self->front_ends[i];
  return NULL;
}

static void
log_request (HeadendSatip *self, const char *method, const char *url, guint status)
{
  Logged *logged = g_new0 (Logged, 1);

  logged->time_us = g_get_monotonic_time ();
  logged->status = status;
  logged->method = g_strdup (method);
  logged->url = g_strdup (url);
  if (self->log->len >= MOST_LOGGED)
    g_ptr_array_remove_index (self->log, 0);
  g_ptr_array_add (self->log, logged);
}

static void
logged_free (gpointer data)
{
  Logged *logged = data;

  g_free (logged->method);
  g_free (logged->url);
  g_free (logged);
}

/* ---- requests -------------------------------------------------------------------------------------------------------- */

/* "RTP/AVP;unicast;client_port=1400-1401" or "RTP/AVP/TCP;unicast;interleaved=0-1". */
static gboolean
take_transport (HeadendSatipFrontEnd *fe, HeadendSatipLink *link, const Request *request)
{
  g_autoptr (GSocketAddress) peer = g_socket_get_remote_address (link->socket, NULL);
  const char *ports = request->transport != NULL ? strstr (request->transport, "client_port=") : NULL;
  const char *channels = request->transport != NULL ? strstr (request->transport, "interleaved=") : NULL;

  if (channels != NULL) {
    fe->link = link;
    fe->channel = (guint8) g_ascii_strtoull (channels + 12, NULL, 10);
    return TRUE;
  }
  if (ports == NULL || strstr (request->transport, "unicast") == NULL || peer == NULL ||
      !g_socket_address_to_native (peer, &fe->rtp, sizeof fe->rtp, NULL))
    return FALSE;
  fe->link = NULL;
  fe->rtcp = fe->rtp;
  fe->rtp.sin_port = g_htons ((guint16) g_ascii_strtoull (ports + 12, NULL, 10));
  fe->rtcp.sin_port = g_htons (g_ntohs (fe->rtp.sin_port) + 1);
  return TRUE;
}

static void
setup (HeadendSatip *self, HeadendSatipLink *link, const Request *request, Answer *answer)
{
  HeadendSatipFrontEnd *fe = find_session (self, request->session);

  if (fe == NULL)
    fe = request->session != NULL ? NULL : find_free (self);
  if (fe == NULL) {
    answer->status = request->session != NULL ? 454 : 503;
    if (answer->status == 503)
      g_string_append (answer->headers, "No-More: frontends\r\n");
    return;
  }
  if (fe->session == NULL) {
    fe->session = g_strdup_printf ("%08x%04x", g_random_int (), ++self->next_stream);
    fe->stream = self->next_stream;
    fe->all = FALSE;
  }
  answer->status = !take_transport (fe, link, request) ? 461 : headend_satip_front_end_apply (fe, request->query);
  if (answer->status != 0) {
    headend_satip_front_end_clear (fe);
    return;
  }
  answer->status = 200;
  fe->heard_us = g_get_monotonic_time ();
  g_string_append_printf (answer->headers, "Session: %s;timeout=%u\r\ncom.ses.streamID: %u\r\n", fe->session, self->config.timeout_s, fe->stream);
  if (fe->link != NULL)
    g_string_append_printf (answer->headers, "Transport: RTP/AVP/TCP;unicast;interleaved=%u-%u\r\n", fe->channel, fe->channel + 1);
  else
    g_string_append_printf (answer->headers, "Transport: RTP/AVP;unicast;client_port=%u-%u;server_port=5000-5001\r\n", g_ntohs (fe->rtp.sin_port),
                            g_ntohs (fe->rtcp.sin_port));
}

static void
play (HeadendSatip *self, const Request *request, Answer *answer)
{
  HeadendSatipFrontEnd *fe = find_session (self, request->session);

  if (fe == NULL || fe->stream != request->stream) {
    answer->status = fe == NULL ? 454 : 404;
    return;
  }
  answer->status = headend_satip_front_end_apply (fe, request->query);
  if (answer->status != 0)
    return;
  answer->status = 200;
  fe->playing = TRUE;
  fe->reported_us = 0;
  g_string_append_printf (answer->headers, "Session: %s\r\nRTP-Info: url=%s\r\n", fe->session, request->url);
}

static void
describe (HeadendSatip *self, const Request *request, Answer *answer)
{
  guint n = 0;

  g_string_append_printf (answer->body, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=SatIPServer:1 0,0,%u\r\nt=0 0\r\n", self->config.front_ends);
  for (guint i = 0; i < self->config.front_ends; i++) {
    HeadendSatipFrontEnd *fe = &self->front_ends[i];

    if (fe->session == NULL || (request->stream != 0 && fe->stream != request->stream))
      continue;
    g_string_append_printf (answer->body, "m=video 0 RTP/AVP 33\r\nc=IN IP4 0.0.0.0\r\na=control:stream=%u\r\na=fmtp:33 ", fe->stream);
    headend_satip_front_end_append_report (fe, &self->faults, answer->body);
    g_string_append_printf (answer->body, "\r\na=%s\r\n", fe->playing ? "sendonly" : "inactive");
    n++;
  }
  answer->status = n > 0 ? 200 : 404;
  if (n == 0)
    g_string_truncate (answer->body, 0);
  else
    g_string_append (answer->headers, "Content-Type: application/sdp\r\n");
}

static void
tear_down (HeadendSatip *self, const Request *request, Answer *answer)
{
  HeadendSatipFrontEnd *fe = find_session (self, request->session);

  answer->status = fe != NULL ? 200 : 454;
  if (fe != NULL)
    headend_satip_front_end_clear (fe);
}

static void
options (HeadendSatip *self, const Request *request, Answer *answer)
{
  answer->status = request->session != NULL && find_session (self, request->session) == NULL ? 454 : 200;
  g_string_append (answer->headers, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n");
}

static const char *
get_reason (guint status)
{
  return status == 200 ? "OK" : status == 454 ? "Session Not Found" : status == 404 ? "Not Found" : status == 461 ? "Unsupported Transport"
         : status == 503 ? "Service Unavailable" : status == 403 ? "Forbidden" : status == 501 ? "Not Implemented" : "Bad Request";
}

static void
obey (HeadendSatip *self, HeadendSatipLink *link, const Request *request)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  HeadendSatipFrontEnd *fe = find_session (self, request->session);
  Answer answer = { 501, g_string_new (NULL), g_string_new (NULL) };
  g_autoptr (GString) headers = answer.headers, body = answer.body, text = g_string_new (NULL);

  if (fe != NULL)
    fe->heard_us = g_get_monotonic_time ();
  if (g_str_equal (request->method, "SETUP"))
    setup (self, link, request, &answer);
  else if (g_str_equal (request->method, "PLAY"))
    play (self, request, &answer);
  else if (g_str_equal (request->method, "DESCRIBE"))
    describe (self, request, &answer);
  else if (g_str_equal (request->method, "TEARDOWN"))
    tear_down (self, request, &answer);
  else if (g_str_equal (request->method, "OPTIONS"))
    options (self, request, &answer);
  g_string_append_printf (text, "RTSP/1.0 %u %s\r\nCSeq: %u\r\n%s", answer.status, get_reason (answer.status), request->cseq, headers->str);
  if (body->len > 0)
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n", body->len);
  g_string_append_printf (text, "\r\n%s", body->str);
  headend_satip_link_send (link, text->str, text->len, FALSE);
  log_request (self, request->method, request->url, answer.status);
}

/* ---- connections ------------------------------------------------------------------------------------------------------ */

static void
take_header (Request *request, const char *line)
{
  const char *colon = strchr (line, ':');
  g_autofree char *value = colon != NULL ? g_strstrip (g_strdup (colon + 1)) : NULL;

  if (value == NULL)
    return;
  if (g_ascii_strncasecmp (line, "CSeq:", 5) == 0) {
    request->cseq = (guint) g_ascii_strtoull (value, NULL, 10);
  } else if (g_ascii_strncasecmp (line, "Session:", 8) == 0 && request->session == NULL) {
    request->session = g_strdup (value);
    g_strdelimit (request->session, ";", '\0');
  } else if (g_ascii_strncasecmp (line, "Transport:", 10) == 0 && request->transport == NULL) {
    request->transport = g_steal_pointer (&value);
  }
}

/* FALSE: that is no request. */
static gboolean
parse_request (Request *request, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 0), words = lines[0] != NULL ? g_strsplit (lines[0], " ", 3) : NULL;
  const char *stream;

  if (words == NULL || g_strv_length (words) != 3 || !g_str_has_prefix (words[2], "RTSP/1.0") || !g_str_has_prefix (words[1], "rtsp://"))
    return FALSE;
  request->method = g_strdup (words[0]);
  request->url = g_strdup (words[1]);
  request->query = strchr (request->url, '?') != NULL ? strchr (request->url, '?') + 1 : "";
  stream = strstr (request->url, "/stream=");
  request->stream = stream != NULL ? (guint) g_ascii_strtoull (stream + 8, NULL, 10) : 0;
  for (guint i = 1; lines[i] != NULL; i++)
    take_header (request, lines[i]);
  return TRUE;
}

static void
request_clear (Request *request)
{
  g_free (request->method);
  g_free (request->url);
  g_free (request->session);
  g_free (request->transport);
}

static gboolean
take_requests (HeadendSatip *self, HeadendSatipLink *link)
{
  const char *end;
  gboolean right = link->in->len <= MOST_REQUEST;

  while (right && (end = strstr (link->in->str, "\r\n\r\n")) != NULL) {
    const gsize n_bytes = (gsize) (end - link->in->str) + 4;
    g_autofree char *text = g_strndup (link->in->str, n_bytes);
    Request request = { 0 };

    g_string_erase (link->in, 0, (gssize) n_bytes);
    right = parse_request (&request, text);
    if (right)
      obey (self, link, &request);
    request_clear (&request);
  }
  return right;
}

/* What was sent through it ends with it; sessions whose stream goes by UDP do not (RFC 2326, 1.1). */
static void
link_free (gpointer data)
{
  HeadendSatipLink *link = data;
  HeadendSatip *self = link->owner;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->config.front_ends; i++)
    if (self->front_ends[i].link == link)
      headend_satip_front_end_clear (&self->front_ends[i]);
  g_mutex_unlock (&self->mutex);
  g_source_destroy (link->source);
  g_source_unref (link->source);
  g_socket_close (link->socket, NULL);
  g_object_unref (link->socket);
  g_string_free (link->in, TRUE);
  g_string_free (link->out, TRUE);
  g_free (link);
}

static gboolean
on_link_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  HeadendSatipLink *link = user_data;
  HeadendSatip *self = link->owner;
  g_autoptr (GError) error = NULL;
  char bytes[4096];
  const gssize n = g_socket_receive (socket, bytes, sizeof bytes, NULL, &error);

  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n > 0) {
    g_string_append_len (link->in, bytes, n);
    if (take_requests (self, link))
      return G_SOURCE_CONTINUE;
  }
  g_ptr_array_remove (self->links, link);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connection (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  HeadendSatip *self = user_data;
  GSocket *accepted = g_socket_accept (socket, NULL, NULL);
  HeadendSatipLink *link;

  if (accepted == NULL)
    return G_SOURCE_CONTINUE;
  link = g_new0 (HeadendSatipLink, 1);
  g_socket_set_blocking (accepted, FALSE);
  link->socket = accepted;
  link->owner = self;
  link->in = g_string_new (NULL);
  link->out = g_string_new (NULL);
  link->source = g_socket_create_source (accepted, G_IO_IN, NULL);
  g_source_set_callback (link->source, G_SOURCE_FUNC (on_link_readable), link, NULL);
  g_source_attach (link->source, NULL);
  g_ptr_array_add (self->links, link);
  return G_SOURCE_CONTINUE;
}

/* ---- the cable's thread --------------------------------------------------------------------------------------------------- */

static void
on_air (guint mux, const guint8 *packets, guint n_packets, gpointer user_data)
{
  HeadendSatip *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const gint64 now_us = g_get_monotonic_time ();

  for (guint i = 0; i < self->config.front_ends; i++) {
    HeadendSatipFrontEnd *fe = &self->front_ends[i];

    if (fe->session == NULL)
      continue;
    if (now_us - fe->heard_us > self->config.timeout_s * G_USEC_PER_SEC)
      headend_satip_front_end_clear (fe);
    if (fe->mux == mux && fe->playing && !self->faults.silent && headend_satip_front_end_is_locked (fe, &self->faults))
      headend_satip_front_end_push (fe, &self->faults, packets, n_packets, now_us);
    headend_satip_front_end_tick (fe, &self->faults, now_us);
  }
}

/* ---- HTTP ---------------------------------------------------------------------------------------------------------------------- */

static void
respond (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
on_description (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendSatip *self = user_data;
  g_autofree char *port = g_strdup_printf ("%u", self->port);
  g_autofree char *text = g_strdup_printf (
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<root xmlns=\"urn:schemas-upnp-org:device-1-0\" configId=\"0\">\n"
    "<specVersion><major>1</major><minor>1</minor></specVersion>\n"
    "<device>\n<deviceType>" HEADEND_SATIP_TYPE "</deviceType>\n<friendlyName>Simulated SAT&gt;IP %u</friendlyName>\n"
    "<manufacturer>Hearth</manufacturer>\n<modelName>hearth-headend</modelName>\n<UDN>uuid:%s</UDN>\n"
    "<satip:X_SATIPCAP xmlns:satip=\"urn:ses-com:satip\">DVBC-%u</satip:X_SATIPCAP>\n</device>\n</root>\n",
    self->config.instance, self->uuid, self->config.front_ends);

  /* Not in the specification: how servers at other ports than 554 say so. */
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "X-SATIP-RTSP-Port", port);
  respond (message, SOUP_STATUS_OK, "text/xml", text);
}

static void
on_log (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  HeadendSatip *self = user_data;
  g_autoptr (GString) json = g_string_new ("{\"requests\":[");
  guint n = 0;

  for (guint i = 0; i < self->log->len; i++) {
    const Logged *logged = g_ptr_array_index (self->log, i);

    g_string_append_printf (json, "%s{\"time_us\":%" G_GINT64_FORMAT ",\"method\":\"%s\",\"url\":\"%s\",\"status\":%u}", i > 0 ? "," : "",
                            logged->time_us, logged->method, logged->url, logged->status);
  }
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->config.front_ends; i++)
    n += self->front_ends[i].session != NULL;
  g_mutex_unlock (&self->mutex);
  g_string_append_printf (json, "],\"sessions\":%u}", n);
  respond (message, SOUP_STATUS_OK, "application/json", json->str);
}

static gboolean
make_fault (HeadendSatip *self, const char *kind, gboolean on)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (g_str_equal (kind, "lock"))
    self->faults.no_lock = !on;
  else if (g_str_equal (kind, "stream"))
    self->faults.silent = !on;
  else if (g_str_equal (kind, "udp"))
    self->faults.no_udp = !on;
  else if (g_str_equal (kind, "reports"))
    self->faults.no_reports = !on;
  else if (g_str_equal (kind, "free"))
    self->busy = !on;
  else if (g_str_equal (kind, "sessions"))
    for (guint i = 0; i < self->config.front_ends; i++)
      headend_satip_front_end_clear (&self->front_ends[i]);
  else
    return FALSE;
  return TRUE;
}

static void
on_fault (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  const char *kind = query != NULL ? g_hash_table_lookup (query, "kind") : NULL, *on = query != NULL ? g_hash_table_lookup (query, "on") : NULL;

  if (kind != NULL && make_fault (user_data, kind, g_strcmp0 (on, "0") != 0))
    respond (message, SOUP_STATUS_OK, "application/json", "{\"ok\":true}");
  else
    respond (message, SOUP_STATUS_BAD_REQUEST, "text/plain", "/satip/fault?kind=lock|stream|udp|reports|free|sessions&on=0 or 1\n");
}

/* ---- life ------------------------------------------------------------------------------------------------------------------------- */

static gboolean
listen_rtsp (HeadendSatip *self, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, self->config.port), own = NULL;

  self->faults.socket = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  self->rtsp = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (self->rtsp == NULL || !g_socket_bind (self->rtsp, address, TRUE, error) || !g_socket_listen (self->rtsp, error)) {
    hearth_error_translate (error, "listening for RTSP at port %u (--satip 0 takes a free one)", self->config.port);
    return FALSE;
  }
  own = g_socket_get_local_address (self->rtsp, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (own));
  g_socket_set_blocking (self->rtsp, FALSE);
  self->source = g_socket_create_source (self->rtsp, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_connection), self, NULL);
  g_source_attach (self->source, NULL);
  return TRUE;
}

HeadendSatip *
headend_satip_new (const HeadendSatipConfig *config, HeadendCableAir *air, SoupServer *http, GError **error)
{
  HeadendSatip *self = g_new0 (HeadendSatip, 1);
  g_autofree char *location = g_strconcat (config->base, DESCRIPTION_PATH, NULL);

  self->config = *config;
  self->search = g_strdup (config->search);
  self->uuid = g_strdup_printf ("8d9f6a10-5c3e-4b7a-9e21-0000000000%02x", config->instance & 0xff);
  self->front_ends = g_new0 (HeadendSatipFrontEnd, config->front_ends);
  for (guint i = 0; i < config->front_ends; i++)
    self->front_ends[i].number = i + 1;
  self->links = g_ptr_array_new_with_free_func (link_free);
  self->log = g_ptr_array_new_with_free_func (logged_free);
  g_mutex_init (&self->mutex);
  if (listen_rtsp (self, error))
    self->announce = headend_satip_announce_new (config->search, self->uuid, location, error);
  if (self->announce == NULL) {
    headend_satip_free (self);
    return NULL;
  }
  soup_server_add_handler (http, DESCRIPTION_PATH, on_description, self, NULL);
  soup_server_add_handler (http, "/satip/log", on_log, self, NULL);
  soup_server_add_handler (http, "/satip/fault", on_fault, self, NULL);
  self->air = air;
  headend_cable_air_set_tap (air, on_air, self);
  return self;
}

void
headend_satip_free (HeadendSatip *self)
{
  if (self->air != NULL)
    headend_cable_air_set_tap (self->air, NULL, NULL);
  g_clear_pointer (&self->announce, headend_satip_announce_free);
  if (self->source != NULL) {
    g_source_destroy (self->source);
    g_source_unref (self->source);
  }
  g_clear_object (&self->rtsp);
  g_ptr_array_unref (self->links);
  for (guint i = 0; i < self->config.front_ends; i++)
    headend_satip_front_end_clear (&self->front_ends[i]);
  if (self->faults.socket > 0)
    close (self->faults.socket);
  g_ptr_array_unref (self->log);
  g_mutex_clear (&self->mutex);
  g_free (self->front_ends);
  g_free (self->search);
  g_free (self->uuid);
  g_free (self);
}

void
headend_satip_append (HeadendSatip *self, GString *json)
{
  g_string_append_printf (json, "\"satip\":{\"rtsp\":\"127.0.0.1:%u\",\"search\":\"%s\",\"uuid\":\"%s\",\"front_ends\":%u}", self->port, self->search,
                          self->uuid, self->config.front_ends);
}
