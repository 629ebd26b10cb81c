/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/* What people want to know of the pictures of a stream. Strings are static. */
typedef struct {
  guint32 width, height; /* as shown: without what is cropped */
  gboolean interlaced;
  const char *hdr;       /* "HLG", "HDR10"; "" none */
  const char *codec;     /* "h264", as in Player1.ListTracks; "" unknown */
} HearthPictureKind;

void hearth_picture_kind_init (HearthPictureKind *self, const AVFrame *frame, const char *codec);
/* Takes over what @seen, the stream's next picture, says. TRUE: something is new. A stream of frames and fields is interlaced. */
gboolean hearth_picture_kind_follow (HearthPictureKind *self, const HearthPictureKind *seen);
/* Floating a{sv}, as Player1.Picture. */
GVariant *hearth_picture_kind_describe (const HearthPictureKind *self);

G_END_DECLS
