/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the PES packets of one PID together, and tells each at the earliest moment at which it can be whole. */
#include "config.h"

#include "ts/hearth-ts-private.h"

#define DISTRUST 8 /* so many right guesses in a row make good a wrong one */

void
hearth_ts_pes_init (HearthTsPesAssembler *self, guint max_bytes)
{
  *self = (HearthTsPesAssembler) { .data = g_byte_array_new (), .max_bytes = max_bytes };
  hearth_ts_unwrap_init (&self->unwrap);
  hearth_ts_pes_reset (self);
}

void
hearth_ts_pes_clear (HearthTsPesAssembler *self)
{
  g_clear_pointer (&self->data, g_byte_array_unref);
}

/* Forgets the open PES. */
static void
close_unit (HearthTsPesAssembler *self)
{
  g_byte_array_set_size (self->data, 0);
  self->started = self->damaged = self->random_access = FALSE;
  self->pts90k = self->dts90k = HEARTH_TS_NO_TIME;
  self->header_bytes = self->length = 0;
  self->bounded = FALSE;
}

void
hearth_ts_pes_reset (HearthTsPesAssembler *self)
{
  close_unit (self);
  self->continuity = HEARTH_TS_CONTINUITY_UNKNOWN;
  self->discontinuity = self->ended_by_guess = FALSE;
  self->trust = 0;
}

static void
drop (HearthTsPesAssembler *self)
{
  close_unit (self);
  self->discontinuity = TRUE;
}

static void
tell (HearthTsPesAssembler *self, HearthTsPesFunc func, gpointer user_data)
{
  const HearthTsPes pes = {
    .data = self->data->data + self->header_bytes,
    .n_bytes = self->bounded ? MIN (self->data->len - self->header_bytes, self->length) : self->data->len - self->header_bytes,
    .pts90k = self->pts90k,
    .dts90k = self->dts90k,
    .position = self->position,
    .damaged = self->damaged || (self->bounded && self->data->len - self->header_bytes < self->length),
    .discontinuity = self->discontinuity,
    .random_access = self->random_access,
    .continuation = self->continuation,
  };

  self->discontinuity = FALSE;
  if (pes.n_bytes > 0)
    func (&pes, user_data);
  close_unit (self);
}

/* Ends what is open, because a new one begins or nothing more comes. */
static void
end_unit (HearthTsPesAssembler *self, HearthTsPesFunc func, gpointer user_data)
{
  if (!self->started)
    return;
  if (self->header_bytes == 0 && !self->continuation)
    drop (self);
  else
    tell (self, func, user_data);
}

static void
begin_unit (HearthTsPesAssembler *self, const guint8 *packet, guint64 position)
{
  self->started = TRUE;
  self->continuation = FALSE;
  self->position = position;
  self->random_access = (hearth_ts_adaptation_flags (packet) & HEARTH_TS_ADAPTATION_RANDOM_ACCESS) != 0;
}

/* The data go on although the PES has been told: the stuffing was not its end. */
static void
begin_continuation (HearthTsPesAssembler *self, guint64 position)
{
  self->started = self->continuation = TRUE;
  self->position = position;
}

/* Returns FALSE while the header is not whole, or when there is none. */
static gboolean
read_header (HearthTsPesAssembler *self)
{
  HearthTsPesHeader header;
  HearthTsPesParse parse = hearth_ts_pes_header_try (&header, self->data->data, self->data->len);

  if (parse == HEARTH_TS_PES_PARSE_WRONG)
    drop (self);
  if (parse != HEARTH_TS_PES_PARSE_OK || header.header_bytes > self->data->len)
    return FALSE;
  self->header_bytes = header.header_bytes;
  self->length = header.length;
  self->bounded = header.bounded;
  if (header.pts33 >= 0) {
    self->pts90k = self->dts90k = hearth_ts_unwrap (&self->unwrap, header.pts33);
    if (header.dts33 >= 0)
      self->dts90k = hearth_ts_unwrap (&self->unwrap, header.dts33);
  }
  return TRUE;
}

/* Multiplexers fill the last packet of a PES up with stuffing. The first packet is left out, for some pad it behind the
 * PCR; but one of which not even half is data holds a short PES wholly. */
static gboolean
looks_ended (HearthTsPesAssembler *self, const guint8 *packet, guint n_payload)
{
  if (self->bounded || hearth_ts_stuffing_bytes (packet) == 0)
    return FALSE;
  return !hearth_ts_unit_start (packet) || n_payload < HEARTH_TS_PACKET / 2;
}

/* Was the last guess right? Asked at the next packet with data. */
static void
judge_guess (HearthTsPesAssembler *self, gboolean right)
{
  if (self->ended_by_guess)
    self->trust = right ? MIN (self->trust + 1, 0) : -DISTRUST;
  self->ended_by_guess = FALSE;
}

static void
add_payload (HearthTsPesAssembler *self, const guint8 *packet, guint offset, HearthTsPesFunc func, gpointer user_data)
{
  guint n_payload = HEARTH_TS_PACKET - offset;

  if (self->data->len + n_payload > self->max_bytes) {
    drop (self);
    return;
  }
  g_byte_array_append (self->data, packet + offset, n_payload);
  if (self->header_bytes == 0 && !self->continuation && !read_header (self))
    return;
  if (self->bounded) {
    if (self->data->len - self->header_bytes >= self->length)
      tell (self, func, user_data);
    return;
  }
  self->ended_by_guess = looks_ended (self, packet, n_payload);
  if (self->ended_by_guess && self->trust >= 0)
    tell (self, func, user_data);
}

static void
note_loss (HearthTsPesAssembler *self, gboolean unit_start)
{
  if (self->started)
    self->damaged = TRUE;
  if (unit_start || !self->started)
    self->discontinuity_next = TRUE;
  self->ended_by_guess = FALSE;
}

void
hearth_ts_pes_push (HearthTsPesAssembler *self, const guint8 *packet, guint64 position, HearthTsPesFunc func, gpointer user_data)
{
  guint offset = hearth_ts_payload_offset (packet);
  gboolean unit_start = hearth_ts_unit_start (packet), open_end;
  HearthTsContinuity continuity;

  if (hearth_ts_error (packet) || hearth_ts_scrambled (packet))
    return; /* the next packet's counter tells that it is missing */
  continuity = hearth_ts_continuity_check (&self->continuity, packet);
  if (continuity == HEARTH_TS_CONTINUITY_BROKEN)
    note_loss (self, unit_start);
  if (continuity == HEARTH_TS_CONTINUITY_DUPLICATE || offset == HEARTH_TS_PACKET)
    return;

  open_end = self->ended_by_guess;
  judge_guess (self, unit_start);
  if (unit_start) {
    end_unit (self, func, user_data);
    begin_unit (self, packet, position);
    self->discontinuity |= self->discontinuity_next;
    self->discontinuity_next = FALSE;
  } else if (!self->started && open_end) {
    begin_continuation (self, position);
  }
  if (self->started)
    add_payload (self, packet, offset, func, user_data);
}

void
hearth_ts_pes_flush (HearthTsPesAssembler *self, HearthTsPesFunc func, gpointer user_data)
{
  end_unit (self, func, user_data);
}
