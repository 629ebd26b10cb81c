/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "record/hearth-recorder.h"

/* A folder for recordings, and a ring of packets that can be told apart: byte i of packet n is a function of both. */
typedef struct {
  char *folder;
  int root;
  HearthRingWriter *writer;
  guint64 sent; /* packets ever written, by whichever ring */
} RecordTesting;

void record_testing_init (RecordTesting *self);
void record_testing_clear (RecordTesting *self); /* removes the folder */
/* A new ring, as of a network's process that was started again. */
void record_testing_new_ring (RecordTesting *self, gsize bytes);
int record_testing_get_ring (RecordTesting *self);
/* Writes packets, a random access point with each @every-th one. */
void record_testing_send (RecordTesting *self, guint n_packets, guint every);

HearthRecorder *record_testing_new_recorder (const char *id, gint64 from_us);
/* Ticks as the disk does, until no manifest waits for a sync. */
void record_testing_tick (HearthRecorder *recorder, gboolean room);
/* The packets of stream.ts are those from @first on, without a hole; how many there are. */
guint64 record_testing_check_stream (RecordTesting *self, const char *id, guint64 first);
/* The numbers of the packets in stream.ts. (transfer full) */
GArray *record_testing_read_stream (RecordTesting *self, const char *id);
HearthRecordingManifest *record_testing_load_manifest (RecordTesting *self, const char *id);
HearthRecordingIndex *record_testing_load_index (RecordTesting *self, const char *id);
char *record_testing_dup_path (RecordTesting *self, const char *id, const char *file);
