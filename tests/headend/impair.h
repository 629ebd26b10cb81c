/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "headend/mux.h"

#define HEADEND_CHUNK_PACKETS 7
#define HEADEND_CHUNK_BYTES (HEADEND_CHUNK_PACKETS * HEADEND_PACKET)

/* What begins or ends in a chunk. */
typedef struct {
  guint frame;
  gboolean key, ends;
  guint packet;   /* of the chunk's seven */
  gint64 pts90k;  /* of what begins */
  guint64 serial; /* of the frame, counted since the start */
} HeadendChunkMark;

/* A datagram's worth of the stream. */
typedef struct {
  guint8 rtp[12]; /* stands before the packets, so that RTP needs no copy */
  guint8 packets[HEADEND_CHUNK_BYTES];
  guint64 serial;    /* of the frame that is under way when it begins; 0: none */
  guint n_marks;
  HeadendChunkMark marks[2 * HEADEND_CHUNK_PACKETS];
  gint64 release_ns; /* when it leaves, CLOCK_MONOTONIC */
  gboolean copy;     /* a duplicate */
  gint held;         /* reordering: so many must go first */
} HeadendChunk;

/* The bad network between sender and receiver: decides by dice, the same for the same seed and chunks. Knows no clock. One
 * thread at a time. */
typedef enum { HEADEND_STALL_LOST, HEADEND_STALL_HELD } HeadendStall;

typedef struct {
  double loss_percent, reorder_percent, duplicate_percent;
  guint reorder_depth;  /* chunks that overtake */
  gint64 jitter_ns;     /* each is late by 0 .. so much, order kept */
  gint64 stall_until_ns; /* 0: none; G_MAXINT64: till told otherwise */
  HeadendStall stall;    /* what is sent meanwhile is lost, or comes in one burst after it */
} HeadendImpairments;

typedef struct _HeadendImpair HeadendImpair;

HeadendImpair *headend_impair_new (guint32 seed);
void headend_impair_free (HeadendImpair *self);
void headend_impair_seed (HeadendImpair *self, guint32 seed);
HeadendImpairments *headend_impair_get (HeadendImpair *self); /* to read and to set */
/* Takes a chunk whose release_ns is when it should leave. Returns the chunk that was lost by it (transfer full), or NULL. */
HeadendChunk *headend_impair_push (HeadendImpair *self, HeadendChunk *chunk);
/* The next that leaves by @now_ns (transfer full), NULL: none. */
HeadendChunk *headend_impair_pull (HeadendImpair *self, gint64 now_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendImpair, headend_impair_free)
