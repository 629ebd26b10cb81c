/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-plugin-host.h"
#include "base/hearth-progress.h"
#include "shell/display/shell-view.h"

G_BEGIN_DECLS

/**
 * The display with its views and its on-screen plane: decides which frame is
 * due, commits once when something changes, tells the players. Sleeps until
 * the next frame's refresh, not at each refresh. Main thread.
 */
typedef struct _ShellStage ShellStage;

#define SHELL_STAGE_MAX_VIEWS 8
#define SHELL_STAGE_MAX_DAMAGE 8

typedef struct {
  /* Paints what changed into the on-screen plane (premultiplied ARGB32 of @mode's size) and says where. Called after
   * shell_stage_damage(), when the plane may be written. @whole: the plane is new, and transparent. */
  guint (*paint) (guint8 *osd, guint32 stride, const HearthDisplayMode *mode, gboolean whole, HearthRect *damage,
                  gpointer user_data);
  void (*link_closed) (const char *view, const GError *error, gpointer user_data);
  void (*changed) (gpointer user_data); /* mode or modes */
  void (*key) (guint32 code, guint32 value, gpointer user_data); /* as HearthDisplayHostOps.key */
} ShellStageFuncs;

/* @settings: (nullable): for the plug-in's start(). @progress: borrowed. */
ShellStage *shell_stage_new (const HearthDisplayOps *ops, GVariant *settings, HearthProgress *progress,
                             const ShellStageFuncs *funcs, gpointer user_data, GError **error);
void shell_stage_free (ShellStage *self);

/* A view that is there gets the new link. @fd is taken, also on failure; @target NULL: full screen. */
gboolean shell_stage_add_view (ShellStage *self, const char *name, int fd, const HearthRect *target, GError **error);
gboolean shell_stage_remove_view (ShellStage *self, const char *name, GError **error);
char **shell_stage_dup_views (ShellStage *self);
void shell_stage_set_blank (ShellStage *self, gboolean blank);
void shell_stage_damage (ShellStage *self);
/* A picture of @serial comes within milliseconds; painting waits for it, but not long, and so does not keep it from glass. */
void shell_stage_hold_paint (ShellStage *self, guint32 serial);

const HearthDisplayMode *shell_stage_get_mode (ShellStage *self);
guint shell_stage_get_modes (ShellStage *self, HearthDisplayMode *modes, guint n_modes);
gboolean shell_stage_set_mode (ShellStage *self, const HearthDisplayMode *mode, GError **error);
const HearthDisplayOps *shell_stage_get_ops (ShellStage *self);
const HearthDisplayCaps *shell_stage_get_caps (ShellStage *self);
/* (nullable): what the plug-in says of itself. */
GVariant *shell_stage_describe (ShellStage *self);
ShellLog *shell_stage_get_log (ShellStage *self);

/* What is on glass, once nothing is pending and with time to spare before the next frame; @ready is called once, maybe at once:
 * there call read_back() and the getters. */
void shell_stage_when_steady (ShellStage *self, void (*ready) (ShellStage *self, gpointer user_data), gpointer user_data);
/* XRGB32, native. Errors: NOT_SUPPORTED. */
gboolean shell_stage_read_back (ShellStage *self, guint8 *argb, guint32 stride, guint32 width, guint32 height,
                                gboolean with_osd, GError **error);
/* The lowest view that has a picture, its bar code if it has one; 0: nothing on glass. */
gint64 shell_stage_get_shown_us (ShellStage *self);
gboolean shell_stage_read_code (ShellStage *self, guint32 *channel, guint32 *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShellStage, shell_stage_free)

G_END_DECLS
