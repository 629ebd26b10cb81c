/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ring whose writer is hostile, before it is mapped and while it is read. The input is a run of commands: 'p' offset (3 bytes)
 * value (8 bytes) writes into the header, index or tables; the others are what a reader does. The first one that is no 'p' maps. */
#include "ring/hearth-ring-layout.h"

#include <stdint.h>
#include <unistd.h>

#define FILE_BYTES (HEARTH_RING_PAYLOAD_AT + 1025u * 4096u) /* a little more than the smallest payload */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct {
  const uint8_t *data;
  size_t size;
} Input;

static int ring_fd;
static HearthRingHeader *header;

static guint64
take (Input *in, guint n_bytes)
{
  guint64 value = 0;

  for (guint i = 0; i < n_bytes && in->size > 0; i++, in->data++, in->size--)
    value |= (guint64) *in->data << (8 * i);
  return value;
}

static void
make_ring (void)
{
  ring_fd = memfd_create ("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (ring_fd < 0 || ftruncate (ring_fd, FILE_BYTES) < 0)
    g_error ("no memory for a ring");
  header = mmap (NULL, FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ring_fd, 0);
  if (header == MAP_FAILED || fcntl (ring_fd, F_ADD_SEALS, HEARTH_RING_SEALS) < 0)
    g_error ("a ring cannot be mapped or sealed");
}

static void
reset_ring (void)
{
  memset (header, 0, sizeof *header);
  header->magic = HEARTH_RING_MAGIC;
  header->layout = HEARTH_RING_LAYOUT;
  header->index_entries = HEARTH_RING_INDEX_ENTRIES;
  header->payload_at = HEARTH_RING_PAYLOAD_AT;
  header->payload_bytes = (HEARTH_RING_MIN_BYTES + 187) / 188 * 188;
  header->n_spans = 1;
  header->spans[0].bytes = header->payload_bytes;
}

static void
patch (Input *in)
{
  gsize offset = take (in, 3) % (sizeof *header - 8);
  guint64 value = take (in, 8);

  memcpy ((guint8 *) header + offset, &value, sizeof value);
}

static void
check_rap (HearthRingReader *reader, const HearthRingRap *rap)
{
  g_assert (rap->position % HEARTH_RING_PACKET == 0 && rap->position < hearth_ring_reader_get_head (reader));
}

static void
look (HearthRingReader *reader, guint8 command, Input *in)
{
  static guint8 pat[1024], pmt[1024];
  guint32 generation;
  gsize n_pat, n_pmt;
  HearthRingRap rap;

  if (command == 'n' && hearth_ring_reader_get_newest_rap (reader, &rap))
    check_rap (reader, &rap);
  else if (command == 'o' && hearth_ring_reader_get_oldest_rap (reader, &rap))
    check_rap (reader, &rap);
  else if (command == 'a' && hearth_ring_reader_get_rap_at (reader, take (in, 8), &rap))
    check_rap (reader, &rap);
  else if (command == 't' && hearth_ring_reader_get_tables (reader, pat, &n_pat, pmt, &n_pmt, &generation))
    g_assert (n_pat <= sizeof pat && n_pmt <= sizeof pmt);
  else if (command == 's')
    hearth_ring_reader_seek (reader, take (in, 8));
}

static void
read_some (HearthRingReader *reader, gsize max)
{
  g_autofree guint8 *buffer = g_malloc (max + 1); /* exactly, so that a sanitizer sees one byte too many */
  gsize n;
  HearthRingRead result = hearth_ring_reader_read (reader, buffer, max, &n);

  g_assert (n <= max && n % HEARTH_RING_PACKET == 0 && (n > 0) == (result == HEARTH_RING_READ_OK));
  g_assert (hearth_ring_reader_get_position (reader) <= hearth_ring_reader_get_head (reader));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Input in = { data, size };
  g_autoptr (HearthRingReader) reader = NULL;

  if (header == NULL)
    make_ring ();
  reset_ring ();
  while (in.size > 0) {
    guint8 command = take (&in, 1);

    if (command == 'p') {
      patch (&in);
      continue;
    }
    if (reader == NULL)
      reader = hearth_ring_reader_new (ring_fd, NULL);
    if (reader == NULL)
      return 0;
    if (command == 'r')
      read_some (reader, take (&in, 2));
    else
      look (reader, command, &in);
  }
  return 0;
}
