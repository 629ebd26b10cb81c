/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DASH, live: numbered segments counted since a fixed day, as in HLS, so that no state is kept. Only where the codec is one that DASH
 * players know: not for MPEG-2. */
#include <hearth/error.h>
#include <stdio.h>
#include <string.h>

#include "headend/fragment.h"
#include "headend/web.h"

#define SEGMENT_MS 1920
#define SEGMENTS_A_LOOP (HEADEND_LOOP_MS / SEGMENT_MS)
#define EPOCH "2024-01-01T00:00:00Z" /* a whole number of loops since 1970; 1970 itself FFmpeg takes for none */
#define EPOCH_MS G_GINT64_CONSTANT (1704067200000)
#define DEPTH 10 /* segments that can be fetched */
#define MAX_STREAMS (1 + HEADEND_MAX_AUDIO)

struct _HeadendDash {
  GBytes *inits[HEADEND_N_CHANNELS + 1][MAX_STREAMS]; /* made when first asked for */
};

HeadendDash *
headend_dash_new (void)
{
  return g_new0 (HeadendDash, 1);
}

void
headend_dash_free (HeadendDash *self)
{
  for (guint i = 0; i <= HEADEND_N_CHANNELS; i++)
    for (guint j = 0; j < MAX_STREAMS; j++)
      g_clear_pointer (&self->inits[i][j], g_bytes_unref);
  g_free (self);
}

gboolean
headend_dash_has (const HeadendChannel *channel)
{
  return channel->video != HEADEND_VIDEO_MPEG2;
}

/* ---- beginnings, made by ffmpeg in a thread while the request waits --------------------------------------------- */

typedef struct {
  HeadendDash *self;
  SoupServerMessage *message;
  const HeadendMux *mux;
  HeadendWebFaults faults;
  char *file;
  GBytes *inits[MAX_STREAMS];
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->message);
  for (guint i = 0; i < MAX_STREAMS; i++)
    g_clear_pointer (&job->inits[i], g_bytes_unref);
  g_free (job->file);
  g_free (job);
}

static void
make_inits (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  for (guint i = 0; i <= job->mux->loop->channel->n_audio && error == NULL; i++)
    job->inits[i] = headend_fragment_make_init (job->mux->loop, i, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void serve (HeadendDash *self, SoupServerMessage *message, const HeadendMux *mux, const HeadendWebFaults *faults, const char *file);

static void
on_inits_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  GBytes **inits = job->self->inits[job->mux->loop->channel->number];

  if (g_task_propagate_boolean (G_TASK (result), &error)) {
    for (guint i = 0; i < MAX_STREAMS; i++)
      if (inits[i] == NULL)
        inits[i] = g_steal_pointer (&job->inits[i]);
    serve (job->self, job->message, job->mux, &job->faults, job->file);
  } else {
    soup_server_message_set_status (job->message, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL);
    soup_server_message_set_response (job->message, "text/plain", SOUP_MEMORY_COPY, error->message, strlen (error->message));
  }
  soup_server_message_unpause (job->message);
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static void
respond (SoupServerMessage *message, const char *type, gpointer bytes, gsize n_bytes)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Cache-Control", "no-cache");
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, bytes, n_bytes);
}

static void
append_set (HeadendDash *self, const HeadendMux *mux, guint stream, GString *text)
{
  const HeadendChannel *c = mux->loop->channel;
  g_autofree char *codec = headend_fragment_dup_codec (c, stream, self->inits[c->number][stream]);
  const guint timescale = stream == 0 ? HEADEND_VIDEO_TIMESCALE : HEADEND_SAMPLE_RATE;

  if (stream == 0)
    g_string_append_printf (text, "<AdaptationSet id=\"0\" contentType=\"video\" segmentAlignment=\"true\" startWithSAP=\"1\" frameRate=\"%u\">\n"
                            "<Representation id=\"0\" mimeType=\"video/mp4\" codecs=\"%s\" bandwidth=\"%u\" width=\"%u\" height=\"%u\">\n",
                            c->fps, codec, c->video_kbps * 1000, c->width, c->height);
  else
    g_string_append_printf (text, "<AdaptationSet id=\"%u\" contentType=\"audio\" segmentAlignment=\"true\" startWithSAP=\"1\" lang=\"%s\">\n"
                            "<Representation id=\"%u\" mimeType=\"audio/mp4\" codecs=\"%s\" bandwidth=\"200000\" audioSamplingRate=\"48000\">\n",
                            stream, c->language[stream - 1], stream, codec);
  g_string_append_printf (text, "<SegmentTemplate timescale=\"%u\" duration=\"%u\" startNumber=\"0\" initialization=\"$RepresentationID$-init.mp4\" "
                          "media=\"$RepresentationID$-$Number$.m4s\"/>\n</Representation>\n</AdaptationSet>\n",
                          timescale, timescale / 100 * SEGMENT_MS / 10);
}

static void
serve_manifest (HeadendDash *self, SoupServerMessage *message, const HeadendMux *mux)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  GString *text = g_string_new ("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
  gsize n_bytes;

  g_string_append_printf (text, "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" type=\"dynamic\" "
                          "availabilityStartTime=\"" EPOCH "\" publishTime=\"%s\" minimumUpdatePeriod=\"PT60S\" "
                          "timeShiftBufferDepth=\"PT15S\" suggestedPresentationDelay=\"PT4S\" minBufferTime=\"PT2S\" "
                          "maxSegmentDuration=\"PT1.92S\">\n<Period id=\"0\" start=\"PT0S\">\n", time);
  for (guint i = 0; i <= mux->loop->channel->n_audio; i++)
    append_set (self, mux, i, text);
  g_string_append_printf (text, "</Period>\n<UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:direct:2014\" value=\"%s\"/>\n</MPD>\n", time);
  n_bytes = text->len;
  respond (message, "application/dash+xml", g_string_free (text, FALSE), n_bytes);
}

static void
serve_segment (SoupServerMessage *message, const HeadendMux *mux, guint stream, gint64 number, const HeadendWebFaults *faults)
{
  const HeadendLoop *loop = mux->loop;
  const guint n = (stream == 0 ? loop->video.n_units : loop->audio[stream - 1].n_units) / SEGMENTS_A_LOOP;
  const gint64 now_ms = faults->frozen_ms != 0 ? faults->frozen_ms : g_get_real_time () / 1000;
  const gint64 next = (now_ms - EPOCH_MS) / SEGMENT_MS;
  GByteArray *bytes;
  gsize n_bytes;

  if (faults->segments_missing || number >= next || number < next - DEPTH) {
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
    return;
  }
  bytes = headend_fragment_make (loop, stream, (guint) (number % SEGMENTS_A_LOOP) * n, n, number / SEGMENTS_A_LOOP * HEADEND_LOOP_90K,
                                 (guint32) number);
  n_bytes = bytes->len;
  respond (message, stream == 0 ? "video/mp4" : "audio/mp4", g_byte_array_free (bytes, FALSE), n_bytes);
}

static void
serve (HeadendDash *self, SoupServerMessage *message, const HeadendMux *mux, const HeadendWebFaults *faults, const char *file)
{
  const HeadendChannel *c = mux->loop->channel;
  guint stream;
  gint64 number;
  int end = 0;

  if ((g_str_equal (file, "manifest.mpd") || g_str_equal (file, "live")) && !faults->list_missing) {
    serve_manifest (self, message, mux);
  } else if (sscanf (file, "%1u-init.mp4%n", &stream, &end) == 1 && end > 0 && file[end] == '\0' && stream <= c->n_audio) {
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    soup_message_headers_set_content_type (soup_server_message_get_response_headers (message), stream == 0 ? "video/mp4" : "audio/mp4", NULL);
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), self->inits[c->number][stream]);
  } else if (sscanf (file, "%1u-%" G_GINT64_FORMAT ".m4s%n", &stream, &number, &end) == 2 && end > 0 && file[end] == '\0' &&
             stream <= c->n_audio && number >= 0) {
    serve_segment (message, mux, stream, number, faults);
  } else {
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  }
}

void
headend_dash_serve (HeadendDash *self, SoupServerMessage *message, const HeadendMux *mux, const HeadendWebFaults *faults, const char *file)
{
  g_autoptr (GTask) task = NULL;
  Job *job;

  if (self->inits[mux->loop->channel->number][0] != NULL) {
    serve (self, message, mux, faults, file);
    return;
  }
  job = g_new0 (Job, 1);
  job->self = self;
  job->message = g_object_ref (message);
  job->mux = mux;
  job->faults = *faults;
  job->file = g_strdup (file);
  soup_server_message_pause (message);
  task = g_task_new (NULL, NULL, on_inits_made, NULL);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, make_inits);
}
