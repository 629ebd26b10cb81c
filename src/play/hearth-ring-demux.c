/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "play/hearth-ring-demux.h"

#include <poll.h>

#define CHUNK (64 * HEARTH_RING_PACKET)
#define VIDEO_UNIT_MAX (16u << 20)
#define AUDIO_UNIT_MAX (1u << 20)
#define BLIND_US 5000 /* without a waiter */

struct _HearthRingDemux {
  HearthRingSession *session;
  guint which;
  const HearthRingDemuxFuncs *funcs;
  gpointer user_data;
  HearthRingReader *reader;

  HearthTsSection pat_section, pmt_section;
  guint16 pmt_pid, pid, program;
  HearthTsCodec codec;
  HearthTsPmt pmt;
  gboolean has_pmt;
  HearthTsPesAssembler pes;
  HearthTsPictures pictures;
  guint8 chunk[CHUNK];
};

/* ---- tables --------------------------------------------------------------------------------------- */

/* What was begun. */
static void
forget_open (HearthRingDemux *self)
{
  hearth_ts_pes_reset (&self->pes);
  hearth_ts_pictures_reset (&self->pictures, self->codec);
}

static void
select_stream (HearthRingDemux *self)
{
  const HearthTsStream *stream = hearth_ring_session_select (self->session, self->which, &self->pmt);
  guint16 pid = stream != NULL ? stream->pid : HEARTH_TS_NO_PID;
  HearthTsCodec codec = stream != NULL ? stream->codec : HEARTH_TS_CODEC_NONE;

  if (pid == self->pid && codec == self->codec && stream != NULL)
    return;
  self->pid = pid;
  self->codec = codec;
  forget_open (self);
  self->funcs->stream (stream, &self->pmt, self->user_data);
}

static void
take_pmt (HearthRingDemux *self, const HearthTsPmt *pmt)
{
  self->pmt = *pmt;
  self->has_pmt = TRUE;
  if (hearth_ring_session_set_pmt (self->session, pmt))
    self->funcs->tables (self->user_data);
  select_stream (self);
}

static void
on_pmt (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthRingDemux *self = user_data;
  HearthTsPmt pmt;

  if (hearth_ts_pmt_parse (&pmt, section, n_bytes) && pmt.program_number == self->program)
    take_pmt (self, &pmt);
}

/* Of several programmes the ring's own; while that is not known, none. (A reader may be behind a change of the only one.) */
static const HearthTsProgram *
find_program (HearthRingDemux *self, const HearthTsPat *pat)
{
  guint16 program = hearth_ring_session_get_program (self->session, self->reader);

  for (guint i = 0; i < pat->n_programs; i++)
    if (pat->programs[i].program_number == program)
      return &pat->programs[i];
  return pat->n_programs == 1 ? &pat->programs[0] : NULL;
}

static void
on_pat (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthRingDemux *self = user_data;
  g_autofree HearthTsPat *pat = g_new (HearthTsPat, 1);
  const HearthTsProgram *program;

  if (!hearth_ts_pat_parse (pat, section, n_bytes))
    return;
  program = find_program (self, pat);
  if (program == NULL || (program->pmt_pid == self->pmt_pid && program->program_number == self->program))
    return;
  self->pmt_pid = program->pmt_pid;
  self->program = program->program_number;
  hearth_ts_section_init (&self->pmt_section);
}

/* ---- packets --------------------------------------------------------------------------------------- */

static void
on_picture (const HearthTsPes *unit, gpointer user_data)
{
  HearthRingDemux *self = user_data;

  self->funcs->unit (unit, self->user_data);
}

static void
on_pes (const HearthTsPes *pes, gpointer user_data)
{
  HearthRingDemux *self = user_data;

  hearth_ts_pictures_push (&self->pictures, pes, on_picture, self); /* of sound it passes all */
}

static void
tell_open (HearthRingDemux *self)
{
  hearth_ts_pes_flush (&self->pes, on_pes, self);
  hearth_ts_pictures_flush (&self->pictures, on_picture, self);
}

/* Times of the video and of the sound must be unwrapped alike, also where one of them wraps first. */
static void
set_reference (HearthRingDemux *self, const guint8 *packet)
{
  guint offset = hearth_ts_payload_offset (packet);
  HearthTsPesHeader header;

  if (self->pes.unwrap.last != HEARTH_TS_NO_TIME || !hearth_ts_unit_start (packet) || offset >= HEARTH_TS_PACKET ||
      !hearth_ts_pes_header_parse (&header, packet + offset, HEARTH_TS_PACKET - offset) || header.pts33 < 0)
    return;
  self->pes.unwrap.last = hearth_ring_session_get_reference (self->session, header.pts33);
}

static void
push_packet (HearthRingDemux *self, const guint8 *packet, guint64 position)
{
  guint16 pid = hearth_ts_pid (packet);

  if (packet[0] != 0x47 || hearth_ts_error (packet))
    return;
  if (pid == self->pid && pid != HEARTH_TS_NO_PID) {
    set_reference (self, packet);
    hearth_ts_pes_push (&self->pes, packet, position, on_pes, self);
  } else if (pid == 0) {
    hearth_ts_section_push (&self->pat_section, packet, on_pat, self);
  } else if (pid == self->pmt_pid) {
    hearth_ts_section_push (&self->pmt_section, packet, on_pmt, self);
  }
}

HearthRingRead
hearth_ring_demux_run (HearthRingDemux *self, gsize *n_read)
{
  HearthRingRead result = hearth_ring_reader_read (self->reader, self->chunk, sizeof self->chunk, n_read);
  guint64 position = hearth_ring_reader_get_position (self->reader) - *n_read;

  if (result == HEARTH_RING_READ_OVERRUN)
    forget_open (self);
  if (result == HEARTH_RING_READ_ENDED)
    tell_open (self);
  if (result != HEARTH_RING_READ_OK)
    return result;
  for (gsize at = 0; at + HEARTH_RING_PACKET <= *n_read; at += HEARTH_RING_PACKET)
    push_packet (self, self->chunk + at, position + at);
  return result;
}

/* ---- from outside ------------------------------------------------------------------------------------ */

HearthRingDemux *
hearth_ring_demux_new (HearthRingSession *session, guint which, const HearthRingDemuxFuncs *funcs, gpointer user_data)
{
  HearthRingDemux *self = g_new0 (HearthRingDemux, 1);
  HearthTsPmt pmt;

  self->session = hearth_ring_session_ref (session);
  self->which = which;
  self->funcs = funcs;
  self->user_data = user_data;
  self->reader = hearth_ring_session_dup_reader (session);
  self->pmt_pid = self->pid = HEARTH_TS_NO_PID;
  hearth_ts_section_init (&self->pat_section);
  hearth_ts_section_init (&self->pmt_section);
  hearth_ts_pes_init (&self->pes, which == HEARTH_RING_VIDEO ? VIDEO_UNIT_MAX : AUDIO_UNIT_MAX);
  hearth_ts_pictures_init (&self->pictures);
  if (hearth_ring_session_get_pmt (session, &pmt)) {
    self->pmt = pmt;
    self->has_pmt = TRUE;
    select_stream (self);
  }
  return self;
}

void
hearth_ring_demux_free (HearthRingDemux *self)
{
  hearth_ts_pes_clear (&self->pes);
  hearth_ts_pictures_clear (&self->pictures);
  hearth_ring_reader_free (self->reader);
  hearth_ring_session_unref (self->session);
  g_free (self);
}

void
hearth_ring_demux_seek (HearthRingDemux *self, guint64 position)
{
  hearth_ring_reader_seek (self->reader, position);
  forget_open (self);
}

void
hearth_ring_demux_reselect (HearthRingDemux *self)
{
  if (self->has_pmt)
    select_stream (self);
}

HearthRingReader *
hearth_ring_demux_get_reader (HearthRingDemux *self)
{
  return self->reader;
}

HearthTsCodec
hearth_ring_demux_get_codec (HearthRingDemux *self)
{
  return self->codec;
}

void
hearth_ring_demux_wait (HearthRingDemux *self, gsize more_bytes, gint64 max_us)
{
  HearthRingWaiter *waiter = hearth_ring_session_get_waiter (self->session, self->which);
  struct pollfd poll_fd = { .fd = -1, .events = POLLIN };
  struct timespec timeout = { max_us / 1000000, max_us % 1000000 * 1000 };

  if (waiter == NULL) {
    g_usleep (MIN (max_us, BLIND_US));
    return;
  }
  if (!hearth_ring_reader_arm (self->reader, waiter, hearth_ring_reader_get_position (self->reader) + more_bytes))
    return;
  poll_fd.fd = hearth_ring_waiter_get_event_fd (waiter);
  if (!hearth_ring_session_is_stopped (self->session))
    ppoll (&poll_fd, 1, &timeout, NULL);
  hearth_ring_waiter_clear (waiter);
}
