/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-uri-path.h"

#include "play/gst/hearth-avaudio.h"
#include "play/gst/hearth-avdec.h"
#include "play/hearth-audio-sink.h"
#include "play/hearth-pipeline.h"
#include "play/hearth-plugins.h"
#include "play/hearth-uri-error.h"

#include <hearth/log.h>
#include <string.h>

HEARTH_LOG_TOPIC ("uri")

enum { VIDEO, AUDIO, BRANCHES };

typedef struct {
  HearthUriPath *path;
  GstElement *decoder; /* borrowed; stands for life */
  GstElement *parser;  /* (nullable): of this stream */
} Branch;

struct _HearthUriPath {
  HearthPlayContext *context;
  GstElement *pipeline;
  GstElement *source; /* (nullable): of this address */
  GstElement *card;
  Branch branches[BRANCHES];
  gint arrived; /* atomic */
  gint failed; /* atomic */
  HearthError failure; /* set before it is told */
  char *host, *user_agent, *referrer;
  GstStructure *headers;

  GMutex mutex; /* guards those below: pads come and go in the source's threads */
  GstStreamCollection *streams;
  GHashTable *playing; /* ids of streams that have a pad */
};

/* Each may meet a stranger's data; what is not here cannot be reached by an address. */
static const char *const needed[] = { "coreelements", "typefindfunctions", "playback", "soup", "videoparsersbad", "audioparsers",
                                      "mpegtsdemux", "isomp4", "id3demux" };
static const char *const adaptive[] = { "adaptivedemux2", "hls", "dash" };

/* ---- pads come and go: the source's threads ------------------------------------------------------------- */

static GstPadProbeReturn
on_arrival (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  HearthUriPath *self = user_data;

  g_atomic_int_inc (&self->arrived);
  hearth_play_context_beat (self->context);
  return GST_PAD_PROBE_OK;
}

static const char *
find_parser (const GstCaps *caps, guint *branch)
{
  static const struct {
    const char *media, *parser;
    guint branch;
  } parsers[] = { { "video/x-h264", "h264parse", VIDEO },  { "video/x-h265", "h265parse", VIDEO },
                  { "video/mpeg", "mpegvideoparse", VIDEO }, { "video/x-av1", "av1parse", VIDEO },
                  { "audio/mpeg", "aacparse", AUDIO },      { "audio/x-ac3", "ac3parse", AUDIO },
                  { "audio/x-eac3", "ac3parse", AUDIO } };
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  int version = 0;

  for (guint i = 0; i < G_N_ELEMENTS (parsers); i++)
    if (gst_structure_has_name (structure, parsers[i].media)) {
      *branch = parsers[i].branch;
      if (g_str_equal (parsers[i].media, "audio/mpeg") && gst_structure_get_int (structure, "mpegversion", &version) && version == 1)
        return "mpegaudioparse";
      return parsers[i].parser;
    }
  return NULL;
}

static void
drop_parser (Branch *branch)
{
  GstElement *parser = g_steal_pointer (&branch->parser);

  if (parser == NULL)
    return;
  gst_element_unlink (parser, branch->decoder);
  gst_element_set_locked_state (parser, TRUE);
  gst_element_set_state (parser, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (branch->path->pipeline), parser);
}

static gboolean
link_branch (Branch *branch, GstPad *pad, const char *factory)
{
  g_autoptr (GstPad) sink = NULL;

  drop_parser (branch);
  branch->parser = gst_element_factory_make (factory, NULL);
  if (branch->parser == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (branch->path->pipeline), branch->parser);
  sink = gst_element_get_static_pad (branch->parser, "sink");
  return gst_element_link (branch->parser, branch->decoder) && gst_element_sync_state_with_parent (branch->parser) &&
         gst_pad_link (pad, sink) == GST_PAD_LINK_OK;
}

/* A stream that nobody plays must not hold the others up. */
static void
link_nowhere (HearthUriPath *self, GstPad *pad)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = NULL;

  if (sink == NULL)
    return;
  g_object_set (sink, "async", FALSE, "sync", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_element_sync_state_with_parent (sink);
  gst_pad_link (pad, sink_pad);
  g_object_set_data (G_OBJECT (pad), "hearth-nowhere", sink);
}

static void
play_pad (HearthUriPath *self, GstPad *pad, const GstCaps *caps)
{
  g_autofree char *id = gst_pad_get_stream_id (pad);
  g_autofree char *text = gst_caps_to_string (caps);
  guint branch = VIDEO;
  const char *parser = find_parser (caps, &branch);

  if (parser == NULL || !link_branch (&self->branches[branch], pad, parser)) {
    hearth_info ("not played: %s", text);
    link_nowhere (self, pad);
    return;
  }
  hearth_debug ("plays %s", text);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_arrival, self, NULL);
  g_mutex_lock (&self->mutex);
  if (id != NULL)
    g_hash_table_add (self->playing, g_steal_pointer (&id));
  g_mutex_unlock (&self->mutex);
  hearth_play_context_tell (self->context, HEARTH_NEWS_TRACKS, 0, 0, NULL);
}

/* What a pad carries is known when its first data come. */
static GstPadProbeReturn
on_pad_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (!gst_pad_is_linked (pad))
    play_pad (user_data, pad, caps);
  return GST_PAD_PROBE_REMOVE;
}

static void
on_pad_added (GstElement *source, GstPad *pad, gpointer user_data)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps != NULL)
    play_pad (user_data, pad, caps);
  else
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_pad_event, user_data, NULL);
}

static void
on_pad_removed (GstElement *source, GstPad *pad, gpointer user_data)
{
  HearthUriPath *self = user_data;
  GstElement *nowhere = g_object_get_data (G_OBJECT (pad), "hearth-nowhere");
  g_autofree char *id = gst_pad_get_stream_id (pad);

  if (nowhere != NULL) {
    gst_element_set_locked_state (nowhere, TRUE);
    gst_element_set_state (nowhere, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self->pipeline), nowhere);
  }
  g_mutex_lock (&self->mutex);
  if (id != NULL)
    g_hash_table_remove (self->playing, id);
  g_mutex_unlock (&self->mutex);
}

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
    g_mutex_lock (&self->mutex);
    gst_object_replace ((GstObject **) &self->streams, GST_OBJECT (streams));
    g_mutex_unlock (&self->mutex);
    gst_object_unref (streams);
    hearth_play_context_tell (self->context, HEARTH_NEWS_TRACKS, 0, 0, NULL);
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
  self->branches[VIDEO].path = self->branches[AUDIO].path = self;
  if (!hearth_pipeline_add_picture (self->pipeline, context, &self->branches[VIDEO].decoder) ||
      !hearth_pipeline_add_sound (self->pipeline, context, &self->branches[AUDIO].decoder, &self->card)) {
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
flush_branch (Branch *branch, GstEvent *event)
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
  for (guint i = 0; i < BRANCHES; i++) /* or the source's threads wait for their pictures' time */
    flush_branch (&self->branches[i], gst_event_new_flush_start ());
  gst_element_set_locked_state (source, TRUE);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), source);
  for (guint i = 0; i < BRANCHES; i++) {
    drop_parser (&self->branches[i]);
    flush_branch (&self->branches[i], gst_event_new_flush_stop (FALSE));
  }
  gst_element_set_state (self->pipeline, GST_STATE_READY); /* pads forget the stream's events */
  gst_object_replace ((GstObject **) &self->streams, NULL);
  g_hash_table_remove_all (self->playing);
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
  g_signal_connect (self->source, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (self->source, "pad-removed", G_CALLBACK (on_pad_removed), self);
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
  return hearth_avdec_get_decoder_name (HEARTH_AVDEC (self->branches[VIDEO].decoder));
}

const char *
hearth_uri_path_get_audio_sink_name (HearthUriPath *self)
{
  return hearth_audio_sink_get_name (self->card);
}

guint64
hearth_uri_path_get_copied_bytes (HearthUriPath *self)
{
  return hearth_avdec_get_copied_bytes (HEARTH_AVDEC (self->branches[VIDEO].decoder));
}

/* ---- tracks ------------------------------------------------------------------------------------------------------ */

static gboolean
is_kind (GstStream *stream, const char *kind)
{
  GstStreamType type = gst_stream_get_stream_type (stream);

  if (g_str_equal (kind, "video"))
    return (type & GST_STREAM_TYPE_VIDEO) != 0;
  return (type & (g_str_equal (kind, "audio") ? GST_STREAM_TYPE_AUDIO : GST_STREAM_TYPE_TEXT)) != 0;
}

static void
add_track (HearthUriPath *self, GVariantBuilder *tracks, GstStream *stream)
{
  g_autoptr (GstTagList) tags = gst_stream_get_tags (stream);
  g_autoptr (GstCaps) caps = gst_stream_get_caps (stream);
  g_autofree char *language = NULL;
  const char *media = caps != NULL && gst_caps_get_size (caps) > 0 ? gst_structure_get_name (gst_caps_get_structure (caps, 0)) : "";
  GVariantDict track;

  g_variant_dict_init (&track, NULL);
  g_variant_dict_insert (&track, "id", "s", gst_stream_get_stream_id (stream));
  g_variant_dict_insert (&track, "codec", "s", strchr (media, '/') != NULL ? strchr (media, '/') + 1 : media);
  g_variant_dict_insert (&track, "selected", "b", g_hash_table_contains (self->playing, gst_stream_get_stream_id (stream)));
  if (tags != NULL && gst_tag_list_get_string (tags, GST_TAG_LANGUAGE_CODE, &language))
    g_variant_dict_insert (&track, "language", "s", language);
  g_variant_builder_add_value (tracks, g_variant_dict_end (&track));
}

GVariant *
hearth_uri_path_list_tracks (HearthUriPath *self, const char *kind)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  GVariantBuilder tracks;

  g_variant_builder_init (&tracks, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; self->streams != NULL && i < gst_stream_collection_get_size (self->streams); i++) {
    GstStream *stream = gst_stream_collection_get_stream (self->streams, i);

    if (is_kind (stream, kind))
      add_track (self, &tracks, stream);
  }
  return g_variant_builder_end (&tracks);
}

/* The stream ids to be played: @id for its kind, what plays for the others. */
static GList *
list_wanted (HearthUriPath *self, const char *kind, const char *id, gboolean *found)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  GList *wanted = NULL;

  for (guint i = 0; self->streams != NULL && i < gst_stream_collection_get_size (self->streams); i++) {
    GstStream *stream = gst_stream_collection_get_stream (self->streams, i);
    const char *stream_id = gst_stream_get_stream_id (stream);
    gboolean chosen = is_kind (stream, kind) && g_str_equal (stream_id, id);

    *found |= chosen;
    if (chosen || (!is_kind (stream, kind) && g_hash_table_contains (self->playing, stream_id)))
      wanted = g_list_prepend (wanted, g_strdup (stream_id));
  }
  return wanted;
}

gboolean
hearth_uri_path_select_track (HearthUriPath *self, const char *kind, const char *id, GError **error)
{
  gboolean found = *id == '\0';
  GList *wanted = list_wanted (self, kind, id, &found);

  if (found && self->source != NULL)
    gst_element_send_event (self->source, gst_event_new_select_streams (wanted));
  else
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "this programme has no %s track \"%s\"; ListTracks tells them", kind, id);
  g_list_free_full (wanted, g_free);
  return found;
}
