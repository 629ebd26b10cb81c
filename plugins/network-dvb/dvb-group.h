/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A multiplex that comes as UDP or RTP multicast, from the simulated head-end. */

/* @address: udp://239.1.2.3:1234; @interface: (nullable): "lo" without. Returns a socket that does not block, -1 with @error.
 * Errors: INVALID_ARGUMENT, IO. */
int dvb_group_join (const char *address, const char *interface, GError **error);
/* Datagrams that wait, without RTP headers; as read(2). */
gssize dvb_group_read (int fd, guint8 *bytes, gsize n_bytes);

G_END_DECLS
