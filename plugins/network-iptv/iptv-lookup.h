/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-address.h"

G_BEGIN_DECLS

/**
 * SECTION:iptv-lookup
 *
 * Finds the addresses of the names in a datagram address, on a thread of its
 * own: a name server may take half a minute.
 */
typedef struct _IptvLookup IptvLookup;

typedef enum {
  IPTV_LOOKUP_PENDING,
  IPTV_LOOKUP_FOUND,
  IPTV_LOOKUP_FAILED,
} IptvLookupState;

/* @wake_fd: an eventfd, duplicated; counted up at the end. Never fails: what goes wrong is told by poll(). */
IptvLookup *iptv_lookup_new (const IptvAddress *address, int wake_fd);
/* Cancels; the thread ends by itself. */
void iptv_lookup_free (IptvLookup *self);
/* @address: (out): complete, when found. Errors: NO_ADDRESS, INVALID_ARGUMENT. */
IptvLookupState iptv_lookup_poll (IptvLookup *self, IptvAddress *address, GError **error);

G_END_DECLS
