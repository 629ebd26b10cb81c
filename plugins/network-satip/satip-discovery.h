/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-server.h"

G_BEGIN_DECLS

/* Finds the servers of the house by SSDP, reads their descriptions, and follows their coming and going. Main thread. */
typedef struct _SatipDiscovery SatipDiscovery;

typedef struct {
  /* A server came, came back, or is at another place or with other front ends than before. */
  void (*found) (SatipServer *server, gpointer user_data);
  void (*gone) (SatipServer *server, gpointer user_data); /* it said so, or was not heard of for too long */
} SatipDiscoveryFuncs;

/* @where: (nullable): "239.255.255.250:1900", or one server's address. @interface: (nullable): name; by the route without.
 * Errors: INVALID_ARGUMENT, NO_ADDRESS (no such interface), IO. */
SatipDiscovery *satip_discovery_new (const char *where, const char *interface, const SatipDiscoveryFuncs *funcs, gpointer user_data, GError **error);
void satip_discovery_free (SatipDiscovery *self);

G_END_DECLS
