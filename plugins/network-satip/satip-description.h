/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/tuner.h>

G_BEGIN_DECLS

/**
 * SECTION:satip-description
 *
 * A server's device description (UPnP Device Architecture 1.1, 2.3; SAT>IP
 * 1.2.2, 3.3.2), and the front ends that it names. Pure.
 */
#define SATIP_MAX_FRONT_ENDS 64
#define SATIP_MAX_DESCRIPTION_BYTES (256 << 10)

typedef struct {
  char kind[16];   /* "dvbs2", lower case */
  guint number;    /* of its kind, 0 for the first */
  guint front_end; /* "fe": 1 for the first of all */
  guint32 systems; /* bit 1 << HearthTunerSystem */
} SatipFrontEnd;

typedef struct {
  char *name, *uuid, *capabilities; /* UTF-8; NULL: not said */
} SatipDescription;

void satip_description_clear (SatipDescription *self);
/* FALSE with CORRUPT: it is no description of a SAT>IP server. */
gboolean satip_description_parse (SatipDescription *self, const char *text, gsize n_bytes, GError **error);

/* "DVBS2-2,DVBT-2" of X_SATIPCAP; kinds that this box does not know are counted and left out. (transfer full) of SatipFrontEnd */
GArray *satip_capabilities_parse (const char *text);

G_END_DECLS
