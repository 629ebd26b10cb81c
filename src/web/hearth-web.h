/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/client.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * SECTION:web
 *
 * hearth-web: a page on the loopback that shows what the television shows and
 * takes its keys. An ordinary client of the bus. One thread.
 */

/* ---- what stays open: pictures and news, each sent to all who watch */
typedef struct _WebStream WebStream;

/* @start: called before the first watcher, @stop after the last. */
WebStream *web_stream_new (const char *content_type, void (*start) (gpointer), void (*stop) (gpointer), gpointer user_data);
void web_stream_free (WebStream *stream);
gboolean web_stream_add (WebStream *stream, SoupServerMessage *message, GBytes *first); /* FALSE: too many */
gboolean web_stream_is_waiting (WebStream *stream); /* for a chunk: somebody has got all that was sent */
/* To all, or only to those that have got everything before it: what is shown live is dropped rather than late. */
void web_stream_send (WebStream *stream, GBytes *chunk, gboolean live);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebStream, web_stream_free)

/* ---- /live.mjpeg */
typedef struct _WebLive WebLive;

WebLive *web_live_new (HearthClient *client);
void web_live_free (WebLive *live);
gboolean web_live_add (WebLive *live, SoupServerMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebLive, web_live_free)

/* ---- /events and /state: what is on, as JSON */
typedef struct _WebState WebState;

WebState *web_state_new (HearthClient *client);
void web_state_free (WebState *state);
gboolean web_state_add (WebState *state, SoupServerMessage *message);
const char *web_state_get_json (WebState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebState, web_state_free)

/* ---- POST /key?name=up: answers @message, now or later */
void web_keys_press (HearthClient *client, SoupServerMessage *message, GHashTable *query);

/* Whether the request was meant for this machine: a page from elsewhere may lead a browser to 127.0.0.1 by a name of its own
 * (DNS rebinding), or send it there from its own origin. */
gboolean web_guard_allows (const char *host, const char *origin);

void web_reply_json (SoupServerMessage *message, guint status, const char *json);

G_END_DECLS
