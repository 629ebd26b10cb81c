/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "headend/station.h"

/* The HTTP side: playlist, TS, HLS, DASH, logos, log and faults. Main thread. */
typedef struct _HeadendWeb HeadendWeb;

/* Errors: IO (the port is taken). */
HeadendWeb *headend_web_new (HeadendStation *station, GError **error);
void headend_web_free (HeadendWeb *self);
const char *headend_web_get_base (HeadendWeb *self); /* "http://127.0.0.1:8481" */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendWeb, headend_web_free)

/* ---- between web.c and the pages; @channel: of the path, on air */

/* Streams /ts/N till the client goes. */
typedef struct _HeadendLive HeadendLive;
HeadendLive *headend_live_new (HeadendSender *sender);
void headend_live_free (HeadendLive *self);
void headend_live_serve (HeadendLive *self, SoupServerMessage *message, HeadendService *service, gboolean from_key);

/* The playlist; @out: udp, rtp, http, hls, dash or all. FALSE: no such. */
gboolean headend_playlist_append (HeadendStation *station, const char *base, const char *out, GString *text);
/* The line that says that all is ready. */
char *headend_playlist_dup_ready (HeadendStation *station, const char *base);
/* One of a channel's addresses; NULL: it has none of that kind. */
char *headend_playlist_dup_url (HeadendStation *station, const char *base, const HeadendChannel *channel, const char *out);

/* /hls/N/FILE; @small: (nullable) the same programme in fewer pixels */
typedef struct _HeadendHls HeadendHls;
HeadendHls *headend_hls_new (void);
void headend_hls_free (HeadendHls *self);
void headend_hls_serve (HeadendHls *self, SoupServerMessage *message, const HeadendLoop *loop, const HeadendLoop *small,
                        const HeadendWebFaults *faults, const char *file);

/* /dash/N/FILE, for channels that have it */
typedef struct _HeadendDash HeadendDash;
HeadendDash *headend_dash_new (void);
void headend_dash_free (HeadendDash *self);
gboolean headend_dash_has (const HeadendChannel *channel);
void headend_dash_serve (HeadendDash *self, SoupServerMessage *message, const HeadendMux *mux, const HeadendWebFaults *faults, const char *file);

/* /logo/N.png; (transfer full) */
GBytes *headend_logo_make (const HeadendChannel *channel);
