/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "hearthd/channels/hearth-channels.h"
#include "hearthd/networks/hearth-networks.h"
#include "hearthd/recordings/hearth-recording.h"
#include "hearthd/settings/hearth-settings-store.h"

G_BEGIN_DECLS

/**
 * SECTION:recordings
 *
 * All recordings: the list, made from their manifests; what runs, with the
 * streams it holds; hearth-record, which writes. A recording that was running
 * when hearthd, hearth-record or the box went goes on. Main thread.
 */
typedef struct _HearthRecordings HearthRecordings;

typedef struct {
  void (*added) (const HearthRecording *recording, gpointer user_data);
  void (*changed) (const HearthRecording *recording, gpointer user_data);
  void (*removed) (const char *id, gpointer user_data);
  void (*running) (guint n, gpointer user_data);
  /* A deletion that was asked for with @call is done, or failed. */
  void (*deleted) (const GError *error, gpointer call, gpointer user_data);
} HearthRecordingsFuncs;

typedef struct {
  const char *title, *description; /* (nullable) */
  gint64 from_us;                  /* 0: all that the ring holds; G_MAXINT64: now */
  gint64 until_us;                 /* 0: until stopped */
  gint leg;                        /* -1: the first that can be recorded */
} HearthRecordingWish;

HearthRecordings *hearth_recordings_new (HearthWorkers *workers, HearthChannels *channels, HearthNetworks *networks,
                                         HearthSettingsStore *settings, HearthDb *db, const HearthRecordingsFuncs *funcs,
                                         gpointer user_data);
void hearth_recordings_free (HearthRecordings *self);
/* Reads the folder in the background, starts hearth-record; once the networks are there. */
void hearth_recordings_start (HearthRecordings *self);

GPtrArray *hearth_recordings_get_all (HearthRecordings *self); /* HearthRecording, newest first; borrowed */
/* (transfer none). Errors: NOT_FOUND. */
HearthRecording *hearth_recordings_find (HearthRecordings *self, const char *id, GError **error);
const char *hearth_recordings_get_folder (HearthRecordings *self);
/* stream.ts and index.bin to read: two descriptors that the caller closes. Errors: NOT_FOUND, IO. */
gboolean hearth_recordings_open_files (HearthRecordings *self, const char *id, int fds[2], GError **error);

/* (transfer none): the new one. Errors: NOT_FOUND, NOT_SUPPORTED. */
const HearthRecording *hearth_recordings_record (HearthRecordings *self, const char *channel, const HearthRecordingWish *wish,
                                                 GError **error);
/* Errors: NOT_FOUND, BUSY. */
gboolean hearth_recordings_stop (HearthRecordings *self, const char *id, GError **error);
/* The answer is "deleted", with @call. Errors: NOT_FOUND, BUSY, PERMISSION_DENIED. */
gboolean hearth_recordings_delete (HearthRecordings *self, const char *id, gpointer call, GError **error);
/* After a change of @recording's note. */
void hearth_recordings_keep_note (HearthRecordings *self, HearthRecording *recording);
/* Errors: INVALID_ARGUMENT for one that does not run. */
gboolean hearth_recordings_set_until (HearthRecordings *self, HearthRecording *recording, gint64 until_us, GError **error);

/* Running recordings that have no stream yet look again. */
void hearth_recordings_network_ready (HearthRecordings *self);
void hearth_recordings_channels_changed (HearthRecordings *self);

G_END_DECLS
