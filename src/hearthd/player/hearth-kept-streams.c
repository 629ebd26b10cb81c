/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/player/hearth-kept-streams.h"

struct _HearthKeptStreams {
  HearthNetworks *networks;
  HearthChannels *channels;
  GPtrArray *streams; /* HearthStream */
  GHashTable *direct; /* addresses that networks found to be lists */
};

HearthKeptStreams *
hearth_kept_streams_new (HearthNetworks *networks, HearthChannels *channels)
{
  HearthKeptStreams *self = g_new0 (HearthKeptStreams, 1);

  self->networks = networks;
  self->channels = channels;
  self->streams = g_ptr_array_new_with_free_func (g_object_unref);
  self->direct = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
hearth_kept_streams_free (HearthKeptStreams *self)
{
  g_ptr_array_unref (self->streams);
  g_hash_table_unref (self->direct);
  g_free (self);
}

static HearthStream *
find_kept (HearthKeptStreams *self, const char *channel, const char *uri)
{
  for (guint i = 0; i < self->streams->len; i++) {
    HearthStream *stream = g_ptr_array_index (self->streams, i);

    if (g_str_equal (hearth_stream_get_channel (stream), channel) && g_str_equal (hearth_stream_get_uri (stream), uri))
      return stream;
  }
  return NULL;
}

static HearthStream *
find_or_adopt (HearthKeptStreams *self, HearthNetworkObject *network, const char *channel, const char *uri)
{
  HearthStream *stream = find_kept (self, channel, uri);

  if (stream != NULL || network == NULL)
    return stream;
  stream = hearth_network_object_find_stream (network, channel, uri);
  if (stream != NULL)
    g_ptr_array_add (self->streams, stream);
  return stream;
}

HearthStream *
hearth_kept_streams_find (HearthKeptStreams *self, const HearthChannel *channel, guint leg)
{
  HearthServiceEntry entry;

  hearth_channels_get_leg (self->channels, &channel->legs[leg], &entry);
  return find_or_adopt (self, hearth_networks_find (self->networks, channel->legs[leg].network), channel->id, entry.uri);
}

typedef HearthStream *(*OpenFunc) (HearthNetworkObject *network, const char *channel, const char *uri, GVariant *attributes);

static HearthStream *
find_or_open (HearthKeptStreams *self, const HearthChannel *channel, guint leg, OpenFunc open)
{
  HearthNetworkObject *network = hearth_networks_find (self->networks, channel->legs[leg].network);
  HearthStream *stream = hearth_kept_streams_find (self, channel, leg);
  g_autoptr (GVariant) attributes = NULL;
  HearthServiceEntry entry;

  if (stream != NULL || network == NULL)
    return stream;
  hearth_channels_get_leg (self->channels, &channel->legs[leg], &entry);
  attributes = hearth_channels_dup_leg_attributes (self->channels, &channel->legs[leg]);
  stream = open (network, channel->id, entry.uri, attributes);
  g_ptr_array_add (self->streams, stream);
  return stream;
}

HearthStream *
hearth_kept_streams_open (HearthKeptStreams *self, const HearthChannel *channel, guint leg)
{
  return find_or_open (self, channel, leg, hearth_network_object_open);
}

HearthStream *
hearth_kept_streams_open_ahead (HearthKeptStreams *self, const HearthChannel *channel, guint leg)
{
  return find_or_open (self, channel, leg, hearth_network_object_open_ahead);
}

HearthStream *
hearth_kept_streams_open_uri (HearthKeptStreams *self, HearthNetworkObject *network, const char *uri)
{
  HearthStream *stream = find_or_adopt (self, network, "", uri);

  if (stream == NULL) {
    stream = hearth_network_object_open (network, "", uri, NULL);
    g_ptr_array_add (self->streams, stream);
  }
  return stream;
}

void
hearth_kept_streams_close_others (HearthKeptStreams *self, HearthStream *current, const char *const *channels, guint n)
{
  for (guint i = self->streams->len; i-- > 0;) {
    HearthStream *stream = g_ptr_array_index (self->streams, i);
    HearthNetworkObject *network = hearth_networks_find (self->networks, hearth_stream_get_network (stream));
    gboolean wanted = stream == current;

    for (guint j = 0; j < n && !wanted; j++)
      wanted = g_str_equal (channels[j], hearth_stream_get_channel (stream));
    if (wanted && network != NULL)
      hearth_network_object_set_ahead (network, stream, stream != current);
    if (wanted)
      continue;
    if (network != NULL)
      hearth_network_object_close (network, stream);
    g_ptr_array_remove_index (self->streams, i);
  }
}

gboolean
hearth_kept_streams_is_empty (HearthKeptStreams *self)
{
  return self->streams->len == 0;
}

gboolean
hearth_kept_streams_note_direct (HearthKeptStreams *self, HearthStream *stream)
{
  if (!g_str_equal (hearth_stream_get_state (stream), "direct"))
    return FALSE;
  g_hash_table_add (self->direct, g_strdup (hearth_stream_get_uri (stream)));
  return TRUE;
}

gboolean
hearth_kept_streams_is_direct (HearthKeptStreams *self, const char *uri)
{
  return g_hash_table_contains (self->direct, uri);
}
