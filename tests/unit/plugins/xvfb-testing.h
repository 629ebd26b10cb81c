/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An X server without a screen, and the picture in its memory: what no client of it can make up. */
typedef struct {
  int pid;
  char *display; /* ":1" */
  char *folder;
  const guint8 *pixels; /* little-endian XRGB32 */
  GMappedFile *mapping;
  guint32 width, height, stride;
} TestingXvfb;

/* 1280x720 in 24 bits. FALSE: there is no Xvfb here. */
gboolean testing_xvfb_start (TestingXvfb *self);
void testing_xvfb_stop (TestingXvfb *self);
/* TRUE: a pixel differs by more than @tolerance in a colour, there. */
gboolean testing_xvfb_differs (const TestingXvfb *self, const guint8 *xrgb, guint32 width, guint32 height, guint tolerance, guint32 *x,
                               guint32 *y);

G_END_DECLS
