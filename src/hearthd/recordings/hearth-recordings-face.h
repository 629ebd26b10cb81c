/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/bus/hearth-bus.h"
#include "hearthd/recordings/hearth-recordings.h"

G_BEGIN_DECLS

/* tv.hearth.Recordings1, on what hearth-recordings.h knows. Makes and owns that too. Main thread. */
typedef struct _HearthRecordingsFace HearthRecordingsFace;

HearthRecordingsFace *hearth_recordings_face_new (HearthBus *bus, HearthWorkers *workers, HearthChannels *channels,
                                                  HearthNetworks *networks, HearthSettingsStore *settings, HearthDb *db);
/* Told of each change, beside the bus. */
void hearth_recordings_face_set_changed (HearthRecordingsFace *self, void (*changed) (gpointer user_data), gpointer user_data);
void hearth_recordings_face_free (HearthRecordingsFace *self);
/* What is on a channel: names a recording that nobody gave a title. FALSE: not known. */
typedef gboolean (*HearthProgrammeFunc) (const char *channel, char **title, char **summary, gpointer user_data);
void hearth_recordings_face_set_programme (HearthRecordingsFace *face, HearthProgrammeFunc programme, gpointer user_data);
HearthRecordings *hearth_recordings_face_get_recordings (HearthRecordingsFace *self);

G_END_DECLS
