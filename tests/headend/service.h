/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/impair.h"
#include "headend/playout.h"

/* One channel on air: its playout, the bad network behind it, the log of truth, and what was sent in the last seconds for
 * those who come by HTTP. Any thread: a mutex guards all of it. */
typedef struct _HeadendService HeadendService;

/* @number: of the service; other than the channel's for copies (which keep nothing for HTTP). @seed: of its dice. */
HeadendService *headend_service_new (const HeadendChannel *channel, guint number, const HeadendMux *mux, guint32 seed, gint64 now_ns);
void headend_service_free (HeadendService *self);
guint headend_service_get_number (HeadendService *self);
const HeadendChannel *headend_service_get_channel (HeadendService *self);
const HeadendMux *headend_service_get_mux (HeadendService *self);

/* ---- the sender's side */

/* Appends the chunks that leave by @now_ns. */
void headend_service_collect (HeadendService *self, gint64 now_ns, GPtrArray *chunks);
void headend_service_sent (HeadendService *self, const HeadendChunk *chunk, gint64 before_us, gint64 after_us);

/* ---- what was sent, as bytes */

/* Where new bytes will come. */
guint64 headend_service_get_head (HeadendService *self);
/* The last key frame's first packet; the head where there is none. @tables: PAT and PMT to send before it, 2 packets. */
guint64 headend_service_find_key (HeadendService *self, guint8 *tables);
/* Copies at most @n_bytes from *@position on, which moves; who fell behind goes on at the head. FALSE: the channel has ended. */
gboolean headend_service_read (HeadendService *self, guint64 *position, guint8 *bytes, gsize *n_bytes);

/* ---- control */

void headend_service_append_log (HeadendService *self, gint64 since_us, gboolean keys, gboolean all, GString *json);
/* Words: key and value of a fault's parameters. Errors: INVALID_ARGUMENT. */
gboolean headend_service_fault (HeadendService *self, const char *kind, GHashTable *words, gint64 now_ns, GError **error);
/* Another channel's content from now on. */
void headend_service_set_content (HeadendService *self, const HeadendMux *mux, gint64 now_ns);
gboolean headend_service_has_ended (HeadendService *self);

/* What is wrong with the channel's lists and segments (HLS, DASH) on purpose. */
typedef enum {
  HEADEND_ANSWER_RIGHT = 0,
  HEADEND_ANSWER_BUSY,      /* 503, and to come back after a second */
  HEADEND_ANSWER_FORBIDDEN, /* 403 */
  HEADEND_ANSWER_PAGE,      /* a web page with status 200 */
  HEADEND_ANSWER_SILENT,    /* connections stand, and nothing comes */
} HeadendAnswer;

typedef struct {
  HeadendAnswer answer; /* of HTTP TS */
  guint cuts;           /* HTTP TS connections that are older than this one are closed */
  gboolean list_missing, segments_missing;
  gint64 frozen_ms; /* since 1970: nothing new was packaged from then on; 0: all goes on */
} HeadendWebFaults;

void headend_service_get_web_faults (HeadendService *self, HeadendWebFaults *faults);
/* Appends a JSON object: what it sends now and what is wrong with it on purpose. */
void headend_service_append_state (HeadendService *self, GString *json);
