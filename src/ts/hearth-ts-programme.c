/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Follows one programme: which PMT is ours, whether it has moved or changed. Contents are compared, not version numbers, for
 * some multiplexers change the one without the other. */
#include "config.h"

#include "ts/hearth-ts-programme.h"

#include <string.h>

void
hearth_ts_programme_init (HearthTsProgramme *self, guint16 wanted, HearthTsHealth *health, HearthTsProgrammeFunc changed,
                          gpointer user_data)
{
  memset (self, 0, sizeof *self);
  self->wanted = wanted;
  self->health = health;
  self->changed = changed;
  self->user_data = user_data;
  hearth_ts_section_init (&self->pat);
}

static void
forget_pmts (HearthTsProgramme *self)
{
  for (guint i = 0; i < self->n_pmts; i++)
    g_clear_pointer (&self->pmts[i].section, g_free);
  memset (self->pmts, 0, self->n_pmts * sizeof self->pmts[0]);
  self->n_pmts = 0;
  self->picked = NULL;
}

void
hearth_ts_programme_clear (HearthTsProgramme *self)
{
  forget_pmts (self);
}

void
hearth_ts_programme_gap (HearthTsProgramme *self)
{
  self->pat.have = self->pat.want = 0;
  self->pat.continuity = HEARTH_TS_CONTINUITY_UNKNOWN;
  for (guint i = 0; i < self->n_pmts; i++)
    g_clear_pointer (&self->pmts[i].section, g_free);
}

static void
push_section (HearthTsProgramme *self, HearthTsSection *section, const guint8 *packet, HearthTsSectionFunc func)
{
  guint64 errors = section->crc_errors;

  hearth_ts_section_push (section, packet, func, self);
  self->health->crc_errors += section->crc_errors - errors;
}

/* ---- PAT --------------------------------------------------------------------------------- */

static gboolean
is_same (const guint8 *a, gsize n_a, const guint8 *b, gsize n_b)
{
  return n_a == n_b && memcmp (a, b, n_a) == 0;
}

static const HearthTsProgram *
find_program (const HearthTsPat *pat, guint16 program_number)
{
  for (guint i = 0; i < pat->n_programs; i++)
    if (pat->programs[i].program_number == program_number)
      return &pat->programs[i];
  return NULL;
}

static void
add_candidate (HearthTsProgramme *self, const HearthTsProgram *program)
{
  self->pmts[self->n_pmts++] = (HearthTsPmtCandidate) { .program = *program };
}

/* Listens to one PMT only. */
static void
choose (HearthTsProgramme *self, const HearthTsProgram *program)
{
  const HearthTsProgram kept = *program; /* it may be one of those that go */

  forget_pmts (self);
  add_candidate (self, &kept);
  self->chosen = TRUE;
}

/* Nobody said which programme: PMTs tell what there is. */
static void
consider_all (HearthTsProgramme *self, const HearthTsPat *pat)
{
  forget_pmts (self);
  self->chosen = FALSE;
  for (guint i = 0; i < pat->n_programs; i++)
    add_candidate (self, &pat->programs[i]);
}

static void
on_pat (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthTsProgramme *self = user_data;
  const HearthTsProgram *program;
  guint16 number = self->chosen ? self->pmts[0].program.program_number : self->wanted;
  HearthTsPat pat;

  if (is_same (section, n_bytes, self->last_pat, self->n_last_pat)) {
    self->health->pat++;
    return;
  }
  if (!hearth_ts_pat_parse (&pat, section, n_bytes))
    return;
  self->health->pat++;
  if (self->wanted == 0 && pat.section_number != 0) /* the first programme is never there */
    return;
  memcpy (self->last_pat, section, n_bytes);
  self->n_last_pat = n_bytes;
  self->transport_stream_id = pat.transport_stream_id;
  self->pat_version = pat.version;
  program = number != 0 ? find_program (&pat, number) : NULL;
  if (program != NULL) {
    if (self->chosen && program->pmt_pid == self->pmts[0].program.pmt_pid)
      return;
    choose (self, program);
  } else if (self->wanted == 0 && pat.n_programs > 0) {
    consider_all (self, &pat);
  } else {
    return; /* a moment without our programme: its PMT is still followed where it was */
  }
  self->changed (self, FALSE, self->user_data);
}

void
hearth_ts_programme_push_pat (HearthTsProgramme *self, const guint8 *packet)
{
  push_section (self, &self->pat, packet, on_pat);
}

/* ---- PMT --------------------------------------------------------------------------------- */

enum { WORTH_NOTHING, WORTH_SOUND, WORTH_PICTURE };

static guint
rate_programme (const HearthTsPmt *pmt)
{
  guint worth = WORTH_NOTHING;

  for (guint i = 0; i < pmt->n_streams; i++) {
    if (hearth_ts_codec_is_video (pmt->streams[i].codec))
      return WORTH_PICTURE; /* scrambled too: many say so of what is in the clear */
    if (hearth_ts_codec_is_audio (pmt->streams[i].codec))
      worth = WORTH_SOUND;
  }
  return worth;
}

/* The first programme of the PAT is taken at once where it has a picture, or where it is the only one. Else, and as it
 * need not be in the stream, and its PMT need not come first, the best of those seen: once one comes for the second time all
 * have had their turn. */
static HearthTsPmtCandidate *
pick (HearthTsProgramme *self, HearthTsPmtCandidate *seen, const HearthTsPmt *pmt)
{
  HearthTsPmtCandidate *best = NULL;

  seen->worth = rate_programme (pmt);
  if (seen == &self->pmts[0] && (seen->worth == WORTH_PICTURE || self->n_pmts == 1))
    return seen;
  if (++seen->n_seen < 2)
    return NULL;
  for (guint i = 0; i < self->n_pmts; i++)
    if (self->pmts[i].n_seen > 0 && (best == NULL || self->pmts[i].worth > best->worth))
      best = &self->pmts[i];
  return best;
}

static HearthTsPmtCandidate *
find_candidate (HearthTsProgramme *self, guint16 program_number)
{
  for (guint i = 0; i < self->n_pmts; i++)
    if (self->pmts[i].program.program_number == program_number)
      return &self->pmts[i];
  return NULL;
}

/* Only notes what has come: the section it came in must live until the packet is done with. */
static void
on_pmt (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthTsProgramme *self = user_data;
  HearthTsPmtCandidate *candidate;
  HearthTsPmt pmt;

  if (self->known && self->chosen && is_same (section, n_bytes, self->pmt_section, self->n_pmt_section)) {
    self->health->pmt++;
    return;
  }
  if (!hearth_ts_pmt_parse (&pmt, section, n_bytes))
    return;
  candidate = find_candidate (self, pmt.program_number);
  if (candidate == NULL)
    return;
  self->health->pmt++;
  if (!self->chosen && self->picked == NULL)
    self->picked = pick (self, candidate, &pmt);
  if (!self->chosen && self->picked != candidate)
    return;
  self->pmt = pmt;
  memcpy (self->pmt_section, section, n_bytes);
  self->n_pmt_section = n_bytes;
  self->fresh = TRUE;
}

static void
take_pmt (HearthTsProgramme *self)
{
  const HearthTsProgram *program = &self->pmts[0].program;

  self->n_pat_section = hearth_ts_pat_build (self->pat_section, self->transport_stream_id, self->pat_version,
                                             program->program_number, program->pmt_pid);
  self->known = TRUE;
  self->fresh = FALSE;
  self->changed (self, TRUE, self->user_data);
}

static HearthTsSection *
get_section (HearthTsPmtCandidate *candidate)
{
  if (candidate->section == NULL) {
    candidate->section = g_new (HearthTsSection, 1);
    hearth_ts_section_init (candidate->section);
  }
  return candidate->section;
}

void
hearth_ts_programme_push_pmt (HearthTsProgramme *self, const guint8 *packet, guint16 pid)
{
  gboolean was_chosen = self->chosen;
  guint i = 0;

  while (i < self->n_pmts && self->pmts[i].program.pmt_pid != pid)
    i++;
  if (i == self->n_pmts)
    return;
  push_section (self, get_section (&self->pmts[i]), packet, on_pmt);
  if (self->picked != NULL)
    choose (self, &self->picked->program);
  if (self->fresh)
    take_pmt (self);
  else if (self->chosen != was_chosen)
    self->changed (self, FALSE, self->user_data);
}
