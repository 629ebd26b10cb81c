/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dvb-virtual-map.h"

#include <string.h>

#define DEFAULT_LOCK_MS 150
#define DEFAULT_SIGNAL_MDBM (-45000)
#define DEFAULT_SNR_MDB 36000
#define CAPTURE_KHZ 250 /* how far off a receiver still finds the carrier */
#define MOST_TUNERS 16

static const char *const modulations[HEARTH_TUNER_N_MODULATIONS] = {
  [HEARTH_TUNER_MODULATION_AUTO] = "auto", [HEARTH_TUNER_QPSK] = "qpsk",     [HEARTH_TUNER_PSK8] = "8psk",
  [HEARTH_TUNER_APSK16] = "16apsk",        [HEARTH_TUNER_APSK32] = "32apsk", [HEARTH_TUNER_QAM4NR] = "4qamnr",
  [HEARTH_TUNER_QAM16] = "16qam",          [HEARTH_TUNER_QAM32] = "32qam",   [HEARTH_TUNER_QAM64] = "64qam",
  [HEARTH_TUNER_QAM128] = "128qam",        [HEARTH_TUNER_QAM256] = "256qam", [HEARTH_TUNER_VSB8] = "8vsb",
  [HEARTH_TUNER_DQPSK] = "dqpsk",
};

static void
multiplex_free (gpointer data)
{
  DvbVirtualMultiplex *multiplex = data;

  g_free (multiplex->name);
  g_free (multiplex->source);
  g_free (multiplex->interface);
  g_free (multiplex);
}

/* ---- reading ---------------------------------------------------------------------------- */

/* Numbers with a default where the key is absent; FALSE with @error for words that are no number. */
static gboolean
read_number (GKeyFile *file, const char *group, const char *key, double otherwise, double *value, GError **error)
{
  g_autoptr (GError) own = NULL;

  *value = otherwise;
  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;
  *value = g_key_file_get_double (file, group, key, &own);
  if (own == NULL)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "[%s] %s: %s", group, key, own->message);
  return FALSE;
}

static gboolean
read_word (GKeyFile *file, const char *group, const char *key, const char *const *words, guint n_words, guint *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, group, key, NULL);

  *value = 0;
  if (text == NULL)
    return TRUE;
  for (*value = 0; *value < n_words; (*value)++)
    if (g_strcmp0 (words[*value], text) == 0)
      return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "[%s] %s: “%s” is none of those known", group, key, text);
  return FALSE;
}

static gboolean
read_system (GKeyFile *file, const char *group, HearthTunerSystem *system, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, group, "system", NULL);

  *system = text != NULL ? dvb_system_from_name (text) : HEARTH_TUNER_DVB_C;
  if (*system == HEARTH_TUNER_SYSTEM_UNKNOWN)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "[%s] system: “%s” is none of dvbc, dvbcb, dvbt, dvbt2, dvbs, dvbs2, dtmb, isdbt, atsc", group, text);
  return *system != HEARTH_TUNER_SYSTEM_UNKNOWN;
}

static gboolean
read_numbers (GKeyFile *file, const char *group, DvbVirtualMultiplex *multiplex, GError **error)
{
  double frequency, rate, stream, satellite, lock_ms, signal, snr;

  if (!read_number (file, group, "frequency-khz", 0, &frequency, error) || !read_number (file, group, "symbol-rate", 0, &rate, error) ||
      !read_number (file, group, "stream-id", HEARTH_TUNER_NO_STREAM, &stream, error) ||
      !read_number (file, group, "satellite", 0, &satellite, error) ||
      !read_number (file, group, "lock-ms", DEFAULT_LOCK_MS, &lock_ms, error) ||
      !read_number (file, group, "signal-dbm", DEFAULT_SIGNAL_MDBM / 1000.0, &signal, error) ||
      !read_number (file, group, "snr-db", DEFAULT_SNR_MDB / 1000.0, &snr, error) ||
      !read_number (file, group, "errors", 0, &multiplex->errors, error))
    return FALSE;
  if (!(frequency >= 1) || frequency > 20e6) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "[%s] frequency-khz: %g kHz is no frequency of television", group, frequency);
    return FALSE;
  }
  multiplex->frequency_khz = (guint32) frequency;
  multiplex->symbol_rate = (guint32) CLAMP (rate, 0, 1e9);
  multiplex->stream_id = (gint32) CLAMP (stream, HEARTH_TUNER_NO_STREAM, 255);
  multiplex->satellite = (guint32) CLAMP (satellite, 0, 255);
  multiplex->lock_ms = (guint32) CLAMP (lock_ms, 0, 60000);
  multiplex->signal_mdbm = (gint32) CLAMP (signal * 1000, -200000, 100000);
  multiplex->snr_mdb = (gint32) CLAMP (snr * 1000, 0, 100000);
  return TRUE;
}

static DvbVirtualMultiplex *
read_multiplex (GKeyFile *file, const char *group, const char *folder, GError **error)
{
  static const char *const polarizations[] = { "", "horizontal", "vertical", "left", "right" };
  DvbVirtualMultiplex *multiplex = g_new0 (DvbVirtualMultiplex, 1);
  g_autofree char *source = g_key_file_get_string (file, group, "source", NULL);
  guint modulation = 0, polarization = 0;

  multiplex->name = g_strdup (group + strlen ("multiplex "));
  if (source == NULL || *source == '\0' || strstr (source, "://") != NULL || g_path_is_absolute (source))
    multiplex->source = g_strdup (source != NULL ? source : "");
  else
    multiplex->source = g_build_filename (folder, source, NULL);
  multiplex->interface = g_key_file_get_string (file, group, "interface", NULL);
  multiplex->lock = !g_key_file_has_key (file, group, "lock", NULL) || g_key_file_get_boolean (file, group, "lock", NULL);
  if (read_system (file, group, &multiplex->system, error) && read_numbers (file, group, multiplex, error) &&
      read_word (file, group, "modulation", modulations, G_N_ELEMENTS (modulations), &modulation, error) &&
      read_word (file, group, "polarization", polarizations, G_N_ELEMENTS (polarizations), &polarization, error)) {
    multiplex->modulation = (HearthTunerModulation) modulation;
    multiplex->polarization = (HearthTunerPolarization) polarization;
    return multiplex;
  }
  multiplex_free (multiplex);
  return NULL;
}

static gboolean
read_tuners (DvbVirtualMap *self, GKeyFile *file, GError **error)
{
  g_auto (GStrv) systems = g_key_file_get_string_list (file, "tuners", "systems", NULL, NULL);
  double count, pids;

  if (!read_number (file, "tuners", "count", 1, &count, error) || !read_number (file, "tuners", "pids", 0, &pids, error))
    return FALSE;
  self->n_tuners = (guint) CLAMP (count, 0, MOST_TUNERS);
  self->max_pids = (guint) CLAMP (pids, 0, 8192);
  for (guint i = 0; systems != NULL && systems[i] != NULL; i++) {
    HearthTunerSystem system = dvb_system_from_name (systems[i]);

    if (system == HEARTH_TUNER_SYSTEM_UNKNOWN) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "[tuners] systems: “%s” is no delivery system", systems[i]);
      return FALSE;
    }
    self->systems |= 1u << system;
  }
  return TRUE;
}

static gboolean
read_map (DvbVirtualMap *self, GKeyFile *file, const char *folder, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  guint32 used = 0;

  if (!read_tuners (self, file, error))
    return FALSE;
  for (guint i = 0; groups[i] != NULL; i++) {
    DvbVirtualMultiplex *multiplex;

    if (!g_str_has_prefix (groups[i], "multiplex "))
      continue;
    multiplex = read_multiplex (file, groups[i], folder, error);
    if (multiplex == NULL)
      return FALSE;
    used |= 1u << multiplex->system;
    g_ptr_array_add (self->multiplexes, multiplex);
  }
  if (self->systems == 0)
    self->systems = used;
  return TRUE;
}

DvbVirtualMap *
dvb_virtual_map_new (const char *path, GError **error)
{
  g_autoptr (DvbVirtualMap) self = g_new0 (DvbVirtualMap, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *full = g_file_test (path, G_FILE_TEST_IS_DIR) ? g_build_filename (path, "tuners.ini", NULL) : g_strdup (path);
  g_autofree char *folder = g_path_get_dirname (full);

  g_atomic_ref_count_init (&self->count);
  self->multiplexes = g_ptr_array_new_with_free_func (multiplex_free);
  if (!g_key_file_load_from_file (file, full, G_KEY_FILE_NONE, error)) {
    hearth_error_translate (error, "reading the virtual tuners of %s", full);
    return NULL;
  }
  if (!read_map (self, file, folder, error)) {
    g_prefix_error (error, "%s: ", full);
    return NULL;
  }
  return g_steal_pointer (&self);
}

DvbVirtualMap *
dvb_virtual_map_ref (DvbVirtualMap *self)
{
  g_atomic_ref_count_inc (&self->count);
  return self;
}

void
dvb_virtual_map_unref (DvbVirtualMap *self)
{
  if (!g_atomic_ref_count_dec (&self->count))
    return;
  g_ptr_array_unref (self->multiplexes);
  g_free (self);
}

/* ---- tuning -------------------------------------------------------------------------------- */

static gboolean
agrees (guint32 is, guint32 wanted, guint32 tolerance)
{
  return is == 0 || wanted == 0 || (is > wanted ? is - wanted : wanted - is) <= tolerance;
}

const DvbVirtualMultiplex *
dvb_virtual_map_find (const DvbVirtualMap *self, const HearthTunerParams *params)
{
  for (guint i = 0; i < self->multiplexes->len; i++) {
    const DvbVirtualMultiplex *multiplex = g_ptr_array_index (self->multiplexes, i);

    if (multiplex->system == params->system && agrees (multiplex->frequency_khz, params->frequency_khz, CAPTURE_KHZ) &&
        agrees (multiplex->symbol_rate, params->symbol_rate, multiplex->symbol_rate / 100) &&
        agrees (multiplex->modulation, params->modulation, 0) && agrees (multiplex->polarization, params->polarization, 0) &&
        multiplex->satellite == params->satellite &&
        (params->stream_id == HEARTH_TUNER_NO_STREAM || multiplex->stream_id == params->stream_id))
      return multiplex;
  }
  return NULL;
}
