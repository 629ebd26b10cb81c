/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-http.h"

#include "iptv-pacer.h"
#include "iptv-refusal.h"
#include "iptv-ts.h"

#include <string.h>

#define READ_BYTES 65536
#define BUFFERS_A_TICK 16
#define FRESH_US (2 * G_USEC_PER_SEC)   /* so long each arrival is read at once, then at the common tick */
#define STABLE_US (5 * G_USEC_PER_SEC)  /* a connection that held so long makes the next wait short again */
#define ANSWER_US (8 * G_USEC_PER_SEC)  /* to connect and answer */
#define SILENCE_US (4 * G_USEC_PER_SEC) /* live servers send in bursts, up to some seconds apart */
#define MAX_ASKED_WAIT_S 120 /* a person sits before it */
#define PACER_FULL_BYTES (1 << 20)
#define WATCHDOG_MS 1000

static const guint backoff_ms[] = { 0, 500, 1000, 2000, 4000, 8000, 10000 };

/* One connection. Its callbacks hold it; one that is not its stream's current attempt any more does nothing. */
typedef struct {
  gatomicrefcount refs;
  IptvHttp *http;
  GCancellable *cancellable;
  SoupMessage *message;
  GInputStream *body; /* NULL: not answered */
  guint8 buffer[READ_BYTES];
} Attempt;

struct _IptvHttp {
  IptvFeed feed;
  IptvIo *io;
  GUri *uri;
  char *text; /* for messages: without user, password and query */
  IptvRequest *request;

  /* The io thread's own. */
  guint n_refs; /* the opener's and one an attempt */
  Attempt *attempt;
  GSource *timer, *watchdog, *beat;
  guint n_failures;
  guint wait_ms; /* what the server asked for; used by the next retry() */
  gint64 began_us, last_us; /* this attempt; its last bytes */
  gint64 first_us;          /* its first bytes; 0: none */
  GByteArray *head;         /* until it is known what comes */
  gboolean known;
  IptvPacer *pacer; /* NULL: live */
  HearthTransportHealth health;
  gint64 health_told_us;
};

static void begin_attempt (IptvHttp *self);
static void read_on (IptvHttp *self);

/* ---- lifetimes ------------------------------------------------------------------------------ */

static void
http_unref (IptvHttp *self)
{
  if (--self->n_refs > 0)
    return;
  iptv_io_release (self->io);
  iptv_feed_clear (&self->feed);
  g_uri_unref (self->uri);
  g_free (self->text);
  iptv_request_free (self->request);
  g_free (self);
}

static Attempt *
attempt_ref (Attempt *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
attempt_unref (Attempt *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->body);
  g_clear_object (&self->message);
  g_object_unref (self->cancellable);
  http_unref (self->http);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_unref)

static gboolean
is_current (const Attempt *self)
{
  return self->http->attempt == self;
}

static void
drop_attempt (IptvHttp *self)
{
  Attempt *attempt = g_steal_pointer (&self->attempt);

  iptv_io_remove (&self->timer);
  iptv_io_remove (&self->watchdog);
  g_clear_pointer (&self->head, g_byte_array_unref);
  if (self->pacer != NULL)
    iptv_pacer_clear (self->pacer);
  g_clear_pointer (&self->pacer, g_free);
  if (attempt == NULL)
    return;
  g_cancellable_cancel (attempt->cancellable);
  attempt_unref (attempt);
}

/* ---- trouble -------------------------------------------------------------------------------- */

static gboolean
on_retry (gpointer data)
{
  IptvHttp *self = data;

  iptv_io_remove (&self->timer);
  self->health.reconnects++;
  iptv_feed_health (&self->feed, &self->health);
  begin_attempt (self);
  return G_SOURCE_REMOVE;
}

static void
tell_health (IptvHttp *self, gint64 now_us)
{
  if (now_us - self->health_told_us < G_USEC_PER_SEC)
    return;
  self->health_told_us = now_us;
  iptv_feed_health (&self->feed, &self->health);
}

static void
retry (IptvHttp *self, HearthError code, const char *text)
{
  guint wait_ms;

  if (self->first_us != 0 && self->last_us - self->first_us >= STABLE_US)
    self->n_failures = 0;
  drop_attempt (self);
  iptv_feed_state (&self->feed, HEARTH_STREAM_RECONNECTING, code, text);
  wait_ms = MAX (backoff_ms[MIN (self->n_failures, G_N_ELEMENTS (backoff_ms) - 1)], self->wait_ms);
  self->timer = iptv_io_add_timeout (self->io, wait_ms, on_retry, self);
  self->wait_ms = 0;
  self->n_failures++;
}

static void
retry_error (IptvHttp *self, GError *error)
{
  g_autoptr (GError) ours = error;

  hearth_error_translate (&ours, "%s", self->text);
  retry (self, (HearthError) ours->code, ours->message);
}

static void
finish (IptvHttp *self, HearthStreamState state, HearthError code, const char *text)
{
  drop_attempt (self);
  iptv_feed_health (&self->feed, &self->health);
  iptv_feed_state (&self->feed, state, code, text);
}

static gboolean
on_watchdog (gpointer data)
{
  IptvHttp *self = data;
  gint64 now_us = iptv_now_us ();
  g_autofree char *text = NULL;

  iptv_io_remove (&self->watchdog);
  if (self->attempt->body == NULL && now_us - self->began_us >= ANSWER_US) {
    text = g_strdup_printf ("%s: the server did not answer within %d s", self->text, (int) (ANSWER_US / G_USEC_PER_SEC));
    retry (self, HEARTH_ERROR_TIMED_OUT, text);
  } else if (self->attempt->body != NULL && now_us - self->last_us >= SILENCE_US) {
    text = g_strdup_printf ("%s: connected, but nothing came for %d s", self->text, (int) (SILENCE_US / G_USEC_PER_SEC));
    retry (self, HEARTH_ERROR_NO_PACKETS, text);
  } else {
    self->watchdog = iptv_io_add_timeout (self->io, WATCHDOG_MS, on_watchdog, self);
  }
  return G_SOURCE_REMOVE;
}

/* ---- bytes ---------------------------------------------------------------------------------- */

static const char *
get_type (IptvHttp *self)
{
  const char *type = soup_message_headers_get_content_type (soup_message_get_response_headers (self->attempt->message), NULL);

  return type != NULL ? type : "no type";
}

/* FALSE: it is nothing that a ring can hold, and was told. */
static gboolean
accept_body (IptvHttp *self, IptvBody body)
{
  g_autofree char *text = NULL;

  switch (body) {
  case IPTV_BODY_DIRECT:
    finish (self, HEARTH_STREAM_DIRECT, 0, NULL);
    return FALSE;
  case IPTV_BODY_HTML:
    text = g_strdup_printf ("%s sends a web page instead of television: is the subscription paid, the box logged in?", self->text);
    retry (self, HEARTH_ERROR_CORRUPT, text);
    return FALSE;
  case IPTV_BODY_OTHER:
    text = g_strdup_printf ("%s sends no MPEG transport stream, but %s", self->text, get_type (self));
    retry (self, HEARTH_ERROR_CORRUPT, text);
    return FALSE;
  case IPTV_BODY_TS:
  case IPTV_BODY_UNKNOWN:
  default:
    return TRUE;
  }
}

static void
let_out (IptvHttp *self, const guint8 *bytes, gsize n_bytes, gint64 now_us)
{
  if (self->pacer != NULL)
    iptv_pacer_push (self->pacer, bytes, n_bytes);
  else
    iptv_feed_push (&self->feed, bytes, n_bytes, now_us);
}

/* The first bytes wait until it is sure that they are a transport stream. */
static gboolean
take_head (IptvHttp *self, const guint8 *bytes, gsize n_bytes, gboolean last, gint64 now_us)
{
  g_autoptr (GByteArray) head = NULL;
  gsize offset = 0;
  IptvBody body;

  if (self->head == NULL)
    self->head = g_byte_array_new ();
  g_byte_array_append (self->head, bytes, (guint) n_bytes);
  body = iptv_ts_probe (self->head->data, self->head->len, last, &offset);
  if (body == IPTV_BODY_UNKNOWN)
    return TRUE;
  if (!accept_body (self, body))
    return FALSE;
  self->known = TRUE;
  head = g_steal_pointer (&self->head);
  if (self->health.reconnects > 0)
    iptv_feed_gap (&self->feed);
  iptv_feed_state (&self->feed, HEARTH_STREAM_RUNNING, 0, NULL);
  let_out (self, head->data + offset, head->len - offset, now_us);
  return TRUE;
}

/* FALSE: the attempt is over. */
static gboolean
take (IptvHttp *self, const guint8 *bytes, gsize n_bytes)
{
  gint64 now_us = iptv_now_us ();

  self->health.received++;
  self->last_us = now_us;
  if (self->first_us == 0)
    self->first_us = now_us;
  if (!self->known)
    return take_head (self, bytes, n_bytes, FALSE, now_us);
  let_out (self, bytes, n_bytes, now_us);
  tell_health (self, now_us);
  return TRUE;
}

static void
end_of_body (IptvHttp *self)
{
  g_autofree char *text = g_strdup_printf ("%s: the server closed the connection", self->text);

  if (!self->known && !take_head (self, NULL, 0, TRUE, iptv_now_us ()))
    return;
  if (self->pacer == NULL) {
    retry (self, HEARTH_ERROR_DISCONNECTED, text);
    return;
  }
  self->pacer->ended = TRUE;
}

static gboolean
can_drain (const Attempt *attempt)
{
  return G_IS_POLLABLE_INPUT_STREAM (attempt->body) && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (attempt->body));
}

/* Fills the buffer from @n on with what is there, without waiting: one read of libsoup's may bring only the rest of a chunk.
 * Returns how full it is. @end: 0 when the body ended, negative with @error, else 1. */
static gsize
fill_buffer (Attempt *attempt, gsize n, gssize *end, GError **error)
{
  GPollableInputStream *body = G_POLLABLE_INPUT_STREAM (attempt->body);
  g_autoptr (GError) problem = NULL;

  *end = 1;
  while (n < READ_BYTES && *end > 0) {
    *end = g_pollable_input_stream_read_nonblocking (body, attempt->buffer + n, READ_BYTES - n, NULL, &problem);
    n += (gsize) MAX (*end, 0);
  }
  if (g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    *end = 1;
  else if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return n;
}

/* FALSE: the attempt is over, or the body. */
static gboolean
take_buffer (IptvHttp *self, gsize n, gssize end, GError *error)
{
  if (n > 0 && !take (self, self->attempt->buffer, n)) {
    g_clear_error (&error);
    return FALSE;
  }
  if (end < 0)
    retry_error (self, error);
  else if (end == 0)
    end_of_body (self);
  return end > 0;
}

/* Takes what is there without waiting. FALSE: the attempt is over, or the body. */
static gboolean
drain (IptvHttp *self)
{
  for (guint i = 0; i < BUFFERS_A_TICK; i++) {
    GError *error = NULL;
    gssize end = 0;
    gsize n = fill_buffer (self->attempt, 0, &end, &error);

    if (!take_buffer (self, n, end, error))
      return FALSE;
    if (n < READ_BYTES)
      return TRUE;
  }
  return TRUE;
}

static void
pump (IptvHttp *self)
{
  gint64 now_us = iptv_now_us ();
  IptvPacerRun run;

  while (iptv_pacer_take (self->pacer, now_us, &run)) {
    iptv_feed_push (&self->feed, run.bytes, run.n_bytes, run.due_us);
    self->last_us = now_us;
  }
}

static void
wait_for_tick (IptvHttp *self, GSourceFunc func)
{
  iptv_io_remove (&self->timer);
  self->timer = iptv_io_add_tick (self->io, func, self);
}

static gboolean
on_live_tick (gpointer data)
{
  IptvHttp *self = data;

  if (!can_drain (self->attempt))
    read_on (self);
  else if (drain (self))
    wait_for_tick (self, on_live_tick);
  return G_SOURCE_REMOVE;
}

static gboolean
on_paced_tick (gpointer data)
{
  IptvHttp *self = data;
  gboolean full = iptv_pacer_get_fill (self->pacer) >= PACER_FULL_BYTES;

  pump (self);
  if (self->pacer->ended && iptv_pacer_get_fill (self->pacer) == 0)
    finish (self, HEARTH_STREAM_ENDED, 0, NULL);
  else if (iptv_pacer_is_lost (self->pacer))
    finish (self, HEARTH_STREAM_FAILED, HEARTH_ERROR_CORRUPT, "the recording has no clock reference (PCR), so its speed is unknown");
  else {
    wait_for_tick (self, on_paced_tick);
    if (full && !self->pacer->ended && iptv_pacer_get_fill (self->pacer) < PACER_FULL_BYTES)
      read_on (self);
  }
  return G_SOURCE_REMOVE;
}

static void
go_on (IptvHttp *self)
{
  if (self->pacer != NULL) {
    if (self->timer == NULL)
      wait_for_tick (self, on_paced_tick);
    if (!self->pacer->ended && iptv_pacer_get_fill (self->pacer) < PACER_FULL_BYTES)
      read_on (self);
  } else if (self->first_us != 0 && self->last_us - self->first_us >= FRESH_US) {
    wait_for_tick (self, on_live_tick);
  } else {
    read_on (self);
  }
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Attempt) attempt = data;
  IptvHttp *self = attempt->http;
  GError *error = NULL;
  gssize end = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  gsize n = (gsize) MAX (end, 0);

  if (!is_current (attempt)) {
    g_clear_error (&error);
    return;
  }
  if (end > 0 && can_drain (attempt))
    n = fill_buffer (attempt, n, &end, &error);
  if (take_buffer (self, n, end, error))
    go_on (self);
  else if (is_current (attempt) && self->pacer != NULL && self->timer == NULL)
    wait_for_tick (self, on_paced_tick); /* all has come, and is let out */
}

static void
read_on (IptvHttp *self)
{
  g_input_stream_read_async (self->attempt->body, self->attempt->buffer, READ_BYTES, G_PRIORITY_DEFAULT, self->attempt->cancellable,
                             on_read, attempt_ref (self->attempt));
}

/* ---- connecting ------------------------------------------------------------------------------ */

/* What the server says is no answer; or no server, with @error (consumed). */
static void
refuse (IptvHttp *self, GError *error)
{
  SoupMessage *message = self->attempt->message;
  g_autofree char *why = error == NULL ? iptv_refusal_dup_status_text (message) : iptv_refusal_dup_error_text (message, error);
  g_autofree char *text = why != NULL ? g_strdup_printf ("%s: %s", self->text, why) : NULL;

  if (text == NULL) {
    retry_error (self, error);
    return;
  }
  self->wait_ms = error == NULL ? 1000 * MIN (iptv_refusal_get_wait_s (message), MAX_ASKED_WAIT_S) : 0;
  retry (self, HEARTH_ERROR_NO_SIGNAL, text);
  g_clear_error (&error);
}

/* Nobody asked for it, but some servers pack whatever they send. @body: taken. */
static GInputStream *
unpack (SoupMessageHeaders *headers, GInputStream *body)
{
  const char *encoding = soup_message_headers_get_one (headers, "Content-Encoding");
  g_autoptr (GZlibDecompressor) gzip = NULL;
  g_autoptr (GInputStream) packed = body;

  if (encoding == NULL || (g_ascii_strcasecmp (encoding, "gzip") != 0 && g_ascii_strcasecmp (encoding, "x-gzip") != 0))
    return g_steal_pointer (&packed);
  gzip = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  return g_converter_input_stream_new (packed, G_CONVERTER (gzip));
}

static void
on_response (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Attempt) attempt = data;
  IptvHttp *self = attempt->http;
  GError *error = NULL;
  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  SoupMessageHeaders *headers = soup_message_get_response_headers (attempt->message);

  if (!is_current (attempt)) {
    g_clear_error (&error);
    return;
  }
  if (body == NULL || !SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (attempt->message))) {
    refuse (self, error);
    return;
  }
  attempt->body = unpack (headers, g_steal_pointer (&body));
  self->last_us = iptv_now_us ();
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH) {
    self->pacer = g_new (IptvPacer, 1);
    iptv_pacer_init (self->pacer);
  }
  iptv_feed_state (&self->feed, HEARTH_STREAM_JOINED, 0, NULL);
  read_on (self);
}

static SoupMessage *
make_message (IptvHttp *self)
{
  SoupMessage *message = soup_message_new_from_uri (SOUP_METHOD_GET, self->uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  GPtrArray *extra = self->request->headers;

  soup_message_headers_replace (headers, "User-Agent",
                                self->request->user_agent != NULL ? self->request->user_agent : iptv_io_get_user_agent (self->io));
  for (guint i = 0; i + 1 < extra->len; i += 2)
    soup_message_headers_replace (headers, g_ptr_array_index (extra, i), g_ptr_array_index (extra, i + 1));
  iptv_refusal_watch (message, self->request->insecure);
  return message;
}

static void
begin_attempt (IptvHttp *self)
{
  Attempt *attempt = g_new (Attempt, 1);

  g_atomic_ref_count_init (&attempt->refs);
  attempt->http = self;
  self->n_refs++;
  attempt->cancellable = g_cancellable_new ();
  attempt->message = make_message (self);
  attempt->body = NULL;
  self->attempt = attempt;
  self->began_us = iptv_now_us ();
  self->first_us = 0;
  self->known = FALSE;
  self->watchdog = iptv_io_add_timeout (self->io, WATCHDOG_MS, on_watchdog, self);
  soup_session_send_async (iptv_io_get_session (self->io), attempt->message, G_PRIORITY_DEFAULT, attempt->cancellable, on_response,
                           attempt_ref (attempt));
}

static gboolean
on_open (gpointer data)
{
  IptvHttp *self = data;

  iptv_io_hold (self->io);
  self->beat = iptv_io_add_beat (self->io, &self->feed);
  iptv_feed_state (&self->feed, HEARTH_STREAM_CONNECTING, 0, NULL);
  begin_attempt (self);
  return G_SOURCE_REMOVE;
}

static gboolean
on_close (gpointer data)
{
  IptvHttp *self = data;

  drop_attempt (self);
  iptv_io_remove (&self->beat);
  http_unref (self);
  return G_SOURCE_REMOVE;
}

/* All that may stand in a URL stays; spaces and other alphabets are escaped. */
#define URL_CHARS G_URI_RESERVED_CHARS_GENERIC_DELIMITERS G_URI_RESERVED_CHARS_SUBCOMPONENT_DELIMITERS "%"

/* What stands in messages goes to logs and screens: no user, no password, no token. */
static char *
dup_public (GUri *uri)
{
  return g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
}

IptvHttp *
iptv_http_open (IptvIo *io, const char *uri, IptvRequest *request, HearthStreamSink *sink, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (uri, URL_CHARS, FALSE);
  g_autoptr (GUri) parsed = g_uri_parse (escaped, SOUP_HTTP_URI_FLAGS | G_URI_FLAGS_PARSE_RELAXED, error);
  g_autoptr (IptvRequest) owned = request;
  IptvHttp *self;

  if (parsed == NULL || g_uri_get_host (parsed) == NULL || *g_uri_get_host (parsed) == '\0') {
    g_clear_error (error);
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no HTTP address: it should look like http://host/path", uri);
    return NULL;
  }
  self = g_new0 (IptvHttp, 1);
  iptv_feed_init (&self->feed, sink);
  self->io = io;
  self->uri = g_steal_pointer (&parsed);
  self->text = dup_public (self->uri);
  self->request = g_steal_pointer (&owned);
  self->n_refs = 1;
  iptv_io_invoke (io, on_open, self);
  return self;
}

void
iptv_http_close (IptvHttp *self)
{
  iptv_feed_close (&self->feed);
  iptv_io_invoke (self->io, on_close, self);
}
