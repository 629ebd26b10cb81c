/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display/hearth-display-mode.h"

#include <string.h>

#define LEAST_SIDE 64
#define MOST_SIDE 16384
#define LEAST_MHZ 1000
#define MOST_MHZ 1000000
#define DEFAULT_MHZ 50000
#define MICROSECONDS_MHZ G_GINT64_CONSTANT (1000000000) /* a period in µs is this by the rate in thousandths of Hz */

gboolean
hearth_display_mode_check (const HearthDisplayMode *mode, GError **error)
{
  if (mode->width >= LEAST_SIDE && mode->width <= MOST_SIDE && mode->height >= LEAST_SIDE && mode->height <= MOST_SIDE &&
      mode->refresh_mhz >= LEAST_MHZ && mode->refresh_mhz <= MOST_MHZ)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
               "no mode: %ux%u at %u.%03u Hz (sides of %u to %u, 1 to 1000 Hz)", mode->width, mode->height,
               mode->refresh_mhz / 1000, mode->refresh_mhz % 1000, LEAST_SIDE, MOST_SIDE);
  return FALSE;
}

static guint32
take_number (const char **at)
{
  char *end;
  guint64 value = g_ascii_isdigit (**at) ? g_ascii_strtoull (*at, &end, 10) : 0;

  if (value == 0)
    return 0;
  *at = end;
  return (guint32) MIN (value, G_MAXUINT32);
}

static gboolean
take_rate (const char **at, HearthDisplayMode *mode)
{
  char *end;
  double rate = g_ascii_isdigit (**at) ? g_ascii_strtod (*at, &end) : 0;

  if (!(rate > 0 && rate < 1e6))
    return FALSE;
  *at = end;
  mode->refresh_mhz = (guint32) (rate * 1000 + 0.5);
  return TRUE;
}

gboolean
hearth_display_mode_parse (const char *text, HearthDisplayMode *mode, GError **error)
{
  const char *at = text;

  *mode = (HearthDisplayMode){ .refresh_mhz = DEFAULT_MHZ };
  mode->width = take_number (&at);
  if (*at == 'x') {
    at++;
    mode->height = take_number (&at);
    if (*at == '\0' || (*at++ == '@' && take_rate (&at, mode) && *at == '\0'))
      return hearth_display_mode_check (mode, error);
  }
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT, "“%s” is no mode: it reads like 1920x1080@50", text);
  return FALSE;
}

char *
hearth_display_mode_dup_text (const HearthDisplayMode *mode)
{
  g_autofree char *text = g_strdup_printf ("%ux%u@%u.%03u", mode->width, mode->height, mode->refresh_mhz / 1000,
                                           mode->refresh_mhz % 1000);
  gsize length = strlen (text);

  while (text[length - 1] == '0')
    length--;
  if (text[length - 1] == '.')
    length--;
  return g_strndup (text, length);
}

/* Split, so that no product overflows in a thousand years. */
static gint64
refreshes_until (const HearthDisplayMode *mode, gint64 span_us)
{
  gint64 rest = span_us % MICROSECONDS_MHZ * mode->refresh_mhz;

  return span_us / MICROSECONDS_MHZ * mode->refresh_mhz + rest / MICROSECONDS_MHZ;
}

static gint64
time_of_refresh (const HearthDisplayMode *mode, gint64 n)
{
  return n / mode->refresh_mhz * MICROSECONDS_MHZ + n % mode->refresh_mhz * MICROSECONDS_MHZ / mode->refresh_mhz;
}

gint64
hearth_display_mode_next_refresh (const HearthDisplayMode *mode, gint64 start_us, gint64 at_us)
{
  gint64 n;

  if (at_us <= start_us)
    return start_us;
  n = refreshes_until (mode, at_us - start_us);
  while (start_us + time_of_refresh (mode, n) < at_us) /* at most twice: both divisions cut */
    n++;
  return start_us + time_of_refresh (mode, n);
}
