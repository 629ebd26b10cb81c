/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tracks that an address offers: by HLS' renditions, DASH's adaptation sets, or the file's own. */
#include "play/hearth-uri-path-private.h"

#include "play/hearth-codecs.h"

#include <gst/tag/tag.h>
#include <string.h>

static gboolean
is_kind (GstStream *stream, const char *kind)
{
  GstStreamType type = gst_stream_get_stream_type (stream);

  if (g_str_equal (kind, "video"))
    return (type & GST_STREAM_TYPE_VIDEO) != 0;
  return (type & (g_str_equal (kind, "audio") ? GST_STREAM_TYPE_AUDIO : GST_STREAM_TYPE_TEXT)) != 0;
}

/* ISO 639-2, as in transport streams, where the list says ("zh", "zh-Hans") or its words can be understood. */
static char *
dup_language (GstStream *stream)
{
  g_autoptr (GstTagList) tags = gst_stream_get_tags (stream);
  g_autofree char *said = NULL;
  const char *known;

  if (tags == NULL || !gst_tag_list_get_string (tags, GST_TAG_LANGUAGE_CODE, &said))
    return NULL;
  known = gst_tag_get_language_code_iso_639_2T (said);
  if (known == NULL && strchr (said, '-') != NULL) {
    *strchr (said, '-') = '\0';
    known = gst_tag_get_language_code_iso_639_2T (said);
  }
  return known != NULL ? g_strdup (known) : g_steal_pointer (&said);
}

static HearthTsCodec
find_codec (HearthUriPath *self, GstStream *stream)
{
  g_autoptr (GstCaps) caps = gst_stream_get_caps (stream);
  gpointer playing = NULL;

  if (g_hash_table_lookup_extended (self->playing, gst_stream_get_stream_id (stream), NULL, &playing))
    return GPOINTER_TO_INT (playing);
  return caps != NULL && gst_caps_is_fixed (caps) ? hearth_codecs_kind_from_caps (caps) : HEARTH_TS_CODEC_NONE;
}

static void
add_track (HearthUriPath *self, GVariantBuilder *tracks, GstStream *stream)
{
  const char *id = gst_stream_get_stream_id (stream);
  g_autofree char *language = dup_language (stream);
  HearthTsCodec codec = find_codec (self, stream);
  GVariantDict track;

  g_variant_dict_init (&track, NULL);
  g_variant_dict_insert (&track, "id", "s", id);
  g_variant_dict_insert (&track, "selected", "b", g_hash_table_contains (self->playing, id));
  if (codec != HEARTH_TS_CODEC_NONE)
    g_variant_dict_insert (&track, "codec", "s", hearth_ts_codec_get_name (codec));
  if (language != NULL)
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

/* ---- choosing ----------------------------------------------------------------------------------------------- */

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

/* The sound track in the language that the household wants, where it is another than the one that plays. */
static char *
dup_wished (HearthUriPath *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);
  const char *found = NULL;

  for (guint i = 0; self->streams != NULL && i < gst_stream_collection_get_size (self->streams); i++) {
    GstStream *stream = gst_stream_collection_get_stream (self->streams, i);
    g_autofree char *language = is_kind (stream, "audio") ? dup_language (stream) : NULL;

    if (g_strcmp0 (language, self->language) != 0)
      continue;
    if (g_hash_table_contains (self->playing, gst_stream_get_stream_id (stream)))
      return NULL;
    if (found == NULL)
      found = gst_stream_get_stream_id (stream);
  }
  return g_strdup (found);
}

static gboolean
plays_sound (HearthUriPath *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; self->streams != NULL && i < gst_stream_collection_get_size (self->streams); i++) {
    GstStream *stream = gst_stream_collection_get_stream (self->streams, i);

    if (is_kind (stream, "audio") && g_hash_table_contains (self->playing, gst_stream_get_stream_id (stream)))
      return TRUE;
  }
  return FALSE;
}

void
hearth_uri_path_tracks_changed (HearthUriPath *self)
{
  g_autofree char *id = NULL;

  if (self->asked || self->language == NULL || *self->language == '\0' || !plays_sound (self))
    return;
  self->asked = TRUE;
  id = dup_wished (self);
  if (id != NULL)
    hearth_uri_path_select_track (self, "audio", id, NULL);
}

/* ---- what there is ------------------------------------------------------------------------------------------- */

static gboolean
has_kind (GstStreamCollection *streams, const char *kind)
{
  for (guint i = 0; streams != NULL && i < gst_stream_collection_get_size (streams); i++)
    if (is_kind (gst_stream_collection_get_stream (streams, i), kind))
      return TRUE;
  return FALSE;
}

gboolean
hearth_uri_path_is_radio (HearthUriPath *self)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&self->mutex);

  return has_kind (self->streams, "audio") && !has_kind (self->streams, "video");
}

void
hearth_uri_tracks_set (HearthUriPath *self, GstStreamCollection *streams)
{
  g_mutex_lock (&self->mutex);
  gst_object_replace ((GstObject **) &self->streams, GST_OBJECT (streams));
  g_mutex_unlock (&self->mutex);
  if (streams == NULL)
    return;
  hearth_sync_set_tracks (self->context->sync, has_kind (streams, "video"), has_kind (streams, "audio"));
  hearth_play_context_tell (self->context, HEARTH_NEWS_TRACKS, 0, 0, NULL);
}
