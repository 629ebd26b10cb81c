/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/mux.h"
#include "headend/section.h"

/* A service as its tables announce it. */
typedef struct {
  const HeadendChannel *channel; /* whose names and number */
  const HeadendChannel *content; /* whose streams; another one after a change of content */
  guint16 first_pid;             /* PMT, video, audio, audio */
  guint8 version;                /* of PAT and PMT, 0 .. 31 */
  guint n_audio;
  guint without;                 /* bits by HeadendSlot: streams that are not announced (HLS sends them apart) */
} HeadendTables;

/* Writes the one packet of the table; @slot: PAT, PMT or SDT. Continuity 0. */
void headend_tables_write (const HeadendTables *self, HeadendSlot slot, guint8 *packet);
guint16 headend_tables_get_pid (const HeadendTables *self, HeadendSlot slot);
/* The streams as a PMT lists them. @with_video: else only the sound. */
void headend_tables_put_streams (const HeadendTables *self, gboolean with_video, HeadendSection *section);
