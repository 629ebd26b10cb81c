/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:uevents
 *
 * The kernel's own events about devices that come, go and change
 * (NETLINK_KOBJECT_UEVENT), for plug-ins: no udev is needed on a small box.
 */
typedef struct _HearthUevents HearthUevents;

/**
 * hearth_uevents_new:
 * @subsystem: "dvb", "drm"
 * @settle_ms: how long to wait for more before telling, for one device comes as several events
 * @changed: called on the thread-default main context
 *
 * Returns: (nullable): %NULL in a container without such events: then nothing is ever plugged in
 */
HearthUevents *hearth_uevents_new (const char *subsystem, guint settle_ms, void (*changed) (gpointer user_data), gpointer user_data);
void hearth_uevents_free (HearthUevents *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthUevents, hearth_uevents_free)

G_END_DECLS
