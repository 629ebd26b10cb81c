/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hearth-record-gaps.h"

#include <string.h>
#include <time.h>

static HearthRecordingGap *
get_last (const HearthRecordingManifest *manifest)
{
  return manifest->gaps->len > 0 ? &g_array_index (manifest->gaps, HearthRecordingGap, manifest->gaps->len - 1) : NULL;
}

gboolean
hearth_record_gaps_is_open (const HearthRecordingManifest *manifest)
{
  const HearthRecordingGap *last = get_last (manifest);

  return last != NULL && last->to_us == 0;
}

gboolean
hearth_record_gaps_open (HearthRecordingManifest *manifest, gint64 from_us, guint64 offset, const char *cause)
{
  HearthRecordingGap *last = get_last (manifest);
  const HearthRecordingGap gap = { .from_us = from_us, .offset = offset, .cause = cause };

  if (hearth_record_gaps_is_open (manifest)) {
    if (!g_str_equal (last->cause, HEARTH_RECORDING_NO_PACKETS) || g_str_equal (cause, HEARTH_RECORDING_NO_PACKETS))
      return FALSE;
    last->cause = cause; /* that nothing comes is what everything looks like at first */
    return TRUE;
  }
  if (manifest->gaps->len == HEARTH_RECORDING_MOST_GAPS) {
    last->to_us = 0; /* grows over those that have no place */
    return TRUE;
  }
  g_array_append_val (manifest->gaps, gap);
  return TRUE;
}

gboolean
hearth_record_gaps_close (HearthRecordingManifest *manifest, gint64 to_us)
{
  HearthRecordingGap *last = get_last (manifest);

  if (!hearth_record_gaps_is_open (manifest))
    return FALSE;
  last->to_us = MAX (to_us, last->from_us);
  return TRUE;
}

gboolean
hearth_record_gaps_is_by_disk (const HearthRecordingManifest *manifest)
{
  return hearth_record_gaps_is_open (manifest) && (g_str_equal (get_last (manifest)->cause, HEARTH_RECORDING_DISK_FULL) ||
                                                   g_str_equal (get_last (manifest)->cause, HEARTH_RECORDING_DISK_ERROR));
}

gboolean
hearth_record_gaps_forget (HearthRecordingManifest *manifest)
{
  if (!hearth_record_gaps_is_open (manifest))
    return FALSE;
  g_array_set_size (manifest->gaps, manifest->gaps->len - 1);
  return TRUE;
}

const char *
hearth_record_gaps_get_new_ring_cause (gint64 found_us)
{
  struct timespec now;
  gint64 boot_us;

  clock_gettime (CLOCK_BOOTTIME, &now);
  boot_us = g_get_real_time () - ((gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000);
  return found_us > 0 && found_us < boot_us ? HEARTH_RECORDING_BOX_RESTARTED : HEARTH_RECORDING_NETWORK_RESTARTED;
}
