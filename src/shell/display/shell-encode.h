/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A picture of XRGB32, native-endian, without gaps between rows; in pages of its own, which go back at once when it goes. */
typedef struct {
  guint8 *bytes;
  guint32 width, height;
} ShellPixels;

gboolean shell_pixels_allocate (ShellPixels *self, GError **error); /* width and height are set */
void shell_pixels_clear (ShellPixels *self);

/* To PNG or JPEG, in a memfd that nobody can change. Any thread. Errors: FAILED, IO. */
int shell_encode (const ShellPixels *pixels, gboolean jpeg, gsize *n_bytes, GError **error);

G_END_DECLS
