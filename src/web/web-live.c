/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "web/hearth-web.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("web")

#define PERIOD_MS 80     /* 12.5 pictures a second */
#define PAUSE_TICKS 12   /* after a failure, so that it is told once a second */
#define WIDTH 960
#define BOUNDARY "hearth-picture"

/* Motion JPEG: parts that replace each other (multipart/x-mixed-replace). Pictures are taken only while somebody waits for
 * one, one at a time. */
struct _WebLive {
  HearthClient *client;
  GCancellable *cancellable;
  WebStream *stream;
  guint timer;
  gboolean taking;
  guint pause_ticks;
};

static GBytes *
make_part (GBytes *picture)
{
  GByteArray *part = g_byte_array_new ();
  g_autofree char *head =
    g_strdup_printf ("Content-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", g_bytes_get_size (picture));

  g_byte_array_append (part, (const guint8 *) head, (guint) strlen (head));
  g_byte_array_append (part, g_bytes_get_data (picture, NULL), (guint) g_bytes_get_size (picture));
  g_byte_array_append (part, (const guint8 *) "\r\n--" BOUNDARY "\r\n", strlen ("\r\n--" BOUNDARY "\r\n"));
  return g_byte_array_free_to_bytes (part);
}

static void
on_picture (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WebLive *live = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) picture = hearth_client_screenshot_finish (HEARTH_CLIENT (source), result, NULL, &error);
  g_autoptr (GBytes) part = NULL;

  if (g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_CANCELLED))
    return; /* @live is gone */
  live->taking = FALSE;
  if (picture == NULL) {
    hearth_info ("%s", error->message);
    live->pause_ticks = PAUSE_TICKS;
    return;
  }
  part = make_part (picture);
  web_stream_send (live->stream, part, TRUE);
}

static gboolean
on_tick (gpointer user_data)
{
  WebLive *live = user_data;
  GVariant *options;

  if (live->pause_ticks > 0)
    live->pause_ticks--;
  else if (!live->taking && web_stream_is_waiting (live->stream)) {
    live->taking = TRUE;
    options = g_variant_new_parsed ("{'format': <'jpeg'>, 'width': <%u>}", WIDTH);
    hearth_client_screenshot_async (live->client, options, live->cancellable, on_picture, live);
  }
  return G_SOURCE_CONTINUE;
}

static void
start (gpointer user_data)
{
  WebLive *live = user_data;

  live->timer = g_timeout_add (PERIOD_MS, on_tick, live);
}

static void
stop (gpointer user_data)
{
  WebLive *live = user_data;

  g_clear_handle_id (&live->timer, g_source_remove);
}

WebLive *
web_live_new (HearthClient *client)
{
  WebLive *live = g_new0 (WebLive, 1);

  live->client = g_object_ref (client);
  live->cancellable = g_cancellable_new ();
  live->stream = web_stream_new ("multipart/x-mixed-replace; boundary=" BOUNDARY, start, stop, live);
  return live;
}

void
web_live_free (WebLive *live)
{
  g_cancellable_cancel (live->cancellable);
  g_clear_handle_id (&live->timer, g_source_remove);
  web_stream_free (live->stream);
  g_object_unref (live->cancellable);
  g_object_unref (live->client);
  g_free (live);
}

gboolean
web_live_add (WebLive *live, SoupServerMessage *message)
{
  g_autoptr (GBytes) first = g_bytes_new_static ("--" BOUNDARY "\r\n", strlen ("--" BOUNDARY "\r\n"));

  return web_stream_add (live->stream, message, first);
}
