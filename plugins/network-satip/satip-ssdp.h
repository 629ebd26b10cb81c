/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-span.h"

G_BEGIN_DECLS

/**
 * SECTION:satip-ssdp
 *
 * Datagrams by which servers make themselves known (UPnP Device Architecture
 * 1.1, 1.2 and 1.3; SAT>IP 1.2.2, 3.3). Pure.
 */
#define SATIP_SSDP_GROUP "239.255.255.250"
#define SATIP_SSDP_PORT 1900
#define SATIP_DEVICE_TYPE "urn:ses-com:device:SatIPServer:1"
#define SATIP_UUID_BYTES 64
#define SATIP_LOCATION_BYTES 512

typedef enum {
  SATIP_SSDP_NOTHING, /* no SSDP, or of another kind of device */
  SATIP_SSDP_HERE,    /* an answer to a search, or "alive" */
  SATIP_SSDP_BYEBYE,
} SatipSsdpKind;

typedef struct {
  SatipSsdpKind kind;
  char uuid[SATIP_UUID_BYTES];
  char location[SATIP_LOCATION_BYTES]; /* HERE: of the description */
  guint32 max_age_s;                   /* HERE */
  guint32 device_id;                   /* DEVICEID.SES.COM; 0: it did not say */
  guint32 rtsp_port;                   /* X-SATIP-RTSP-Port, which some servers add; 0: 554 */
} SatipSsdp;

void satip_ssdp_parse (const guint8 *bytes, gsize n_bytes, SatipSsdp *message);
/* M-SEARCH to @host ("239.255.255.250:1900"). (transfer full) */
char *satip_ssdp_print_search (const char *host);

G_END_DECLS
