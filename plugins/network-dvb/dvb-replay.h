/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A .ts file that is on the air: at each moment it stands where its PCRs say, for all who look at it, and begins anew at its
 * end. One a file; any thread once it is made. */
typedef struct _DvbReplay DvbReplay;

/* Reads the file through once for its PCRs. Errors: IO, NOT_FOUND, CORRUPT for a file without MPEG-TS or PCR. */
DvbReplay *dvb_replay_new (const char *path, GError **error);
void dvb_replay_free (DvbReplay *self);

typedef struct {
  gint64 turn;  /* how often the file has begun anew */
  gsize offset;
} DvbReplayPosition;

/* Where the file stands at @now_us. */
DvbReplayPosition dvb_replay_at (const DvbReplay *self, gint64 now_us);
gsize dvb_replay_get_size (const DvbReplay *self);
/* Copies the packets from @position on that were sent until @now_us, no further than the file's end, and moves it on. Whoever
 * stands at the end goes on at dvb_replay_at(). */
gsize dvb_replay_read (const DvbReplay *self, DvbReplayPosition *position, gint64 now_us, guint8 *bytes, gsize n_bytes);

G_END_DECLS
