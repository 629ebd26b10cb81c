/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/bus/hearth-callers.h"

G_BEGIN_DECLS

/**
 * SECTION:introspection
 *
 * Answers org.freedesktop.DBus.Introspectable in GDBus's place, which would tell
 * everybody which objects there are: the names of networks are the household's
 * own. Who may see nothing gets a node without anything, whatever the path.
 * Main thread.
 */
typedef struct _HearthIntrospection HearthIntrospection;

/* Adds the interfaces of the object at @path (none: it is only on the way to others) to @xml, and the paths of all objects, to
 * which it may belong, to @paths. */
typedef void (*HearthIntrospectFunc) (const char *path, GString *xml, GPtrArray *paths, gpointer user_data);

HearthIntrospection *hearth_introspection_new (GDBusConnection *connection, HearthCallers *callers, HearthIntrospectFunc func,
                                               gpointer user_data);
void hearth_introspection_free (HearthIntrospection *self);

G_END_DECLS
