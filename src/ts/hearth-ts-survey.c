/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ts/hearth-ts-survey.h"

#include "ts/hearth-ts-private.h"

#define N_PIDS 8192
#define LONGEST_STEP_27MHZ (10 * 27000000ll) /* PCRs come every 100 ms (2.7.2), in careless files every few seconds; more is a jump */

/* The stretches of one PID between PCRs that follow each other. */
typedef struct {
  guint64 last_pcr, last_packet;
  guint64 sum_27mhz, sum_packets;
  gint64 first_pcr;
  gboolean known;
} Clock;

struct _HearthTsSurvey {
  HearthTsPidCount pids[N_PIDS];
  guint8 continuity[N_PIDS];
  Clock *clocks[N_PIDS]; /* of those that had a PCR */
  guint64 n_packets, n_transport_errors;
};

static void
take_pcr (HearthTsSurvey *self, guint16 pid, const guint8 *packet)
{
  gboolean flagged = (hearth_ts_adaptation_flags (packet) & HEARTH_TS_ADAPTATION_DISCONTINUITY) != 0;
  guint64 pcr, step;
  Clock *clock;

  if (!hearth_ts_pcr (packet, &pcr))
    return;
  self->pids[pid].pcrs++;
  if (self->clocks[pid] == NULL) {
    self->clocks[pid] = g_new0 (Clock, 1);
    self->clocks[pid]->first_pcr = (gint64) pcr;
  }
  clock = self->clocks[pid];
  step = (pcr + HEARTH_TS_PCR_WRAP - clock->last_pcr) % HEARTH_TS_PCR_WRAP;
  if (clock->known && !flagged && step > 0 && step < LONGEST_STEP_27MHZ) {
    clock->sum_27mhz += step;
    clock->sum_packets += self->n_packets - clock->last_packet;
  }
  clock->last_pcr = pcr;
  clock->last_packet = self->n_packets;
  clock->known = TRUE;
}

static void
look_at (HearthTsSurvey *self, const guint8 *packet)
{
  guint16 pid = hearth_ts_pid (packet);
  HearthTsPidCount *count = &self->pids[pid];

  if (hearth_ts_error (packet)) {
    self->n_transport_errors++;
    return;
  }
  count->packets++;
  if (pid == HEARTH_TS_NO_PID)
    return;
  count->scrambled += hearth_ts_scrambled (packet);
  count->cc_errors += hearth_ts_continuity_check (&self->continuity[pid], packet) == HEARTH_TS_CONTINUITY_BROKEN;
  if (hearth_ts_has_adaptation (packet))
    take_pcr (self, pid, packet);
}

void
hearth_ts_survey_push (HearthTsSurvey *self, const guint8 *packets, gsize n_packets)
{
  for (gsize i = 0; i < n_packets; i++, self->n_packets++)
    look_at (self, packets + i * HEARTH_TS_PACKET);
}

void
hearth_ts_survey_gap (HearthTsSurvey *self)
{
  for (guint pid = 0; pid < N_PIDS; pid++) {
    self->continuity[pid] = HEARTH_TS_CONTINUITY_UNKNOWN;
    if (self->clocks[pid] != NULL)
      self->clocks[pid]->known = FALSE;
  }
}

/* The one that was watched longest. */
static const Clock *
best_clock (HearthTsSurvey *self)
{
  const Clock *best = NULL;

  for (guint pid = 0; pid < N_PIDS; pid++)
    if (self->clocks[pid] != NULL && self->clocks[pid]->sum_packets > 0 &&
        (best == NULL || self->clocks[pid]->sum_27mhz > best->sum_27mhz))
      best = self->clocks[pid];
  return best;
}

static guint64
rate_of (const Clock *clock)
{
  return (guint64) ((double) clock->sum_packets * HEARTH_TS_PACKET * 8 * 27e6 / (double) clock->sum_27mhz + 0.5);
}

void
hearth_ts_survey_get_sums (HearthTsSurvey *self, HearthTsSurveySums *sums)
{
  const Clock *clock = best_clock (self);

  *sums = (HearthTsSurveySums) { .packets = self->n_packets, .transport_errors = self->n_transport_errors, .first_pcr_27mhz = HEARTH_TS_NO_TIME };
  sums->null_packets = self->pids[HEARTH_TS_NO_PID].packets;
  for (guint pid = 0; pid < N_PIDS; pid++) {
    sums->cc_errors += self->pids[pid].cc_errors;
    sums->scrambled += self->pids[pid].scrambled;
  }
  if (clock == NULL)
    return;
  sums->bit_rate_bps = rate_of (clock);
  sums->first_pcr_27mhz = clock->first_pcr;
  sums->duration_s = (double) self->n_packets * HEARTH_TS_PACKET * 8 / (double) MAX (sums->bit_rate_bps, 1);
}

const HearthTsPidCount *
hearth_ts_survey_get_pid (HearthTsSurvey *self, guint16 pid)
{
  return &self->pids[pid & (N_PIDS - 1)];
}

guint64
hearth_ts_survey_get_bit_rate_bps (HearthTsSurvey *self, guint16 pid)
{
  const Clock *clock = best_clock (self);

  if (clock == NULL || self->n_packets == 0)
    return 0;
  return (guint64) ((double) rate_of (clock) * (double) hearth_ts_survey_get_pid (self, pid)->packets / (double) self->n_packets + 0.5);
}

HearthTsSurvey *
hearth_ts_survey_new (void)
{
  HearthTsSurvey *self = g_new0 (HearthTsSurvey, 1);

  hearth_ts_survey_gap (self);
  return self;
}

void
hearth_ts_survey_free (HearthTsSurvey *self)
{
  if (self == NULL)
    return;
  for (guint pid = 0; pid < N_PIDS; pid++)
    g_free (self->clocks[pid]);
  g_free (self);
}
