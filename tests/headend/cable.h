/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the simulated cable network is: 6 multiplexes, 40 services. There are two line-ups of it, of which one is sent at a time, so
 * that a rescan has something to find: a service that came, one that went, one that moved and one that has another name. */
#define HEADEND_CABLE_MUXES 6
#define HEADEND_CABLE_LINEUPS 2
#define HEADEND_CABLE_NETWORK_ID 0x3142          /* network and original network: of nobody */
#define HEADEND_CABLE_BOUQUET_ID 0x4801
#define HEADEND_CABLE_RATE_BPS 38014706          /* 64-QAM, 6.875 MS/s, Reed-Solomon 188/204 (EN 300 429) */
#define HEADEND_CABLE_SYMBOL_RATE 6875000
#define HEADEND_CABLE_PIDS_A_SERVICE 16

/* How a service's texts are coded: EN 300 468, annex A. */
typedef enum {
  HEADEND_CODING_UTF8,      /* 0x15 */
  HEADEND_CODING_GB2312,    /* 0x13 */
  HEADEND_CODING_GBK,       /* no word about it, as many operators do */
  HEADEND_CODING_LATIN,     /* the default table: ISO 6937 with the euro sign */
  HEADEND_CODING_CYRILLIC,  /* 0x01: ISO 8859-5 */
  HEADEND_CODING_UCS2,      /* 0x11 */
  HEADEND_CODING_BIG5,      /* 0x14 */
  HEADEND_CODING_8859_15,   /* 0x10 0x00 0x0f */
} HeadendCoding;

/* Service types: EN 300 468, table 87. */
#define HEADEND_CABLE_TV 0x01
#define HEADEND_CABLE_RADIO 0x02
#define HEADEND_CABLE_DATA 0x0c
#define HEADEND_CABLE_TV_MPEG2_HD 0x11
#define HEADEND_CABLE_TV_H264_HD 0x19
#define HEADEND_CABLE_TV_HEVC 0x1f

typedef struct {
  guint16 service_id;
  guint8 mux[HEADEND_CABLE_LINEUPS]; /* 1 .. 6 in each line-up; 0: it isn't there */
  guint lcn;                         /* 0: none */
  const char *name;                  /* UTF-8 */
  const char *new_name;              /* in the second line-up; NULL: the same */
  HeadendCoding coding;
  guint8 type;
  guint content;                     /* number of the channel whose streams it sends; 0: it sends none */
  gboolean encrypted, hidden;
} HeadendCableService;

typedef struct {
  guint number; /* 1 .. 6 */
  guint16 transport_stream_id;
  guint32 frequency_khz;
} HeadendCableMuxInfo;

const HeadendCableMuxInfo *headend_cable_get_mux (guint number); /* NULL: there is none */
const HeadendCableService *headend_cable_get_services (guint *n_services);
const HeadendCableService *headend_cable_find_service (guint service_id); /* NULL: there is none */
/* Those of a multiplex, in the order of their PIDs; (transfer container). */
GPtrArray *headend_cable_dup_services (guint mux, guint lineup);
/* PMT; then video, audio, audio. */
guint16 headend_cable_get_first_pid (guint mux, guint lineup, const HeadendCableService *service);
const char *headend_cable_get_name (const HeadendCableService *service, guint lineup);
/* A text as it is sent, with the byte or bytes that name its table; letters that the table lacks are left out. */
GBytes *headend_cable_encode (const char *text, HeadendCoding coding);
