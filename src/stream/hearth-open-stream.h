/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "stream/hearth-network-runner.h"
#include "stream/hearth-verdict.h"

#include <gio/gunixfdlist.h>

G_BEGIN_DECLS

/**
 * SECTION:open-stream
 *
 * A stream that hearthd asked for: its ingest, the plug-in's handle, who sleeps
 * on its ring, and what hearthd was told of it. Main thread.
 */
typedef struct _HearthOpenStream HearthOpenStream;

typedef struct {
  void (*state) (HearthOpenStream *stream, const HearthVerdict *verdict, gpointer user_data);
  void (*stage) (HearthOpenStream *stream, const char *stage, gint64 time_us, gpointer user_data);
} HearthOpenStreamFuncs;

/* @options: a{sv} of Stream1.Open: "ring-bytes" u; all go on to the plug-in. Opens nothing yet. Errors: IO, LIMIT. */
HearthOpenStream *hearth_open_stream_new (const char *id, const char *uri, const char *channel, GVariant *options,
                                          HearthProgress *progress, const HearthOpenStreamFuncs *funcs, gpointer user_data,
                                          GError **error);
/* Disconnected from the plug-in before. Ends the ring. */
void hearth_open_stream_free (HearthOpenStream *self);

/* Errors: those of the plug-in's open(). */
gboolean hearth_open_stream_connect (HearthOpenStream *self, HearthNetworkRunner *runner, GError **error);
void hearth_open_stream_disconnect (HearthOpenStream *self, HearthNetworkRunner *runner);
/* As Stream1.SetUse. */
void hearth_open_stream_set_use (HearthOpenStream *self, HearthNetworkRunner *runner, const char *use);
/* Says that the stream has failed, in the place of a plug-in that cannot. */
void hearth_open_stream_fail (HearthOpenStream *self, const GError *error);

const char *hearth_open_stream_get_id (HearthOpenStream *self);
HearthRingWriter *hearth_open_stream_get_ring (HearthOpenStream *self);
gint64 hearth_open_stream_get_pushing_since (HearthOpenStream *self);

/* A number that is there already gets the new waiter: hearthd came back and counts anew. Errors: CORRUPT, IO. */
gboolean hearth_open_stream_add_waiter (HearthOpenStream *self, guint number, int page_fd, int event_fd, GError **error);
gboolean hearth_open_stream_remove_waiter (HearthOpenStream *self, guint number);

/* Looks how it does and tells what is new. FALSE: the plug-in hangs. */
gboolean hearth_open_stream_look (HearthOpenStream *self, gint64 now_us);
/* This process did not run for a while: the plug-in's silence says nothing. */
void hearth_open_stream_excuse (HearthOpenStream *self, gint64 now_us);
/* As in Network1.GetStreams. (transfer floating) */
GVariant *hearth_open_stream_describe (HearthOpenStream *self, gint64 now_us);
/* As in Manager1.Hello; appends the ring to @fds. (transfer floating) */
GVariant *hearth_open_stream_describe_held (HearthOpenStream *self, GUnixFDList *fds);

G_END_DECLS
