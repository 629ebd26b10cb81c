/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record/hearth-record-files.h"

#include <errno.h>
#include <fcntl.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

HEARTH_LOG_TOPIC ("record")

#define FILE_MODE 0640
#define FOLDER_MODE 0750
#define NEW_MANIFEST "manifest.json.new"
#define TAIL_BYTES (64u << 20) /* a power cut spoils no more than this: it is what a disk and the kernel hold back */

struct _HearthRecordFiles {
  int folder, stream, index;
  guint64 size, index_size;
  HearthRecordingManifest *found;
  gint64 found_us;
  gboolean has_manifest;
  HearthRecordingClock clock;
  HearthRecordingEntry splice; /* the last one */
  gboolean spliced;
  guint64 next_rap; /* random access points before this byte of the stream are known */
  GByteArray *pending; /* entries that are not in the file yet */
};

static gint64
get_boottime_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static gboolean
fail (GError **error, const char *what)
{
  if (errno == ENOSPC || errno == EDQUOT)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "%s: the disk is full; delete recordings", what);
  else
    hearth_error_set_errno (error, errno, "%s", what);
  return FALSE;
}

/* ---- going on in a folder ------------------------------------------------------------------------- */

/* Where the last packet that begins as one ends. */
static guint64
find_good_end (int fd, guint64 size)
{
  guint64 lowest = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
  guint8 byte;

  size -= size % HEARTH_RING_PACKET;
  while (size >= lowest + HEARTH_RING_PACKET && (pread (fd, &byte, 1, size - HEARTH_RING_PACKET) != 1 || byte != 0x47))
    size -= HEARTH_RING_PACKET;
  return size;
}

static gboolean
mend_stream (HearthRecordFiles *self, GError **error)
{
  struct stat status;

  if (fstat (self->stream, &status) < 0)
    return fail (error, "asking for the size of stream.ts");
  self->found_us = status.st_size > 0 ? (gint64) status.st_mtim.tv_sec * 1000000 + status.st_mtim.tv_nsec / 1000 : 0;
  self->size = find_good_end (self->stream, status.st_size);
  if (self->size != (guint64) status.st_size && ftruncate (self->stream, self->size) < 0)
    return fail (error, "cutting stream.ts to whole packets");
  return TRUE;
}

static gboolean
write_index (HearthRecordFiles *self, HearthRecordingIndex *index, GError **error)
{
  g_autoptr (GBytes) bytes = hearth_recording_index_dup_bytes (index);
  gsize n_bytes;
  const guint8 *data = g_bytes_get_data (bytes, &n_bytes);

  if (pwrite (self->index, data, n_bytes, 0) != (gssize) n_bytes || ftruncate (self->index, n_bytes) < 0)
    return fail (error, "writing index.bin anew");
  self->index_size = n_bytes;
  return TRUE;
}

/* Also where the index is whole, some seconds of the stream may be younger than it. */
static gboolean
mend_index (HearthRecordFiles *self, GError **error)
{
  g_autoptr (HearthRecordingIndex) index = hearth_recording_index_load (self->index, self->stream, error);
  const HearthRecordingEntry *last;

  if (index == NULL)
    return FALSE;
  if (index->doubted && self->size > 0)
    hearth_notice ("the index was mended from the stream: %u entries", index->entries->len);
  else if (!hearth_recording_index_extend (index, self->stream, error))
    return FALSE;
  if (!write_index (self, index, error))
    return FALSE;
  last = hearth_recording_index_get_last_rap (index);
  self->clock.media_us = last != NULL ? last->media_us : 0;
  self->next_rap = last != NULL ? last->offset + 1 : 0;
  last = hearth_recording_index_get_last_splice (index);
  self->spliced = last != NULL && last->ring != 0;
  if (self->spliced)
    self->splice = *last;
  return TRUE;
}

static int
open_file (HearthRecordFiles *self, const char *name, GError **error)
{
  int fd = openat (self->folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);

  if (fd < 0)
    fail (error, name);
  return fd;
}

HearthRecordFiles *
hearth_record_files_open (int root_fd, const char *id, GError **error)
{
  g_autoptr (HearthRecordFiles) self = g_new0 (HearthRecordFiles, 1);

  self->folder = self->stream = self->index = -1;
  self->pending = g_byte_array_new ();
  hearth_recording_clock_init (&self->clock);
  if (mkdirat (root_fd, id, FOLDER_MODE) < 0 && errno != EEXIST) {
    fail (error, "making the folder of a recording");
    return NULL;
  }
  self->folder = openat (root_fd, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (self->folder < 0) {
    fail (error, "opening the folder of a recording");
    return NULL;
  }
  self->found = hearth_recording_manifest_load (self->folder, NULL);
  self->has_manifest = self->found != NULL;
  self->stream = open_file (self, "stream.ts", error);
  if (self->stream < 0)
    return NULL;
  self->index = open_file (self, "index.bin", error);
  if (self->index < 0 || !mend_stream (self, error) || !mend_index (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
hearth_record_files_free (HearthRecordFiles *self)
{
  const int fds[] = { self->folder, self->stream, self->index };

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    if (fds[i] >= 0)
      close (fds[i]);
  g_clear_pointer (&self->found, hearth_recording_manifest_free);
  g_byte_array_unref (self->pending);
  g_free (self);
}

/* ---- asking ------------------------------------------------------------------------------------------- */

guint64
hearth_record_files_get_size (HearthRecordFiles *self)
{
  return self->size;
}

gint64
hearth_record_files_get_duration_us (HearthRecordFiles *self)
{
  return self->clock.media_us;
}

HearthRecordingManifest *
hearth_record_files_steal_manifest (HearthRecordFiles *self)
{
  return g_steal_pointer (&self->found);
}

gint64
hearth_record_files_get_found_us (HearthRecordFiles *self)
{
  return self->found_us;
}

gboolean
hearth_record_files_get_next (HearthRecordFiles *self, guint64 *ring, guint64 *ring_byte)
{
  if (!self->spliced || self->size < self->splice.offset)
    return FALSE;
  *ring = self->splice.ring;
  *ring_byte = self->splice.ring_byte + (self->size - self->splice.offset);
  return TRUE;
}

/* ---- writing --------------------------------------------------------------------------------------------- */

/* All pages of a ring's memory at once. The kernel finds out in the middle of its copy else that one is not mapped yet, zeroes the
 * rest of the file's folio and begins again: half of a recorder's work in a ring's first round. Of older kernels EINVAL, and no harm. */
static void
map_in (const guint8 *packets, gsize n_bytes)
{
  const guintptr page = (guintptr) sysconf (_SC_PAGESIZE), begin = (guintptr) packets / page * page;

  madvise ((gpointer) begin, (guintptr) packets + n_bytes - begin, MADV_POPULATE_READ);
}

gboolean
hearth_record_files_write (HearthRecordFiles *self, const guint8 *packets, gsize n_bytes, gsize *n_written, GError **error)
{
  gssize n;

  *n_written = 0;
  map_in (packets, n_bytes);
  n = TEMP_FAILURE_RETRY (pwrite (self->stream, packets, n_bytes, self->size));
  if (n < 0)
    return fail (error, "writing stream.ts");
  *n_written = n / HEARTH_RING_PACKET * HEARTH_RING_PACKET;
  self->size += *n_written;
  if ((gsize) n == n_bytes)
    return TRUE;
  if (ftruncate (self->stream, self->size) < 0) /* half a packet; the next write covers it anyway */
    hearth_warning ("cutting stream.ts: %s", g_strerror (errno));
  errno = ENOSPC; /* a file takes less than it was given only when there is no more room */
  return fail (error, "writing stream.ts");
}

gboolean
hearth_record_files_cut (HearthRecordFiles *self, guint64 size, GError **error)
{
  if (ftruncate (self->stream, size) < 0)
    return fail (error, "cutting stream.ts");
  self->size = size;
  return TRUE;
}

static void
append_entry (HearthRecordFiles *self, const HearthRecordingEntry *entry)
{
  guint8 bytes[HEARTH_RECORDING_ENTRY_BYTES];

  hearth_recording_entry_encode (entry, bytes);
  g_byte_array_append (self->pending, bytes, sizeof bytes);
}

gboolean
hearth_record_files_flush (HearthRecordFiles *self, GError **error)
{
  gssize n;

  if (self->pending->len == 0)
    return TRUE;
  n = TEMP_FAILURE_RETRY (pwrite (self->index, self->pending->data, self->pending->len, self->index_size));
  if (n < (gssize) self->pending->len) { /* all of it is written again at the same place */
    errno = n < 0 ? errno : ENOSPC;
    return fail (error, "writing index.bin");
  }
  self->index_size += self->pending->len;
  g_byte_array_set_size (self->pending, 0);
  return TRUE;
}

gboolean
hearth_record_files_splice (HearthRecordFiles *self, guint64 ring, guint64 ring_byte, GError **error)
{
  const HearthRecordingEntry entry = { .type = HEARTH_RECORDING_SPLICE, .offset = self->size, .ring = ring, .ring_byte = ring_byte,
                                       .utc_us = g_get_real_time (), .boottime_us = get_boottime_us (),
                                       .media_us = self->clock.media_us };

  hearth_recording_clock_splice (&self->clock);
  self->splice = entry;
  self->spliced = TRUE;
  self->next_rap = MAX (self->next_rap, self->size);
  append_entry (self, &entry);
  return hearth_record_files_flush (self, error);
}

void
hearth_record_files_add_rap (HearthRecordFiles *self, const HearthRingRap *rap)
{
  HearthRecordingEntry entry = { .type = HEARTH_RECORDING_RAP, .kind = (guint16) rap->kind, .pts90k = rap->pts90k,
                                 .dts90k = rap->dts90k, .utc_us = rap->utc_us, .boottime_us = rap->boottime_us };

  if (rap->position < self->splice.ring_byte)
    return;
  entry.offset = self->splice.offset + (rap->position - self->splice.ring_byte);
  if (entry.offset < self->next_rap)
    return;
  self->next_rap = entry.offset + 1;
  entry.media_us = hearth_recording_clock_push (&self->clock, rap->pts90k, rap->boottime_us);
  append_entry (self, &entry);
}

/* ---- the manifest ------------------------------------------------------------------------------------------- */

gboolean
hearth_record_files_write_manifest (HearthRecordFiles *self, const HearthRecordingManifest *manifest, GError **error)
{
  gsize n_bytes;
  g_autofree char *text = hearth_recording_manifest_print (manifest, &n_bytes);
  int fd = openat (self->folder, NEW_MANIFEST, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
  gboolean good;

  if (fd < 0)
    return fail (error, "writing the manifest");
  errno = ENOSPC; /* for a write that takes only a part */
  good = TEMP_FAILURE_RETRY (write (fd, text, n_bytes)) == (gssize) n_bytes || fail (error, "writing the manifest");
  close (fd);
  return good;
}

gboolean
hearth_record_files_commit_manifest (HearthRecordFiles *self, GError **error)
{
  if (renameat (self->folder, NEW_MANIFEST, self->folder, "manifest.json") < 0)
    return fail (error, "putting the manifest in its place");
  self->has_manifest = TRUE;
  return TRUE;
}

gboolean
hearth_record_files_has_manifest (HearthRecordFiles *self)
{
  return self->has_manifest;
}
