/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections out of packets, PAT and PMT. */
#include "config.h"

#include "ts-maker.h"

#include <string.h>

static void
collect (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  g_ptr_array_add (user_data, g_bytes_new (section, n_bytes));
}

static GPtrArray *
new_sections (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
}

static void
assert_section (GPtrArray *sections, guint i, const guint8 *bytes, gsize n_bytes)
{
  g_assert_cmpuint (i, <, sections->len);
  g_assert_cmpmem (g_bytes_get_data (sections->pdata[i], NULL), g_bytes_get_size (sections->pdata[i]), bytes, n_bytes);
}

/* A private section of @n_bytes with a right CRC. */
static void
make_section (guint8 *section, gsize n_bytes, guint8 seed)
{
  guint32 crc;

  for (gsize i = 0; i < n_bytes; i++)
    section[i] = i * 31 + seed;
  section[0] = 0x80;
  section[1] = 0xb0 | ((n_bytes - 3) >> 8);
  section[2] = (n_bytes - 3) & 0xff;
  crc = hearth_ts_crc32 (section, n_bytes - 4);
  for (guint i = 0; i < 4; i++)
    section[n_bytes - 4 + i] = crc >> (24 - 8 * i);
}

static void
test_crc (void)
{
  g_assert_cmphex (hearth_ts_crc32 ((const guint8 *) "123456789", 9), ==, 0x0376e6e7); /* the check value of CRC-32/MPEG-2 */
}

static void
test_every_length (void)
{
  static const gsize lengths[] = { 12, 183, 184, 185, 366, 367, 368, 1024, 4095, 4096 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_auto (TsMaker) maker;
    g_autoptr (GPtrArray) sections = new_sections ();
    g_autofree guint8 *section = g_malloc (lengths[i]);
    HearthTsSection assembler;

    ts_maker_init (&maker);
    make_section (section, lengths[i], i);
    ts_maker_add_section (&maker, 100, section, lengths[i]);
    hearth_ts_section_init (&assembler);
    for (guint j = 0; j < ts_maker_n_packets (&maker); j++)
      hearth_ts_section_push (&assembler, ts_maker_packet (&maker, j), collect, sections);
    g_assert_cmpuint (sections->len, ==, 1);
    assert_section (sections, 0, section, lengths[i]);
  }
}

/* Sections that follow each other without a gap, so that they begin anywhere in a packet. */
static void
test_packed (void)
{
  g_auto (TsMaker) maker;
  g_autoptr (GPtrArray) sections = new_sections ();
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  HearthTsSection assembler;
  guint8 all[20][150];
  guint at = 0, next = 0;

  ts_maker_init (&maker);
  for (guint i = 0; i < 20; i++) {
    make_section (all[i], sizeof all[i], i);
    g_byte_array_append (stream, all[i], sizeof all[i]);
  }
  while (at < stream->len) {
    guint8 payload[184];
    gboolean starts = next < 20 && next * 150 < at + 183;

    memset (payload, 0xff, sizeof payload);
    payload[0] = starts ? next * 150 - at : 0;
    memcpy (payload + starts, stream->data + at, MIN (184u - starts, stream->len - at));
    at += 184 - starts;
    while (next * 150 < at)
      next++;
    ts_maker_add_packet (&maker, 100, starts, NULL, 0, payload, sizeof payload);
  }
  hearth_ts_section_init (&assembler);
  for (guint i = 0; i < ts_maker_n_packets (&maker); i++)
    hearth_ts_section_push (&assembler, ts_maker_packet (&maker, i), collect, sections);
  g_assert_cmpuint (sections->len, ==, 20);
  for (guint i = 0; i < 20; i++)
    assert_section (sections, i, all[i], sizeof all[i]);
}

/* Three sections of five packets each; a packet of the second is lost, and one of the third comes twice. */
static void
test_loss (void)
{
  g_auto (TsMaker) maker;
  g_autoptr (GPtrArray) sections = new_sections ();
  HearthTsSection assembler;
  guint8 all[3][900];

  ts_maker_init (&maker);
  for (guint i = 0; i < 3; i++) {
    make_section (all[i], sizeof all[i], i);
    ts_maker_add_section (&maker, 100, all[i], sizeof all[i]);
  }
  hearth_ts_section_init (&assembler);
  for (guint i = 0; i < ts_maker_n_packets (&maker); i++) {
    if (i == 7)
      continue;
    hearth_ts_section_push (&assembler, ts_maker_packet (&maker, i), collect, sections);
    if (i == 10 || i == 12)
      hearth_ts_section_push (&assembler, ts_maker_packet (&maker, i), collect, sections);
  }
  g_assert_cmpuint (sections->len, ==, 2);
  assert_section (sections, 0, all[0], sizeof all[0]);
  assert_section (sections, 1, all[2], sizeof all[2]);
  g_assert_cmpuint (assembler.crc_errors, ==, 0);
}

static void
test_wrong_crc (void)
{
  g_auto (TsMaker) maker;
  g_autoptr (GPtrArray) sections = new_sections ();
  HearthTsSection assembler;
  guint8 section[100];

  ts_maker_init (&maker);
  make_section (section, sizeof section, 0);
  section[50] ^= 1;
  ts_maker_add_section (&maker, 100, section, sizeof section);
  hearth_ts_section_init (&assembler);
  hearth_ts_section_push (&assembler, ts_maker_packet (&maker, 0), collect, sections);
  g_assert_cmpuint (sections->len, ==, 0);
  g_assert_cmpuint (assembler.crc_errors, ==, 1);
}

/* ---- PAT ----------------------------------------------------------------------------- */

static void
test_pat (void)
{
  const HearthTsProgram programs[] = { { 0, 16 }, { 1, 4096 }, { 65535, 8190 }, { 3, 8191 }, { 4, 1 } };
  HearthTsPat pat;
  guint8 section[1024];
  gsize n = ts_make_pat (section, 17, programs, G_N_ELEMENTS (programs));

  g_assert_true (hearth_ts_pat_parse (&pat, section, n));
  g_assert_cmphex (pat.transport_stream_id, ==, 0x1234);
  g_assert_cmpuint (pat.version, ==, 17);
  g_assert_cmpuint (pat.n_programs, ==, 2); /* not the network's, none on the PIDs that are taken */
  g_assert_cmpuint (pat.programs[0].program_number, ==, 1);
  g_assert_cmpuint (pat.programs[0].pmt_pid, ==, 4096);
  g_assert_cmpuint (pat.programs[1].pmt_pid, ==, 8190);

  for (gsize cut = 0; cut < n; cut++)
    g_assert_false (hearth_ts_pat_parse (&pat, section, cut));
  section[5] &= ~1; /* not current yet */
  g_assert_false (hearth_ts_pat_parse (&pat, section, n));
}

static void
test_pat_build (void)
{
  HearthTsPat pat;
  guint8 section[1024];
  gsize n = hearth_ts_pat_build (section, 0x4321, 5, 0xabcd, 0x1ffe);

  g_assert_cmphex (hearth_ts_crc32 (section, n), ==, 0);
  g_assert_true (hearth_ts_pat_parse (&pat, section, n));
  g_assert_cmphex (pat.transport_stream_id, ==, 0x4321);
  g_assert_cmpuint (pat.version, ==, 5);
  g_assert_cmpuint (pat.n_programs, ==, 1);
  g_assert_cmphex (pat.programs[0].program_number, ==, 0xabcd);
  g_assert_cmphex (pat.programs[0].pmt_pid, ==, 0x1ffe);
}

/* ---- PMT ----------------------------------------------------------------------------- */

static void
test_pmt (void)
{
  HearthTsPmt pmt;
  guint8 section[1024];
  gsize n = ts_make_plain_pmt (section, 77, 3, 256, 257);

  g_assert_true (hearth_ts_pmt_parse (&pmt, section, n));
  g_assert_cmpuint (pmt.program_number, ==, 77);
  g_assert_cmpuint (pmt.version, ==, 3);
  g_assert_cmpuint (pmt.pcr_pid, ==, 256);
  g_assert_false (pmt.scrambled);
  g_assert_cmpuint (pmt.n_streams, ==, 2);
  g_assert_cmpuint (pmt.streams[0].pid, ==, 256);
  g_assert_cmpint (pmt.streams[0].codec, ==, HEARTH_TS_VIDEO_H264);
  g_assert_cmpint (pmt.streams[1].codec, ==, HEARTH_TS_AUDIO_MPEG);
  g_assert_cmpstr (pmt.streams[1].language, ==, "chi");
  for (gsize cut = 0; cut < n; cut++)
    g_assert_false (hearth_ts_pmt_parse (&pmt, section, cut));
}

typedef struct {
  guint8 stream_type;
  const char *descriptors; /* in hexadecimal */
  HearthTsCodec codec;
} CodecCase;

static gsize
read_hex (guint8 *bytes, const char *hex)
{
  gsize n = 0;

  for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2)
    bytes[n++] = g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);
  return n;
}

/* A PMT of one stream. */
static void
parse_stream (HearthTsPmt *pmt, const char *info_hex, guint8 stream_type, const char *descriptors)
{
  guint8 section[1024], stream[300], info[100];
  gsize n = read_hex (stream + 5, descriptors), n_info = read_hex (info, info_hex), n_section;

  stream[0] = stream_type;
  stream[1] = 0xe1;
  stream[2] = 0x00;
  stream[3] = 0xf0 | (n >> 8);
  stream[4] = n & 0xff;
  n_section = ts_make_pmt (section, 1, 0, 256, info, n_info, stream, 5 + n);
  g_assert_true (hearth_ts_pmt_parse (pmt, section, n_section));
  g_assert_cmpuint (pmt->n_streams, ==, 1);
}

static void
test_codecs (void)
{
  static const CodecCase cases[] = {
    { 0x01, "", HEARTH_TS_VIDEO_MPEG1 },
    { 0x02, "", HEARTH_TS_VIDEO_MPEG2 },
    { 0x10, "", HEARTH_TS_VIDEO_MPEG4 },
    { 0x1b, "", HEARTH_TS_VIDEO_H264 },
    { 0x24, "", HEARTH_TS_VIDEO_HEVC },
    { 0x33, "", HEARTH_TS_VIDEO_VVC },
    { 0x42, "", HEARTH_TS_VIDEO_AVS },
    { 0xd2, "", HEARTH_TS_VIDEO_AVS2 },
    { 0xd4, "", HEARTH_TS_VIDEO_AVS3 },
    { 0xd2, "050441565356", HEARTH_TS_VIDEO_AVS2 }, /* AVSV is registered for all three; the type tells which */
    { 0xd4, "050441565356", HEARTH_TS_VIDEO_AVS3 },
    { 0x03, "", HEARTH_TS_AUDIO_MPEG },
    { 0x04, "", HEARTH_TS_AUDIO_MPEG },
    { 0x0f, "", HEARTH_TS_AUDIO_AAC_ADTS },
    { 0x11, "", HEARTH_TS_AUDIO_AAC_LATM },
    { 0x81, "", HEARTH_TS_AUDIO_AC3 },
    { 0x87, "", HEARTH_TS_AUDIO_EAC3 },
    { 0x06, "6a0100", HEARTH_TS_AUDIO_AC3 },
    { 0x06, "7a0100", HEARTH_TS_AUDIO_EAC3 },
    { 0x06, "7b0100", HEARTH_TS_AUDIO_DTS },
    { 0x06, "7c0100", HEARTH_TS_AUDIO_AAC_LATM },
    { 0x06, "7f0115", HEARTH_TS_AUDIO_AC4 },
    { 0x06, "050441432d33", HEARTH_TS_AUDIO_AC3 },
    { 0x06, "050445414333", HEARTH_TS_AUDIO_EAC3 },
    { 0x06, "050448455643", HEARTH_TS_VIDEO_HEVC },
    { 0x06, "05044f707573", HEARTH_TS_AUDIO_OPUS },
    { 0x06, "050442535344", HEARTH_TS_AUDIO_S302M },
    { 0x06, "050441563031", HEARTH_TS_VIDEO_AV1 },
    { 0x06, "050444524131", HEARTH_TS_AUDIO_DRA },
    { 0x06, "0a04656e6700" "7a0100", HEARTH_TS_AUDIO_EAC3 },
    { 0x06, "", HEARTH_TS_CODEC_NONE },
    { 0x06, "0503414343", HEARTH_TS_CODEC_NONE }, /* a registration of three bytes */
    { 0x05, "6a0100", HEARTH_TS_CODEC_NONE },     /* sections, whatever is said of them */
    { 0x1b, "6a0100", HEARTH_TS_VIDEO_H264 },
    { 0x82, "", HEARTH_TS_CODEC_NONE },
    { 0x82, "050444545332", HEARTH_TS_AUDIO_DTS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    HearthTsPmt pmt;

    parse_stream (&pmt, "", cases[i].stream_type, cases[i].descriptors);
    g_test_message ("stream_type 0x%02x, descriptors %s", cases[i].stream_type, cases[i].descriptors);
    g_assert_cmpstr (hearth_ts_codec_get_name (pmt.streams[0].codec), ==, hearth_ts_codec_get_name (cases[i].codec));
  }
}

static void
test_blu_ray (void)
{
  HearthTsPmt pmt;

  parse_stream (&pmt, "050448444d56", 0x82, "");
  g_assert_cmpint (pmt.streams[0].codec, ==, HEARTH_TS_AUDIO_DTS);
}

static void
test_languages (void)
{
  HearthTsPmt pmt;

  parse_stream (&pmt, "", 0x04, "0a08" "44455503" "656e6700");
  g_assert_cmpstr (pmt.streams[0].language, ==, "deu");
  g_assert_cmpuint (pmt.streams[0].audio_type, ==, 3);
  parse_stream (&pmt, "", 0x04, "0a04" "00ff2200");
  g_assert_cmpstr (pmt.streams[0].language, ==, "");
  parse_stream (&pmt, "", 0x06, "6a0100" "7f05" "06" "85" "656e67"); /* audio description, told by a supplementary descriptor */
  g_assert_cmpuint (pmt.streams[0].audio_type, ==, 3);
  g_assert_cmpstr (pmt.streams[0].language, ==, "eng");
}

static void
test_texts (void)
{
  HearthTsPmt pmt;

  parse_stream (&pmt, "", 0x06, "560a" "6672610900" "6672611088"); /* page 100, subtitles on page 888 */
  g_assert_cmpint (pmt.streams[0].codec, ==, HEARTH_TS_TEXT_TELETEXT);
  g_assert_cmphex (pmt.streams[0].teletext_page, ==, 0x888);
  g_assert_cmpuint (pmt.streams[0].audio_type, ==, 0);
  parse_stream (&pmt, "", 0x06, "5605" "6672612988"); /* 5: for the hard of hearing, magazine 1 */
  g_assert_cmphex (pmt.streams[0].teletext_page, ==, 0x188);
  g_assert_cmpuint (pmt.streams[0].audio_type, ==, 2);
  parse_stream (&pmt, "", 0x06, "5908" "6e6f722000010002");
  g_assert_cmpint (pmt.streams[0].codec, ==, HEARTH_TS_TEXT_DVB_SUBTITLES);
  g_assert_cmpstr (pmt.streams[0].language, ==, "nor");
  g_assert_cmpuint (pmt.streams[0].composition_page, ==, 1);
  g_assert_cmpuint (pmt.streams[0].ancillary_page, ==, 2);
  g_assert_cmpuint (pmt.streams[0].audio_type, ==, 2);
}

static void
test_scrambled (void)
{
  HearthTsPmt pmt;

  parse_stream (&pmt, "", 0x1b, "09040b00e100");
  g_assert_true (pmt.scrambled);
  parse_stream (&pmt, "09040b00e100", 0x1b, "");
  g_assert_true (pmt.scrambled);
}

/* Lengths that lie: nothing is read beyond the section, and what came before stands. */
static void
test_lying_lengths (void)
{
  HearthTsPmt pmt;
  guint8 section[1024], *exact;
  gsize n = ts_make_plain_pmt (section, 1, 0, 256, 257);

  for (guint at = 0; at < n; at++)
    for (guint value = 0; value < 256; value++) {
      exact = g_memdup2 (section, n);
      exact[at] = value;
      hearth_ts_pmt_parse (&pmt, exact, n);
      g_assert_cmpuint (pmt.n_streams, <=, HEARTH_TS_MAX_STREAMS);
      g_free (exact);
    }
}

static void
test_many_streams (void)
{
  HearthTsPmt pmt;
  guint8 section[1024], streams[100 * 5];
  gsize n;

  for (guint i = 0; i < 100; i++)
    memcpy (streams + 5 * i, (const guint8[]) { 0x03, 0xe1, i, 0xf0, 0 }, 5);
  n = ts_make_pmt (section, 1, 0, 256, NULL, 0, streams, sizeof streams);
  g_assert_true (hearth_ts_pmt_parse (&pmt, section, n));
  g_assert_cmpuint (pmt.n_streams, ==, HEARTH_TS_MAX_STREAMS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ts/section/crc", test_crc);
  g_test_add_func ("/ts/section/every-length", test_every_length);
  g_test_add_func ("/ts/section/packed", test_packed);
  g_test_add_func ("/ts/section/loss", test_loss);
  g_test_add_func ("/ts/section/wrong-crc", test_wrong_crc);
  g_test_add_func ("/ts/pat/parse", test_pat);
  g_test_add_func ("/ts/pat/build", test_pat_build);
  g_test_add_func ("/ts/pmt/parse", test_pmt);
  g_test_add_func ("/ts/pmt/codecs", test_codecs);
  g_test_add_func ("/ts/pmt/blu-ray", test_blu_ray);
  g_test_add_func ("/ts/pmt/languages", test_languages);
  g_test_add_func ("/ts/pmt/texts", test_texts);
  g_test_add_func ("/ts/pmt/scrambled", test_scrambled);
  g_test_add_func ("/ts/pmt/lying-lengths", test_lying_lengths);
  g_test_add_func ("/ts/pmt/many-streams", test_many_streams);
  return g_test_run ();
}
