/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/channels/hearth-channels.h"
#include "hearthd/networks/hearth-networks.h"

G_BEGIN_DECLS

/**
 * SECTION:kept-streams
 *
 * The streams that one view keeps open: that of the channel that is on, and
 * those ahead of the next key press. Main thread.
 */
typedef struct _HearthKeptStreams HearthKeptStreams;

HearthKeptStreams *hearth_kept_streams_new (HearthNetworks *networks, HearthChannels *channels);
void hearth_kept_streams_free (HearthKeptStreams *kept); /* closes nothing: workers outlive hearthd */
/* The stream of @channel's leg: the one that is kept, an adopted one, or a new one. (transfer none); %NULL when its network is gone. */
HearthStream *hearth_kept_streams_open (HearthKeptStreams *kept, const HearthChannel *channel, guint leg);
/* The same, ahead of a key press: it yields to what is watched or recorded. */
HearthStream *hearth_kept_streams_open_ahead (HearthKeptStreams *kept, const HearthChannel *channel, guint leg);
/* An address that is no channel, through @network. */
HearthStream *hearth_kept_streams_open_uri (HearthKeptStreams *kept, HearthNetworkObject *network, const char *uri);
/* (nullable) (transfer none): open already, or held by an adopted worker. */
HearthStream *hearth_kept_streams_find (HearthKeptStreams *kept, const HearthChannel *channel, guint leg);
/* Closes all that carry none of @channels (ids, @n) and are not @current; what stays beside it is only ahead. */
void hearth_kept_streams_close_others (HearthKeptStreams *kept, HearthStream *current, const char *const *channels, guint n);
gboolean hearth_kept_streams_is_empty (HearthKeptStreams *kept);
/* TRUE: its network found @stream to be a list that only the player can open (state "direct"); that is remembered of its address. */
gboolean hearth_kept_streams_note_direct (HearthKeptStreams *kept, HearthStream *stream);
gboolean hearth_kept_streams_is_direct (HearthKeptStreams *kept, const char *uri);

G_END_DECLS
