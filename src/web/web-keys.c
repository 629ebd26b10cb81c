/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "web/hearth-web.h"

#include <json-glib/json-glib.h>

#define VOLUME_STEP 0.05

typedef void (*Press) (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data);
typedef gboolean (*Finish) (HearthClient *client, GAsyncResult *result, GError **error);

static void
press_up (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  hearth_client_zap_async (client, 1, NULL, callback, user_data);
}

static void
press_down (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  hearth_client_zap_async (client, -1, NULL, callback, user_data);
}

static gboolean
finish_zap (HearthClient *client, GAsyncResult *result, GError **error)
{
  return hearth_client_zap_finish (client, result, NULL, error);
}

static void
press_back (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  hearth_client_back_async (client, NULL, callback, user_data);
}

static gboolean
finish_back (HearthClient *client, GAsyncResult *result, GError **error)
{
  return hearth_client_back_finish (client, result, NULL, error);
}

static void
press_stop (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  hearth_client_stop_async (client, NULL, callback, user_data);
}

static void
press_mute (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  hearth_client_set_mute_async (client, !hearth_client_get_mute (client), NULL, callback, user_data);
}

static void
press_louder (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  hearth_client_set_volume_async (client, hearth_client_get_volume (client) + VOLUME_STEP, NULL, callback, user_data);
}

static void
press_softer (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  hearth_client_set_volume_async (client, hearth_client_get_volume (client) - VOLUME_STEP, NULL, callback, user_data);
}

static void
press_banner (HearthClient *client, GAsyncReadyCallback callback, gpointer user_data)
{
  hearth_client_show_banner_async (client, NULL, callback, user_data);
}

static gboolean
finish_number (HearthClient *client, GAsyncResult *result, GError **error)
{
  return hearth_client_open_number_finish (client, result, NULL, error);
}

static const struct {
  const char *name;
  Press press;
  Finish finish;
} keys[] = {
  { "up", press_up, finish_zap },
  { "down", press_down, finish_zap },
  { "back", press_back, finish_back },
  { "stop", press_stop, hearth_client_stop_finish },
  { "mute", press_mute, hearth_client_set_mute_finish },
  { "volume-up", press_louder, hearth_client_set_volume_finish },
  { "volume-down", press_softer, hearth_client_set_volume_finish },
  { "banner", press_banner, hearth_client_show_banner_finish },
};

/* A request that waits for hearthd's answer. */
typedef struct {
  SoupServerMessage *message;
  Finish finish;
} Pending;

static void
reply_error (SoupServerMessage *message, guint status, const char *name, const char *text)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *json = NULL;

  json_builder_begin_object (builder);
  json_builder_add_string_value (json_builder_set_member_name (builder, "error"), name);
  json_builder_add_string_value (json_builder_set_member_name (builder, "message"), text);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  web_reply_json (message, status, json);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Pending *pending = user_data;
  g_autoptr (GError) error = NULL;

  if (pending->finish (HEARTH_CLIENT (source), result, &error))
    web_reply_json (pending->message, SOUP_STATUS_OK, "{}");
  else
    reply_error (pending->message,
                 g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND) ? SOUP_STATUS_NOT_FOUND
                                                                               : SOUP_STATUS_BAD_GATEWAY,
                 hearth_error_get_name ((HearthError) error->code), error->message);
  soup_server_message_unpause (pending->message);
  g_object_unref (pending->message);
  g_free (pending);
}

static Pending *
wait_for (SoupServerMessage *message, Finish finish)
{
  Pending *pending = g_new0 (Pending, 1);

  pending->message = g_object_ref (message);
  pending->finish = finish;
  soup_server_message_pause (message);
  return pending;
}

void
web_keys_press (HearthClient *client, SoupServerMessage *message, GHashTable *query)
{
  const char *name = query != NULL ? g_hash_table_lookup (query, "name") : NULL;
  const char *number = query != NULL ? g_hash_table_lookup (query, "number") : NULL;

  if (g_strcmp0 (name, "number") == 0 && number != NULL && g_utf8_validate (number, -1, NULL)) {
    hearth_client_open_number_async (client, number, NULL, on_done, wait_for (message, finish_number));
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (g_strcmp0 (keys[i].name, name) != 0)
      continue;
    keys[i].press (client, on_done, wait_for (message, keys[i].finish));
    return;
  }
  reply_error (message, SOUP_STATUS_BAD_REQUEST, "InvalidArgument", "there is no such key");
}
