/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

#define IPTV_DEFAULT_USER_AGENT "Hearth/" IPTV_VERSION

/**
 * iptv_list_read:
 * @user_agent: (nullable)
 * @requests: (out) (nullable): uri -> IptvRequest, of the services that say something about how to ask for them; set on success
 *
 * Reads a list and tells it to @host: list_begin, services and oddities, list_end (also on failure). Blocks; any thread.
 */
gboolean iptv_list_read (const char *location, const char *user_agent, HearthNetworkHost *host, GHashTable **requests,
                         GCancellable *cancellable, GError **error);

G_END_DECLS
