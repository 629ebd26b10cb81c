/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EUTELSAT: DiSEqC Bus Functional Specification 4.2, 8.3 (write N0, write N1); LNBs by their customary names. */
#include "dvb-satellite.h"

#include <string.h>

static const DvbLnb universal = { 9750000, 10600000, 11700000, -1, -1, -1 };

static gboolean
read_port (const char *text, guint64 most, gint *port)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 1, most, &number, NULL))
    return FALSE;
  *port = (gint) number - 1;
  return TRUE;
}

static gboolean
read_oscillators (const char *text, DvbLnb *lnb)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 0);
  guint64 mhz[3] = { 0 };
  guint n = g_strv_length (parts);

  if (n != 1 && n != 3)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_ascii_string_to_unsigned (parts[i], 10, 1, 30000, &mhz[i], NULL))
      return FALSE;
  lnb->low_khz = (guint32) mhz[0] * 1000;
  lnb->high_khz = (guint32) mhz[1] * 1000;
  lnb->switch_khz = (guint32) mhz[2] * 1000;
  return TRUE;
}

static gboolean
read_word (DvbLnb *lnb, const char *word)
{
  if (g_str_equal (word, "universal"))
    return read_oscillators ("9750/10600/11700", lnb);
  if (g_str_equal (word, "c-band"))
    return read_oscillators ("5150", lnb);
  if (g_str_has_prefix (word, "lnb="))
    return read_oscillators (word + strlen ("lnb="), lnb);
  if (g_str_has_prefix (word, "diseqc="))
    return read_port (word + strlen ("diseqc="), 4, &lnb->diseqc);
  if (g_str_has_prefix (word, "uncommitted="))
    return read_port (word + strlen ("uncommitted="), 16, &lnb->uncommitted);
  if (g_str_equal (word, "burst=a") || g_str_equal (word, "burst=b")) {
    lnb->burst = word[strlen ("burst=")] - 'a';
    return TRUE;
  }
  return FALSE;
}

gboolean
dvb_lnb_parse (DvbLnb *lnb, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t", 0);

  *lnb = universal;
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !read_word (lnb, words[i])) {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                   "“%s” in “%s” says nothing about an LNB: universal, c-band, lnb=LOW/HIGH/SWITCH, diseqc=1 to 4, uncommitted=1 to 16, burst=a or b",
                   words[i], text);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_high_voltage (HearthTunerPolarization polarization)
{
  return polarization == HEARTH_TUNER_HORIZONTAL || polarization == HEARTH_TUNER_LEFT;
}

void
dvb_lnb_set (const DvbLnb *lnb, guint32 frequency_khz, HearthTunerPolarization polarization, DvbLnbSetting *setting)
{
  const gboolean high_band = lnb->high_khz != 0 && frequency_khz >= lnb->switch_khz;
  const guint32 oscillator = high_band ? lnb->high_khz : lnb->low_khz;
  const guint8 uncommitted[4] = { 0xe0, 0x10, 0x39, 0xf0 | (lnb->uncommitted & 0x0f) };
  const guint8 committed[4] = { 0xe0, 0x10, 0x38,
                                0xf0 | ((lnb->diseqc & 3) << 2) | (is_high_voltage (polarization) ? 2 : 0) | (high_band ? 1 : 0) };

  memset (setting, 0, sizeof *setting);
  /* C-band's oscillator lies above: the band is turned over, which demodulators see to by themselves. */
  setting->if_khz = frequency_khz > oscillator ? frequency_khz - oscillator : oscillator - frequency_khz;
  setting->high_voltage = is_high_voltage (polarization);
  setting->tone = high_band;
  setting->burst = lnb->burst;
  if (lnb->uncommitted >= 0)
    memcpy (setting->commands[setting->n_commands++], uncommitted, sizeof uncommitted);
  if (lnb->diseqc >= 0)
    memcpy (setting->commands[setting->n_commands++], committed, sizeof committed);
}
