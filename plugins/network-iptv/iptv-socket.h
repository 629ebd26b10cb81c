/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-address.h"

G_BEGIN_DECLS

/**
 * iptv_socket_open:
 * @interface: (nullable): name, number or local address of the interface for multicast; where the address names one
 *   itself, that counts. NULL or "": the kernel's route to the group decides
 * @buffer_bytes: (out): the receive buffer that the kernel gave
 *
 * Opens a non-blocking datagram socket bound to group and port (so other groups on the same port do not leak in), and
 * joins. The kernel tells arrival times (SO_TIMESTAMPNS) and drops (SO_RXQ_OVFL) with the datagrams. Does not wait.
 *
 * Errors: NO_ADDRESS (no such interface, no route, not an address of this box), BUSY (the port is taken), LIMIT, IO
 *
 * Returns: the descriptor, -1 on failure
 */
int iptv_socket_open (const IptvAddress *address, const char *interface, guint *buffer_bytes, GError **error);

G_END_DECLS
