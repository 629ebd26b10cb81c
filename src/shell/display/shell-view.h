/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shell/display/shell-log.h"

G_BEGIN_DECLS

/**
 * One picture on the screen and the links that it comes from: the current one,
 * and older ones for as long as a picture of theirs is on glass. Main thread.
 */
typedef struct _ShellView ShellView;

typedef struct {
  const HearthDisplayOps *ops;
  gpointer display;
  void (*changed) (ShellView *view, gpointer user_data); /* there may be something to commit */
  void (*closed) (ShellView *view, const GError *error, gpointer user_data); /* the current link's end; @error NULL: went away */
  gpointer user_data;
} ShellViewHost;

ShellView *shell_view_new (const char *name, const ShellViewHost *host); /* @host is kept by the caller */
void shell_view_free (ShellView *self);
const char *shell_view_get_name (ShellView *self);
/* @rect: on the output; NULL: all of it. */
void shell_view_set_target (ShellView *self, const HearthRect *rect);

/* Takes @fd, also on failure; the last picture stands until the new link shows one. */
gboolean shell_view_connect (ShellView *self, int fd, GError **error);
/* Nothing on glass; frames that come are dropped at once. */
void shell_view_set_blank (ShellView *self, gboolean blank);

/* From when on a refresh has something new of this view; 0: at once, %G_MAXINT64: nothing waits. */
gint64 shell_view_get_due_us (ShellView *self, gint64 period_us);
/* Chooses what the refresh shows; TRUE: something else than now. Only while no commit is pending. */
gboolean shell_view_pick (ShellView *self, gint64 refresh_us, gint64 period_us);
/* What a commit shows of it; FALSE: nothing. @frame in @layer is the view's. */
gboolean shell_view_fill_layer (ShellView *self, const HearthDisplayMode *mode, HearthDisplayLayer *layer);
/* The commit is on glass, or came to nothing. */
void shell_view_committed (ShellView *self, gint64 shown_us, ShellLog *log);
void shell_view_cancel (ShellView *self);

/* What is on glass. @shown_us: since when. */
gboolean shell_view_read_code (ShellView *self, guint32 *channel, guint32 *frame);
gint64 shell_view_get_shown_us (ShellView *self); /* 0: nothing is */
guint32 shell_view_get_serial (ShellView *self);  /* 0: nothing is */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShellView, shell_view_free)

G_END_DECLS
