/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HEARTH_FALLS_REMEMBERED 8
#define HEARTH_FALLS_WINDOW_US (60 * G_USEC_PER_SEC)

/* When a worker fell last, CLOCK_MONOTONIC; 0: not yet. A fall counts for a minute, whatever came after it: one that falls every 50 s
 * is not one that falls in a circle. */
typedef struct {
  gint64 at_us[HEARTH_FALLS_REMEMBERED];
  guint next;
} HearthFalls;

static inline void
hearth_falls_add (HearthFalls *falls, gint64 now_us)
{
  falls->at_us[falls->next] = now_us;
  falls->next = (falls->next + 1) % HEARTH_FALLS_REMEMBERED;
}

/* Within the minute before @now_us, at most HEARTH_FALLS_REMEMBERED. */
static inline guint
hearth_falls_count (const HearthFalls *falls, gint64 now_us)
{
  guint n = 0;

  for (guint i = 0; i < HEARTH_FALLS_REMEMBERED; i++)
    if (falls->at_us[i] != 0 && now_us - falls->at_us[i] < HEARTH_FALLS_WINDOW_US)
      n++;
  return n;
}

G_END_DECLS
