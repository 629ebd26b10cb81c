/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-server.h"

G_BEGIN_DECLS

/* One open tuner of a server: a session, and the thread that serves it. Main thread. */
typedef struct _SatipTuner SatipTuner;

typedef struct {
  SatipTransport transport;
  gboolean all_pids; /* always the whole multiplex */
} SatipTunerWays;

/* @front_end: "fe"; 0: the server chooses. */
SatipTuner *satip_tuner_new (SatipServer *server, guint front_end, guint32 systems, const SatipTunerWays *ways, HearthStreamSink *sink, GError **error);
void satip_tuner_free (SatipTuner *self);
gboolean satip_tuner_tune (SatipTuner *self, const HearthTunerParams *params, GError **error);
void satip_tuner_set_pids (SatipTuner *self, const guint16 *pids, guint n_pids);
void satip_tuner_get_status (SatipTuner *self, HearthTunerStatus *status);
SatipServer *satip_tuner_get_server (SatipTuner *self);
/* The server is there again, or somewhere else. */
void satip_tuner_retry (SatipTuner *self);

G_END_DECLS
