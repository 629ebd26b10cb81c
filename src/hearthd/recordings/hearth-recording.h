/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/networks/hearth-stream.h"
#include "hearthd/recordings/hearth-recording-notes.h"
#include "recording/hearth-recording-manifest.h"

G_BEGIN_DECLS

/* A recording as hearthd knows it: its manifest, how it stands, what people added. A plain struct. Main thread. */
typedef struct {
  HearthRecordingManifest *manifest; /* gaps: as they were when it was read */
  const char *state;                 /* interned; as on the bus */
  char *text;
  guint n_gaps;
  HearthRecordingNote note;
  gint64 from_us;       /* of a running one: where it is to begin */
  HearthStream *stream; /* (nullable): of a running one */
} HearthRecording;

HearthRecording *hearth_recording_new (HearthRecordingManifest *manifest /* takes */);
void hearth_recording_free (HearthRecording *self);
gboolean hearth_recording_is_running (const HearthRecording *self);
const char *hearth_recording_get_title (const HearthRecording *self);
/* a{sv}, floating, as Recordings1.List. */
GVariant *hearth_recording_describe (const HearthRecording *self);
/* Newest first; of the same time by id. */
gint hearth_recording_compare (gconstpointer a, gconstpointer b);

/* All manifests below a folder; may take a while. (transfer full): of HearthRecordingManifest. Any thread. */
GPtrArray *hearth_recording_scan (const char *folder);
/* The gaps as they are in the manifest now: aa{sv}, floating. */
GVariant *hearth_recording_describe_gaps (const char *folder, const char *id);

G_END_DECLS
