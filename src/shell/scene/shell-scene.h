/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shell/scene/shell-painter.h"

G_BEGIN_DECLS

/**
 * What stands on the on-screen plane: the banner for its time, a notice until
 * it is taken away. Knows what changed and paints only that. Main thread.
 */
typedef struct _ShellScene ShellScene;

#define SHELL_SCENE_MAX_DAMAGE 8

/* @damaged: something wants painting; called from inside the setters and by timers. @theme: kept by the caller. */
ShellScene *shell_scene_new (const ShellTheme *theme, void (*damaged) (gpointer user_data), gpointer user_data);
void shell_scene_free (ShellScene *self);

/* "zh" or "en"; what stands is written anew. */
void shell_scene_set_language (ShellScene *self, const char *language);
/* As tv.hearth.internal.Shell1 says, a{sv}. */
void shell_scene_set_banner (ShellScene *self, GVariant *values);
void shell_scene_set_notice (ShellScene *self, GVariant *values);
void shell_scene_set_blank (ShellScene *self, gboolean blank);
gboolean shell_scene_has_banner (ShellScene *self);

/* Paints what changed since the last call; @whole: the plane is new and transparent. Says where. */
guint shell_scene_paint (ShellScene *self, guint8 *osd, guint32 stride, guint32 width, guint32 height, gboolean whole,
                         HearthRect damage[SHELL_SCENE_MAX_DAMAGE]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShellScene, shell_scene_free)

G_END_DECLS
