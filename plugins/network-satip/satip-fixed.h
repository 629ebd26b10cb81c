/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-server.h"

G_BEGIN_DECLS

/* Servers that the settings name. */
typedef struct {
  char *host;
  guint16 port;
  char *capabilities;
} SatipFixed;

void satip_fixed_free (gpointer fixed);
/* "192.168.1.5/DVBC-2 sat.local:8554/DVBS2-2,DVBT-2": (transfer full) of SatipFixed. Errors: INVALID_ARGUMENT, naming the word. */
GPtrArray *satip_fixed_parse (const char *text, GError **error);

G_END_DECLS
