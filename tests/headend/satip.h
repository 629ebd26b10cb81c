/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "headend/cable-air.h"

/* A SAT>IP server (SAT>IP 1.2.2) whose front ends hang on the simulated cable: written from the specification, to try clients with.
 * It answers on the loopback interface only. Main thread, but for the stream, which the cable's thread sends. */
typedef struct _HeadendSatip HeadendSatip;

typedef struct {
  guint instance;
  guint16 port;       /* RTSP; 0: a free one */
  guint front_ends;
  guint timeout_s;    /* of a session */
  const char *search; /* "239.255.255.250:1900": where it makes itself known */
  const char *base;   /* of the HTTP pages: "http://127.0.0.1:8581" */
} HeadendSatipConfig;

/* Adds /satip/desc.xml, /satip/log and /satip/fault to @http. Errors: INVALID_ARGUMENT, IO. */
HeadendSatip *headend_satip_new (const HeadendSatipConfig *config, HeadendCableAir *air, SoupServer *http, GError **error);
void headend_satip_free (HeadendSatip *self); /* says byebye */
/* For the line of JSON: "satip":{...} */
void headend_satip_append (HeadendSatip *self, GString *json);
