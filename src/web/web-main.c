/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/hearth-worker-link.h"
#include "web/hearth-web.h"

#include <glib-unix.h>
#include <hearth/log.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

HEARTH_LOG_TOPIC ("web")

#define DEFAULT_PORT 8480

typedef struct {
  HearthClient *client;
  WebLive *live;
  WebState *state;
} Web;

static const struct {
  const char *path, *resource, *type;
} files[] = {
  { "/", "/tv/hearth/web/live.html", "text/html; charset=utf-8" },
  { "/live.css", "/tv/hearth/web/live.css", "text/css; charset=utf-8" },
  { "/live.js", "/tv/hearth/web/live.js", "text/javascript; charset=utf-8" },
};

void
web_reply_json (SoupServerMessage *message, guint status, const char *json)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, json, strlen (json));
}

static void
reply_text (SoupServerMessage *message, guint status, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY, text, strlen (text));
}

static void
serve_file (SoupServerMessage *message, const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GBytes) bytes = NULL;

    if (!g_str_equal (files[i].path, path))
      continue;
    bytes = g_resources_lookup_data (files[i].resource, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    soup_server_message_set_response (message, files[i].type, SOUP_MEMORY_COPY, g_bytes_get_data (bytes, NULL),
                                      g_bytes_get_size (bytes));
    return;
  }
  reply_text (message, SOUP_STATUS_NOT_FOUND, "There is nothing here.\n");
}

static void
serve_get (Web *web, SoupServerMessage *message, const char *path)
{
  gboolean taken = TRUE;

  if (g_str_equal (path, "/live.mjpeg"))
    taken = web_live_add (web->live, message);
  else if (g_str_equal (path, "/events"))
    taken = web_state_add (web->state, message);
  else if (g_str_equal (path, "/state"))
    web_reply_json (message, SOUP_STATUS_OK, web_state_get_json (web->state));
  else
    serve_file (message, path);
  if (!taken)
    reply_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "Too many are watching: close another page.\n");
}

static void
on_request (G_GNUC_UNUSED SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer user_data)
{
  Web *web = user_data;
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *out = soup_server_message_get_response_headers (message);
  const char *method = soup_server_message_get_method (message);

  soup_message_headers_replace (out, "Content-Security-Policy",
                                "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'");
  soup_message_headers_replace (out, "Cross-Origin-Resource-Policy", "same-origin");
  soup_message_headers_replace (out, "X-Content-Type-Options", "nosniff");
  if (!web_guard_allows (soup_message_headers_get_one (in, "Host"), soup_message_headers_get_one (in, "Origin")))
    reply_text (message, SOUP_STATUS_FORBIDDEN, "Only this machine's own pages may ask: open http://127.0.0.1:PORT.\n");
  else if (g_str_equal (path, "/key") && g_str_equal (method, "POST"))
    web_keys_press (web->client, message, query);
  else if (!g_str_equal (path, "/key") && g_str_equal (method, "GET"))
    serve_get (web, message, path);
  else
    reply_text (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "Pages are got, keys are posted.\n");
}

static gboolean
on_stop (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
listen_loopback (SoupServer *server, guint port, GError **error)
{
  GSList *addresses;

  if (!soup_server_listen_local (server, port, 0, error)) {
    hearth_error_translate (error, "listening on the loopback at port %u (--port chooses another one)", port);
    return FALSE;
  }
  addresses = soup_server_get_uris (server);
  for (GSList *item = addresses; item != NULL; item = item->next) {
    g_autofree char *text = g_uri_to_string (item->data);

    printf ("%s\n", text);
    hearth_info ("listening at %s", text);
  }
  fflush (stdout);
  g_slist_free_full (addresses, (GDestroyNotify) g_uri_unref);
  return TRUE;
}

static gboolean
serve (guint port, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (HearthClient) client = hearth_client_new ();
  g_autoptr (WebLive) live = web_live_new (client);
  g_autoptr (WebState) state = web_state_new (client);
  Web web = { client, live, state };

  soup_server_add_handler (server, NULL, on_request, &web, NULL);
  if (!listen_loopback (server, port, error) || !hearth_confine (HEARTH_CONFINE_WEB, error))
    return FALSE;
  g_unix_signal_add (SIGINT, on_stop, loop);
  g_unix_signal_add (SIGTERM, on_stop, loop);
  g_main_loop_run (loop);
  soup_server_disconnect (server);
  return TRUE;
}

static gboolean
parse (int *argc, char ***argv, int *port, GError **error)
{
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, port, "Listen at this port of the loopback; 0 takes a free one (8480)", "PORT" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Tell the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Shows the television's picture and takes its keys, on a page for this machine.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (version) {
    printf ("hearth-web %s\n", PACKAGE_VERSION);
    exit (0);
  }
  if (*port >= 0 && *port <= G_MAXUINT16 && *argc == 1)
    return TRUE;
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                       *argc > 1 ? "there are words too many; --help tells what goes" : "a port is 0 to 65535");
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int port = DEFAULT_PORT;

  setlocale (LC_ALL, "");
  if (g_strcmp0 (g_getenv ("HEARTH_DUMPABLE"), "1") != 0)
    prctl (PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (parse (&argc, &argv, &port, &error) && serve ((guint) port, &error))
    return 0;
  fprintf (stderr, "hearth-web: %s\n", error->message);
  return 1;
}
