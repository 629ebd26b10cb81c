/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* hearthd's parts, put together in their order. Main thread. */
typedef struct _HearthDaemon HearthDaemon;

/* Opens the state and exports everything; starts nothing. Errors: IO, PERMISSION_DENIED. */
HearthDaemon *hearth_daemon_new (GDBusConnection *connection, GError **error);
/* The bus name is ours: workers are started or adopted. Errors: IO. */
gboolean hearth_daemon_start (HearthDaemon *daemon, GError **error);
/* Ends all workers, in order. */
void hearth_daemon_stop (HearthDaemon *daemon);
void hearth_daemon_free (HearthDaemon *daemon);

G_END_DECLS
