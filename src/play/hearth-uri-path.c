/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-uri-path-private.h"

#include "play/gst/hearth-avaudio.h"
#include "play/gst/hearth-avdec.h"
#include "play/hearth-audio-sink.h"
#include "play/hearth-pipeline.h"
#include "play/hearth-plugins.h"
#include "play/hearth-uri-error.h"

/* Each may meet a stranger's data; what is not here cannot be reached by an address. */
static const char *const needed[] = { "coreelements", "typefindfunctions", "playback", "soup", "videoparsersbad", "audioparsers",
                                      "mpegtsdemux", "isomp4", "id3demux" };
static const char *const adaptive[] = { "adaptivedemux2", "hls", "dash" };

static void
on_source_setup (GstElement *bin, GstElement *source, gpointer user_data)
{
  HearthUriPath *self = user_data;
  GObjectClass *class = G_OBJECT_GET_CLASS (source);

  if (self->user_agent != NULL && g_object_class_find_property (class, "user-agent") != NULL)
    g_object_set (source, "user-agent", self->user_agent, NULL);
  if (self->headers != NULL && g_object_class_find_property (class, "extra-headers") != NULL)
    g_object_set (source, "extra-headers", self->headers, NULL);
}

/* ---- messages: any thread ----------------------------------------------------------------------------------- */

static void
take_error (HearthUriPath *self, GstMessage *message)
{
  g_autofree char *text = NULL;

  if (!g_atomic_int_compare_and_exchange (&self->failed, 0, 1)) /* what follows the first is its echo */
    return;
  self->failure = hearth_uri_error_translate (message, self->host, &text);
  hearth_play_context_tell (self->context, HEARTH_NEWS_BROKEN, 0, 0, text);
}

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  HearthUriPath *self = user_data;
  GstStreamCollection *streams = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    take_error (self, message);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STREAM_COLLECTION) {
    gst_message_parse_stream_collection (message, &streams);
    hearth_uri_tracks_set (self, streams);
    gst_object_unref (streams);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* ---- from outside ---------------------------------------------------------------------------------------------- */

static gboolean
load_plugins (GError **error)
{
  guint n_adaptive = 0;

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    if (!hearth_plugins_load (needed[i])) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED,
                   "GStreamer's plug-in \"%s\" is missing, so no internet address can be played; install GStreamer's base, good and bad plug-ins",
                   needed[i]);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (adaptive); i++)
    n_adaptive += hearth_plugins_load (adaptive[i]) ? 1 : 0;
  if (n_adaptive == 0)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "GStreamer has no adaptive demuxer here: no HLS, no DASH");
  return n_adaptive > 0;
}

/* Parsers ask the registry which form of a stream the decoders behind them take. */
static void
register_decoders (void)
{
  gst_element_register (NULL, "hearthavdec", GST_RANK_PRIMARY, HEARTH_TYPE_AVDEC);
  gst_element_register (NULL, "hearthavaudio", GST_RANK_PRIMARY, HEARTH_TYPE_AVAUDIO);
}

HearthUriPath *
hearth_uri_path_new (HearthPlayContext *context, GError **error)
{
  g_autoptr (HearthUriPath) self = g_new0 (HearthUriPath, 1);
  g_autoptr (GstBus) bus = NULL;

  g_mutex_init (&self->mutex);
  self->context = context;
  self->playing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  register_decoders ();
  if (!load_plugins (error))
    return NULL;
  self->pipeline = hearth_pipeline_make_bare ("hearth-internet");
  GST_OBJECT_FLAG_SET (self->pipeline, GST_BIN_FLAG_STREAMS_AWARE); /* or the newer adaptive demuxers refuse */
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_message, self, NULL);
  self->branches[HEARTH_URI_VIDEO].path = self->branches[HEARTH_URI_AUDIO].path = self;
  if (!hearth_pipeline_add_picture (self->pipeline, context, &self->branches[HEARTH_URI_VIDEO].decoder) ||
      !hearth_pipeline_add_sound (self->pipeline, context, &self->branches[HEARTH_URI_AUDIO].decoder, &self->card)) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "the pipeline for addresses cannot be built");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
hearth_uri_path_free (HearthUriPath *self)
{
  if (self->pipeline != NULL) {
    hearth_uri_path_halt (self);
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
    gst_object_unref (self->pipeline);
  }
  g_hash_table_unref (self->playing);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
flush_branch (HearthUriBranch *branch, GstEvent *event)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (branch->decoder, "sink");

  gst_pad_send_event (sink, event);
}

void
hearth_uri_path_halt (HearthUriPath *self)
{
  GstElement *source = g_steal_pointer (&self->source);

  if (source == NULL)
    return;
  for (guint i = 0; i < HEARTH_URI_BRANCHES; i++) /* or the source's threads wait for their pictures' time */
    flush_branch (&self->branches[i], gst_event_new_flush_start ());
  gst_element_set_locked_state (source, TRUE);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), source);
  hearth_uri_pads_clear (self);
  for (guint i = 0; i < HEARTH_URI_BRANCHES; i++)
    flush_branch (&self->branches[i], gst_event_new_flush_stop (FALSE));
  gst_element_set_state (self->pipeline, GST_STATE_READY); /* pads forget the stream's events */
  hearth_uri_tracks_set (self, NULL);
  self->asked = FALSE;
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->user_agent, g_free);
  g_clear_pointer (&self->referrer, g_free);
  g_clear_pointer (&self->headers, gst_structure_free);
}

static void
take_options (HearthUriPath *self, GVariant *options)
{
  g_autoptr (GVariantIter) headers = NULL;
  const char *name, *value;

  self->headers = gst_structure_new_empty ("extra-headers");
  g_variant_lookup (options, "audio", "s", &self->language);
  g_variant_lookup (options, "user-agent", "s", &self->user_agent);
  if (g_variant_lookup (options, "referrer", "s", &self->referrer))
    gst_structure_set (self->headers, "Referer", G_TYPE_STRING, self->referrer, NULL);
  if (g_variant_lookup (options, "headers", "a{ss}", &headers))
    while (g_variant_iter_next (headers, "{&s&s}", &name, &value))
      gst_structure_set (self->headers, name, G_TYPE_STRING, value, NULL);
}

void
hearth_uri_path_play (HearthUriPath *self, const char *uri, GVariant *options)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_PARSE_RELAXED, NULL);

  hearth_uri_path_halt (self);
  take_options (self, options);
  if (parsed != NULL)
    self->host = g_strdup (g_uri_get_host (parsed));
  self->failure = HEARTH_ERROR_FAILED;
  g_atomic_int_set (&self->failed, 0);
  g_atomic_int_set (&self->arrived, 0);
  hearth_sync_set_paced (self->context->sync, TRUE);
  self->source = gst_element_factory_make ("urisourcebin", NULL);
  g_object_set (self->source, "uri", uri, NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (self->source), "parse-streams") != NULL)
    g_object_set (self->source, "parse-streams", TRUE, NULL);
  g_signal_connect (self->source, "pad-added", G_CALLBACK (hearth_uri_pads_on_added), self);
  g_signal_connect (self->source, "pad-removed", G_CALLBACK (hearth_uri_pads_on_removed), self);
  g_signal_connect (self->source, "source-setup", G_CALLBACK (on_source_setup), self);
  gst_bin_add (GST_BIN (self->pipeline), self->source);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

guint64
hearth_uri_path_get_arrived (HearthUriPath *self)
{
  return (guint) g_atomic_int_get (&self->arrived);
}

HearthError
hearth_uri_path_get_failure (HearthUriPath *self)
{
  return self->failure;
}

const char *
hearth_uri_path_get_decoder_name (HearthUriPath *self)
{
  return hearth_avdec_get_decoder_name (HEARTH_AVDEC (self->branches[HEARTH_URI_VIDEO].decoder));
}

const char *
hearth_uri_path_get_audio_sink_name (HearthUriPath *self)
{
  return hearth_audio_sink_get_name (self->card);
}

guint64
hearth_uri_path_get_copied_bytes (HearthUriPath *self)
{
  return hearth_avdec_get_copied_bytes (HEARTH_AVDEC (self->branches[HEARTH_URI_VIDEO].decoder));
}
