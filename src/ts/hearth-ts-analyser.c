/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to each packet on its way into a ring: faults are counted, tables followed, times and access units passed on. */
#include "config.h"

#include "ts/hearth-ts-early.h"
#include "ts/hearth-ts-programme.h"
#include "ts/hearth-ts-rap-finder.h"

#include <string.h>

#define N_PIDS 8192
#define PID_PAT 0
#define PCR_JUMP_27MHZ (27000000) /* as the clock sees it: 1 s */

/* What a packet of a PID is for. */
enum { ROLE_PCR = 1, ROLE_PAT = 2, ROLE_PMT = 4, ROLE_RAP = 8 };

typedef struct {
  guint8 continuity, roles, early;
} Pid;

struct _HearthTsAnalyser {
  Pid pids[N_PIDS];
  HearthTsAnalyserFuncs funcs;
  gpointer user_data;
  HearthTsHealth health;
  HearthTsProgramme programme;
  HearthTsRapFinder finder;
  HearthTsEarly early; /* while the PMT is not known */
  guint64 last_pcr;
  gboolean pcr_known;
};

static void
set_role (HearthTsAnalyser *self, guint16 pid, guint8 role)
{
  if (pid < HEARTH_TS_NO_PID)
    self->pids[pid].roles |= role;
}

/* ---- tables -------------------------------------------------------------------------- */

static void
set_roles (HearthTsAnalyser *self)
{
  const HearthTsProgramme *programme = &self->programme;

  for (guint i = 0; i < N_PIDS; i++)
    self->pids[i].roles = 0;
  set_role (self, PID_PAT, ROLE_PAT);
  for (guint i = 0; i < programme->n_pmts; i++)
    set_role (self, programme->pmts[i].program.pmt_pid, ROLE_PMT);
  if (programme->known) {
    set_role (self, programme->pmt.pcr_pid, ROLE_PCR);
    set_role (self, self->finder.pid, ROLE_RAP);
  }
}

/* Key frames that came before the PMT are told behind it. */
static void
judge_early (HearthTsAnalyser *self)
{
  GArray *packets = self->early.packets;

  for (guint i = 0; packets != NULL && i < packets->len; i++) {
    const HearthTsEarlyPacket *early = &g_array_index (packets, HearthTsEarlyPacket, i);

    if (hearth_ts_pid (early->packet) == self->finder.pid)
      hearth_ts_rap_finder_push (&self->finder, early->packet, early->position, early->broken);
  }
  hearth_ts_early_clear (&self->early);
}

static void
on_programme_changed (HearthTsProgramme *programme, gboolean new_tables, gpointer user_data)
{
  HearthTsAnalyser *self = user_data;

  if (new_tables) {
    guint16 pcr_pid = programme->pmt.pcr_pid;

    hearth_ts_rap_finder_set_pmt (&self->finder, &programme->pmt);
    self->pcr_known &= pcr_pid < HEARTH_TS_NO_PID && (self->pids[pcr_pid].roles & ROLE_PCR) != 0;
  }
  set_roles (self);
  if (new_tables && self->funcs.tables != NULL)
    self->funcs.tables (programme->pat_section, programme->n_pat_section, programme->pmt_section, programme->n_pmt_section,
                        &programme->pmt, self->user_data);
  if (new_tables)
    judge_early (self);
}

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
  HearthTsAnalyser *self = user_data;

  if (self->funcs.rap != NULL)
    self->funcs.rap (rap, self->user_data);
}

/* ---- packets --------------------------------------------------------------------------- */

static void
take_pcr (HearthTsAnalyser *self, const guint8 *packet, guint64 position)
{
  gboolean flagged = (hearth_ts_adaptation_flags (packet) & HEARTH_TS_ADAPTATION_DISCONTINUITY) != 0;
  guint64 pcr, step;

  if (!hearth_ts_pcr (packet, &pcr))
    return;
  step = (pcr + HEARTH_TS_PCR_WRAP - self->last_pcr) % HEARTH_TS_PCR_WRAP;
  if (self->pcr_known && step > PCR_JUMP_27MHZ)
    self->health.pcr_jumps++;
  self->last_pcr = pcr;
  self->pcr_known = TRUE;
  hearth_ts_unwrap (&self->finder.unwrap, pcr / 300);
  if (self->funcs.pcr != NULL)
    self->funcs.pcr (pcr, flagged, position, self->user_data);
}

/* Packets of PIDs that mean something to us. */
static void
take_packet (HearthTsAnalyser *self, const guint8 *packet, guint16 pid, guint64 position, gboolean broken)
{
  guint8 roles = self->pids[pid].roles;

  if ((roles & ROLE_PCR) && hearth_ts_has_adaptation (packet))
    take_pcr (self, packet, position);
  if (roles & ROLE_PAT)
    hearth_ts_programme_push_pat (&self->programme, packet);
  if (roles & ROLE_PMT)
    hearth_ts_programme_push_pmt (&self->programme, packet, pid);
  if (roles & ROLE_RAP)
    hearth_ts_rap_finder_push (&self->finder, packet, position, broken);
}

static inline void
look_at (HearthTsAnalyser *self, const guint8 *packet, guint64 position)
{
  guint16 pid = hearth_ts_pid (packet);
  HearthTsContinuity continuity;

  if (G_UNLIKELY (hearth_ts_error (packet))) { /* nothing in it can be believed, the PID neither */
    self->health.transport_errors++;
    return;
  }
  if (pid == HEARTH_TS_NO_PID) {
    self->health.null_packets++;
    return;
  }
  self->health.scrambled += hearth_ts_scrambled (packet);
  continuity = hearth_ts_continuity_check (&self->pids[pid].continuity, packet);
  if (G_UNLIKELY (continuity == HEARTH_TS_CONTINUITY_BROKEN))
    self->health.continuity_errors++;
  if (self->pids[pid].roles != 0 && continuity != HEARTH_TS_CONTINUITY_DUPLICATE)
    take_packet (self, packet, pid, position, continuity == HEARTH_TS_CONTINUITY_BROKEN);
  else if (self->pids[pid].roles & (ROLE_PAT | ROLE_PMT)) /* sections know what to do with duplicates */
    take_packet (self, packet, pid, position, FALSE);
  else if (G_UNLIKELY (!self->programme.known) && continuity != HEARTH_TS_CONTINUITY_DUPLICATE)
    hearth_ts_early_push (&self->early, packet, position, continuity == HEARTH_TS_CONTINUITY_BROKEN, &self->pids[pid].early);
}

void
hearth_ts_analyser_push (HearthTsAnalyser *self, const guint8 *packets, gsize n_packets, guint64 position)
{
  for (gsize i = 0; i < n_packets; i++)
    look_at (self, packets + i * HEARTH_TS_PACKET, position + i * HEARTH_TS_PACKET);
  self->health.packets += n_packets;
}

void
hearth_ts_analyser_gap (HearthTsAnalyser *self)
{
  for (guint i = 0; i < N_PIDS; i++) {
    self->pids[i].continuity = HEARTH_TS_CONTINUITY_UNKNOWN;
    self->pids[i].early = 0; /* an access unit with a hole is none to begin at */
  }
  self->pcr_known = FALSE;
  hearth_ts_programme_gap (&self->programme);
  hearth_ts_rap_finder_gap (&self->finder);
}

/* ---- life ---------------------------------------------------------------------------------- */

HearthTsAnalyser *
hearth_ts_analyser_new (guint16 program_number, const HearthTsAnalyserFuncs *funcs, gpointer user_data)
{
  HearthTsAnalyser *self = g_new0 (HearthTsAnalyser, 1);

  self->funcs = *funcs;
  self->user_data = user_data;
  hearth_ts_programme_init (&self->programme, program_number, &self->health, on_programme_changed, self);
  hearth_ts_rap_finder_init (&self->finder, on_rap, self);
  hearth_ts_analyser_gap (self);
  set_roles (self);
  return self;
}

void
hearth_ts_analyser_free (HearthTsAnalyser *self)
{
  if (self == NULL)
    return;
  hearth_ts_programme_clear (&self->programme);
  hearth_ts_early_clear (&self->early);
  g_free (self);
}

const HearthTsHealth *
hearth_ts_analyser_get_health (HearthTsAnalyser *self)
{
  return &self->health;
}

const HearthTsPmt *
hearth_ts_analyser_get_pmt (HearthTsAnalyser *self)
{
  return self->programme.known ? &self->programme.pmt : NULL;
}
