/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shell/scene/shell-painter.h"

G_BEGIN_DECLS

/* What is on and what follows, as the banner shows it. */

typedef struct {
  char *title; /* NULL: nothing is known */
  gint64 start_us, end_us; /* UTC */
} ShellEvent;

typedef struct {
  ShellEvent present, following;
  gint64 clock_offset_us; /* how far the guide's clock is ahead of the system's */
  gboolean english;
} ShellEvents;

/* From present a{sv}, following a{sv} (title s, start x, duration x), clock-offset x. */
void shell_events_init (ShellEvents *self, GVariant *values, const char *language);
void shell_events_clear (ShellEvents *self);
/* 0 to 1: how much of what is on is over. */
double shell_events_get_progress (const ShellEvents *self);
/* Seconds until the bar has grown by as much as a person sees; G_MAXUINT: it does not grow. */
guint shell_events_get_step (const ShellEvents *self);
/* What follows, at the right edge; returns where it begins, in pixels, the edge when there is nothing. @baseline at 1080 lines. */
double shell_events_paint_following (const ShellEvents *self, ShellPainter *painter, double baseline);
/* Progress and times of what is on. */
void shell_events_paint_bar (const ShellEvents *self, ShellPainter *painter);

G_END_DECLS
