/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "iptv-ts.h"

#include <string.h>

#define SYNC_BYTE 0x47
#define N_SYNCS 4 /* so many in a row are no accident */

gboolean
iptv_ts_get_pcr (const guint8 *p, guint16 *pid, guint64 *pcr_27mhz)
{
  guint64 base;

  if (p[0] != SYNC_BYTE || (p[3] & 0x20) == 0 || p[4] < 7 || (p[5] & 0x10) == 0)
    return FALSE;
  base = (guint64) p[6] << 25 | (guint64) p[7] << 17 | (guint64) p[8] << 9 | (guint64) p[9] << 1 | p[10] >> 7;
  *pcr_27mhz = base * 300 + ((guint64) (p[10] & 1) << 8 | p[11]);
  *pid = (guint16) ((p[1] & 0x1f) << 8 | p[2]);
  return TRUE;
}

gboolean
iptv_ts_has_pcr (const guint8 *bytes, gsize n_bytes)
{
  guint16 pid;
  guint64 pcr;

  for (gsize i = 0; i + IPTV_TS_PACKET <= n_bytes; i += IPTV_TS_PACKET)
    if (iptv_ts_get_pcr (bytes + i, &pid, &pcr))
      return TRUE;
  return FALSE;
}

/* 188 bytes, 192 with a time stamp before each, 204 with check bytes behind each. */
static gboolean
is_synchronous (const guint8 *bytes, gsize n_bytes, gsize offset, gboolean last)
{
  static const gsize sizes[] = { 188, 192, 204 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++) {
    guint n = 0;

    for (gsize i = offset; i < n_bytes && n < N_SYNCS && bytes[i] == SYNC_BYTE; i += sizes[s])
      n++;
    if (n == N_SYNCS || (last && n > 0 && offset + n * sizes[s] >= n_bytes && n_bytes - offset >= IPTV_TS_PACKET))
      return TRUE;
  }
  return FALSE;
}

static gboolean
begins_with (const guint8 *bytes, gsize n_bytes, const char *word)
{
  gsize i = n_bytes >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  while (i < n_bytes && g_ascii_isspace (bytes[i]))
    i++;
  return n_bytes - i >= strlen (word) && g_ascii_strncasecmp ((const char *) bytes + i, word, strlen (word)) == 0;
}

/* ISO/IEC 14496-12, 4.3: a file type box comes first. */
static gboolean
is_mp4 (const guint8 *bytes, gsize n_bytes)
{
  return n_bytes >= 8 && memcmp (bytes + 4, "ftyp", 4) == 0;
}

/* A DASH manifest (ISO/IEC 23009-1, 5.3.1) has its element MPD behind declaration and comments; all else is a web page. */
static IptvBody
probe_markup (const guint8 *bytes, gsize n_bytes, gboolean last)
{
  if (memmem (bytes, n_bytes, "<MPD", 4) != NULL)
    return IPTV_BODY_DIRECT;
  if (begins_with (bytes, n_bytes, "<?xml") && !last && n_bytes < IPTV_TS_PROBE_BYTES)
    return IPTV_BODY_UNKNOWN;
  return IPTV_BODY_HTML;
}

IptvBody
iptv_ts_probe (const guint8 *bytes, gsize n_bytes, gboolean last, gsize *offset)
{
  for (*offset = 0; *offset < MIN (n_bytes, IPTV_TS_PROBE_BYTES); (*offset)++)
    if (bytes[*offset] == SYNC_BYTE && is_synchronous (bytes, n_bytes, *offset, last))
      return IPTV_BODY_TS;
  *offset = 0;
  if (begins_with (bytes, n_bytes, "#EXT") || is_mp4 (bytes, n_bytes))
    return IPTV_BODY_DIRECT;
  if (begins_with (bytes, n_bytes, "<"))
    return probe_markup (bytes, n_bytes, last);
  return last || n_bytes >= IPTV_TS_PROBE_BYTES ? IPTV_BODY_OTHER : IPTV_BODY_UNKNOWN;
}
