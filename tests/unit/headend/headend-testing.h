/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/mux.h"

/* A loop of made-up access units of a channel: sizes as they come in television, no ffmpeg. Frame numbers are in the data. */
HeadendLoop *testing_loop_new (guint channel);
void testing_loop_free (HeadendLoop *loop);

/* What a receiver sees of a packet. */
typedef struct {
  guint pid;
  guint8 continuity;
  gboolean payload, unit_start, random_access, discontinuity;
  gint64 pcr27m, pts90k, dts90k; /* -1: none; 33 bits */
} TestingPacket;

void testing_packet_parse (TestingPacket *self, const guint8 *packet);
