/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds random access points in the packets of one PID: private to the analyser. */

#include "ts/hearth-ts-private.h"

G_BEGIN_DECLS

#define HEARTH_TS_RAP_PREFIX 4096 /* parameter sets and SEI before the first slice fit in that */

typedef void (*HearthTsRapFunc) (const HearthTsRap *rap, gpointer user_data);

typedef struct {
  guint16 pid;
  HearthTsCodec codec;
  HearthTsRapFunc func;
  gpointer user_data;
  HearthTsUnwrap unwrap; /* one time line for PTS, DTS and PCR */

  gboolean looking;       /* a PES has begun that is not judged yet */
  gboolean random_access; /* its adaptation field's hint */
  guint64 position;
  guint n_prefix;
  guint8 prefix[HEARTH_TS_RAP_PREFIX];
  gint64 last_sound_pts90k;
} HearthTsRapFinder;

void hearth_ts_rap_finder_init (HearthTsRapFinder *self, HearthTsRapFunc func, gpointer user_data);
void hearth_ts_rap_finder_set_pmt (HearthTsRapFinder *self, const HearthTsPmt *pmt);
/* @broken: packets are missing before this one. */
void hearth_ts_rap_finder_push (HearthTsRapFinder *self, const guint8 *packet, guint64 position, gboolean broken);
void hearth_ts_rap_finder_gap (HearthTsRapFinder *self);

G_END_DECLS
