/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What begins behind a start code, seen from the borders between pictures. */

#include "ts/hearth-ts-private.h"

G_BEGIN_DECLS

typedef enum {
  HEARTH_TS_PART_OTHER, /* belongs to what stands before it */
  HEARTH_TS_PART_HEAD,  /* belongs to the next picture: delimiter, parameters, header of a group */
  HEARTH_TS_PART_FIRST, /* a picture begins */
  HEARTH_TS_PART_SLICE, /* a picture goes on */
} HearthTsPartKind;

typedef struct {
  HearthTsPartKind kind;
  guint field; /* of FIRST: 0 a frame, 1 a top field, 2 a bottom field */
  guint frame; /* of FIRST: both fields of a frame have the same */
} HearthTsPart;

/* FALSE: of this codec the borders are not known. */
gboolean hearth_ts_part_knows (HearthTsCodec codec);
/* @at: of the start code in @bytes, which hold one more byte behind it. */
void hearth_ts_part_look (HearthTsPart *part, HearthTsCodec codec, HearthTsH264Shape *shape, const guint8 *bytes, gsize n_bytes, gsize at);

G_END_DECLS
