/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SECTION:bus
 *
 * The one wrapper around everything that hearthd shows on the bus. Each method,
 * property and signal names its permission in the XML (annotation
 * tv.hearth.Permission; for a property that is the permission to write, and to
 * read too unless tv.hearth.Permission.Read names another). The wrapper finds
 * out who calls, compares, and only then lets the generated skeleton see the
 * call. A member without an annotation is closed to everybody but the owner.
 *
 * The callers: the owner (hearthd's own user, root, members of the group
 * "hearth") may do all; anybody else nothing. Main thread.
 */
typedef struct _HearthBus HearthBus;

HearthBus *hearth_bus_new (GDBusConnection *connection);
void hearth_bus_free (HearthBus *bus);
GDBusConnection *hearth_bus_get_connection (HearthBus *bus);
/* Exports @skeleton (referenced) at @path: calls, properties, signals, and in the object manager at /tv/hearth. */
gboolean hearth_bus_export (HearthBus *bus, const char *path, GDBusInterfaceSkeleton *skeleton, GError **error);
/* Takes all interfaces of @path off. */
void hearth_bus_unexport (HearthBus *bus, const char *path);

/* Permission of a member by its annotations; %NULL when it names none. For tests and documents. */
const char *hearth_bus_get_permission (GDBusAnnotationInfo **annotations, gboolean reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthBus, hearth_bus_free)

G_END_DECLS
