/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/bus/hearth-callers.h"

G_BEGIN_DECLS

#define HEARTH_OBJECT_MANAGER_PATH "/tv/hearth"

/* org.freedesktop.DBus.ObjectManager at /tv/hearth; each caller sees the properties that it may read. */
typedef struct _HearthObjectManager HearthObjectManager;

/* Floating a{oa{sa{sv}}}. */
typedef GVariant *(*HearthObjectsFunc) (HearthCaller caller, gpointer user_data);

HearthObjectManager *hearth_object_manager_new (GDBusConnection *connection, HearthCallers *callers, HearthObjectsFunc objects,
                                                gpointer user_data);
void hearth_object_manager_free (HearthObjectManager *manager);
void hearth_object_manager_describe (HearthObjectManager *manager, GString *xml); /* its interface, for introspection */
void hearth_object_manager_tell_added (HearthObjectManager *manager, const char *path, const char *interface, GVariant *properties);
void hearth_object_manager_tell_removed (HearthObjectManager *manager, const char *path, const char *const *interfaces);

G_END_DECLS
