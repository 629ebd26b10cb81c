/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A screen's description of itself. The sums of its blocks are set right first, so that what is in them is read. */
#include "display/hearth-edid.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (gboolean held)
{
  if (!held)
    abort ();
}

static void
check_edid (const guint8 *bytes, gsize n_bytes)
{
  g_autoptr (GVariant) described = NULL;
  HearthEdid edid;

  if (!hearth_edid_parse (&edid, bytes, n_bytes, NULL))
    return;
  check (edid.n_sounds <= HEARTH_EDID_MAX_SOUNDS && edid.n_broken < edid.n_blocks);
  check (memchr (edid.name, '\0', sizeof edid.name) != NULL && g_str_is_ascii (edid.name) && strlen (edid.vendor) == 3);
  for (guint i = 0; i < edid.n_sounds; i++)
    check (edid.sounds[i].format != 0 && edid.sounds[i].channels >= 1 && edid.sounds[i].channels <= 8);
  described = g_variant_ref_sink (hearth_edid_describe (&edid));
  check (g_variant_is_normal_form (described));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const guint8 head[8] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00 };
  g_autofree guint8 *mended = g_memdup2 (data, size);

  check_edid (data, size);
  for (gsize at = 0; at + HEARTH_EDID_BLOCK <= size; at += HEARTH_EDID_BLOCK) {
    guint8 sum = 0;

    if (at == 0)
      memcpy (mended, head, sizeof head);
    for (guint i = 0; i < HEARTH_EDID_BLOCK - 1; i++)
      sum += mended[at + i];
    mended[at + HEARTH_EDID_BLOCK - 1] = (guint8) (0u - sum);
  }
  check_edid (mended, size);
  return 0;
}
