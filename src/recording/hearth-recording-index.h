/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SECTION:recording-index
 *
 * index.bin of a recording: fixed records of 64 bytes, little-endian, each with
 * a checksum, only ever appended. The first says what it is; a splice says where
 * in which ring the bytes from there on stood; a random access point says where
 * a picture can begin and when that is in the recording's own time.
 *
 *     0  CRC-32 of bytes 4 to 63 (ISO/IEC 13818-1, annex A)
 *     4  type, 16 bits          6  kind, 16 bits
 *     8  offset in stream.ts
 *    16  PTS, 90 kHz            24  DTS, 90 kHz       of a splice: ring, its byte
 *    32  UTC, µs                40  CLOCK_BOOTTIME, µs
 *    48  time in the recording, µs                    56  zero
 *
 * Foreign bytes: whatever breaks a rule ends the index there. It is then made
 * anew from stream.ts.
 */
#define HEARTH_RECORDING_ENTRY_BYTES 64
#define HEARTH_RECORDING_INDEX_VERSION 1
#define HEARTH_RECORDING_NO_TIME G_MININT64

typedef enum {
  HEARTH_RECORDING_BEGIN = 1, /* the first, once; kind: version */
  HEARTH_RECORDING_SPLICE,    /* the bytes from here on come from @ring at @ring_byte; times may jump, something may be missing */
  HEARTH_RECORDING_RAP,       /* kind: HearthTsRapKind */
} HearthRecordingEntryType;

typedef struct {
  HearthRecordingEntryType type;
  guint16 kind;
  guint64 offset;
  union {
    gint64 pts90k; /* as in the ring: unwrapped; NO_TIME where unknown */
    guint64 ring;  /* splice: which ring, the same number in all processes until the box boots; 0: not from a ring */
  };
  union {
    gint64 dts90k;
    guint64 ring_byte;
  };
  gint64 utc_us, boottime_us; /* 0: unknown */
  gint64 media_us; /* since the recording's first picture, without what is missing; never goes back */
} HearthRecordingEntry;

void hearth_recording_entry_encode (const HearthRecordingEntry *entry, guint8 bytes[HEARTH_RECORDING_ENTRY_BYTES]);
/* FALSE: the checksum is wrong, or the type is none. */
gboolean hearth_recording_entry_decode (HearthRecordingEntry *entry, const guint8 bytes[HEARTH_RECORDING_ENTRY_BYTES]);

/* ---- the recording's own time ------------------------------------------------- */

typedef struct {
  gint64 pts90k, boottime_us; /* of the last point; NO_TIME: none since the splice */
  gint64 media_us;
} HearthRecordingClock;

void hearth_recording_clock_init (HearthRecordingClock *self);
/* From here on times jump. */
void hearth_recording_clock_splice (HearthRecordingClock *self);
/* The next random access point's time in the recording. @boottime_us 0: unknown. */
gint64 hearth_recording_clock_push (HearthRecordingClock *self, gint64 pts90k, gint64 boottime_us);

/* ---- a whole index --------------------------------------------------------------- */

typedef struct {
  GArray *entries;   /* HearthRecordingEntry; BEGIN is not among them */
  gboolean doubted;  /* bytes were there that are no entry, or point beyond the stream */
  gsize good_bytes;  /* of the file: what may be appended to */
} HearthRecordingIndex;

/* @stream_bytes: entries beyond it are doubted (a power cut kept the index and lost the bytes). Never fails: @doubted says it. */
HearthRecordingIndex *hearth_recording_index_new_for_bytes (const guint8 *bytes, gsize n_bytes, guint64 stream_bytes);
/* Looks through the stream behind the last entry and adds what is there: all of it where there is none. Errors: IO. */
gboolean hearth_recording_index_extend (HearthRecordingIndex *self, int stream_fd, GError **error);
/* Reads index.bin and, where that is doubted or missing, adds from the stream what it lacks. @index_fd may be -1. Errors: IO. */
HearthRecordingIndex *hearth_recording_index_load (int index_fd, int stream_fd, GError **error);
void hearth_recording_index_free (HearthRecordingIndex *self);
/* All of it as bytes of a file. (transfer full) */
GBytes *hearth_recording_index_dup_bytes (HearthRecordingIndex *self);

/* (nullable): the last random access point at or before @media_us, else the first one. */
const HearthRecordingEntry *hearth_recording_index_find_time (HearthRecordingIndex *self, gint64 media_us);
/* (nullable): the last random access point at or before the byte. */
const HearthRecordingEntry *hearth_recording_index_find_offset (HearthRecordingIndex *self, guint64 offset);
/* (nullable): where the last bytes came from. */
const HearthRecordingEntry *hearth_recording_index_get_last_splice (HearthRecordingIndex *self);
const HearthRecordingEntry *hearth_recording_index_get_last_rap (HearthRecordingIndex *self); /* (nullable) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRecordingIndex, hearth_recording_index_free)

G_END_DECLS
