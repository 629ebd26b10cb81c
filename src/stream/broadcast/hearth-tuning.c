/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-tuning.h"

#include <stdlib.h>
#include <string.h>

#define SAME_KHZ 500

static const char *const systems[HEARTH_TUNER_N_SYSTEMS] = { "unknown", "dvbc", "dvbcb", "dvbt", "dvbt2", "dvbs", "dvbs2", "dtmb", "isdbt", "atsc" };
static const char *const modulations[HEARTH_TUNER_N_MODULATIONS] = { "auto",  "qpsk",  "8psk",   "16apsk", "32apsk", "4qamnr", "16qam",
                                                                     "32qam", "64qam", "128qam", "256qam", "8vsb",   "dqpsk" };
static const char *const polarizations[] = { "", "h", "v", "l", "r" };
static const guint32 modes[] = { 1024, 2048, 4096, 8192, 16384, 32768 };

static int
find_word (const char *const *words, guint n_words, const char *word)
{
  for (guint i = 0; i < n_words; i++)
    if (g_ascii_strcasecmp (words[i], word) == 0)
      return (int) i;
  return -1;
}

const char *
hearth_tuning_get_system_name (HearthTunerSystem system)
{
  return systems[(guint) system < HEARTH_TUNER_N_SYSTEMS ? system : 0];
}

HearthTunerSystem
hearth_tuning_find_system (const char *name)
{
  return (HearthTunerSystem) MAX (find_word (systems, HEARTH_TUNER_N_SYSTEMS, name), 0);
}

/* ---- printing ------------------------------------------------------------------------------ */

/* Thousandths as people write them: 474000 is "474", 474166 "474.166". */
static void
append_thousandths (GString *text, const char *key, guint32 value)
{
  g_string_append_printf (text, "&%s=%u", key, value / 1000);
  if (value % 1000 != 0)
    g_string_append_printf (text, ".%03u", value % 1000);
}

static void
append_ratio (GString *text, const char *key, HearthTunerRatio ratio)
{
  if (ratio.over != 0 && ratio.under != 0)
    g_string_append_printf (text, "&%s=%u%s%u", key, ratio.over, ratio.over > 9 ? "/" : "", ratio.under);
}

static void
append_carriers (GString *text, guint32 carriers)
{
  if (carriers >= 1024 && carriers % 1024 == 0)
    g_string_append_printf (text, "&tmode=%uk", carriers / 1024);
  else if (carriers != 0)
    g_string_append_printf (text, "&tmode=c%u", carriers);
}

char *
hearth_tuning_print (const HearthTunerParams *params)
{
  const gboolean s2 = params->system == HEARTH_TUNER_DVB_S2;
  GString *text = g_string_new ("msys=");

  g_string_append (text, hearth_tuning_get_system_name (params->system));
  append_thousandths (text, "freq", params->frequency_khz);
  if (params->symbol_rate != 0)
    append_thousandths (text, "sr", params->symbol_rate);
  if (params->bandwidth_hz >= 1000) /* it is written in kHz */
    append_thousandths (text, "bw", params->bandwidth_hz / 1000);
  if (params->modulation != HEARTH_TUNER_MODULATION_AUTO && (guint) params->modulation < HEARTH_TUNER_N_MODULATIONS)
    g_string_append_printf (text, "&mtype=%s", modulations[params->modulation]);
  append_ratio (text, "fec", params->code_rate);
  append_ratio (text, "gi", params->guard);
  append_carriers (text, params->carriers);
  if (params->stream_id >= 0)
    g_string_append_printf (text, "&%s=%d", s2 ? "isi" : "plp", params->stream_id);
  if ((guint) params->polarization < G_N_ELEMENTS (polarizations) && params->polarization != HEARTH_TUNER_POLARIZATION_NONE)
    g_string_append_printf (text, "&pol=%s", polarizations[params->polarization]);
  if (params->satellite != 0)
    g_string_append_printf (text, "&src=%u", params->satellite + 1);
  if (params->roll_off_permille != 0)
    g_string_append_printf (text, "&ro=0.%03u", params->roll_off_permille % 1000);
  if (params->pilots != 0)
    g_string_append_printf (text, "&plts=%s", params->pilots > 0 ? "on" : "off");
  if (params->isdbt_layers != 0)
    g_string_append_printf (text, "&layers=%u", params->isdbt_layers);
  if (params->interleaving != 0)
    g_string_append_printf (text, "&il=%u", params->interleaving);
  return g_string_free (text, FALSE);
}

char *
hearth_tuning_dup_words (const HearthTunerParams *params)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%u", params->frequency_khz / 1000);
  if (params->frequency_khz % 1000 != 0)
    g_string_append_printf (text, ".%03u", params->frequency_khz % 1000);
  g_string_append (text, " MHz");
  if ((guint) params->polarization < G_N_ELEMENTS (polarizations) && params->polarization != HEARTH_TUNER_POLARIZATION_NONE)
    g_string_append_printf (text, " %c", g_ascii_toupper (*polarizations[params->polarization]));
  if (params->stream_id >= 0)
    g_string_append_printf (text, " stream %d", params->stream_id);
  return g_string_free (text, FALSE);
}

/* ---- parsing ---------------------------------------------------------------------------------- */

static gboolean
read_number (const char *text, guint32 most, guint32 *value)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, most, &number, NULL))
    return FALSE;
  *value = (guint32) number;
  return TRUE;
}

/* "474.166" into 474166. */
static gboolean
read_thousandths (const char *text, guint32 most, guint32 *value)
{
  char *end;
  const double number = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !(number >= 0) || number * 1000 > most)
    return FALSE;
  *value = (guint32) (number * 1000 + 0.5);
  return TRUE;
}

/* "23" is 2/3, "910" 9/10, "132" 1/32, "19/256" itself. */
static gboolean
read_ratio (const char *text, HearthTunerRatio *ratio)
{
  const char *slash = strchr (text, '/');
  guint32 under;
  const gboolean right = strlen (text) >= 2 && g_ascii_isdigit (*text) && read_number (slash != NULL ? slash + 1 : text + 1, 256, &under);

  if (!right)
    return FALSE;
  ratio->over = slash != NULL ? (guint16) CLAMP (atoi (text), 0, 256) : (guint16) (*text - '0');
  ratio->under = (guint16) under;
  return ratio->under != 0;
}

static gboolean
read_carriers (const char *text, guint32 *carriers)
{
  if (g_ascii_tolower (*text) == 'c')
    return read_number (text + 1, 32768, carriers);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if ((guint32) atoi (text) * 1024 == modes[i]) {
      *carriers = modes[i];
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_word (const char *const *words, guint n_words, const char *text, guint *value)
{
  const int found = find_word (words, n_words, text);

  *value = (guint) MAX (found, 0);
  return found >= 0;
}

static gboolean
read_stream (const char *text, gint32 *stream_id)
{
  guint32 number;

  if (!read_number (text, 255, &number))
    return FALSE;
  *stream_id = (gint32) number;
  return TRUE;
}

static gboolean
read_source (const char *text, guint32 *satellite)
{
  if (!read_number (text, 255, satellite) || *satellite == 0)
    return FALSE;
  --*satellite;
  return TRUE;
}

static gboolean
read_pilots (const char *text, gint32 *pilots)
{
  *pilots = g_str_equal (text, "on") ? 1 : -1;
  return *pilots > 0 || g_str_equal (text, "off");
}

static gboolean
read_bandwidth (const char *text, guint32 *bandwidth_hz)
{
  guint32 khz;

  if (!read_thousandths (text, 100000, &khz))
    return FALSE;
  *bandwidth_hz = khz * 1000;
  return TRUE;
}

static gboolean
read_part (HearthTunerParams *params, const char *key, const char *value)
{
  guint word = 0;
  gboolean right;

  if (g_str_equal (key, "msys")) {
    params->system = hearth_tuning_find_system (value);
    return params->system != HEARTH_TUNER_SYSTEM_UNKNOWN;
  }
  if (g_str_equal (key, "mtype")) {
    right = read_word (modulations, HEARTH_TUNER_N_MODULATIONS, value, &word);
    params->modulation = (HearthTunerModulation) word;
    return right;
  }
  if (g_str_equal (key, "pol")) {
    right = read_word (polarizations, G_N_ELEMENTS (polarizations), value, &word);
    params->polarization = (HearthTunerPolarization) word;
    return right;
  }
  return g_str_equal (key, "freq")                                ? read_thousandths (value, 20000000, &params->frequency_khz)
         : g_str_equal (key, "sr")                                ? read_thousandths (value, 100000000, &params->symbol_rate)
         : g_str_equal (key, "bw")                                ? read_bandwidth (value, &params->bandwidth_hz)
         : g_str_equal (key, "fec")                               ? read_ratio (value, &params->code_rate)
         : g_str_equal (key, "gi")                                ? read_ratio (value, &params->guard)
         : g_str_equal (key, "tmode")                             ? read_carriers (value, &params->carriers)
         : g_str_equal (key, "plp") || g_str_equal (key, "isi")   ? read_stream (value, &params->stream_id)
         : g_str_equal (key, "src")                               ? read_source (value, &params->satellite)
         : g_str_equal (key, "ro")                                ? read_thousandths (value, 999, &params->roll_off_permille)
         : g_str_equal (key, "plts")                              ? read_pilots (value, &params->pilots)
         : g_str_equal (key, "layers")                            ? read_number (value, 7, &params->isdbt_layers)
         : g_str_equal (key, "il")                                ? read_number (value, 720, &params->interleaving)
                                                                  : TRUE;
}

gboolean
hearth_tuning_parse (HearthTunerParams *params, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "&", 0);

  *params = (HearthTunerParams) HEARTH_TUNER_PARAMS_INIT;
  for (guint i = 0; parts[i] != NULL; i++) {
    char *value = strchr (parts[i], '=');

    if (value != NULL)
      *value++ = '\0';
    if (value == NULL || !read_part (params, parts[i], value)) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” says nothing about “%s” that a tuner could use", text, parts[i]);
      return FALSE;
    }
  }
  if (params->system != HEARTH_TUNER_SYSTEM_UNKNOWN && params->frequency_khz != 0)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” names no %s", text,
               params->frequency_khz == 0 ? "frequency (freq, in MHz)" : "delivery system (msys)");
  return FALSE;
}

gboolean
hearth_tuning_is_same (const HearthTunerParams *a, const HearthTunerParams *b)
{
  const guint32 apart = a->frequency_khz > b->frequency_khz ? a->frequency_khz - b->frequency_khz : b->frequency_khz - a->frequency_khz;
  const gboolean satellite = a->system == HEARTH_TUNER_DVB_S || a->system == HEARTH_TUNER_DVB_S2;

  return a->system == b->system && apart <= SAME_KHZ && a->satellite == b->satellite && (!satellite || a->polarization == b->polarization) &&
         a->stream_id == b->stream_id;
}
