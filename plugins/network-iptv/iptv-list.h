/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-fetch.h"

#include <hearth/network.h>

G_BEGIN_DECLS

#define IPTV_DEFAULT_USER_AGENT "Hearth/" IPTV_VERSION

typedef struct {
  const char *location;
  const char *user_agent;   /* (nullable) */
  const char *charset;      /* (nullable): guess */
  gboolean any_certificate; /* the server's is not checked */
} IptvListSource;

typedef enum {
  IPTV_LIST_READ,
  IPTV_LIST_UNCHANGED, /* nothing was told to the host */
  IPTV_LIST_FAILED,
} IptvListResult;

/* Called before the host hears of the end, for it may open at once what it heard of.
 * @requests: (transfer full) (nullable): uri -> IptvRequest, of the services that say something about how to ask for them;
 *   NULL when the list was not read */
typedef void (*IptvListDoneFunc) (GHashTable *requests, IptvListResult result, gpointer user_data);

/**
 * iptv_list_read:
 * @mark: (nullable) (inout): of the last reading; with one, a list that has not changed is not told again
 * @done: (nullable)
 *
 * Reads a list and tells it to @host: list_begin, services and oddities, list_end (also on failure). Blocks; any thread.
 */
IptvListResult iptv_list_read (const IptvListSource *source, IptvFetchMark *mark, HearthNetworkHost *host, IptvListDoneFunc done,
                               gpointer user_data, GCancellable *cancellable, GError **error);

G_END_DECLS
