/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <netinet/in.h>

#include "headend/impair.h"
#include "headend/satip.h"

#define HEADEND_SATIP_TYPE "urn:ses-com:device:SatIPServer:1"

/* ---- front ends: satip-front-end.c ------------------------------------------------------------------------------- */

/* An RTSP connection. What it cannot send at once waits; packets of a stream do not. */
typedef struct {
  GSocket *socket;
  GSource *source;
  GString *in, *out;
  gpointer owner; /* HeadendSatip */
} HeadendSatipLink;

void headend_satip_link_send (HeadendSatipLink *self, const void *bytes, gsize n_bytes, gboolean droppable);

/* A front end, and the session that has it: each session has one for itself. */
typedef struct {
  guint number;             /* 1 for the first */
  char *session;            /* NULL: free */
  guint stream;
  gint64 heard_us;          /* of its client, last */
  gboolean playing;
  HeadendSatipLink *link;   /* RTP goes through it; NULL: by UDP */
  guint8 channel;
  struct sockaddr_in rtp, rtcp;

  guint mux;                /* 0: there is nothing where it was sent */
  double mhz;
  char *system, *modulation;
  guint symbol_rate;        /* thousands a second */
  gint64 lock_at_us;
  gboolean all;
  guint8 pids[8192 / 8];

  guint16 sequence;
  guint32 packets, octets;
  guint n_filled;           /* of the packet that is being made */
  gint64 filled_us, reported_us;
  guint8 packet[4 + 12 + HEADEND_CHUNK_BYTES];
} HeadendSatipFrontEnd;

typedef struct {
  int socket;
  gboolean no_lock, silent, no_udp, no_reports;
} HeadendSatipAirFaults;

void headend_satip_front_end_clear (HeadendSatipFrontEnd *self); /* ends its session */
/* "msys=dvbc&freq=474&pids=0,16": what is said is changed. 0; or the RTSP status that says what is wrong. */
guint headend_satip_front_end_apply (HeadendSatipFrontEnd *self, const char *query);
gboolean headend_satip_front_end_is_locked (const HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults);
/* Its report: SAT>IP 1.2.2, 3.5.7. */
void headend_satip_front_end_append_report (const HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, GString *text);
/* Packets of its multiplex. */
void headend_satip_front_end_push (HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, const guint8 *packets, guint n_packets, gint64 now_us);
void headend_satip_front_end_tick (HeadendSatipFrontEnd *self, const HeadendSatipAirFaults *faults, gint64 now_us);

/* ---- making itself known: satip-announce.c ----------------------------------------------------------------------- */

typedef struct _HeadendSatipAnnounce HeadendSatipAnnounce;

HeadendSatipAnnounce *headend_satip_announce_new (const char *search, const char *uuid, const char *location, GError **error);
void headend_satip_announce_free (HeadendSatipAnnounce *self);
