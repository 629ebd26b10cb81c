/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times: EN 300 468, annex C. */
#include "config.h"

#include "ts/hearth-si-private.h"

#define MJD_OF_1970 40587
#define DAY_S 86400

gboolean
hearth_si_bcd (const guint8 *bytes, guint n_digits, guint64 *value)
{
  *value = 0;
  for (guint i = 0; i < n_digits; i++) {
    guint digit = i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0x0f;

    if (digit > 9)
      return FALSE;
    *value = *value * 10 + digit;
  }
  return TRUE;
}

static gboolean
parse_clock (const guint8 bytes[3], guint max_hours, guint32 *seconds)
{
  guint64 h, m, s;

  if (!hearth_si_bcd (bytes, 2, &h) || !hearth_si_bcd (bytes + 1, 2, &m) || !hearth_si_bcd (bytes + 2, 2, &s) || h > max_hours || m > 59 ||
      s > 60)
    return FALSE;
  *seconds = (guint32) (h * 3600 + m * 60 + s);
  return TRUE;
}

gint64
hearth_si_time_parse (const guint8 bytes[5])
{
  guint mjd = hearth_si_get_16 (bytes);
  guint32 seconds;

  if (!parse_clock (bytes + 2, 23, &seconds))
    return HEARTH_SI_NO_TIME;
  return ((gint64) mjd - MJD_OF_1970) * DAY_S + seconds;
}

guint32
hearth_si_duration_parse (const guint8 bytes[3])
{
  guint32 seconds;

  return parse_clock (bytes, 99, &seconds) ? seconds : 0;
}
