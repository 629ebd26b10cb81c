/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "satip-rtsp.h"

#include <hearth/network.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* The connection on which a server is asked. Never waits; one thread at a time. */
typedef struct {
  int fd;              /* -1: closed */
  gboolean connecting;
  guint8 *bytes;       /* what came: from start to end */
  gsize start, end;
  GString *out;        /* what could not be sent yet */
  guint32 cseq;        /* of the last request */
} SatipLink;

void satip_link_init (SatipLink *self);
void satip_link_clear (SatipLink *self);
/* Begins to connect. Errors: translated errno. */
gboolean satip_link_open (SatipLink *self, const struct sockaddr_storage *address, GError **error);
void satip_link_close (SatipLink *self);
short satip_link_get_events (const SatipLink *self); /* for poll() */
/* @headers: each with its end of line; CSeq and User-Agent are added. */
void satip_link_send (SatipLink *self, const char *method, const char *url, const char *headers);
/* Connects on, sends, receives, by what poll() said. FALSE: it is over, and closed. Errors: DISCONNECTED, NO_SIGNAL (refused) ... */
gboolean satip_link_serve (SatipLink *self, short revents, GError **error);
/* What came, one after the other; it points into the link until the next call. MORE: that was all. */
void satip_link_next (SatipLink *self, SatipRtspUnit *unit);

G_END_DECLS
