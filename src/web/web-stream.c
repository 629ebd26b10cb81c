/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "web/hearth-web.h"

#define MOST_WATCHERS 16

struct _WebStream {
  const char *content_type;
  void (*start) (gpointer user_data);
  void (*stop) (gpointer user_data);
  gpointer user_data;
  GPtrArray *watchers;
};

typedef struct {
  WebStream *stream;
  SoupServerMessage *message;
  guint unsent; /* chunks that the kernel has not taken yet */
} Watcher;

static void
on_wrote_chunk (G_GNUC_UNUSED SoupServerMessage *message, Watcher *watcher)
{
  watcher->unsent -= MIN (watcher->unsent, 1);
}

static void
on_finished (G_GNUC_UNUSED SoupServerMessage *message, Watcher *watcher)
{
  WebStream *stream = watcher->stream;

  g_ptr_array_remove_fast (stream->watchers, watcher);
  if (stream->watchers->len == 0)
    stream->stop (stream->user_data);
}

static void
watcher_free (gpointer data)
{
  Watcher *watcher = data;

  g_signal_handlers_disconnect_by_data (watcher->message, watcher);
  g_object_unref (watcher->message);
  g_free (watcher);
}

WebStream *
web_stream_new (const char *content_type, void (*start) (gpointer), void (*stop) (gpointer), gpointer user_data)
{
  WebStream *stream = g_new0 (WebStream, 1);

  stream->content_type = content_type;
  stream->start = start;
  stream->stop = stop;
  stream->user_data = user_data;
  stream->watchers = g_ptr_array_new_with_free_func (watcher_free);
  return stream;
}

void
web_stream_free (WebStream *stream)
{
  g_ptr_array_unref (stream->watchers);
  g_free (stream);
}

static void
send_to (Watcher *watcher, GBytes *chunk)
{
  watcher->unsent++;
  soup_message_body_append_bytes (soup_server_message_get_response_body (watcher->message), chunk);
  soup_server_message_unpause (watcher->message);
}

gboolean
web_stream_add (WebStream *stream, SoupServerMessage *message, GBytes *first)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  Watcher *watcher;

  if (stream->watchers->len >= MOST_WATCHERS)
    return FALSE;
  watcher = g_new0 (Watcher, 1);
  watcher->stream = stream;
  watcher->message = g_object_ref (message);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_headers_set_content_type (headers, stream->content_type, NULL);
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), watcher);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), watcher);
  g_ptr_array_add (stream->watchers, watcher);
  if (stream->watchers->len == 1)
    stream->start (stream->user_data);
  send_to (watcher, first);
  return TRUE;
}

gboolean
web_stream_is_waiting (WebStream *stream)
{
  for (guint i = 0; i < stream->watchers->len; i++)
    if (((Watcher *) g_ptr_array_index (stream->watchers, i))->unsent == 0)
      return TRUE;
  return FALSE;
}

void
web_stream_send (WebStream *stream, GBytes *chunk, gboolean live)
{
  for (guint i = 0; i < stream->watchers->len; i++) {
    Watcher *watcher = g_ptr_array_index (stream->watchers, i);

    if (!live || watcher->unsent == 0)
      send_to (watcher, chunk);
  }
}
