/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shell/screens/shell-events.h"

G_BEGIN_DECLS

/* The banner over live television: number, name in two languages, what the picture is, what is on and follows, the time of day.
 * Without a guide the channel's name stands where the title would. */
typedef struct {
  char *number;
  char *name;   /* in the household's language */
  char *second; /* in the other one; "" where it is the same or there is none */
  GStrv pills;  /* network, resolution */
  ShellEvents events;
  char *clock;  /* "20:16" */
} ShellBanner;

#define SHELL_BANNER_N_AREAS 2

/* From number s, name s, names a{ss}, pills as, network s, and what shell_events_init() reads; what is absent stays away. @clock is not set. */
void shell_banner_init (ShellBanner *self, GVariant *values, const char *language);
void shell_banner_clear (ShellBanner *self);
/* Where it may paint: the strip below, the corner of the clock. */
void shell_banner_get_areas (const ShellPainter *painter, HearthRect areas[SHELL_BANNER_N_AREAS]);
void shell_banner_paint (const ShellBanner *self, ShellPainter *painter);

G_END_DECLS
