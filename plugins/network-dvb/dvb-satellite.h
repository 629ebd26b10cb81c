/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dvb-device.h"

G_BEGIN_DECLS

/* What stands between the tuner and one satellite: LNB and switches. Pure. */
typedef struct {
  guint32 low_khz, high_khz, switch_khz; /* local oscillators; from switch_khz on the high one. high_khz 0: one only */
  gint diseqc;      /* committed port 0 to 3 (DiSEqC 1.0), -1: no switch */
  gint uncommitted; /* port 0 to 15 of a switch before it (DiSEqC 1.1), -1: none */
  gint burst;       /* mini DiSEqC: 0 A, 1 B, -1: none */
} DvbLnb;

/* @text: words: "universal" (9750/10600/11700), "c-band" (5150), "lnb=LOW/HIGH/SWITCH" or "lnb=LOW" in MHz, "diseqc=1" to 4,
 * "uncommitted=1" to 16, "burst=a" or b. "": universal, no switch. Errors: INVALID_ARGUMENT. */
gboolean dvb_lnb_parse (DvbLnb *lnb, const char *text, GError **error);

typedef struct {
  guint32 if_khz;
  gboolean high_voltage, tone;
  guint8 commands[2][4]; /* DiSEqC messages in their order */
  guint n_commands;
  gint burst;
} DvbLnbSetting;

/* What to do to the cable for a transponder. */
void dvb_lnb_set (const DvbLnb *lnb, guint32 frequency_khz, HearthTunerPolarization polarization, DvbLnbSetting *setting);

G_END_DECLS
