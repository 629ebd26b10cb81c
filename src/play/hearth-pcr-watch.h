/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "play/hearth-sync.h"
#include "ring/hearth-ring.h"

G_BEGIN_DECLS

/* Watches the sender's clock at the ring's head, where it is young: the readers themselves may be a second behind. A plain
 * struct of one thread; also knows how many bytes a second come. */
typedef struct {
  HearthRingReader *reader;
  gint64 looked_us;
  double bytes_s; /* 0: unknown */
} HearthPcrWatch;

void hearth_pcr_watch_init (HearthPcrWatch *self, HearthRingReader *reader /* takes */);
void hearth_pcr_watch_clear (HearthPcrWatch *self);
/* Looks at what came since the last time, if that was 100 ms ago. */
void hearth_pcr_watch_look (HearthPcrWatch *self, HearthSync *sync, guint16 pcr_pid, gint64 now_us);

G_END_DECLS
