/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SECTION:recording-manifest
 *
 * manifest.json of a recording: what it is, where it came from, what is missing.
 * Written whole at the start, at each gap and at the end, aside and renamed.
 * The list of recordings is made from the manifests. Foreign bytes: unknown
 * members are ignored, wrong ones make it unreadable. UTC in µs.
 *
 *     { "version": 1, "id": "...", "state": "recording" | "finished", "end": "stopped" | "time" | "stream-ended" | "",
 *       "channel": {"id", "number", "name"}, "service": {"network", "leg"}, "event": {"title", "description"},
 *       "started_us", "until_us", "ended_us", "duration_us", "bytes",
 *       "gaps": [{"from_us", "to_us", "offset", "cause"}] }
 */
#define HEARTH_RECORDING_MANIFEST_VERSION 1
#define HEARTH_RECORDING_MANIFEST_MAX (1u << 20)
#define HEARTH_RECORDING_MOST_GAPS 4096 /* more are counted in the last one */

/* Why something is missing, as in the manifest. */
#define HEARTH_RECORDING_NO_PACKETS "no-packets"           /* the stream stood still */
#define HEARTH_RECORDING_NETWORK_RESTARTED "network-restarted" /* the network's process made a new ring */
#define HEARTH_RECORDING_OVERRUN "overrun"                 /* the ring was overwritten before it was read: a slow disk */
#define HEARTH_RECORDING_RECORDER_STOPPED "recorder-stopped" /* hearth-record was away for longer than the ring holds */
#define HEARTH_RECORDING_BOX_RESTARTED "box-restarted"     /* power cut or restart */
#define HEARTH_RECORDING_DISK_FULL "disk-full"
#define HEARTH_RECORDING_DISK_ERROR "disk-error"

typedef struct {
  gint64 from_us, to_us; /* to_us 0: still missing */
  guint64 offset;        /* in stream.ts: what is missing would stand there */
  const char *cause;     /* interned */
} HearthRecordingGap;

typedef struct {
  char *id; /* [a-z0-9]{16}, the folder's name */
  gboolean finished;
  char *end; /* "" while it goes on */
  char *channel, *number, *name;
  char *network;
  guint leg;
  char *title, *description;
  gint64 started_us; /* of the first byte; before there is one, when it was asked for */
  gint64 until_us;   /* 0: until somebody stops it */
  gint64 ended_us;   /* 0: not yet */
  gint64 duration_us;
  guint64 bytes;
  GArray *gaps; /* HearthRecordingGap */
} HearthRecordingManifest;

HearthRecordingManifest *hearth_recording_manifest_new (const char *id);
void hearth_recording_manifest_free (HearthRecordingManifest *self);
HearthRecordingManifest *hearth_recording_manifest_copy (const HearthRecordingManifest *self);
/* Errors: CORRUPT. */
HearthRecordingManifest *hearth_recording_manifest_parse (const char *text, gsize n_bytes, GError **error);
/* (transfer full) */
char *hearth_recording_manifest_print (const HearthRecordingManifest *self, gsize *n_bytes);
/* Of the recording's folder. Errors: NOT_FOUND, CORRUPT, IO. */
HearthRecordingManifest *hearth_recording_manifest_load (int folder_fd, GError **error);

/* TRUE: a name that a recording may have, and so a folder. */
gboolean hearth_recording_is_id (const char *id);
char *hearth_recording_dup_new_id (void);
void hearth_recording_set_string (char **place, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRecordingManifest, hearth_recording_manifest_free)

G_END_DECLS
