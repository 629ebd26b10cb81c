/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/tv.hearth.internal.Shell1.h"
#include "shell/display/shell-stage.h"
#include "shell/scene/shell-scene.h"

G_BEGIN_DECLS

/* tv.hearth.internal.Shell1: hearthd's hand on the screen. Main thread. */
typedef struct _ShellService ShellService;

ShellService *shell_service_new (void);
void shell_service_free (ShellService *self);
GDBusInterfaceSkeleton *shell_service_get_skeleton (ShellService *self);
/* Both are borrowed; NULL when they go: then each call is answered with BUSY. */
void shell_service_set_stage (ShellService *self, ShellStage *stage, ShellScene *scene, const char *plugin);
void shell_service_emit_link_closed (ShellService *self, const char *view, const GError *error);
void shell_service_emit_changed (ShellService *self);
void shell_service_emit_key (ShellService *self, guint32 code, guint32 value);

G_END_DECLS
