/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-direct-options.h"

#include "hearthd/channels/hearth-channel-keys.h"

#include <string.h>

#define PIPE "pipe:"

/* Attribute -> header, as network-iptv reads them; its README tells where they stand. */
static const struct {
  const char *key, *header;
} meanings[] = {
  { "extvlcopt:http-user-agent", "User-Agent" }, { "http-user-agent", "User-Agent" }, { "user-agent", "User-Agent" },
  { "extvlcopt:http-referrer", "Referer" },      { "extvlcopt:http-referer", "Referer" }, { "http-referrer", "Referer" },
  { "referrer", "Referer" },                     { "referer", "Referer" },
  { "extvlcopt:http-origin", "Origin" },         { "extvlcopt:http-cookie", "Cookie" },
};

static const char *const header_lists[] = { "kodiprop:inputstream.adaptive.stream_headers", "kodiprop:inputstream.adaptive.common_headers",
                                            "kodiprop:inputstream.adaptive.manifest_headers", NULL };

/* Kodi's options behind a | that steer its HTTP client and are no headers. */
static const char *const no_headers[] = { "acceptencoding", "active-remote", "auth", "connection-timeout", "customrequest", "failonerror",
                                          "noshout", "postdata", "seekable", "sslcipherlist", "verifypeer", NULL };

typedef struct {
  GVariantDict *options;
  GVariantBuilder headers;
} Adding;

static gboolean
is_token (const char *name)
{
  return *name != '\0' && name[strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")] == '\0';
}

static void
add_header (Adding *self, const char *name, const char *value)
{
  if (!is_token (name) || *value == '\0' || strpbrk (value, "\r\n") != NULL)
    return;
  if (g_ascii_strcasecmp (name, "User-Agent") == 0)
    g_variant_dict_insert (self->options, "user-agent", "s", value);
  else if (g_ascii_strcasecmp (name, "Referer") == 0)
    g_variant_dict_insert (self->options, "referrer", "s", value);
  else
    g_variant_builder_add (&self->headers, "{ss}", name, value);
}

static void
add_pipe (Adding *self, const char *name, const char *value)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (!g_strv_contains (no_headers, lower))
    add_header (self, name, value);
}

/* "Name=value&Name=value", escaped. */
static void
add_header_list (Adding *self, const char *list)
{
  g_auto (GStrv) parts = g_strsplit (list, "&", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    char *equals = strchr (parts[i], '=');
    g_autofree char *value = NULL;

    if (equals == NULL)
      continue;
    *equals = '\0';
    value = g_uri_unescape_string (equals + 1, NULL);
    if (value != NULL && g_utf8_validate (value, -1, NULL))
      add_header (self, g_strstrip (parts[i]), value);
  }
}

static void
add_attribute (Adding *self, const char *key, const char *value)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (g_str_equal (key, meanings[i].key)) {
      add_header (self, meanings[i].header, value);
      return;
    }
  if (g_str_has_prefix (key, PIPE))
    add_pipe (self, key + strlen (PIPE), value);
  else if (g_strv_contains (header_lists, key))
    add_header_list (self, value);
}

void
hearth_direct_options_add (GVariantDict *options, GVariant *attributes)
{
  Adding adding = { .options = options };
  const char *key, *value;
  GVariantIter iter;

  if (attributes == NULL)
    return;
  g_variant_builder_init (&adding.headers, G_VARIANT_TYPE ("a{ss}"));
  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &key, &value))
    add_attribute (&adding, key, value);
  g_variant_dict_insert_value (options, "headers", g_variant_builder_end (&adding.headers));
}

/* As a header of a request it could bring others with it. */
static void
add_user_agent (GVariantDict *options, HearthNetworkObject *network)
{
  const char *name = network != NULL ? hearth_network_object_get_setting (network, "user-agent") : "";

  if (*name != '\0' && strpbrk (name, "\r\n") == NULL)
    g_variant_dict_insert (options, "user-agent", "s", name);
}

void
hearth_direct_options_add_of_channel (GVariantDict *options, HearthNetworks *networks, HearthChannels *channels, const char *id, guint leg)
{
  const HearthChannel *channel = *id != '\0' ? hearth_channels_find (channels, id) : NULL;
  g_autoptr (GVariant) attributes = NULL;

  if (channel == NULL || leg >= channel->n_legs) {
    add_user_agent (options, hearth_networks_get_any (networks, "iptv"));
    return;
  }
  add_user_agent (options, hearth_networks_find (networks, channel->legs[leg].network));
  attributes = hearth_channels_dup_leg_attributes (channels, &channel->legs[leg]);
  hearth_direct_options_add (options, attributes);
}

gboolean
hearth_direct_is_list (const char *uri)
{
  g_autofree char *path = g_strndup (uri, strcspn (uri, "?#|"));

  return g_str_has_prefix (uri, "http") && (g_str_has_suffix (path, ".m3u8") || g_str_has_suffix (path, ".mpd"));
}

char *
hearth_direct_dup_shown (const char *uri)
{
  g_autofree char *scheme = g_uri_parse_scheme (uri);
  g_autofree char *rest = hearth_channel_keys_dup_address (uri);

  return g_strconcat (scheme != NULL ? scheme : "", "://", rest, NULL);
}
