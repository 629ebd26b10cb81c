/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "web/hearth-web.h"

#include <json-glib/json-glib.h>

#define ALIVE_S 20 /* a comment now and then finds out who went away */

/* Server-sent events: one a change, each with the whole state. */
struct _WebState {
  HearthClient *client;
  GCancellable *cancellable; /* of asking for the channel */
  WebStream *stream;
  HearthChannel *channel; /* (nullable) */
  char *json;
  guint timer;
};

static void
add_string (JsonBuilder *builder, const char *member, const char *value)
{
  json_builder_set_member_name (builder, member);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_channel (JsonBuilder *builder, HearthChannel *channel)
{
  json_builder_begin_object (json_builder_set_member_name (builder, "channel"));
  add_string (builder, "id", hearth_channel_get_id (channel));
  add_string (builder, "number", hearth_channel_get_number (channel));
  add_string (builder, "name", hearth_channel_get_name (channel));
  add_string (builder, "name_zh", hearth_channel_get_name_in (channel, "zh"));
  add_string (builder, "name_en", hearth_channel_get_name_in (channel, "en"));
  json_builder_end_object (builder);
}

static char *
make_json (WebState *state)
{
  HearthClient *client = state->client;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_add_boolean_value (json_builder_set_member_name (builder, "connected"), hearth_client_get_connected (client));
  add_string (builder, "state", hearth_client_get_state (client));
  add_string (builder, "reason", hearth_client_get_reason (client));
  add_string (builder, "reason_text", hearth_client_get_reason_text (client));
  add_string (builder, "uri", hearth_client_get_uri (client));
  json_builder_add_double_value (json_builder_set_member_name (builder, "volume"), hearth_client_get_volume (client));
  json_builder_add_boolean_value (json_builder_set_member_name (builder, "mute"), hearth_client_get_mute (client));
  if (state->channel != NULL)
    add_channel (builder, state->channel);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static GBytes *
make_event (WebState *state)
{
  char *event = g_strdup_printf ("data: %s\n\n", state->json);

  return g_bytes_new_take (event, strlen (event));
}

static void
tell (WebState *state)
{
  g_autofree char *json = make_json (state);
  g_autoptr (GBytes) event = NULL;

  if (g_strcmp0 (json, state->json) == 0)
    return;
  g_free (state->json);
  state->json = g_steal_pointer (&json);
  event = make_event (state);
  web_stream_send (state->stream, event, FALSE);
}

static void
on_channel_info (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WebState *state = user_data;
  g_autoptr (GError) error = NULL;
  HearthChannel *channel = hearth_client_get_channel_info_finish (HEARTH_CLIENT (source), result, &error);

  if (g_error_matches (error, HEARTH_ERROR, HEARTH_ERROR_CANCELLED))
    return; /* a newer channel is asked for, or @state is gone */
  state->channel = channel;
  tell (state);
}

static void
ask_channel (WebState *state)
{
  const char *id = hearth_client_get_channel (state->client);

  g_cancellable_cancel (state->cancellable);
  g_clear_object (&state->cancellable);
  g_clear_pointer (&state->channel, hearth_channel_unref);
  state->cancellable = g_cancellable_new ();
  if (id != NULL)
    hearth_client_get_channel_info_async (state->client, id, state->cancellable, on_channel_info, state);
}

static void
on_notify (WebState *state, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "channel"))
    ask_channel (state);
  tell (state);
}

static gboolean
on_alive (gpointer user_data)
{
  WebState *state = user_data;
  g_autoptr (GBytes) comment = g_bytes_new_static (":\n\n", 3);

  web_stream_send (state->stream, comment, TRUE);
  return G_SOURCE_CONTINUE;
}

static void
start (gpointer user_data)
{
  WebState *state = user_data;

  state->timer = g_timeout_add_seconds (ALIVE_S, on_alive, state);
}

static void
stop (gpointer user_data)
{
  WebState *state = user_data;

  g_clear_handle_id (&state->timer, g_source_remove);
}

WebState *
web_state_new (HearthClient *client)
{
  WebState *state = g_new0 (WebState, 1);

  state->client = g_object_ref (client);
  state->stream = web_stream_new ("text/event-stream", start, stop, state);
  g_signal_connect_swapped (client, "notify", G_CALLBACK (on_notify), state);
  ask_channel (state);
  tell (state);
  return state;
}

void
web_state_free (WebState *state)
{
  g_signal_handlers_disconnect_by_data (state->client, state);
  g_cancellable_cancel (state->cancellable);
  g_clear_handle_id (&state->timer, g_source_remove);
  web_stream_free (state->stream);
  g_clear_pointer (&state->channel, hearth_channel_unref);
  g_object_unref (state->cancellable);
  g_object_unref (state->client);
  g_free (state->json);
  g_free (state);
}

gboolean
web_state_add (WebState *state, SoupServerMessage *message)
{
  g_autoptr (GBytes) event = make_event (state);

  return web_stream_add (state->stream, message, event);
}

const char *
web_state_get_json (WebState *state)
{
  return state->json;
}
