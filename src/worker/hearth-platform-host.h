/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SECTION:platform-host
 *
 * One platform plug-in behind tv.hearth.internal.Platform1. Main thread.
 */
typedef struct _HearthPlatformHost HearthPlatformHost;

HearthPlatformHost *hearth_platform_host_new (void);
/* Stops the plug-in. */
void hearth_platform_host_free (HearthPlatformHost *host);
GDBusInterfaceSkeleton *hearth_platform_host_get_skeleton (HearthPlatformHost *host);
/* "platform-generic"; %NULL before Start. */
const char *hearth_platform_host_get_plugin (HearthPlatformHost *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthPlatformHost, hearth_platform_host_free)

G_END_DECLS
