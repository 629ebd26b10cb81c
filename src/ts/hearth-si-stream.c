/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an elementary stream is for: PMT descriptors, 13818-1 table 2-34, and who else gave types a meaning. */
#include "config.h"

#include "ts/hearth-si-stream.h"

#include "ts/hearth-si-private.h"

#define TAG_ARIB_DATA_COMPONENT 0xfd /* ARIB STD-B10, part 2, 6.2.20 */
#define ARIB_CAPTION 0x0008
#define ARIB_CAPTION_ONE_SEG 0x0012
#define REGISTRATION_SCTE_35 0x43554549 /* "CUEI" */

enum { /* stream_type */
  TYPE_PRIVATE_SECTIONS = 0x05,
  TYPE_PRIVATE_PES = 0x06,
  TYPE_DSM_CC_A = 0x0a, /* to 0x0d: multiprotocol, U-N, descriptors, sections */
  TYPE_DSM_CC_SECTIONS = 0x0d,
  TYPE_METADATA_PES = 0x15,
  TYPE_SCTE_35 = 0x86,
};

const char *
hearth_si_purpose_get_name (HearthSiPurpose purpose)
{
  static const char *const names[HEARTH_SI_FOR_N] = {
    [HEARTH_SI_FOR_DATA] = "data",
    [HEARTH_SI_FOR_VIDEO] = "video",
    [HEARTH_SI_FOR_AUDIO] = "audio",
    [HEARTH_SI_FOR_AUDIO_DESCRIPTION] = "audio-description",
    [HEARTH_SI_FOR_AUDIO_IMPAIRED] = "audio-hearing-impaired",
    [HEARTH_SI_FOR_AUDIO_CLEAN] = "audio-clean-effects",
    [HEARTH_SI_FOR_SUBTITLES] = "subtitles",
    [HEARTH_SI_FOR_SUBTITLES_IMPAIRED] = "subtitles-hearing-impaired",
    [HEARTH_SI_FOR_TELETEXT] = "teletext",
    [HEARTH_SI_FOR_CAPTIONS] = "captions",
    [HEARTH_SI_FOR_APPLICATION] = "application",
    [HEARTH_SI_FOR_CAROUSEL] = "carousel",
    [HEARTH_SI_FOR_SPLICING] = "splicing",
    [HEARTH_SI_FOR_UPDATE] = "update",
  };

  return (guint) purpose < HEARTH_SI_FOR_N ? names[purpose] : names[HEARTH_SI_FOR_DATA];
}

const char *
hearth_si_stream_get_codec_name (const HearthSiStream *stream)
{
  if (stream->ts.codec != HEARTH_TS_CODEC_NONE)
    return hearth_ts_codec_get_name (stream->ts.codec);
  if (stream->purpose == HEARTH_SI_FOR_CAPTIONS)
    return "arib-caption";
  if (stream->purpose == HEARTH_SI_FOR_SPLICING)
    return "scte-35";
  if (stream->purpose == HEARTH_SI_FOR_APPLICATION)
    return "ait";
  if (stream->ts.stream_type >= TYPE_DSM_CC_A && stream->ts.stream_type <= TYPE_DSM_CC_SECTIONS)
    return "dsm-cc";
  switch (stream->ts.stream_type) {
  case TYPE_PRIVATE_SECTIONS: return "sections";
  case TYPE_PRIVATE_PES: return "private";
  case TYPE_METADATA_PES: return "metadata";
  default: return "unknown";
  }
}

static HearthSiPurpose
purpose_of_sound (const HearthTsStream *stream)
{
  switch (stream->audio_type) {
  case 1: return HEARTH_SI_FOR_AUDIO_CLEAN;
  case 2: return HEARTH_SI_FOR_AUDIO_IMPAIRED;
  case 3: return HEARTH_SI_FOR_AUDIO_DESCRIPTION;
  default: return HEARTH_SI_FOR_AUDIO;
  }
}

/* By the codec alone. A teletext stream that only has subtitles is subtitles. */
static HearthSiPurpose
purpose_of_codec (const HearthTsStream *stream, const HearthSiLoop *descriptors)
{
  HearthSiDescriptor d;
  HearthSiTeletext page;
  gboolean impaired = stream->audio_type == 2;

  if (hearth_ts_codec_is_video (stream->codec))
    return HEARTH_SI_FOR_VIDEO;
  if (hearth_ts_codec_is_audio (stream->codec))
    return purpose_of_sound (stream);
  if (stream->codec == HEARTH_TS_TEXT_TELETEXT && hearth_si_descriptor_find (descriptors, HEARTH_SI_TAG_TELETEXT, &d))
    for (guint at = 0; hearth_si_teletext_next (&d, &at, &page);)
      if (page.type != 2 && page.type != 5)
        return HEARTH_SI_FOR_TELETEXT;
  if (stream->codec == HEARTH_TS_TEXT_TELETEXT && stream->teletext_page == 0)
    return HEARTH_SI_FOR_TELETEXT;
  if (hearth_ts_codec_is_text (stream->codec))
    return impaired ? HEARTH_SI_FOR_SUBTITLES_IMPAIRED : HEARTH_SI_FOR_SUBTITLES;
  return HEARTH_SI_FOR_DATA;
}

static HearthSiPurpose
purpose_of_broadcast (guint16 id)
{
  switch (id) {
  case 0x0006:
  case 0x0007:
  case 0x00f0:
  case 0x0106:
  case 0x0123: return HEARTH_SI_FOR_CAROUSEL;
  case 0x000a: return HEARTH_SI_FOR_UPDATE;
  default: return HEARTH_SI_FOR_DATA;
  }
}

/* What one descriptor of a stream without codec says; DATA when nothing. */
static HearthSiPurpose
purpose_of_descriptor (const HearthTsStream *stream, const HearthSiDescriptor *d)
{
  HearthSiDataBroadcast broadcast;
  guint32 registration;

  if (d->tag == HEARTH_SI_TAG_APPLICATION_SIGNALLING && stream->stream_type == TYPE_PRIVATE_SECTIONS)
    return HEARTH_SI_FOR_APPLICATION;
  if (hearth_si_data_broadcast_parse (&broadcast, d))
    return purpose_of_broadcast (broadcast.id);
  if (hearth_si_registration_parse (d, &registration) && registration == REGISTRATION_SCTE_35)
    return HEARTH_SI_FOR_SPLICING;
  if (d->tag == TAG_ARIB_DATA_COMPONENT && stream->stream_type == TYPE_PRIVATE_PES && d->private_data_specifier == 0 && d->n_bytes >= 2) {
    guint component = hearth_si_get_16 (d->data);

    return component == ARIB_CAPTION || component == ARIB_CAPTION_ONE_SEG ? HEARTH_SI_FOR_CAPTIONS : HEARTH_SI_FOR_DATA;
  }
  return HEARTH_SI_FOR_DATA;
}

static void
add_language (HearthSiStream *stream, const char *language)
{
  if (*language == '\0' || stream->n_languages == G_N_ELEMENTS (stream->languages))
    return;
  for (guint i = 0; i < stream->n_languages; i++)
    if (g_str_equal (stream->languages[i], language))
      return;
  g_strlcpy (stream->languages[stream->n_languages++], language, sizeof (HearthSiLanguage));
}

static void
read_languages (HearthSiStream *stream, const HearthSiDescriptor *d)
{
  HearthSiIso639 iso;
  HearthSiTeletext page;
  HearthSiSubtitling subtitling;

  for (guint at = 0; hearth_si_iso_639_next (d, &at, &iso);)
    add_language (stream, iso.language);
  for (guint at = 0; hearth_si_teletext_next (d, &at, &page);)
    add_language (stream, page.language);
  for (guint at = 0; hearth_si_subtitling_next (d, &at, &subtitling);)
    add_language (stream, subtitling.language);
}

void
hearth_si_stream_read (HearthSiStream *stream, const HearthTsStream *ts, const HearthSiLoop *descriptors)
{
  HearthSiLoop walk = *descriptors;
  HearthSiDescriptor d;
  guint8 component_tag;
  gboolean decided;

  *stream = (HearthSiStream) { .ts = *ts, .component_tag = -1, .purpose = purpose_of_codec (ts, descriptors) };
  decided = stream->purpose != HEARTH_SI_FOR_DATA;
  add_language (stream, ts->language);
  while (hearth_si_descriptor_next (&walk, &d)) {
    if (hearth_si_stream_identifier_parse (&d, &component_tag))
      stream->component_tag = component_tag;
    read_languages (stream, &d);
    if (!decided && stream->purpose == HEARTH_SI_FOR_DATA)
      stream->purpose = purpose_of_descriptor (ts, &d);
  }
  if (stream->purpose != HEARTH_SI_FOR_DATA || ts->codec != HEARTH_TS_CODEC_NONE)
    return;
  if (ts->stream_type == TYPE_SCTE_35)
    stream->purpose = HEARTH_SI_FOR_SPLICING;
  else if (ts->stream_type >= TYPE_DSM_CC_A + 1 && ts->stream_type <= TYPE_DSM_CC_SECTIONS)
    stream->purpose = HEARTH_SI_FOR_CAROUSEL;
}
