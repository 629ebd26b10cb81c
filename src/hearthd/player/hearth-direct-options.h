/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/networks/hearth-networks.h"

G_BEGIN_DECLS

/* What an entry of a list says about how to ask for its address (EXTVLCOPT, KODIPROP, what stood behind a |), in the words of
 * Play1.OpenUri: user-agent s, referrer s, headers a{ss}. @attributes: a(ss), (nullable). Foreign: no value can make a further
 * header. */
void hearth_direct_options_add (GVariantDict *options, GVariant *attributes);
/* The same of a channel's leg; for what it does not say, and for an address that is of no list (@id ""), the settings of its
 * network, or of the one that would have opened it, hold. */
void hearth_direct_options_add_of_channel (GVariantDict *options, HearthNetworks *networks, HearthChannels *channels, const char *id, guint leg);
/* By its path: HLS or DASH. */
gboolean hearth_direct_is_list (const char *uri);
/* An address as it may be seen on the bus, without what only its owner should know. (transfer full) */
char *hearth_direct_dup_shown (const char *uri);

G_END_DECLS
