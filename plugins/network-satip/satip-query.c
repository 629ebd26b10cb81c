/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-query.h"

#include <string.h>

static const char *const systems[HEARTH_TUNER_N_SYSTEMS] = { NULL, "dvbc", "dvbcb", "dvbt", "dvbt2", "dvbs", "dvbs2", "dtmb", "isdbt", "atsc" };
static const char *const modulations[HEARTH_TUNER_N_MODULATIONS] = { NULL,    "qpsk",  "8psk",   "16apsk", "32apsk", "4qamnr", "16qam",
                                                                     "32qam", "64qam", "128qam", "256qam", "8vsb",   "dqpsk" };
static const char polarizations[] = { 0, 'h', 'v', 'l', 'r' };

/* 474000 is "474", 474166 "474.166", 10744250 "10744.25". */
static void
append_thousandths (GString *query, const char *key, guint32 value)
{
  g_string_append_printf (query, "&%s=%u", key, value / 1000);
  if (value % 1000 == 0)
    return;
  g_string_append_printf (query, ".%03u", value % 1000);
  while (query->str[query->len - 1] == '0')
    g_string_truncate (query, query->len - 1);
}

/* 2/3 is "23", 1/32 "132", 19/256 "19256". */
static void
append_ratio (GString *query, const char *key, HearthTunerRatio ratio)
{
  if (ratio.over != 0 && ratio.under != 0)
    g_string_append_printf (query, "&%s=%u%u", key, ratio.over, ratio.under);
}

static void
append_satellite (GString *query, const HearthTunerParams *params)
{
  if ((guint) params->polarization < G_N_ELEMENTS (polarizations) && params->polarization != HEARTH_TUNER_POLARIZATION_NONE)
    g_string_append_printf (query, "&pol=%c", polarizations[params->polarization]);
  if (params->roll_off_permille != 0)
    g_string_append_printf (query, "&ro=0.%02u", params->roll_off_permille / 10 % 100);
  if (params->system == HEARTH_TUNER_DVB_S2 && params->pilots != 0)
    g_string_append_printf (query, "&plts=%s", params->pilots > 0 ? "on" : "off");
  if (params->system == HEARTH_TUNER_DVB_S2 && params->stream_id >= 0) /* not in 1.2.2, but what servers with it call it */
    g_string_append_printf (query, "&isi=%d", params->stream_id);
}

static void
append_terrestrial (GString *query, const HearthTunerParams *params)
{
  if (params->bandwidth_hz != 0)
    append_thousandths (query, "bw", params->bandwidth_hz / 1000);
  if (params->carriers >= 1024 && params->carriers % 1024 == 0)
    g_string_append_printf (query, "&tmode=%uk", params->carriers / 1024);
  append_ratio (query, "gi", params->guard);
  if (params->stream_id >= 0)
    g_string_append_printf (query, "&plp=%d", params->stream_id);
}

static gboolean
check (const HearthTunerParams *params, GError **error)
{
  if (params->frequency_khz == 0) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "a frequency of 0 kHz is none");
    return FALSE;
  }
  if ((guint) params->system < HEARTH_TUNER_N_SYSTEMS && systems[params->system] != NULL)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "SAT>IP has no word for delivery system %d", params->system);
  return FALSE;
}

gboolean
satip_query_append_params (GString *query, const HearthTunerParams *params, guint front_end, GError **error)
{
  const gboolean satellite = params->system == HEARTH_TUNER_DVB_S || params->system == HEARTH_TUNER_DVB_S2;
  const gboolean cable = params->system == HEARTH_TUNER_DVB_C || params->system == HEARTH_TUNER_DVB_C_B;

  if (!check (params, error))
    return FALSE;
  g_string_append_printf (query, "msys=%s", systems[params->system]);
  if (satellite)
    g_string_append_printf (query, "&src=%u", params->satellite + 1);
  if (front_end != 0)
    g_string_append_printf (query, "&fe=%u", front_end);
  append_thousandths (query, "freq", params->frequency_khz);
  if (params->modulation != HEARTH_TUNER_MODULATION_AUTO && (guint) params->modulation < HEARTH_TUNER_N_MODULATIONS)
    g_string_append_printf (query, "&mtype=%s", modulations[params->modulation]);
  if (params->symbol_rate != 0 && (satellite || cable))
    append_thousandths (query, "sr", params->symbol_rate);
  if (!cable)
    append_ratio (query, "fec", params->code_rate);
  if (satellite)
    append_satellite (query, params);
  else if (!cable)
    append_terrestrial (query, params);
  return TRUE;
}

/* ---- PIDs --------------------------------------------------------------------------------------- */

gboolean
satip_query_is_all (const GArray *pids)
{
  return pids->len == 1 && g_array_index (pids, guint16, 0) == SATIP_ALL_PIDS;
}

static void
append_list (GString *query, const char *key, const GArray *pids)
{
  for (guint i = 0; i < pids->len; i++)
    g_string_append_printf (query, "%s%u", i == 0 ? key : ",", g_array_index (pids, guint16, i));
}

void
satip_query_append_pids (GString *query, const GArray *pids)
{
  if (satip_query_is_all (pids))
    g_string_append (query, "&pids=all");
  else if (pids->len == 0)
    g_string_append (query, "&pids=none");
  else
    append_list (query, "&pids=", pids);
}

static gboolean
has (const GArray *pids, guint16 pid)
{
  for (guint i = 0; i < pids->len; i++)
    if (g_array_index (pids, guint16, i) == pid)
      return TRUE;
  return FALSE;
}

/* Of @a those that @b lacks. */
static GArray *
subtract (const GArray *a, const GArray *b)
{
  GArray *rest = g_array_new (FALSE, FALSE, sizeof (guint16));

  for (guint i = 0; i < a->len; i++)
    if (!has (b, g_array_index (a, guint16, i)))
      g_array_append_val (rest, g_array_index (a, guint16, i));
  return rest;
}

gboolean
satip_query_append_change (GString *query, const GArray *from, const GArray *to)
{
  g_autoptr (GArray) more = subtract (to, from), less = subtract (from, to);

  if (more->len == 0 && less->len == 0)
    return FALSE;
  if (satip_query_is_all (from) || satip_query_is_all (to) || to->len == 0 || more->len + less->len > to->len) {
    g_autoptr (GString) whole = g_string_new (NULL);

    satip_query_append_pids (whole, to);
    g_string_append (query, whole->str + 1);
    return TRUE;
  }
  append_list (query, "addpids=", more);
  if (more->len > 0 && less->len > 0)
    g_string_append_c (query, '&');
  append_list (query, "delpids=", less);
  return TRUE;
}
