/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

#define IPTV_DEFAULT_USER_AGENT "Hearth/" IPTV_VERSION

/* Called before the host hears of the end, for it may open at once what it heard of.
 * @requests: (transfer full) (nullable): uri -> IptvRequest, of the services that say something about how to ask for them;
 *   NULL when the list could not be read */
typedef void (*IptvListDoneFunc) (GHashTable *requests, gpointer user_data);

/**
 * iptv_list_read:
 * @user_agent: (nullable)
 * @done: (nullable)
 *
 * Reads a list and tells it to @host: list_begin, services and oddities, list_end (also on failure). Blocks; any thread.
 */
gboolean iptv_list_read (const char *location, const char *user_agent, HearthNetworkHost *host, IptvListDoneFunc done,
                         gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
