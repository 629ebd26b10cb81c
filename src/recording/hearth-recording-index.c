/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recording/hearth-recording-index.h"

#include "ts/hearth-ts.h"

#include <errno.h>
#include <hearth/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_BYTES (256u << 20) /* an index that is longer is none: four million points, months of video */
#define STEP_MAX90K (30 * 90000) /* two random access points further apart, or going back, are no one time line */
#define TABLES_BEFORE (2048 * HEARTH_TS_PACKET) /* tables come every 100 ms: ETSI TR 101 290, 5.2.1 */
#define CHUNK (5577 * HEARTH_TS_PACKET) /* about a MiB */

/* ---- one entry --------------------------------------------------------------------------- */

static void
put (guint8 *bytes, guint64 value, guint n)
{
  for (guint i = 0; i < n; i++)
    bytes[i] = (guint8) (value >> (8 * i));
}

static guint64
get (const guint8 *bytes, guint n)
{
  guint64 value = 0;

  for (guint i = 0; i < n; i++)
    value |= (guint64) bytes[i] << (8 * i);
  return value;
}

void
hearth_recording_entry_encode (const HearthRecordingEntry *entry, guint8 bytes[HEARTH_RECORDING_ENTRY_BYTES])
{
  memset (bytes, 0, HEARTH_RECORDING_ENTRY_BYTES);
  put (bytes + 4, entry->type, 2);
  put (bytes + 6, entry->kind, 2);
  put (bytes + 8, entry->offset, 8);
  put (bytes + 16, entry->ring, 8);
  put (bytes + 24, entry->ring_byte, 8);
  put (bytes + 32, (guint64) entry->utc_us, 8);
  put (bytes + 40, (guint64) entry->boottime_us, 8);
  put (bytes + 48, (guint64) entry->media_us, 8);
  put (bytes, hearth_ts_crc32 (bytes + 4, HEARTH_RECORDING_ENTRY_BYTES - 4), 4);
}

gboolean
hearth_recording_entry_decode (HearthRecordingEntry *entry, const guint8 bytes[HEARTH_RECORDING_ENTRY_BYTES])
{
  guint type = get (bytes + 4, 2);

  if (get (bytes, 4) != hearth_ts_crc32 (bytes + 4, HEARTH_RECORDING_ENTRY_BYTES - 4) || type < HEARTH_RECORDING_BEGIN ||
      type > HEARTH_RECORDING_RAP)
    return FALSE;
  memset (entry, 0, sizeof *entry);
  entry->type = type;
  entry->kind = get (bytes + 6, 2);
  entry->offset = get (bytes + 8, 8);
  entry->ring = get (bytes + 16, 8);
  entry->ring_byte = get (bytes + 24, 8);
  entry->utc_us = (gint64) get (bytes + 32, 8);
  entry->boottime_us = (gint64) get (bytes + 40, 8);
  entry->media_us = (gint64) get (bytes + 48, 8);
  return TRUE;
}

/* ---- time --------------------------------------------------------------------------------- */

void
hearth_recording_clock_init (HearthRecordingClock *self)
{
  self->media_us = 0;
  hearth_recording_clock_splice (self);
}

void
hearth_recording_clock_splice (HearthRecordingClock *self)
{
  self->pts90k = HEARTH_RECORDING_NO_TIME;
  self->boottime_us = 0;
}

/* By PTS; where that jumps, by arrival; where nobody knows, they stand together. */
static gint64
get_step_us (const HearthRecordingClock *self, gint64 pts90k, gint64 boottime_us)
{
  gint64 step90k = -1, step_us = boottime_us - self->boottime_us;

  if (pts90k != HEARTH_RECORDING_NO_TIME && self->pts90k != HEARTH_RECORDING_NO_TIME &&
      __builtin_sub_overflow (pts90k, self->pts90k, &step90k))
    step90k = -1;
  if (step90k >= 0 && step90k <= STEP_MAX90K)
    return step90k * 100 / 9;
  if (self->boottime_us > 0 && boottime_us > 0 && step_us >= 0 && step_us <= STEP_MAX90K * 100 / 9)
    return step_us;
  return 0;
}

gint64
hearth_recording_clock_push (HearthRecordingClock *self, gint64 pts90k, gint64 boottime_us)
{
  self->media_us += get_step_us (self, pts90k, boottime_us);
  self->pts90k = pts90k;
  self->boottime_us = boottime_us;
  return self->media_us;
}

/* ---- a whole index ------------------------------------------------------------------------ */

static HearthRecordingIndex *
new_empty (void)
{
  HearthRecordingIndex *self = g_new0 (HearthRecordingIndex, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (HearthRecordingEntry));
  return self;
}

void
hearth_recording_index_free (HearthRecordingIndex *self)
{
  g_array_unref (self->entries);
  g_free (self);
}

static const HearthRecordingEntry *
get_entry (HearthRecordingIndex *self, guint i)
{
  return &g_array_index (self->entries, HearthRecordingEntry, i);
}

/* In order, and within the stream. */
static gboolean
continues (HearthRecordingIndex *self, const HearthRecordingEntry *entry, guint64 stream_bytes)
{
  const HearthRecordingEntry *last = self->entries->len > 0 ? get_entry (self, self->entries->len - 1) : NULL;

  return entry->type != HEARTH_RECORDING_BEGIN && entry->offset <= stream_bytes && entry->offset % HEARTH_TS_PACKET == 0 &&
         entry->media_us >= 0 && entry->media_us < G_MAXINT64 / 4 &&
         (last == NULL || (entry->offset >= last->offset && entry->media_us >= last->media_us));
}

HearthRecordingIndex *
hearth_recording_index_new_for_bytes (const guint8 *bytes, gsize n_bytes, guint64 stream_bytes)
{
  HearthRecordingIndex *self = new_empty ();
  HearthRecordingEntry entry;
  gsize at = HEARTH_RECORDING_ENTRY_BYTES;

  if (n_bytes < at || !hearth_recording_entry_decode (&entry, bytes) || entry.type != HEARTH_RECORDING_BEGIN ||
      entry.kind != HEARTH_RECORDING_INDEX_VERSION) {
    self->doubted = TRUE;
    return self;
  }
  for (; at + HEARTH_RECORDING_ENTRY_BYTES <= n_bytes; at += HEARTH_RECORDING_ENTRY_BYTES) {
    if (!hearth_recording_entry_decode (&entry, bytes + at) || !continues (self, &entry, stream_bytes))
      break;
    g_array_append_val (self->entries, entry);
  }
  self->good_bytes = at;
  self->doubted = at != n_bytes;
  return self;
}

/* ---- made anew from the stream --------------------------------------------------------------- */

typedef struct {
  HearthRecordingIndex *index;
  HearthRecordingClock clock;
  gint64 utc_us; /* minus the recording's time; 0: unknown */
} Extension;

static void
on_rap (const HearthTsRap *rap, gpointer user_data)
{
  Extension *extension = user_data;
  const HearthRecordingEntry *last = hearth_recording_index_get_last_rap (extension->index);
  HearthRecordingEntry entry = { .type = HEARTH_RECORDING_RAP, .kind = rap->kind, .offset = rap->position,
                                 .pts90k = rap->pts90k, .dts90k = rap->dts90k };

  entry.media_us = hearth_recording_clock_push (&extension->clock, rap->pts90k, 0);
  entry.utc_us = extension->utc_us > 0 ? extension->utc_us + entry.media_us : 0;
  if ((last == NULL || entry.offset > last->offset) && continues (extension->index, &entry, G_MAXUINT64))
    g_array_append_val (extension->index->entries, entry);
}

static void
on_tables (const guint8 *pat, gsize n_pat, const guint8 *section, gsize n_pmt, const HearthTsPmt *pmt, gpointer user_data)
{
}

static void
on_pcr (guint64 pcr_27mhz, gboolean discontinuity, guint64 position, gpointer user_data)
{
}

/* A little before the last point, so that the tables are known when it comes again: its own time is then where ours goes on. */
static guint64
begin_extension (Extension *extension)
{
  const HearthRecordingEntry *last = hearth_recording_index_get_last_rap (extension->index);
  const HearthRecordingEntry splice = { .type = HEARTH_RECORDING_SPLICE };

  hearth_recording_clock_init (&extension->clock);
  if (extension->index->entries->len == 0)
    g_array_append_val (extension->index->entries, splice);
  if (last == NULL)
    return 0;
  extension->clock.media_us = last->media_us;
  extension->utc_us = last->utc_us > 0 ? last->utc_us - last->media_us : 0;
  return last->offset > TABLES_BEFORE ? last->offset - TABLES_BEFORE : 0;
}

gboolean
hearth_recording_index_extend (HearthRecordingIndex *self, int stream_fd, GError **error)
{
  static const HearthTsAnalyserFuncs funcs = { .tables = on_tables, .rap = on_rap, .pcr = on_pcr };
  Extension extension = { .index = self };
  g_autoptr (HearthTsAnalyser) analyser = hearth_ts_analyser_new (0, &funcs, &extension);
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  guint64 offset = begin_extension (&extension);
  gssize n;

  while ((n = TEMP_FAILURE_RETRY (pread (stream_fd, chunk, CHUNK, offset))) >= HEARTH_TS_PACKET) {
    hearth_ts_analyser_push (analyser, chunk, n / HEARTH_TS_PACKET, offset);
    offset += n / HEARTH_TS_PACKET * HEARTH_TS_PACKET;
  }
  if (n < 0) {
    hearth_error_set_errno (error, errno, "reading the recording to make its index anew");
    return FALSE;
  }
  return TRUE;
}

/* (nullable): none that can be read. */
static GBytes *
read_whole (int fd)
{
  struct stat status;
  g_autofree guint8 *bytes = NULL;
  gsize have = 0;

  if (fd < 0 || fstat (fd, &status) < 0 || status.st_size > MOST_BYTES)
    return NULL;
  bytes = g_malloc (status.st_size + 1);
  while (have < (gsize) status.st_size) {
    gssize n = TEMP_FAILURE_RETRY (pread (fd, bytes + have, status.st_size - have, have));

    if (n <= 0)
      break;
    have += n;
  }
  return g_bytes_new_take (g_steal_pointer (&bytes), have);
}

HearthRecordingIndex *
hearth_recording_index_load (int index_fd, int stream_fd, GError **error)
{
  g_autoptr (HearthRecordingIndex) self = NULL;
  g_autoptr (GBytes) bytes = read_whole (index_fd);
  const guint8 *data = NULL;
  struct stat status;
  gsize size = 0;

  if (fstat (stream_fd, &status) < 0) {
    hearth_error_set_errno (error, errno, "asking for the size of a recording");
    return NULL;
  }
  if (bytes != NULL)
    data = g_bytes_get_data (bytes, &size);
  self = hearth_recording_index_new_for_bytes (data, size, status.st_size);
  if (self->doubted && !hearth_recording_index_extend (self, stream_fd, error))
    return NULL;
  return g_steal_pointer (&self);
}

GBytes *
hearth_recording_index_dup_bytes (HearthRecordingIndex *self)
{
  const HearthRecordingEntry begin = { .type = HEARTH_RECORDING_BEGIN, .kind = HEARTH_RECORDING_INDEX_VERSION };
  gsize n_bytes = (gsize) (self->entries->len + 1) * HEARTH_RECORDING_ENTRY_BYTES;
  guint8 *bytes = g_malloc (n_bytes);

  hearth_recording_entry_encode (&begin, bytes);
  for (guint i = 0; i < self->entries->len; i++)
    hearth_recording_entry_encode (get_entry (self, i), bytes + (gsize) (i + 1) * HEARTH_RECORDING_ENTRY_BYTES);
  return g_bytes_new_take (bytes, n_bytes);
}

/* ---- asking ------------------------------------------------------------------------------------- */

static const HearthRecordingEntry *
find_last (HearthRecordingIndex *self, HearthRecordingEntryType type, guint before)
{
  while (before-- > 0)
    if (get_entry (self, before)->type == type)
      return get_entry (self, before);
  return NULL;
}

/* How many entries lie at or before: entries are in order of both. */
static guint
count_up_to (HearthRecordingIndex *self, gint64 media_us, guint64 offset)
{
  guint low = 0, high = self->entries->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (get_entry (self, middle)->media_us <= media_us && get_entry (self, middle)->offset <= offset)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const HearthRecordingEntry *
hearth_recording_index_find_time (HearthRecordingIndex *self, gint64 media_us)
{
  const HearthRecordingEntry *found = find_last (self, HEARTH_RECORDING_RAP, count_up_to (self, media_us, G_MAXUINT64));

  for (guint i = 0; found == NULL && i < self->entries->len; i++)
    if (get_entry (self, i)->type == HEARTH_RECORDING_RAP)
      found = get_entry (self, i);
  return found;
}

const HearthRecordingEntry *
hearth_recording_index_find_offset (HearthRecordingIndex *self, guint64 offset)
{
  return find_last (self, HEARTH_RECORDING_RAP, count_up_to (self, G_MAXINT64, offset));
}

const HearthRecordingEntry *
hearth_recording_index_get_last_splice (HearthRecordingIndex *self)
{
  return find_last (self, HEARTH_RECORDING_SPLICE, self->entries->len);
}

const HearthRecordingEntry *
hearth_recording_index_get_last_rap (HearthRecordingIndex *self)
{
  return find_last (self, HEARTH_RECORDING_RAP, self->entries->len);
}
