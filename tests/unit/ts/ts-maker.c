/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ts-maker.h"

#include <string.h>

void
ts_maker_init (TsMaker *self)
{
  memset (self, 0, sizeof *self);
  self->bytes = g_byte_array_new ();
}

void
ts_maker_clear (TsMaker *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
}

guint
ts_maker_n_packets (const TsMaker *self)
{
  return self->bytes->len / HEARTH_TS_PACKET;
}

guint8 *
ts_maker_packet (TsMaker *self, guint i)
{
  g_assert_cmpuint (i, <, ts_maker_n_packets (self));
  return self->bytes->data + i * HEARTH_TS_PACKET;
}

gsize
ts_maker_add_packet (TsMaker *self, guint16 pid, gboolean unit_start, const guint8 *adaptation, gsize n_adaptation,
                     const guint8 *payload, gsize n_payload)
{
  guint8 p[HEARTH_TS_PACKET];
  gsize field = adaptation != NULL ? 1 + n_adaptation : 0, taken = MIN (n_payload, HEARTH_TS_PACKET - 4 - field);

  field = HEARTH_TS_PACKET - 4 - taken;
  memset (p, 0xff, sizeof p);
  p[0] = 0x47;
  p[1] = (unit_start ? 0x40 : 0) | (pid >> 8);
  p[2] = pid & 0xff;
  p[3] = (taken > 0 ? 0x10 : 0) | (field > 0 ? 0x20 : 0);
  if (taken > 0)
    self->continuity[pid] = (self->continuity[pid] + 1) & 0x0f;
  p[3] |= self->continuity[pid];
  if (field > 0)
    p[4] = field - 1;
  if (field > 1)
    p[5] = 0;
  if (adaptation != NULL)
    memcpy (p + 5, adaptation, n_adaptation);
  if (taken > 0)
    memcpy (p + HEARTH_TS_PACKET - taken, payload, taken);
  g_byte_array_append (self->bytes, p, sizeof p);
  return taken;
}

static void
write_pcr (guint8 *p, gint64 pcr_27mhz)
{
  guint64 base = (pcr_27mhz / 300) & ((G_GUINT64_CONSTANT (1) << 33) - 1);
  guint extension = pcr_27mhz % 300;

  p[0] = base >> 25;
  p[1] = base >> 17;
  p[2] = base >> 9;
  p[3] = base >> 1;
  p[4] = ((base & 1) << 7) | 0x7e | (extension >> 8);
  p[5] = extension & 0xff;
}

void
ts_maker_add_pcr (TsMaker *self, guint16 pid, gint64 pcr_27mhz, gboolean discontinuity)
{
  guint8 adaptation[7] = { 0x10 | (discontinuity ? 0x80 : 0) };

  write_pcr (adaptation + 1, pcr_27mhz);
  ts_maker_add_packet (self, pid, FALSE, adaptation, sizeof adaptation, NULL, 0);
}

void
ts_maker_add_section (TsMaker *self, guint16 pid, const guint8 *section, gsize n_bytes)
{
  guint8 packets[23 * HEARTH_TS_PACKET], next = (self->continuity[pid] + 1) & 0x0f;
  guint n = hearth_ts_section_packetize (section, n_bytes, pid, &next, packets);

  self->continuity[pid] = (next + 15) & 0x0f;
  g_byte_array_append (self->bytes, packets, n * HEARTH_TS_PACKET);
}

static void
write_time (guint8 *p, guint prefix, gint64 time90k)
{
  p[0] = (prefix << 4) | ((time90k >> 29) & 0x0e) | 1;
  p[1] = time90k >> 22;
  p[2] = ((time90k >> 14) & 0xfe) | 1;
  p[3] = time90k >> 7;
  p[4] = ((time90k << 1) & 0xfe) | 1;
}

static GByteArray *
make_pes (guint8 stream_id, const TsMakerPes *how, const guint8 *data, gsize n_bytes)
{
  guint8 header[19] = { 0, 0, 1, stream_id, 0, 0, 0x80, 0, 0 };
  guint n_header = 9;
  GByteArray *pes = g_byte_array_new ();

  if (how->pts >= 0) {
    gboolean both = how->dts >= 0;

    write_time (header + 9, both ? 3 : 2, how->pts);
    if (both)
      write_time (header + 14, 1, how->dts);
    header[7] = both ? 0xc0 : 0x80;
    header[8] = both ? 10 : 5;
    n_header += header[8];
  }
  if (how->bounded) {
    header[4] = (n_header - 6 + n_bytes) >> 8;
    header[5] = (n_header - 6 + n_bytes) & 0xff;
  }
  g_byte_array_append (pes, header, n_header);
  return g_byte_array_append (pes, data, n_bytes);
}

void
ts_maker_add_pes (TsMaker *self, guint16 pid, guint8 stream_id, const TsMakerPes *how, const guint8 *data, gsize n_bytes)
{
  g_autoptr (GByteArray) pes = make_pes (stream_id, how, data, n_bytes);
  guint8 adaptation[184] = { 0 };
  gsize n_adaptation = 0, at = 0;

  memset (adaptation + 1, 0xff, sizeof adaptation - 1);
  adaptation[0] = (how->pcr_27mhz >= 0 ? 0x10 : 0) | (how->random_access ? 0x40 : 0);
  if (adaptation[0] != 0)
    n_adaptation = how->pcr_27mhz >= 0 ? 7 : 1;
  if (how->pcr_27mhz >= 0)
    write_pcr (adaptation + 1, how->pcr_27mhz);
  n_adaptation += how->first_stuffing;
  while (at < pes->len) {
    at += ts_maker_add_packet (self, pid, at == 0, n_adaptation > 0 ? adaptation : NULL, n_adaptation, pes->data + at, pes->len - at);
    n_adaptation = 0;
  }
}

/* Completes a section whose body is there: length and CRC. */
static gsize
finish_section (guint8 *section, gsize n_bytes)
{
  guint32 crc;

  section[1] = 0xb0 | ((n_bytes + 4 - 3) >> 8);
  section[2] = (n_bytes + 4 - 3) & 0xff;
  crc = hearth_ts_crc32 (section, n_bytes);
  for (guint i = 0; i < 4; i++)
    section[n_bytes + i] = crc >> (24 - 8 * i);
  return n_bytes + 4;
}

gsize
ts_make_pmt (guint8 *section, guint16 program_number, guint8 version, guint16 pcr_pid, const guint8 *info, gsize n_info,
             const guint8 *streams, gsize n_streams)
{
  const guint8 head[12] = {
    0x02, 0, 0, program_number >> 8, program_number & 0xff, 0xc1 | (version << 1), 0, 0,
    0xe0 | (pcr_pid >> 8), pcr_pid & 0xff, 0xf0 | (n_info >> 8), n_info & 0xff,
  };

  memcpy (section, head, sizeof head);
  if (n_info > 0)
    memcpy (section + sizeof head, info, n_info);
  if (n_streams > 0)
    memcpy (section + sizeof head + n_info, streams, n_streams);
  return finish_section (section, sizeof head + n_info + n_streams);
}

gsize
ts_make_pat (guint8 *section, guint8 version, const HearthTsProgram *programs, guint n_programs)
{
  const guint8 head[8] = { 0x00, 0, 0, 0x12, 0x34, 0xc1 | (version << 1), 0, 0 };
  gsize n = sizeof head;

  memcpy (section, head, n);
  for (guint i = 0; i < n_programs; i++) {
    section[n++] = programs[i].program_number >> 8;
    section[n++] = programs[i].program_number & 0xff;
    section[n++] = 0xe0 | (programs[i].pmt_pid >> 8);
    section[n++] = programs[i].pmt_pid & 0xff;
  }
  return finish_section (section, n);
}

gsize
ts_make_plain_pmt (guint8 *section, guint16 program_number, guint8 version, guint16 video_pid, guint16 audio_pid)
{
  const guint8 streams[] = {
    0x1b, 0xe0 | (video_pid >> 8), video_pid & 0xff, 0xf0, 0,
    0x03, 0xe0 | (audio_pid >> 8), audio_pid & 0xff, 0xf0, 6, 0x0a, 4, 'c', 'h', 'i', 0,
  };

  return ts_make_pmt (section, program_number, version, video_pid, NULL, 0, streams, sizeof streams);
}

void
ts_make_h264_unit (guint8 *unit, gsize n_bytes, gboolean key)
{
  static const guint8 key_head[] = {
    0, 0, 0, 1, 0x09, 0x10,             /* delimiter */
    0, 0, 0, 1, 0x67, 0x64, 0x00, 0x28, /* SPS */
    0, 0, 0, 1, 0x68, 0xee, 0x3c, 0x80, /* PPS */
    0, 0, 1, 0x65, 0x88, 0x84,          /* IDR slice */
  };
  static const guint8 other_head[] = { 0, 0, 0, 1, 0x09, 0x30, 0, 0, 1, 0x41, 0x9a, 0x02 }; /* P slice */

  g_assert_cmpuint (n_bytes, >=, sizeof key_head);
  memset (unit, 0x5a, n_bytes);
  if (key)
    memcpy (unit, key_head, sizeof key_head);
  else
    memcpy (unit, other_head, sizeof other_head);
}

char *
ts_find_sample (const char *name)
{
  g_autofree char *folder = g_strdup (g_test_get_dir (G_TEST_DIST));
  g_autofree char *message = NULL;

  while (strlen (folder) > 1) {
    g_autofree char *path = g_build_filename (folder, "shared", "samples", "ts", name, NULL);
    char *parent;

    if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
      return g_steal_pointer (&path);
    parent = g_path_get_dirname (folder);
    g_free (folder);
    folder = parent;
  }
  message = g_strdup_printf ("no shared/samples/ts/%s in any folder above %s", name, g_test_get_dir (G_TEST_DIST));
  g_test_skip (message);
  return NULL;
}
