/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-server.h"

#include <poll.h>

G_BEGIN_DECLS

/**
 * SECTION:satip-session
 *
 * One conversation with a server, and the stream that comes of it (SAT>IP 1.2.2, 3.5): SETUP, PLAY, PLAY again for other PIDs or
 * another multiplex, OPTIONS to keep it alive, TEARDOWN. It never gives up by itself: what fails is told, and tried again.
 *
 * It waits for nothing and has no thread: its owner polls and calls serve(). One thread at a time.
 */
typedef struct _SatipSession SatipSession;

#define SATIP_SESSION_FDS 3

/* @front_end: "fe"; 0: the server chooses. */
SatipSession *satip_session_new (SatipServer *server, guint front_end, SatipTransport transport, HearthStreamSink *sink);
/* Takes leave of the server first; for at most 60 ms. */
void satip_session_free (SatipSession *self);
void satip_session_tune (SatipSession *self, const HearthTunerParams *params);
/* Asked for the multiplex that it has already. */
void satip_session_tell_again (SatipSession *self);
void satip_session_set_pids (SatipSession *self, const GArray *pids); /* guint16; copied */
/* The server may be there again, or somewhere else. */
void satip_session_retry (SatipSession *self);
void satip_session_get_status (const SatipSession *self, HearthTunerStatus *status);

/* Fills @fds; returns how long poll() may wait, in ms; -1: for ever. */
int satip_session_prepare (SatipSession *self, struct pollfd *fds);
void satip_session_serve (SatipSession *self, const struct pollfd *fds);

G_END_DECLS
