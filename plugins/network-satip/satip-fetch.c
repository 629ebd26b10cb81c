/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-fetch.h"

#include <libsoup/soup.h>

#define TIMEOUT_S 5

typedef struct {
  SoupSession *session;
  SoupMessage *message;
  GCancellable *cancellable;
  SatipFetchFunc func;
  gpointer user_data;
  char *bytes;
} Fetch;

static void
fetch_free (Fetch *self)
{
  g_clear_object (&self->session);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_free (self->bytes);
  g_free (self);
}

static void
finish (Fetch *self, const SatipFetched *fetched, GError *error)
{
  if (error != NULL)
    hearth_error_translate (&error, "reading the SAT>IP server's description");
  if (!g_cancellable_is_cancelled (self->cancellable))
    self->func (fetched, error, self->user_data);
  g_clear_error (&error);
  fetch_free (self);
}

static guint
get_rtsp_port (SoupMessage *message)
{
  const char *text = soup_message_headers_get_one (soup_message_get_response_headers (message), "X-SATIP-RTSP-Port");
  guint64 port = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 1, 65535, &port, NULL);
  return (guint) port;
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fetch *self = user_data;
  SatipFetched fetched = { .rtsp_port = get_rtsp_port (self->message) };
  GError *error = NULL;
  gsize n_bytes = 0;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n_bytes, &error) ||
      !satip_description_parse (&fetched.description, self->bytes, n_bytes, &error)) {
    finish (self, NULL, error);
    return;
  }
  finish (self, &fetched, NULL);
  satip_description_clear (&fetched.description);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fetch *self = user_data;
  GError *error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send_finish (self->session, result, &error);
  const guint status = soup_message_get_status (self->message);

  if (stream == NULL || !SOUP_STATUS_IS_SUCCESSFUL (status)) {
    finish (self, NULL, error != NULL ? error : g_error_new (HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL, "it answers %u", status));
    return;
  }
  self->bytes = g_malloc (SATIP_MAX_DESCRIPTION_BYTES); /* a longer one is no description, and breaks off in its midst */
  g_input_stream_read_all_async (stream, self->bytes, SATIP_MAX_DESCRIPTION_BYTES, G_PRIORITY_DEFAULT, self->cancellable, on_read, self);
}

void
satip_fetch (const char *location, GCancellable *cancellable, SatipFetchFunc func, gpointer user_data)
{
  Fetch *self = g_new0 (Fetch, 1);

  self->func = func;
  self->user_data = user_data;
  self->cancellable = g_object_ref (cancellable);
  self->session = soup_session_new_with_options ("timeout", TIMEOUT_S, "user-agent", "Hearth/" SATIP_VERSION, NULL);
  self->message = g_str_has_prefix (location, "http://") ? soup_message_new (SOUP_METHOD_GET, location) : NULL;
  if (self->message == NULL)
    finish (self, NULL, g_error_new (HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "“%s” is no HTTP address", location));
  else
    soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, cancellable, on_sent, self);
}
