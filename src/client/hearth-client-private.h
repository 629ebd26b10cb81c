/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/client.h>

G_BEGIN_DECLS

/* What the library's own files share; the symbol map keeps it inside. */
G_GNUC_INTERNAL char *client_bus_dup_address (GError **error);
G_GNUC_INTERNAL HearthChannel *client_channel_new (GVariant *dictionary); /* borrowed a{sv} */

/* (nullable), borrowed; with @error DISCONNECTED while there is no bus. */
G_GNUC_INTERNAL GDBusConnection *client_get_bus (HearthClient *self, GError **error);

#define CLIENT_CONNECTION_FLAGS \
  (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION)

G_END_DECLS
