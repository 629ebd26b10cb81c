/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A transport stream over HTTP without an end. One piece is given to libsoup at a time, the next when that one has left, so that
 * a slow client holds up nobody; it loses what it missed. */
#include <glib-unix.h>
#include <unistd.h>

#include "headend/web.h"

#define PIECE_BYTES (188 * 7 * 50)

struct _HeadendLive {
  HeadendSender *sender;
  GPtrArray *clients; /* Client */
  guint watch;
};

typedef struct {
  HeadendLive *live;
  HeadendService *service;
  SoupServerMessage *message; /* owned */
  guint64 position;
  guint cuts;       /* as they stood when it came */
  gboolean writing; /* a piece is on its way */
} Client;

static void
client_free (gpointer data)
{
  Client *client = data;

  g_object_unref (client->message);
  g_free (client);
}

/* Gives the client what there is, if it waits for it. */
static void
feed (Client *client)
{
  g_autofree guint8 *bytes = NULL;
  gsize n_bytes = PIECE_BYTES;
  SoupMessageBody *body = soup_server_message_get_response_body (client->message);
  HeadendWebFaults faults;

  headend_service_get_web_faults (client->service, &faults);
  if (client->writing || faults.answer == HEADEND_ANSWER_SILENT)
    return;
  bytes = g_malloc (PIECE_BYTES);
  if (faults.cuts != client->cuts || !headend_service_read (client->service, &client->position, bytes, &n_bytes))
    soup_message_body_complete (body);
  else if (n_bytes > 0)
    soup_message_body_append_take (body, g_steal_pointer (&bytes), n_bytes);
  else
    return;
  client->writing = TRUE;
  soup_server_message_unpause (client->message);
}

static gboolean
on_sent (gint fd, GIOCondition condition, gpointer user_data)
{
  HeadendLive *self = user_data;
  guint64 count;

  if (read (fd, &count, sizeof count) != sizeof count)
    return G_SOURCE_CONTINUE;
  for (guint i = 0; i < self->clients->len; i++)
    feed (g_ptr_array_index (self->clients, i));
  return G_SOURCE_CONTINUE;
}

static void
on_wrote_chunk (SoupServerMessage *message, gpointer user_data)
{
  Client *client = user_data;

  client->writing = FALSE;
  soup_server_message_pause (message);
  feed (client);
}

static void
on_finished (SoupServerMessage *message, gpointer user_data)
{
  Client *client = user_data;
  HeadendLive *self = client->live;

  g_signal_handlers_disconnect_by_data (message, client);
  g_ptr_array_remove_fast (self->clients, client);
  headend_sender_want_events (self->sender, self->clients->len > 0);
}

HeadendLive *
headend_live_new (HeadendSender *sender)
{
  HeadendLive *self = g_new0 (HeadendLive, 1);

  self->sender = sender;
  self->clients = g_ptr_array_new_with_free_func (client_free);
  self->watch = g_unix_fd_add (headend_sender_get_fd (sender), G_IO_IN, on_sent, self);
  return self;
}

void
headend_live_free (HeadendLive *self)
{
  g_source_remove (self->watch);
  for (guint i = 0; i < self->clients->len; i++) {
    Client *client = g_ptr_array_index (self->clients, i);

    g_signal_handlers_disconnect_by_data (client->message, client);
  }
  g_ptr_array_unref (self->clients);
  g_free (self);
}

/* Whether the answer was to be a wrong one, and has been given. */
static gboolean
answer_wrongly (SoupServerMessage *message, HeadendAnswer answer)
{
  static const char page[] = "<!DOCTYPE html><title>Pay</title><p>Please pay.";

  if (answer == HEADEND_ANSWER_RIGHT || answer == HEADEND_ANSWER_SILENT)
    return FALSE;
  if (answer == HEADEND_ANSWER_BUSY)
    soup_message_headers_append (soup_server_message_get_response_headers (message), "Retry-After", "1");
  if (answer == HEADEND_ANSWER_PAGE)
    soup_server_message_set_response (message, "text/html", SOUP_MEMORY_STATIC, page, sizeof page - 1);
  soup_server_message_set_status (message, answer == HEADEND_ANSWER_BUSY        ? SOUP_STATUS_SERVICE_UNAVAILABLE
                                           : answer == HEADEND_ANSWER_FORBIDDEN ? SOUP_STATUS_FORBIDDEN
                                                                                : SOUP_STATUS_OK,
                                  NULL);
  return TRUE;
}

static void
append_tables (SoupServerMessage *message, const guint8 *tables)
{
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, tables, 2 * HEADEND_PACKET);
}

void
headend_live_serve (HeadendLive *self, SoupServerMessage *message, HeadendService *service, gboolean from_key)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  guint8 tables[2 * HEADEND_PACKET];
  HeadendWebFaults faults;
  Client *client;

  headend_service_get_web_faults (service, &faults);
  if (answer_wrongly (message, faults.answer))
    return;
  client = g_new0 (Client, 1);
  client->cuts = faults.cuts;
  client->live = self;
  client->service = service;
  client->message = g_object_ref (message);
  client->position = from_key ? headend_service_find_key (service, tables) : headend_service_get_head (service);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_headers_set_content_type (headers, "video/mp2t", NULL);
  soup_message_headers_append (headers, "Cache-Control", "no-cache");
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), client);
  g_signal_connect (message, "finished", G_CALLBACK (on_finished), client);
  g_ptr_array_add (self->clients, client);
  headend_sender_want_events (self->sender, TRUE);
  if (from_key) {
    append_tables (message, tables);
    client->writing = TRUE;
  } else {
    soup_server_message_pause (message);
  }
}
