/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/plugin.h>

G_BEGIN_DECLS

/* Which of DirectFB's systems, and with which of its options. */
typedef struct {
  char **options; /* "name" or "name=value" */
  char *system;   /* "x11", "fbdev" */
  char *where;    /* ":0", "/dev/fb0": for people */
  gboolean is_x11;
} DfbChoice;

/* What the choice is made from when the options name no system. */
typedef struct {
  const char *display;      /* (nullable): of the environment */
  const char *frame_buffer; /* (nullable): one that there is */
} DfbSurroundings;

/* @options: as behind --dfb:, "system=x11,x11-borderless"; @device: a frame buffer's, or "". Errors: NOT_FOUND, INVALID_ARGUMENT. */
gboolean dfb_choice_init (DfbChoice *self, const char *options, const char *device, const DfbSurroundings *around, GError **error);
void dfb_choice_clear (DfbChoice *self);

G_END_DECLS
