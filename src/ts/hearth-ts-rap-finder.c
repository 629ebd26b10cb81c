/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random access points by what the access units are, not by what the multiplexer says of them: many set the
 * random_access_indicator nowhere, and some everywhere. Most PES are judged within their first packet, without a copy. */
#include "config.h"

#include "ts/hearth-ts-rap-finder.h"

#include <string.h>

#define SOUND_INTERVAL_90K (45000) /* without a picture one may begin anywhere; this often is enough */

void
hearth_ts_rap_finder_init (HearthTsRapFinder *self, HearthTsRapFunc func, gpointer user_data)
{
  *self = (HearthTsRapFinder) { .pid = HEARTH_TS_NO_PID, .func = func, .user_data = user_data };
  self->last_sound_pts90k = HEARTH_TS_NO_TIME;
  hearth_ts_unwrap_init (&self->unwrap);
}

static const HearthTsStream *
first_stream (const HearthTsPmt *pmt, gboolean (*is_kind) (HearthTsCodec codec))
{
  for (guint i = 0; i < pmt->n_streams; i++)
    if (is_kind (pmt->streams[i].codec))
      return &pmt->streams[i];
  return NULL;
}

void
hearth_ts_rap_finder_set_pmt (HearthTsRapFinder *self, const HearthTsPmt *pmt)
{
  const HearthTsStream *stream = first_stream (pmt, hearth_ts_codec_is_video);

  if (stream == NULL)
    stream = first_stream (pmt, hearth_ts_codec_is_audio);
  self->pid = stream != NULL ? stream->pid : HEARTH_TS_NO_PID;
  self->codec = stream != NULL ? stream->codec : HEARTH_TS_CODEC_NONE;
  hearth_ts_rap_finder_gap (self);
}

void
hearth_ts_rap_finder_gap (HearthTsRapFinder *self)
{
  self->looking = FALSE;
}

static void
tell (HearthTsRapFinder *self, const HearthTsPesHeader *header, HearthTsRapKind kind)
{
  HearthTsRap rap = { .position = self->position, .pts90k = HEARTH_TS_NO_TIME, .dts90k = HEARTH_TS_NO_TIME, .kind = kind };

  if (header->pts33 >= 0)
    rap.pts90k = rap.dts90k = hearth_ts_unwrap (&self->unwrap, header->pts33);
  if (header->dts33 >= 0)
    rap.dts90k = hearth_ts_unwrap (&self->unwrap, header->dts33);
  self->func (&rap, self->user_data);
}

static void
judge_sound (HearthTsRapFinder *self, const HearthTsPesHeader *header)
{
  gint64 pts, last = self->last_sound_pts90k;

  if (header->pts33 < 0)
    return;
  pts = hearth_ts_unwrap (&self->unwrap, header->pts33);
  if (last != HEARTH_TS_NO_TIME && ABS (pts - last) < SOUND_INTERVAL_90K)
    return;
  self->last_sound_pts90k = pts;
  tell (self, header, HEARTH_TS_RAP_IDR);
}

/* Returns FALSE when more bytes are needed. @last: there will be none. */
static gboolean
judge (HearthTsRapFinder *self, const guint8 *bytes, gsize n_bytes, gboolean last)
{
  HearthTsPesHeader header;
  HearthTsUnitInfo info;
  HearthTsPesParse parse = hearth_ts_pes_header_try (&header, bytes, n_bytes);

  if (parse != HEARTH_TS_PES_PARSE_OK)
    return parse == HEARTH_TS_PES_PARSE_WRONG;
  if (hearth_ts_codec_is_audio (self->codec)) {
    judge_sound (self, &header);
    return TRUE;
  }
  if (header.header_bytes >= n_bytes)
    return FALSE;
  hearth_ts_unit_scan (self->codec, bytes + header.header_bytes, n_bytes - header.header_bytes, &info);
  if (!info.has_picture && !last)
    return FALSE;
  if (info.rap == HEARTH_TS_RAP_NONE && !info.has_picture && self->random_access)
    info.rap = HEARTH_TS_RAP_OPEN; /* its head is longer than we look: then the multiplexer is believed */
  if (info.rap != HEARTH_TS_RAP_NONE && info.has_parameters) /* nobody can begin at one without */
    tell (self, &header, info.rap);
  return TRUE;
}

/* Adds to the prefix, and judges again. */
static void
look_further (HearthTsRapFinder *self, const guint8 *payload, gsize n_bytes)
{
  gsize n = MIN (n_bytes, HEARTH_TS_RAP_PREFIX - self->n_prefix);

  memcpy (self->prefix + self->n_prefix, payload, n);
  self->n_prefix += n;
  if (judge (self, self->prefix, self->n_prefix, self->n_prefix == HEARTH_TS_RAP_PREFIX) ||
      self->n_prefix == HEARTH_TS_RAP_PREFIX)
    self->looking = FALSE;
}

void
hearth_ts_rap_finder_push (HearthTsRapFinder *self, const guint8 *packet, guint64 position, gboolean broken)
{
  gboolean unit_start = hearth_ts_unit_start (packet);
  guint offset;

  if (broken)
    self->looking = FALSE;
  if ((!unit_start && !self->looking) || hearth_ts_scrambled (packet))
    return;
  offset = hearth_ts_payload_offset (packet);
  if (offset == HEARTH_TS_PACKET)
    return;
  if (unit_start) {
    self->position = position;
    self->random_access = (hearth_ts_adaptation_flags (packet) & HEARTH_TS_ADAPTATION_RANDOM_ACCESS) != 0;
    self->n_prefix = 0;
    self->looking = !judge (self, packet + offset, HEARTH_TS_PACKET - offset, FALSE);
    if (!self->looking)
      return;
    memcpy (self->prefix, packet + offset, HEARTH_TS_PACKET - offset);
    self->n_prefix = HEARTH_TS_PACKET - offset;
  } else {
    look_further (self, packet + offset, HEARTH_TS_PACKET - offset);
  }
}
