/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/display.h>

G_BEGIN_DECLS

/* The frames of one link that wait for their time, in the order they came. Pure: time comes from outside. */

#define SHELL_QUEUE_MAX 128 /* the buffers that a link can have */

typedef struct {
  HearthFrame frames[SHELL_QUEUE_MAX];
  guint n;
  gint64 slack_us; /* how long before its refresh the last picked frame was due; negative: shown early */
} ShellQueue;

/* Told for each frame that will never be on glass. */
typedef void (*ShellQueueDrop) (const HearthFrame *frame, gpointer user_data);

/* FALSE: full (then the frame is the caller's to drop). */
gboolean shell_queue_push (ShellQueue *self, const HearthFrame *frame);
/* Frames of serials before @serial go. */
void shell_queue_flush (ShellQueue *self, guint32 serial, ShellQueueDrop drop, gpointer user_data);
void shell_queue_clear (ShellQueue *self, ShellQueueDrop drop, gpointer user_data);
/* The time from which on a refresh has something to show; %G_MAXINT64: nothing waits. */
gint64 shell_queue_get_due_us (const ShellQueue *self, gint64 period_us);
/* The newest frame that is due at @refresh_us; those before it are dropped. FALSE: none is. */
gboolean shell_queue_pick (ShellQueue *self, gint64 refresh_us, gint64 period_us, HearthFrame *picked, ShellQueueDrop drop,
                           gpointer user_data);

G_END_DECLS
