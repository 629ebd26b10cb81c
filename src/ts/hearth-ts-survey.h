/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Counts what each PID of a multiplex carries, and how fast the multiplex is by its PCRs. */

#include "ts/hearth-ts.h"

G_BEGIN_DECLS

typedef struct {
  guint64 packets;
  guint64 cc_errors; /* breaks of the continuity counter: 13818-1, 2.4.3.3 */
  guint64 scrambled; /* packets */
  guint64 pcrs;
} HearthTsPidCount;

typedef struct {
  guint64 packets, null_packets, cc_errors, scrambled;
  guint64 transport_errors; /* packets that the demodulator marked as damaged; nothing in them is counted for a PID */
  guint64 bit_rate_bps;     /* of the whole multiplex, packets of 188 bytes; 0: not known, without two PCRs */
  double duration_s;        /* by that rate; 0: not known */
  gint64 first_pcr_27mhz;   /* of the PID that the rate is taken from; HEARTH_TS_NO_TIME */
} HearthTsSurveySums;

typedef struct _HearthTsSurvey HearthTsSurvey;

HearthTsSurvey *hearth_ts_survey_new (void);
void hearth_ts_survey_free (HearthTsSurvey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthTsSurvey, hearth_ts_survey_free)

void hearth_ts_survey_push (HearthTsSurvey *self, const guint8 *packets, gsize n_packets);
/* Something is missing before the next packet, and known: it is no break. */
void hearth_ts_survey_gap (HearthTsSurvey *self);
void hearth_ts_survey_get_sums (HearthTsSurvey *self, HearthTsSurveySums *sums);
const HearthTsPidCount *hearth_ts_survey_get_pid (HearthTsSurvey *self, guint16 pid);
/* The share of one PID of the multiplex's rate; 0: not known. */
guint64 hearth_ts_survey_get_bit_rate_bps (HearthTsSurvey *self, guint16 pid);

G_END_DECLS
