/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cuts the data of PES packets into pictures, both fields of a frame together where they are in one packet. */
#include "config.h"

#include "ts/hearth-ts-part.h"

#define ALIGNED_AGAIN 250  /* PES in a row that begin with a picture: ten seconds at 25 Hz */
#define HELD_MAX (16 << 20)
#define FRAME_MAX_90K 45000
#define DELAY_MAX_90K 90000

void
hearth_ts_pictures_init (HearthTsPictures *self)
{
  *self = (HearthTsPictures) { .held = g_byte_array_new () };
  hearth_ts_pictures_reset (self, HEARTH_TS_CODEC_NONE);
}

void
hearth_ts_pictures_clear (HearthTsPictures *self)
{
  g_clear_pointer (&self->held, g_byte_array_unref);
}

void
hearth_ts_pictures_reset (HearthTsPictures *self, HearthTsCodec codec)
{
  GByteArray *held = self->held;
  const HearthTsH264Shape shape = self->shape;
  gboolean same = codec == self->codec, straddles = same && self->straddles;
  gint64 frame90k = same ? self->frame90k : 0, delay90k = same ? self->delay90k : 0;

  g_byte_array_set_size (held, 0);
  *self = (HearthTsPictures) { .codec = codec, .held = held, .straddles = straddles, .frame90k = frame90k, .delay90k = delay90k };
  self->last_dts90k = HEARTH_TS_NO_TIME;
  if (same)
    self->shape = shape;
}

/* ---- borders --------------------------------------------------------------------------- */

typedef struct {
  gsize start, end;
  guint fields;     /* two are a frame; 0: the picture began elsewhere, or there is none */
  gboolean whole;   /* the next has begun */
  gboolean picture; /* there is one, or a part of one */
} Span;

static gboolean
starts_with_code (const guint8 *bytes, gsize n_bytes)
{
  gsize zeros = 0;

  while (zeros < n_bytes && bytes[zeros] == 0)
    zeros++;
  return zeros >= 2 && zeros < n_bytes && bytes[zeros] == 1;
}

static gboolean
completes (const Span *span, const HearthTsPart *first, const HearthTsPart *part)
{
  return span->fields == 1 && part->field != 0 && part->field == 3 - first->field && part->frame == first->frame;
}

/* The picture at @span's start, up to the head of the next. */
static void
find_span (HearthTsPictures *self, const guint8 *bytes, gsize n_bytes, Span *span)
{
  HearthTsPart first = { HEARTH_TS_PART_OTHER }, part;
  gsize head = n_bytes, next;

  *span = (Span) { .start = span->start, .end = n_bytes, .picture = !starts_with_code (bytes + span->start, n_bytes - span->start) };
  for (gsize at = hearth_ts_start_code_find (bytes, n_bytes, span->start); at < n_bytes; at = next) {
    next = hearth_ts_start_code_find (bytes, n_bytes, at + 3);
    hearth_ts_part_look (&part, self->codec, &self->shape, bytes, n_bytes, at);
    if (part.kind == HEARTH_TS_PART_HEAD && span->picture && head == n_bytes)
      head = at;
    if (part.kind == HEARTH_TS_PART_SLICE) {
      span->picture = TRUE;
      head = n_bytes; /* what looked like the next one's head stood before a slice of this one */
    }
    if (part.kind != HEARTH_TS_PART_FIRST)
      continue;
    if (span->picture && !completes (span, &first, &part)) {
      span->end = MIN (head, at);
      span->whole = TRUE;
      return;
    }
    span->fields += span->picture || part.field != 0 ? 1 : 2;
    span->picture = TRUE;
    head = n_bytes;
    first = part;
  }
}

/* ---- times ------------------------------------------------------------------------------ */

static void
note_times (HearthTsPictures *self, const HearthTsPes *unit)
{
  if (self->last_dts90k != HEARTH_TS_NO_TIME && self->n_fields > 0 && !unit->discontinuity) {
    gint64 frame90k = (unit->dts90k - self->last_dts90k) * 2 / self->n_fields;

    if (frame90k > 0 && frame90k <= FRAME_MAX_90K)
      self->frame90k = frame90k;
  }
  self->last_dts90k = unit->dts90k;
  self->n_fields = 0;
  self->delay90k = CLAMP (unit->pts90k - unit->dts90k, self->delay90k, DELAY_MAX_90K);
}

/* One may only begin at a picture whose time is known. It is a reference, so it waits as long as those do to be shown. */
static void
guess_times (HearthTsPictures *self, HearthTsPes *unit)
{
  HearthTsUnitInfo info;

  unit->pts90k = unit->dts90k = HEARTH_TS_NO_TIME;
  if (self->frame90k == 0 || self->last_dts90k == HEARTH_TS_NO_TIME)
    return;
  hearth_ts_unit_scan (self->codec, unit->data, unit->n_bytes, &info);
  if (info.rap == HEARTH_TS_RAP_NONE)
    return;
  unit->dts90k = self->last_dts90k + self->n_fields * self->frame90k / 2;
  unit->pts90k = unit->dts90k + self->delay90k;
}

/* @timed: the times of @pes are this picture's, if it has any. */
static void
tell (HearthTsPictures *self, const HearthTsPes *pes, gboolean timed, const guint8 *bytes, const Span *span, HearthTsPesFunc func,
      gpointer user_data)
{
  HearthTsPes unit = *pes;

  unit.data = bytes + span->start;
  unit.n_bytes = span->end - span->start;
  unit.discontinuity &= timed;
  unit.random_access &= timed;
  if (timed && unit.pts90k != HEARTH_TS_NO_TIME)
    note_times (self, &unit);
  else
    guess_times (self, &unit);
  self->n_fields += span->fields;
  unit.frame90k = self->frame90k;
  if (unit.n_bytes > 0)
    func (&unit, user_data);
}

/* ---- PES in ------------------------------------------------------------------------------- */

static void
forget_times (HearthTsPes *pes)
{
  pes->pts90k = pes->dts90k = HEARTH_TS_NO_TIME;
  pes->discontinuity = pes->random_access = FALSE;
}

/* Puts @pes behind what is held. Returns whether its times are taken already, by a picture with which it begins. */
static gboolean
hold (HearthTsPictures *self, const HearthTsPes *pes)
{
  gboolean first = self->held->len == 0;
  Span span = { 0 };

  g_byte_array_append (self->held, pes->data, pes->n_bytes);
  self->held_pes.damaged |= pes->damaged;
  if (!first)
    return FALSE;
  self->held_pes = *pes;
  find_span (self, pes->data, pes->n_bytes, &span);
  if (span.fields == 0)
    forget_times (&self->held_pes);
  return span.fields > 0;
}

/* Pictures begin and end where they like. */
static void
push_straddling (HearthTsPictures *self, const HearthTsPes *pes, HearthTsPesFunc func, gpointer user_data)
{
  const gsize border = self->held->len;
  gboolean taken = hold (self, pes), aligned = FALSE;
  Span span = { 0 };

  for (find_span (self, self->held->data, self->held->len, &span); span.whole; find_span (self, self->held->data, self->held->len, &span)) {
    tell (self, &self->held_pes, TRUE, self->held->data, &span, func, user_data);
    span.start = span.end;
    if (span.start >= border)
      self->held_pes = *pes;
    if (span.start < border || taken)
      forget_times (&self->held_pes);
    taken |= span.start >= border;
    aligned |= span.start == border;
  }
  g_byte_array_remove_range (self->held, 0, span.start);
  self->n_aligned = aligned ? self->n_aligned + 1 : 0;
  self->straddles = self->n_aligned < ALIGNED_AGAIN;
  if (!self->straddles || self->held->len > HELD_MAX)
    hearth_ts_pictures_flush (self, func, user_data);
}

void
hearth_ts_pictures_push (HearthTsPictures *self, const HearthTsPes *pes, HearthTsPesFunc func, gpointer user_data)
{
  Span span = { 0 };

  if (!hearth_ts_part_knows (self->codec) || (pes->continuation && !self->straddles)) {
    func (pes, user_data);
    return;
  }
  if (pes->discontinuity)
    hearth_ts_pictures_flush (self, func, user_data);
  if (self->straddles) {
    push_straddling (self, pes, func, user_data);
    return;
  }
  find_span (self, pes->data, pes->n_bytes, &span);
  if (span.picture && span.fields == 0 && !pes->damaged && !pes->discontinuity) {
    self->straddles = TRUE;
    self->n_aligned = 0;
    push_straddling (self, pes, func, user_data);
    return;
  }
  tell (self, pes, TRUE, pes->data, &span, func, user_data);
  while (span.whole) {
    span.start = span.end;
    find_span (self, pes->data, pes->n_bytes, &span);
    tell (self, pes, FALSE, pes->data, &span, func, user_data);
  }
}

void
hearth_ts_pictures_flush (HearthTsPictures *self, HearthTsPesFunc func, gpointer user_data)
{
  const Span rest = { .end = self->held->len };

  if (self->held->len > 0)
    tell (self, &self->held_pes, TRUE, self->held->data, &rest, func, user_data);
  g_byte_array_set_size (self->held, 0);
}
