/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "iptv-io.h"
#include "iptv-request.h"

G_BEGIN_DECLS

/**
 * SECTION:iptv-http
 *
 * A transport stream by HTTP. What is lost is connected again, at once, then
 * after 0.5, 1, 2, 4, 8, 10 s. A body of known length is a recording: it is
 * let out at its own speed and ends; any other is live and let out as it comes.
 */
typedef struct _IptvHttp IptvHttp;

/* @request: (transfer full). Errors: INVALID_ARGUMENT. */
IptvHttp *iptv_http_open (IptvIo *io, const char *uri, IptvRequest *request, HearthStreamSink *sink, GError **error);
/* The sink is not touched any more; the rest ends on the io thread. */
void iptv_http_close (IptvHttp *self);

G_END_DECLS
