/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "satip-report.h"

#include <string.h>

#define RTCP_APP 204             /* RFC 3550, 12.1 */
#define APP_HEADER_BYTES 16      /* 3.5.7: header, SSRC, "SES1", identifier, length of the text */

/* "474" or "10744.25", in MHz. */
static guint32
read_khz (SatipSpan text)
{
  SatipSpan whole;
  guint32 mhz, khz = 0, scale = 100;

  if (!satip_span_cut (&text, '.', &whole) || !satip_span_get_number (whole, 99999, &mhz))
    return 0;
  for (gsize i = 0; i < text.n_bytes && g_ascii_isdigit (text.text[i]); i++, scale /= 10)
    khz += (guint32) (text.text[i] - '0') * scale;
  return mhz * 1000 + khz;
}

static gboolean
parse_tuner (SatipSpan value, SatipReport *report)
{
  SatipSpan part;
  guint32 lock = 0;

  *report = (SatipReport) { 0 };
  for (guint i = 0; i < 5 && satip_span_cut (&value, ',', &part); i++) {
    part = satip_span_strip (part);
    if (i == 0 && !satip_span_get_number (part, 65535, &report->front_end))
      return FALSE;
    if (i == 1)
      satip_span_get_number (part, SATIP_MAX_LEVEL, &report->level);
    else if (i == 2)
      satip_span_get_number (part, 1, &lock);
    else if (i == 3)
      satip_span_get_number (part, SATIP_MAX_QUALITY, &report->quality);
    else if (i == 4)
      report->frequency_khz = read_khz (part);
  }
  report->lock = lock == 1;
  return TRUE;
}

gboolean
satip_report_parse (SatipSpan text, SatipReport *report)
{
  SatipSpan part;

  while (satip_span_cut (&text, ';', &part)) {
    part = satip_span_strip (part);
    if (satip_span_begins (part, "tuner="))
      return parse_tuner (satip_span_new (part.text + 6, part.n_bytes - 6), report);
  }
  return FALSE;
}

gboolean
satip_report_find_rtcp (const guint8 *bytes, gsize n_bytes, SatipSpan *text)
{
  while (n_bytes >= 4 && bytes[0] >> 6 == 2) {
    const gsize length = 4 * (((gsize) bytes[2] << 8 | bytes[3]) + 1);

    if (length > n_bytes)
      return FALSE;
    if (bytes[1] == RTCP_APP && length >= APP_HEADER_BYTES && memcmp (bytes + 8, "SES1", 4) == 0) {
      *text = satip_span_new (bytes + APP_HEADER_BYTES, MIN ((gsize) bytes[14] << 8 | bytes[15], length - APP_HEADER_BYTES));
      return TRUE;
    }
    bytes += length;
    n_bytes -= length;
  }
  return FALSE;
}

gboolean
satip_report_find_sdp (const guint8 *bytes, gsize n_bytes, guint32 stream, SatipSpan *text)
{
  SatipSpan rest = satip_span_new (bytes, n_bytes), line, last = { 0 };
  gboolean found = FALSE;
  guint32 number;

  while (satip_span_cut (&rest, '\n', &line)) {
    line = satip_span_strip (line);
    if (satip_span_begins (line, "m="))
      last.n_bytes = 0;
    if (satip_span_begins (line, "a=fmtp:33 "))
      last = satip_span_new (line.text + 10, line.n_bytes - 10);
    if (!found && last.n_bytes > 0) {
      *text = last;
      found = TRUE;
    }
    if (satip_span_begins (line, "a=control:stream=") && satip_span_get_number (satip_span_new (line.text + 17, line.n_bytes - 17), 65535, &number) &&
        number == stream) {
      /* The order of the two lines is nobody's rule. */
      while (last.n_bytes == 0 && satip_span_cut (&rest, '\n', &line) && !satip_span_begins (line, "m="))
        if (satip_span_begins (line, "a=fmtp:33 "))
          last = satip_span_strip (satip_span_new (line.text + 10, line.n_bytes - 10));
      if (last.n_bytes > 0)
        *text = last;
      return found || last.n_bytes > 0;
    }
  }
  return found;
}
