/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dvb-device.h"

static const char *const names[HEARTH_TUNER_N_SYSTEMS] = {
  [HEARTH_TUNER_DVB_C] = "dvbc",   [HEARTH_TUNER_DVB_C_B] = "dvbcb", [HEARTH_TUNER_DVB_T] = "dvbt", [HEARTH_TUNER_DVB_T2] = "dvbt2",
  [HEARTH_TUNER_DVB_S] = "dvbs",   [HEARTH_TUNER_DVB_S2] = "dvbs2",  [HEARTH_TUNER_DTMB] = "dtmb",  [HEARTH_TUNER_ISDB_T] = "isdbt",
  [HEARTH_TUNER_ATSC] = "atsc",
};

HearthTunerSystem
dvb_system_from_name (const char *name)
{
  for (guint i = 1; i < HEARTH_TUNER_N_SYSTEMS; i++)
    if (g_strcmp0 (names[i], name) == 0)
      return (HearthTunerSystem) i;
  return HEARTH_TUNER_SYSTEM_UNKNOWN;
}

const char *
dvb_system_get_name (HearthTunerSystem system)
{
  return (guint) system < HEARTH_TUNER_N_SYSTEMS && names[system] != NULL ? names[system] : "unknown";
}
