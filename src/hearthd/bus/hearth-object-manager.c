/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/bus/hearth-object-manager.h"

#include <hearth/error.h>

#define INTERFACE "org.freedesktop.DBus.ObjectManager"

static const char introspection[] =
  "<node><interface name='" INTERFACE "'>"
  "<method name='GetManagedObjects'><arg name='objects' type='a{oa{sa{sv}}}' direction='out'/></method>"
  "<signal name='InterfacesAdded'><arg name='path' type='o'/><arg name='interfaces' type='a{sa{sv}}'/></signal>"
  "<signal name='InterfacesRemoved'><arg name='path' type='o'/><arg name='interfaces' type='as'/></signal>"
  "</interface></node>";

struct _HearthObjectManager {
  GDBusConnection *connection;
  HearthCallers *callers;
  HearthObjectsFunc objects;
  gpointer user_data;
  GDBusNodeInfo *info;
  guint registration;
};

typedef struct {
  HearthObjectManager *manager;
  GDBusMethodInvocation *call;
} Pending;

static void
on_caller (HearthCaller caller, gpointer user_data)
{
  g_autofree Pending *pending = user_data;

  if (caller == HEARTH_CALLER_NOBODY)
    g_dbus_method_invocation_return_error_literal (pending->call, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED,
                                                   "GetManagedObjects needs the permission “view”");
  else
    g_dbus_method_invocation_return_value (
      pending->call,
      g_variant_new ("(@a{oa{sa{sv}}})", pending->manager->objects (caller, pending->manager->user_data)));
}

static void
on_method_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
                GVariant *parameters, GDBusMethodInvocation *call, gpointer user_data)
{
  HearthObjectManager *self = user_data;
  Pending *pending = g_new0 (Pending, 1);

  pending->manager = self;
  pending->call = call;
  hearth_callers_ask (self->callers, sender, on_caller, pending);
}

static const GDBusInterfaceVTable vtable = { .method_call = on_method_call };

HearthObjectManager *
hearth_object_manager_new (GDBusConnection *connection, HearthCallers *callers, HearthObjectsFunc objects, gpointer user_data)
{
  HearthObjectManager *self = g_new0 (HearthObjectManager, 1);

  self->connection = g_object_ref (connection);
  self->callers = callers;
  self->objects = objects;
  self->user_data = user_data;
  self->info = g_dbus_node_info_new_for_xml (introspection, NULL);
  self->registration = g_dbus_connection_register_object (connection, HEARTH_OBJECT_MANAGER_PATH, self->info->interfaces[0],
                                                          &vtable, self, NULL, NULL);
  return self;
}

void
hearth_object_manager_free (HearthObjectManager *self)
{
  g_dbus_connection_unregister_object (self->connection, self->registration);
  g_dbus_node_info_unref (self->info);
  g_object_unref (self->connection);
  g_free (self);
}

void
hearth_object_manager_describe (HearthObjectManager *self, GString *xml)
{
  g_dbus_interface_info_generate_xml (self->info->interfaces[0], 2, xml);
}

void
hearth_object_manager_tell_added (HearthObjectManager *self, const char *path, const char *interface, GVariant *properties)
{
  GVariantBuilder interfaces;

  g_variant_builder_init (&interfaces, G_VARIANT_TYPE ("a{sa{sv}}"));
  g_variant_builder_add (&interfaces, "{s@a{sv}}", interface, properties);
  g_dbus_connection_emit_signal (self->connection, NULL, HEARTH_OBJECT_MANAGER_PATH, INTERFACE, "InterfacesAdded",
                                 g_variant_new ("(oa{sa{sv}})", path, &interfaces), NULL);
}

void
hearth_object_manager_tell_removed (HearthObjectManager *self, const char *path, const char *const *interfaces)
{
  g_dbus_connection_emit_signal (self->connection, NULL, HEARTH_OBJECT_MANAGER_PATH, INTERFACE, "InterfacesRemoved",
                                 g_variant_new ("(o^as)", path, interfaces), NULL);
}
