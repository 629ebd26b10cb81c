/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-description.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads a description by HTTP. Main thread. */
typedef struct {
  SatipDescription description;
  guint rtsp_port; /* X-SATIP-RTSP-Port, which some servers add; 0: it did not say */
} SatipFetched;

/* @fetched: borrowed, NULL with @error. Not called once @cancellable was cancelled. */
typedef void (*SatipFetchFunc) (const SatipFetched *fetched, const GError *error, gpointer user_data);

void satip_fetch (const char *location, GCancellable *cancellable, SatipFetchFunc func, gpointer user_data);

G_END_DECLS
