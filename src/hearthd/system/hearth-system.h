/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/views/hearth-views.h"

G_BEGIN_DECLS

/* tv.hearth.System1: workers, standby, logs, the box itself through its platform plug-in. Main thread. */
typedef struct _HearthSystem HearthSystem;

HearthSystem *hearth_system_new (HearthBus *bus, HearthWorkers *workers, HearthSettingsStore *settings, HearthViews *views);
void hearth_system_free (HearthSystem *system);
/* A multiplex of @network tells the time, a{sv} as tv.hearth.internal.Stream1.BroadcastTime. */
void hearth_system_take_time (HearthSystem *system, const char *network, GVariant *time);
/* @changed: the system's clock was set, or is behind the broadcasts' by another amount than before, µs: what is plainly wrong (by over two
 * minutes), else 0. */
void hearth_system_set_clock_func (HearthSystem *system, void (*changed) (gint64 behind_us, gpointer user_data), gpointer user_data);
void hearth_system_worker_changed (HearthSystem *system, HearthWorker *worker, const char *reason);
/* "": none any more. */
void hearth_system_set_storage_trouble (HearthSystem *system, const char *text);

G_END_DECLS
