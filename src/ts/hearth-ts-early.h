/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Beginnings of access units that came before the PMT: private to the analyser. */

#include "ts/hearth-ts-private.h"

G_BEGIN_DECLS

typedef struct {
  guint64 position;
  gboolean broken; /* packets are missing before it */
  guint8 packet[HEARTH_TS_PACKET];
} HearthTsEarlyPacket;

typedef struct {
  GArray *packets; /* (nullable): HearthTsEarlyPacket */
} HearthTsEarly;

void hearth_ts_early_clear (HearthTsEarly *self);
/* @left: how many more packets of this PID are wanted; kept by the caller, 0 at first. */
void hearth_ts_early_push (HearthTsEarly *self, const guint8 *packet, guint64 position, gboolean broken, guint8 *left);

G_END_DECLS
