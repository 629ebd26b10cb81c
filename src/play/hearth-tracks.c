/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-tracks.h"

#include <hearth/error.h>

static gboolean
is_kind (HearthTsCodec codec, const char *kind)
{
  if (g_str_equal (kind, "video"))
    return hearth_ts_codec_is_video (codec);
  if (g_str_equal (kind, "audio"))
    return hearth_ts_codec_is_audio (codec);
  return hearth_ts_codec_is_text (codec);
}

gboolean
hearth_tracks_check_kind (const char *kind, GError **error)
{
  if (g_str_equal (kind, "video") || g_str_equal (kind, "audio") || g_str_equal (kind, "text"))
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "\"%s\" is no kind of track: video, audio or text", kind);
  return FALSE;
}

static void
add_track (GVariantBuilder *tracks, const HearthTsStream *stream, gboolean selected)
{
  GVariantDict track;

  g_variant_dict_init (&track, NULL);
  g_variant_dict_insert_value (&track, "id", g_variant_new_take_string (g_strdup_printf ("%u", stream->pid)));
  g_variant_dict_insert (&track, "codec", "s", hearth_ts_codec_get_name (stream->codec));
  g_variant_dict_insert (&track, "selected", "b", selected);
  if (stream->language[0] != '\0' && g_utf8_validate (stream->language, -1, NULL))
    g_variant_dict_insert (&track, "language", "s", stream->language);
  if (stream->audio_type == 2)
    g_variant_dict_insert (&track, "hearing-impaired", "b", TRUE);
  if (stream->audio_type == 3)
    g_variant_dict_insert (&track, "description", "b", TRUE);
  g_variant_builder_add_value (tracks, g_variant_dict_end (&track));
}

GVariant *
hearth_tracks_list (HearthRingSession *session, const char *kind)
{
  GVariantBuilder tracks;
  HearthTsPmt pmt;
  const HearthTsStream *selected = NULL;

  g_variant_builder_init (&tracks, G_VARIANT_TYPE ("aa{sv}"));
  if (session == NULL || !hearth_ring_session_get_pmt (session, &pmt))
    return g_variant_builder_end (&tracks);
  if (!g_str_equal (kind, "text"))
    selected = hearth_ring_session_select (session, g_str_equal (kind, "video") ? HEARTH_RING_VIDEO : HEARTH_RING_AUDIO, &pmt);
  for (guint i = 0; i < pmt.n_streams; i++)
    if (is_kind (pmt.streams[i].codec, kind))
      add_track (&tracks, &pmt.streams[i], &pmt.streams[i] == selected);
  return g_variant_builder_end (&tracks);
}

static gboolean
has_track (HearthRingSession *session, const char *kind, guint64 pid)
{
  HearthTsPmt pmt;

  if (session == NULL || !hearth_ring_session_get_pmt (session, &pmt))
    return FALSE;
  for (guint i = 0; i < pmt.n_streams; i++)
    if (pmt.streams[i].pid == pid && is_kind (pmt.streams[i].codec, kind))
      return TRUE;
  return FALSE;
}

gboolean
hearth_tracks_select (HearthRingSession *session, const char *kind, const char *id, GError **error)
{
  guint reader = g_str_equal (kind, "video") ? HEARTH_RING_VIDEO : HEARTH_RING_AUDIO;
  guint64 pid = 0;

  if (*id != '\0' && (!g_ascii_string_to_unsigned (id, 10, 0, 0x1fff, &pid, NULL) || !has_track (session, kind, pid))) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "this programme has no %s track \"%s\"; ListTracks tells them", kind, id);
    return FALSE;
  }
  if (g_str_equal (kind, "text")) {
    if (*id == '\0')
      return TRUE; /* none is shown anyway */
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "subtitles and teletext cannot be shown yet");
    return FALSE;
  }
  if (session != NULL)
    hearth_ring_session_choose (session, reader, *id != '\0' ? (gint) pid : -2);
  return TRUE;
}
