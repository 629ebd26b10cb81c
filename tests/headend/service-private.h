/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/service.h"
#include "headend/truth.h"

/* Shared by service.c and faults.c. */
struct _HeadendService {
  GMutex mutex; /* guards all below but channel and number */
  const HeadendChannel *channel;
  guint number;
  HeadendPlayout playout;
  HeadendImpair *impair;
  HeadendTruth *truth;
  gint64 anchor_ns;    /* when packet 0 of since_anchor leaves */
  guint64 since_anchor; /* packets made since */
  double ppm;          /* the sender's clock is so much too fast */
  gboolean paused, ended;
  HeadendWebFaults web;
  guint16 rtp_sequence;
  guint64 serial;      /* of the frame that began last */
  gboolean under_way;  /* and has not ended */
  guint64 sent_chunks, lost_chunks;
  guint8 *history;     /* a ring of bytes; NULL: none is kept */
  guint64 head;        /* bytes ever put into it */
  guint64 key;         /* where the last key frame begins; G_MAXUINT64: none yet */
};

/* With the mutex held: from now on, time is counted from here. */
void headend_service_anchor (HeadendService *self, gint64 now_ns);
