/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of a recording's folder. The first byte says which: 'm' a manifest; 'i' an index, with the stream's size in eight bytes
 * before it; anything else a stream that an index is made of. What was read is written and read again. */
#include "recording/hearth-recording-index.h"
#include "recording/hearth-recording-manifest.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
void __lsan_disable (void) __attribute__ ((weak));
void __lsan_enable (void) __attribute__ ((weak));

/* json-glib 1.6 leaks the string in which it finds an error. Leaks of our own are the unit test's. */
static HearthRecordingManifest *
parse_manifest (const char *text, gsize n_bytes)
{
  HearthRecordingManifest *manifest;

  if (__lsan_disable != NULL)
    __lsan_disable ();
  manifest = hearth_recording_manifest_parse (text, n_bytes, NULL);
  if (__lsan_enable != NULL)
    __lsan_enable ();
  return manifest;
}

static void
try_manifest (const uint8_t *data, size_t size)
{
  g_autoptr (HearthRecordingManifest) manifest = parse_manifest ((const char *) data, size), again = NULL;
  g_autofree char *text = NULL;
  gsize n;

  if (manifest == NULL)
    return;
  text = hearth_recording_manifest_print (manifest, &n);
  again = parse_manifest (text, n);
  g_assert (again != NULL || n > HEARTH_RECORDING_MANIFEST_MAX);
  g_assert (again == NULL || (g_str_equal (again->title, manifest->title) && again->gaps->len == manifest->gaps->len));
}

static void
check_index (HearthRecordingIndex *index)
{
  const HearthRecordingEntry *last = hearth_recording_index_get_last_rap (index);
  g_autoptr (GBytes) bytes = hearth_recording_index_dup_bytes (index);
  g_autoptr (HearthRecordingIndex) again = NULL;
  const guint8 *data;
  gsize n;

  g_assert (last == NULL || hearth_recording_index_find_time (index, G_MAXINT64) == last);
  g_assert (last == NULL || hearth_recording_index_find_offset (index, G_MAXUINT64) == last);
  hearth_recording_index_find_time (index, 0);
  data = g_bytes_get_data (bytes, &n);
  again = hearth_recording_index_new_for_bytes (data, n, G_MAXUINT64);
  g_assert (!again->doubted && again->entries->len == index->entries->len);
}

static void
try_index (const uint8_t *data, size_t size)
{
  g_autoptr (HearthRecordingIndex) index = NULL;
  guint64 stream_bytes = G_MAXUINT64;
  gsize n = MIN (size, sizeof stream_bytes);

  memcpy (&stream_bytes, data, n);
  index = hearth_recording_index_new_for_bytes (data + n, size - n, stream_bytes);
  check_index (index);
}

static void
try_stream (const uint8_t *data, size_t size)
{
  g_autoptr (HearthRecordingIndex) index = NULL;
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);

  g_assert (fd >= 0 && write (fd, data, size) == (ssize_t) size);
  index = hearth_recording_index_load (-1, fd, NULL);
  g_assert (index != NULL);
  check_index (index);
  close (fd);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  if (data[0] == 'm')
    try_manifest (data + 1, size - 1);
  else if (data[0] == 'i')
    try_index (data + 1, size - 1);
  else
    try_stream (data + 1, size - 1);
  return 0;
}
