/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "recording/hearth-recording-manifest.h"

G_BEGIN_DECLS

/* The gaps of a manifest; the last one may be open. */

gboolean hearth_record_gaps_is_open (const HearthRecordingManifest *manifest);
/* Something is missing since @from_us. An open gap stays, with the newer cause where that says more. TRUE: the manifest changed. */
gboolean hearth_record_gaps_open (HearthRecordingManifest *manifest, gint64 from_us, guint64 offset, const char *cause);
/* Bytes come again. TRUE: the manifest changed. */
gboolean hearth_record_gaps_close (HearthRecordingManifest *manifest, gint64 to_us);
/* The open gap is a disk's doing; it may be that nothing was lost by it. */
gboolean hearth_record_gaps_is_by_disk (const HearthRecordingManifest *manifest);
/* There was no gap after all. TRUE: the manifest changed. */
gboolean hearth_record_gaps_forget (HearthRecordingManifest *manifest);
/* Why the ring is another one: the network's process, or the box, was started again. @found_us: when the stream was last written
 * before this process took it up; 0: it has been ours since its start. */
const char *hearth_record_gaps_get_new_ring_cause (gint64 found_us);

G_END_DECLS
