/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source's pads, each to a decoder by way of a parser. A pad stays when another track or another size of picture is taken:
 * only its stream and its caps change, and perhaps the parser that it needs. */
#include "play/hearth-uri-path-private.h"

#include "play/hearth-codecs.h"

#include <hearth/log.h>

HEARTH_LOG_TOPIC ("uri")

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
  } parsers[] = {
    { "video/x-h264", "h264parse", HEARTH_URI_VIDEO },   { "video/x-h265", "h265parse", HEARTH_URI_VIDEO },
    { "video/mpeg", "mpegvideoparse", HEARTH_URI_VIDEO }, { "video/x-av1", "av1parse", HEARTH_URI_VIDEO },
    { "audio/mpeg", "aacparse", HEARTH_URI_AUDIO },      { "audio/x-ac3", "ac3parse", HEARTH_URI_AUDIO },
    { "audio/x-eac3", "ac3parse", HEARTH_URI_AUDIO },
  };
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
remove_element (HearthUriPath *self, GstElement *element)
{
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), element);
}

/* ---- to a decoder ------------------------------------------------------------------------------------------- */

static void
drop_parser (HearthUriBranch *branch)
{
  GstElement *parser = g_steal_pointer (&branch->parser);
  g_autoptr (GstPad) sink = NULL;
  g_autoptr (GstPad) from = NULL;

  branch->from = NULL;
  if (parser == NULL)
    return;
  sink = gst_element_get_static_pad (parser, "sink");
  from = gst_pad_get_peer (sink);
  if (from != NULL)
    gst_pad_unlink (from, sink);
  gst_element_unlink (parser, branch->decoder);
  remove_element (branch->path, parser);
}

static gboolean
is_made_by (GstElement *element, const char *factory)
{
  return element != NULL && g_str_equal (GST_OBJECT_NAME (gst_element_get_factory (element)), factory);
}

static gboolean
link_branch (HearthUriBranch *branch, GstPad *pad, const char *factory)
{
  g_autoptr (GstPad) sink = NULL;

  if (branch->from == pad && is_made_by (branch->parser, factory))
    return TRUE; /* it sees what is new by the caps */
  drop_parser (branch);
  branch->parser = gst_element_factory_make (factory, NULL);
  if (branch->parser == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (branch->path->pipeline), branch->parser);
  sink = gst_element_get_static_pad (branch->parser, "sink");
  if (!gst_element_link (branch->parser, branch->decoder) || !gst_element_sync_state_with_parent (branch->parser) ||
      gst_pad_link (pad, sink) != GST_PAD_LINK_OK)
    return FALSE;
  branch->from = pad;
  return TRUE;
}

/* ---- to nowhere: a stream that nobody plays must not hold the others up ---------------------------------------- */

#define NOWHERE "hearth-nowhere"

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
  g_object_set_data (G_OBJECT (pad), NOWHERE, sink);
}

static void
unlink_nowhere (HearthUriPath *self, GstPad *pad)
{
  GstElement *sink = g_object_steal_data (G_OBJECT (pad), NOWHERE);
  g_autoptr (GstPad) sink_pad = NULL;

  if (sink == NULL)
    return;
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_unlink (pad, sink_pad);
  remove_element (self, sink);
}

/* ---- what a pad carries --------------------------------------------------------------------------------------- */

#define STREAM_ID "hearth-stream-id"

static void
set_playing (HearthUriPath *self, GstPad *pad, const char *id, HearthTsCodec codec)
{
  const char *before = g_object_get_data (G_OBJECT (pad), STREAM_ID);

  g_mutex_lock (&self->mutex);
  if (before != NULL)
    g_hash_table_remove (self->playing, before);
  if (id != NULL)
    g_hash_table_insert (self->playing, g_strdup (id), GINT_TO_POINTER (codec));
  g_mutex_unlock (&self->mutex);
  g_object_set_data_full (G_OBJECT (pad), STREAM_ID, g_strdup (id), g_free);
}

static void
refuse_pad (HearthUriPath *self, GstPad *pad, const GstCaps *caps)
{
  const char *media = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  g_autofree char *text = g_strdup_printf ("this box has no decoder for %s", media);

  hearth_info ("not played: %s", media);
  link_nowhere (self, pad);
  if (g_str_has_prefix (media, "video/"))
    hearth_play_context_tell (self->context, HEARTH_NEWS_CANNOT_DECODE, 0, 0, text);
}

static void
play_pad (HearthUriPath *self, GstPad *pad, const GstCaps *caps)
{
  g_autofree char *id = gst_pad_get_stream_id (pad);
  g_autofree char *text = gst_caps_to_string (caps);
  guint branch = HEARTH_URI_VIDEO;
  const char *parser = find_parser (caps, &branch);

  unlink_nowhere (self, pad);
  if (parser == NULL || !link_branch (&self->branches[branch], pad, parser)) {
    refuse_pad (self, pad, caps);
    return;
  }
  hearth_debug ("plays %s", text);
  set_playing (self, pad, id, hearth_codecs_kind_from_caps (caps));
  hearth_play_context_tell (self->context, HEARTH_NEWS_TRACKS, 0, 0, NULL);
}

/* Known when its first data come, and again when they are of another kind. */
static GstPadProbeReturn
on_pad_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_GAP)
    return GST_PAD_PROBE_DROP;
  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  play_pad (user_data, pad, caps);
  return GST_PAD_PROBE_OK;
}

/* What the pad may carry: what decoders want first, then all that parsers can make of it. Asked of the parser that happens to
 * be there, the answer would be its own kind alone, and no track of another kind could ever take its place. */
static GstCaps *
dup_takable (void)
{
  GstCaps *caps = hearth_codecs_dup_video_caps ();

  gst_caps_append (caps, hearth_codecs_dup_audio_caps ());
  gst_caps_append (caps, gst_caps_from_string ("video/x-h264; video/x-h265; video/mpeg; video/x-av1; audio/mpeg; audio/x-ac3; audio/x-eac3"));
  gst_caps_append (caps, gst_caps_new_any ());
  return caps;
}

static GstPadProbeReturn
on_pad_query (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  g_autoptr (GstCaps) takable = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstCaps *filter;

  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS) {
    gst_query_set_accept_caps_result (query, TRUE);
    return GST_PAD_PROBE_HANDLED;
  }
  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS)
    return GST_PAD_PROBE_OK;
  gst_query_parse_caps (query, &filter);
  takable = dup_takable ();
  caps = filter != NULL ? gst_caps_intersect_full (takable, filter, GST_CAPS_INTERSECT_FIRST) : gst_caps_ref (takable);
  gst_query_set_caps_result (query, caps);
  return GST_PAD_PROBE_HANDLED;
}

void
hearth_uri_pads_on_added (GstElement *source, GstPad *pad, gpointer user_data)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_arrival, user_data, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_pad_event, user_data, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH, on_pad_query, user_data, NULL);
  if (caps != NULL)
    play_pad (user_data, pad, caps);
}

void
hearth_uri_pads_on_removed (GstElement *source, GstPad *pad, gpointer user_data)
{
  HearthUriPath *self = user_data;

  unlink_nowhere (self, pad);
  for (guint i = 0; i < HEARTH_URI_BRANCHES; i++)
    if (self->branches[i].from == pad)
      self->branches[i].from = NULL;
  set_playing (self, pad, NULL, HEARTH_TS_CODEC_NONE);
}

void
hearth_uri_pads_clear (HearthUriPath *self)
{
  for (guint i = 0; i < HEARTH_URI_BRANCHES; i++)
    drop_parser (&self->branches[i]);
  g_mutex_lock (&self->mutex);
  g_hash_table_remove_all (self->playing);
  g_mutex_unlock (&self->mutex);
}
