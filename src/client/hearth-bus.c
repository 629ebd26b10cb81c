/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/hearth-client-private.h"

char *
client_bus_dup_address (GError **error)
{
  const char *address = g_getenv ("HEARTH_BUS");
  char *system;

  if (address != NULL && *address != '\0') {
    if (g_dbus_is_supported_address (address, NULL))
      return g_strdup (address);
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "HEARTH_BUS holds “%s”, which is no D-Bus address: it looks like unix:path=/run/hearth/bus", address);
    return NULL;
  }
  system = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SYSTEM, NULL, error);
  if (system == NULL)
    hearth_error_translate (error, "looking for the system bus (HEARTH_BUS names another one)");
  return system;
}

GDBusConnection *
hearth_bus_connect_sync (GCancellable *cancellable, GError **error)
{
  g_autofree char *address = NULL;
  g_autoptr (GError) local = NULL;
  GDBusConnection *connection;

  hearth_error_quark (); /* from now on Hearth's errors are known when they come over the bus */
  address = client_bus_dup_address (error);
  if (address == NULL)
    return NULL;
  connection = g_dbus_connection_new_for_address_sync (address, CLIENT_CONNECTION_FLAGS, NULL, cancellable, &local);
  if (connection != NULL)
    return connection;
  hearth_error_translate (&local, "connecting to the bus at %s", address);
  if (g_error_matches (local, HEARTH_ERROR, HEARTH_ERROR_NO_SIGNAL) ||
      g_error_matches (local, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND))
    local->code = HEARTH_ERROR_DISCONNECTED;
  if (g_error_matches (local, HEARTH_ERROR, HEARTH_ERROR_DISCONNECTED))
    g_prefix_error (&local, "is Hearth running? HEARTH_BUS names its bus, else it is the system bus; ");
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}
