/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/display/hearth-pills.h"

#define SD_LINES 576 /* BT.601: of what has 50 fields; 480 of what has 60 */

char *
hearth_pills_dup_picture (GVariant *picture)
{
  guint32 height = 0;
  gboolean interlaced = FALSE;
  const char *hdr = "";

  g_variant_lookup (picture, "height", "u", &height);
  g_variant_lookup (picture, "interlaced", "b", &interlaced);
  g_variant_lookup (picture, "hdr", "&s", &hdr);
  if (height == 0)
    return NULL;
  return g_strdup_printf ("%s%u%c%s%s", height <= SD_LINES ? "SD " : "", height, interlaced ? 'i' : 'p', *hdr != '\0' ? " · " : "", hdr);
}
