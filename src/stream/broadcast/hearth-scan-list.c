/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-scan-list.h"

#include "stream/broadcast/hearth-tuning.h"

#include <stdlib.h>
#include <string.h>

static gboolean
is_satellite (HearthTunerSystem system)
{
  return system == HEARTH_TUNER_DVB_S || system == HEARTH_TUNER_DVB_S2;
}

/* ---- words of both forms ------------------------------------------------------------------ */

static HearthTunerSystem
find_system (const char *word)
{
  static const struct {
    const char *word;
    HearthTunerSystem system;
  } systems[] = { { "DVBC/ANNEX_A", HEARTH_TUNER_DVB_C }, { "DVBC/ANNEX_B", HEARTH_TUNER_DVB_C_B }, { "DVBC/ANNEX_C", HEARTH_TUNER_DVB_C },
                  { "DVBC", HEARTH_TUNER_DVB_C },         { "DVBT", HEARTH_TUNER_DVB_T },           { "DVBT2", HEARTH_TUNER_DVB_T2 },
                  { "DVBS", HEARTH_TUNER_DVB_S },         { "DVBS2", HEARTH_TUNER_DVB_S2 },         { "DTMB", HEARTH_TUNER_DTMB },
                  { "ISDBT", HEARTH_TUNER_ISDB_T },       { "ATSC", HEARTH_TUNER_ATSC },            { "C", HEARTH_TUNER_DVB_C },
                  { "T", HEARTH_TUNER_DVB_T },            { "T2", HEARTH_TUNER_DVB_T2 },            { "S", HEARTH_TUNER_DVB_S },
                  { "S2", HEARTH_TUNER_DVB_S2 },          { "A", HEARTH_TUNER_ATSC } };

  for (guint i = 0; i < G_N_ELEMENTS (systems); i++)
    if (g_ascii_strcasecmp (systems[i].word, word) == 0)
      return systems[i].system;
  return HEARTH_TUNER_SYSTEM_UNKNOWN;
}

static HearthTunerModulation
find_modulation (const char *word)
{
  static const struct {
    const char *word;
    HearthTunerModulation modulation;
  } modulations[] = { { "QPSK", HEARTH_TUNER_QPSK },       { "QAM/16", HEARTH_TUNER_QAM16 },     { "QAM16", HEARTH_TUNER_QAM16 },
                      { "QAM/32", HEARTH_TUNER_QAM32 },    { "QAM32", HEARTH_TUNER_QAM32 },      { "QAM/64", HEARTH_TUNER_QAM64 },
                      { "QAM64", HEARTH_TUNER_QAM64 },     { "QAM/128", HEARTH_TUNER_QAM128 },   { "QAM128", HEARTH_TUNER_QAM128 },
                      { "QAM/256", HEARTH_TUNER_QAM256 },  { "QAM256", HEARTH_TUNER_QAM256 },    { "PSK/8", HEARTH_TUNER_PSK8 },
                      { "8PSK", HEARTH_TUNER_PSK8 },       { "APSK/16", HEARTH_TUNER_APSK16 },   { "APSK/32", HEARTH_TUNER_APSK32 },
                      { "VSB/8", HEARTH_TUNER_VSB8 },      { "8VSB", HEARTH_TUNER_VSB8 },        { "DQPSK", HEARTH_TUNER_DQPSK },
                      { "QAM/4_NR", HEARTH_TUNER_QAM4NR } };

  for (guint i = 0; i < G_N_ELEMENTS (modulations); i++)
    if (g_ascii_strcasecmp (modulations[i].word, word) == 0)
      return modulations[i].modulation;
  return HEARTH_TUNER_MODULATION_AUTO;
}

static HearthTunerRatio
read_ratio (const char *word)
{
  g_auto (GStrv) parts = g_strsplit (word, "/", 2);
  guint64 over, under;

  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 1, 256, &over, NULL) ||
      !g_ascii_string_to_unsigned (parts[1], 10, 1, 256, &under, NULL))
    return (HearthTunerRatio) { 0, 0 };
  return (HearthTunerRatio) { (guint16) over, (guint16) under };
}

static guint32
read_number (const char *word, guint64 most)
{
  guint64 number;

  return g_ascii_string_to_unsigned (word, 10, 0, most, &number, NULL) ? (guint32) number : 0;
}

/* Hz, but of satellites kHz. */
static guint32
read_frequency (const char *word, HearthTunerSystem system)
{
  const guint32 number = read_number (word, G_MAXUINT32);

  return is_satellite (system) ? number : (number + 500) / 1000;
}

static HearthTunerPolarization
find_polarization (const char *word)
{
  switch (g_ascii_toupper (*word)) {
  case 'H':
    return HEARTH_TUNER_HORIZONTAL;
  case 'V':
    return HEARTH_TUNER_VERTICAL;
  case 'L':
    return HEARTH_TUNER_LEFT;
  case 'R':
    return HEARTH_TUNER_RIGHT;
  default:
    return HEARTH_TUNER_POLARIZATION_NONE;
  }
}

/* "8K" is 8192, "C3780" and "C=3780" 3780. */
static guint32
read_carriers (const char *word)
{
  if (g_ascii_toupper (*word) == 'C')
    return read_number (word + (word[1] == '=' ? 2 : 1), 4096);
  return (guint32) CLAMP (atoi (word), 0, 32) * 1024;
}

static void
add (GArray *list, const HearthTunerParams *params)
{
  if (params->system != HEARTH_TUNER_SYSTEM_UNKNOWN && params->frequency_khz != 0 && list->len < HEARTH_SCAN_TABLE_MAX)
    g_array_append_vals (list, params, 1);
}

/* ---- "KEY = value" --------------------------------------------------------------------------- */

static void
take_key (HearthTunerParams *params, const char *key, const char *value)
{
  if (g_str_equal (key, "DELIVERY_SYSTEM"))
    params->system = find_system (value);
  else if (g_str_equal (key, "FREQUENCY"))
    params->frequency_khz = read_number (value, G_MAXUINT32); /* its unit depends on the system: see end_channel() */
  else if (g_str_equal (key, "SYMBOL_RATE"))
    params->symbol_rate = read_number (value, G_MAXUINT32);
  else if (g_str_equal (key, "BANDWIDTH_HZ"))
    params->bandwidth_hz = read_number (value, 100000000);
  else if (g_str_equal (key, "MODULATION"))
    params->modulation = find_modulation (value);
  else if (g_str_equal (key, "INNER_FEC") || g_str_equal (key, "CODE_RATE_HP"))
    params->code_rate = read_ratio (value);
  else if (g_str_equal (key, "GUARD_INTERVAL"))
    params->guard = read_ratio (value);
  else if (g_str_equal (key, "TRANSMISSION_MODE"))
    params->carriers = read_carriers (value);
  else if (g_str_equal (key, "POLARIZATION"))
    params->polarization = find_polarization (value);
  else if (g_str_equal (key, "STREAM_ID") && g_ascii_isdigit (*value))
    params->stream_id = (gint32) read_number (value, 255);
  else if (g_str_equal (key, "ROLLOFF"))
    params->roll_off_permille = read_number (value, 99) * 10;
  else if (g_str_equal (key, "PILOT"))
    params->pilots = g_str_equal (value, "ON") ? 1 : g_str_equal (value, "OFF") ? -1 : 0;
}

static void
end_channel (GArray *list, HearthTunerParams *params)
{
  if (!is_satellite (params->system))
    params->frequency_khz = (params->frequency_khz + 500) / 1000;
  add (list, params);
  *params = (HearthTunerParams) HEARTH_TUNER_PARAMS_INIT;
}

/* ---- one line a multiplex ------------------------------------------------------------------------ */

static void
take_line (GArray *list, char **words, guint n_words)
{
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;

  params.system = find_system (words[0]);
  if (n_words < 3 || params.system == HEARTH_TUNER_SYSTEM_UNKNOWN || strlen (words[0]) > 2)
    return;
  params.frequency_khz = read_frequency (words[1], params.system);
  if (is_satellite (params.system)) { /* S frequency polarization rate fec */
    params.polarization = find_polarization (words[2]);
    params.symbol_rate = n_words > 3 ? read_number (words[3], G_MAXUINT32) : 0;
    params.code_rate = n_words > 4 ? read_ratio (words[4]) : params.code_rate;
  } else if (params.system == HEARTH_TUNER_DVB_C) { /* C frequency rate fec modulation */
    params.symbol_rate = read_number (words[2], G_MAXUINT32);
    params.modulation = n_words > 4 ? find_modulation (words[4]) : HEARTH_TUNER_MODULATION_AUTO;
  } else if (params.system != HEARTH_TUNER_ATSC) { /* T frequency bandwidth fec fec modulation mode guard ... */
    params.bandwidth_hz = (guint32) CLAMP (atoi (words[2]), 0, 10) * 1000000;
  }
  add (list, &params);
}

/* ---- files ------------------------------------------------------------------------------------------ */

static void
parse_line (GArray *list, HearthTunerParams *params, gboolean *in_channel, char *line)
{
  char *equals = strchr (line, '=');

  if (*line == '#' || *line == '\0')
    return;
  if (*line == '[') {
    if (*in_channel)
      end_channel (list, params);
    *in_channel = TRUE;
  } else if (*in_channel && equals != NULL) {
    *equals = '\0';
    take_key (params, g_strstrip (line), g_strstrip (equals + 1));
  } else if (!*in_channel) {
    g_auto (GStrv) words = g_strsplit_set (line, " \t", 16);
    g_autoptr (GPtrArray) filled = g_ptr_array_new ();

    for (guint i = 0; words[i] != NULL; i++)
      if (*words[i] != '\0')
        g_ptr_array_add (filled, words[i]);
    if (filled->len > 0)
      take_line (list, (char **) filled->pdata, filled->len);
  }
}

guint
hearth_scan_table_parse (GArray *list, const char *text, gsize n_bytes)
{
  const guint before = list->len;
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;
  gboolean in_channel = FALSE;
  const char *end = text + n_bytes;

  while (text < end) {
    const char *stop = memchr (text, '\n', (gsize) (end - text));
    g_autofree char *line = g_strndup (text, (gsize) ((stop != NULL ? stop : end) - text));

    parse_line (list, &params, &in_channel, g_strstrip (line));
    text = stop != NULL ? stop + 1 : end;
  }
  if (in_channel)
    end_channel (list, &params);
  return list->len - before;
}

gboolean
hearth_scan_table_load (GArray *list, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize n_bytes;

  if (!g_file_get_contents (path, &text, &n_bytes, error)) {
    hearth_error_translate (error, "reading the scan table");
    return FALSE;
  }
  if (hearth_scan_table_parse (list, text, n_bytes) > 0)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "%s names no multiplex in the format of dtv-scan-tables", path);
  return FALSE;
}

/* ---- rasters --------------------------------------------------------------------------------------------- */

static void
append_row (GArray *list, const HearthTunerParams *base, guint32 from_khz, guint32 to_khz, guint32 step_khz)
{
  HearthTunerParams params = *base;

  for (params.frequency_khz = from_khz; params.frequency_khz <= to_khz; params.frequency_khz += step_khz)
    g_array_append_val (list, params);
}

/* Cable in 8 MHz: 114 + 8n MHz all over Europe and above 470 in China, whose channels below lie 1 MHz higher (GY/T 106). Annex B by
 * 6 MHz as in CTA-542. UHF first: it is where most is. */
static void
append_cable (GArray *list, HearthTunerSystem system)
{
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;

  params.system = system;
  params.symbol_rate = system == HEARTH_TUNER_DVB_C ? 6875000 : 5360537;
  if (system == HEARTH_TUNER_DVB_C_B) {
    append_row (list, &params, 471000, 999000, 6000);
    append_row (list, &params, 117000, 465000, 6000);
    return;
  }
  append_row (list, &params, 474000, 858000, 8000);
  append_row (list, &params, 306000, 466000, 8000);
  append_row (list, &params, 114000, 298000, 8000);
  append_row (list, &params, 115000, 467000, 8000);
}

static void
append_air (GArray *list, HearthTunerSystem system)
{
  HearthTunerParams params = HEARTH_TUNER_PARAMS_INIT;

  params.system = system;
  params.bandwidth_hz = system == HEARTH_TUNER_ISDB_T || system == HEARTH_TUNER_ATSC ? 6000000 : 8000000;
  if (system == HEARTH_TUNER_ISDB_T)
    append_row (list, &params, 473143, 707143, 6000);
  else if (system == HEARTH_TUNER_ATSC)
    append_row (list, &params, 473000, 605000, 6000);
  else
    append_row (list, &params, 474000, 858000, 8000);
  if (system != HEARTH_TUNER_DVB_T && system != HEARTH_TUNER_DVB_T2)
    return;
  params.bandwidth_hz = 7000000; /* band III */
  append_row (list, &params, 177500, 226500, 7000);
}

void
hearth_scan_raster_append (GArray *list, guint32 systems)
{
  static const HearthTunerSystem air[] = { HEARTH_TUNER_DVB_T, HEARTH_TUNER_DVB_T2, HEARTH_TUNER_DTMB, HEARTH_TUNER_ISDB_T, HEARTH_TUNER_ATSC };

  if ((systems & (1u << HEARTH_TUNER_DVB_C)) != 0)
    append_cable (list, HEARTH_TUNER_DVB_C);
  if ((systems & (1u << HEARTH_TUNER_DVB_C_B)) != 0)
    append_cable (list, HEARTH_TUNER_DVB_C_B);
  for (guint i = 0; i < G_N_ELEMENTS (air); i++)
    if ((systems & (1u << air[i])) != 0)
      append_air (list, air[i]);
}
