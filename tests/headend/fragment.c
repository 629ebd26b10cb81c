/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/fragment.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <hearth/error.h>
#include <string.h>

#include "headend/encode.h"
#include "headend/tables.h"

#define SAMPLE_KEY 0x02000000   /* depends on no other (8.8.3.1) */
#define SAMPLE_OTHER 0x01010000 /* depends on others, is no sync sample */
#define TFHD_BASE_IS_MOOF 0x020000
#define TRUN_DATA_OFFSET 0x001
#define TRUN_DURATION 0x100
#define TRUN_SIZE 0x200
#define TRUN_FLAGS 0x400
#define TRUN_COMPOSITION 0x800

/* ---- the beginning ---------------------------------------------------------------------------------------------- */

/* Enough of the loop as a transport stream for ffmpeg to see what is in it. */
static GByteArray *
make_sample (const HeadendLoop *loop)
{
  GByteArray *packets = g_byte_array_new ();
  g_autoptr (GByteArray) slots = g_byte_array_new ();
  const HeadendTables tables = { loop->channel, loop->channel, loop->channel->first_pid, 0, loop->channel->n_audio, 0 };
  guint8 continuity[HEADEND_SLOT_N] = { 0 };

  headend_mux_segment (loop, 0, 0, loop->channel->gop_frames, packets, slots);
  for (guint i = 0; i < slots->len; i++) {
    const HeadendSlot slot = slots->data[i];
    guint8 *packet = packets->data + (gsize) i * HEADEND_PACKET;
    const guint pid = headend_tables_get_pid (&tables, slot);

    if (slot < HEADEND_SLOT_VIDEO)
      headend_tables_write (&tables, slot, packet);
    packet[1] = (guint8) ((packet[1] & 0xe0) | pid >> 8);
    packet[2] = (guint8) pid;
    packet[3] = (guint8) ((packet[3] & 0xf0) | continuity[slot]++ % 16);
  }
  return packets;
}

/* The boxes up to and with moov. */
static GBytes *
cut_init (const guint8 *bytes, gsize n_bytes)
{
  for (gsize at = 0; at + 8 <= n_bytes;) {
    const gsize n = (gsize) bytes[at] << 24 | (gsize) bytes[at + 1] << 16 | (gsize) bytes[at + 2] << 8 | bytes[at + 3];

    if (n < 8 || n > n_bytes - at)
      return NULL;
    at += n;
    if (memcmp (bytes + at - n + 4, "moov", 4) == 0)
      return g_bytes_new (bytes, at);
  }
  return NULL;
}

static GBytes *
run_ffmpeg (const HeadendLoop *loop, guint stream, const char *input, const char *output, GError **error)
{
  g_autofree char *map = stream == 0 ? g_strdup ("0:v:0") : g_strdup_printf ("0:a:%u", stream - 1);
  const gboolean ac3 = stream > 0 && loop->channel->audio[stream - 1] == HEADEND_AUDIO_AC3;
  const gboolean aac = stream > 0 && loop->channel->audio[stream - 1] == HEADEND_AUDIO_AAC;
  const char *tag = stream > 0 ? (ac3 ? "ac-3" : "mp4a") : loop->channel->video == HEADEND_VIDEO_HEVC ? "hvc1" : "avc1";
  const char *const arguments[] = { "-i", input, "-map", map, "-c", "copy", "-bsf:0", aac ? "aac_adtstoasc" : "null", "-tag:0", tag,
                                    "-video_track_timescale", "90000", "-f", "mp4", "-movflags",
                                    "+frag_keyframe+delay_moov+default_base_moof", "-use_editlist", "0", output, NULL };
  g_autofree char *bytes = NULL;
  gsize n_bytes;
  GBytes *init;

  if (!headend_encode_run (arguments, error))
    return NULL;
  if (!g_file_get_contents (output, &bytes, &n_bytes, error)) {
    hearth_error_translate (error, "reading what ffmpeg made for DASH");
    return NULL;
  }
  init = cut_init ((const guint8 *) bytes, n_bytes);
  if (init == NULL)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "channel %u: ffmpeg made no beginning for DASH; try another version of ffmpeg",
                 loop->channel->number);
  return init;
}

GBytes *
headend_fragment_make_init (const HeadendLoop *loop, guint stream, GError **error)
{
  g_autoptr (GByteArray) sample = make_sample (loop);
  g_autofree char *folder = g_dir_make_tmp ("hearth-headend-XXXXXX", error);
  g_autofree char *input = NULL;
  g_autofree char *output = NULL;
  GBytes *init = NULL;

  if (folder == NULL) {
    hearth_error_translate (error, "making a temporary folder");
    return NULL;
  }
  input = g_build_filename (folder, "sample.ts", NULL);
  output = g_build_filename (folder, "init.mp4", NULL);
  if (g_file_set_contents (input, (const char *) sample->data, sample->len, error))
    init = run_ffmpeg (loop, stream, input, output, error);
  else
    hearth_error_translate (error, "writing %s", input);
  g_unlink (input);
  g_unlink (output);
  g_rmdir (folder);
  return init;
}

/* ---- the codec's name ------------------------------------------------------------------------------------------- */

/* The contents of a box that is known by its name alone; NULL: too short. */
static const guint8 *
find_box (GBytes *init, const char *name, gsize least)
{
  gsize n_bytes;
  const guint8 *bytes = g_bytes_get_data (init, &n_bytes);
  const guint8 *found = memmem (bytes, n_bytes, name, 4);

  return found != NULL && (gsize) (bytes + n_bytes - found) >= 4 + least ? found + 4 : NULL;
}

/* ISO/IEC 14496-15, annex E.3. */
static char *
dup_hevc_name (const guint8 *hvcc)
{
  guint32 flags = 0;
  GString *name;
  guint last = 12;

  for (guint i = 0; i < 32; i++)
    flags |= (guint32) (hvcc[2 + i / 8] >> (7 - i % 8) & 1) << i;
  name = g_string_new (NULL);
  g_string_printf (name, "hvc1.%u.%X.%c%u", hvcc[1] & 31, flags, hvcc[1] & 0x20 ? 'H' : 'L', hvcc[12]);
  while (last > 6 && hvcc[last - 1] == 0)
    last--;
  for (guint i = 6; i < last; i++)
    g_string_append_printf (name, ".%X", hvcc[i]);
  return g_string_free (name, FALSE);
}

char *
headend_fragment_dup_codec (const HeadendChannel *channel, guint stream, GBytes *init)
{
  static const char *const audio[] = { [HEADEND_AUDIO_MP2] = "mp4a.69", [HEADEND_AUDIO_AAC] = "mp4a.40.2", [HEADEND_AUDIO_AC3] = "ac-3" };
  const guint8 *box;

  if (stream > 0)
    return g_strdup (audio[channel->audio[stream - 1]]);
  if ((box = find_box (init, "hvcC", 13)) != NULL)
    return dup_hevc_name (box);
  if ((box = find_box (init, "avcC", 4)) != NULL)
    return g_strdup_printf ("avc1.%02X%02X%02X", box[1], box[2], box[3]);
  return g_strdup ("avc1");
}

/* ---- segments --------------------------------------------------------------------------------------------------- */

static void
put32 (GByteArray *out, guint32 value)
{
  const guint32 swapped = GUINT32_TO_BE (value);

  g_byte_array_append (out, (const guint8 *) &swapped, 4);
}

static void
put64 (GByteArray *out, guint64 value)
{
  put32 (out, (guint32) (value >> 32));
  put32 (out, (guint32) value);
}

static void
set32 (GByteArray *out, guint at, guint32 value)
{
  const guint32 swapped = GUINT32_TO_BE (value);

  memcpy (out->data + at, &swapped, 4);
}

/* Returns where it began, for end_box(). */
static guint
begin_box (GByteArray *out, const char *name)
{
  const guint at = out->len;

  put32 (out, 0);
  g_byte_array_append (out, (const guint8 *) name, 4);
  return at;
}

static void
end_box (GByteArray *out, guint at)
{
  set32 (out, at, out->len - at);
}

/* Where the next start code begins, @n: nowhere. */
static gsize
find_start (const guint8 *p, gsize n, gsize at)
{
  for (; at + 3 <= n; at++) {
    const guint8 *zero = memchr (p + at, 0, n - at - 2);

    if (zero == NULL)
      return n;
    at = (gsize) (zero - p);
    if (p[at + 1] == 0 && p[at + 2] == 1)
      return at;
  }
  return n;
}

/* Start codes become lengths (ISO/IEC 14496-15, 4.3.3). Zeros before a start code are not the unit's. */
static void
append_nal_units (GByteArray *out, const guint8 *p, gsize n)
{
  for (gsize at = find_start (p, n, 0); at < n;) {
    const gsize begin = at + 3, next = find_start (p, n, begin);
    gsize end = next;

    while (end > begin && p[end - 1] == 0)
      end--;
    put32 (out, (guint32) (end - begin));
    g_byte_array_append (out, p + begin, (guint) (end - begin));
    at = next;
  }
}

static void
append_sample (GByteArray *out, const HeadendChannel *channel, guint stream, const HeadendUnit *unit)
{
  gsize head = 0;

  if (stream == 0) {
    append_nal_units (out, unit->data, unit->n_bytes);
    return;
  }
  if (channel->audio[stream - 1] == HEADEND_AUDIO_AAC) /* without its ADTS header */
    head = unit->data[1] & 1 ? 7 : 9;
  g_byte_array_append (out, unit->data + head, (guint) (unit->n_bytes - head));
}

static guint
get_timescale (guint stream)
{
  return stream == 0 ? HEADEND_VIDEO_TIMESCALE : HEADEND_SAMPLE_RATE;
}

static guint
get_duration (const HeadendChannel *channel, guint stream)
{
  return stream == 0 ? HEADEND_VIDEO_TIMESCALE / channel->fps : headend_audio_format_get (channel->audio[stream - 1])->frame_samples;
}

/* Decoding times are before the presentation's, back into the segment before it where need be: so composition offsets are
 * never negative and no edit list is needed, which players take in different ways. Sizes come later. */
static guint
put_run (GByteArray *out, const HeadendLoop *loop, guint stream, const HeadendUnit *units, guint n_units)
{
  const guint duration = get_duration (loop->channel, stream);
  const guint at = begin_box (out, "trun");
  guint first_size;

  put32 (out, TRUN_DATA_OFFSET | TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_COMPOSITION);
  put32 (out, n_units);
  put32 (out, 0); /* where the data begin */
  first_size = out->len + 4;
  for (guint i = 0; i < n_units; i++) {
    put32 (out, duration);
    put32 (out, 0);
    put32 (out, stream > 0 || units[i].key ? SAMPLE_KEY : SAMPLE_OTHER);
    put32 (out, (guint32) ((units[i].pts90k - units[i].dts90k) * get_timescale (stream) / 90000));
  }
  end_box (out, at);
  return first_size;
}

static guint
put_head (GByteArray *out, const HeadendLoop *loop, guint stream, guint first, guint n_units, gint64 offset90k, guint32 number)
{
  const HeadendStream *source = stream == 0 ? &loop->video : &loop->audio[stream - 1];
  const gint64 began = MAX (offset90k + source->units[first].dts90k, 0) * get_timescale (stream) / 90000;
  guint styp = begin_box (out, "styp"), moof, mfhd, traf, box, sizes;

  g_byte_array_append (out, (const guint8 *) "msdh\0\0\0\0msdhmsix", 16);
  end_box (out, styp);
  moof = begin_box (out, "moof");
  mfhd = begin_box (out, "mfhd");
  put32 (out, 0);
  put32 (out, number);
  end_box (out, mfhd);
  traf = begin_box (out, "traf");
  box = begin_box (out, "tfhd");
  put32 (out, TFHD_BASE_IS_MOOF);
  put32 (out, 1);
  end_box (out, box);
  box = begin_box (out, "tfdt");
  put32 (out, 1u << 24);
  put64 (out, (guint64) began);
  end_box (out, box);
  sizes = put_run (out, loop, stream, source->units + first, n_units);
  end_box (out, traf);
  end_box (out, moof);
  set32 (out, sizes - 8, out->len - moof + 8); /* data_offset: after the mdat's head */
  return sizes;
}

GByteArray *
headend_fragment_make (const HeadendLoop *loop, guint stream, guint first, guint n_units, gint64 offset90k, guint32 number)
{
  const HeadendStream *source = stream == 0 ? &loop->video : &loop->audio[stream - 1];
  GByteArray *out = g_byte_array_new ();
  const guint sizes = put_head (out, loop, stream, first, n_units, offset90k, number);
  const guint mdat = begin_box (out, "mdat");

  for (guint i = 0; i < n_units; i++) {
    const guint before = out->len;

    append_sample (out, loop->channel, stream, &source->units[first + i]);
    set32 (out, sizes + i * 16, out->len - before);
  }
  end_box (out, mdat);
  return out;
}
