/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures decoded into the frame link's buffers are bit for bit those that libavcodec decodes into its own. */
#include "frames-testing.h"
#include "play/hearth-video-decoder.h"
#include "ts/hearth-ts.h"

#include <unistd.h>

static void
on_shown (guint32 serial, gint64 shown_us, gboolean first, gpointer user_data)
{
}

static void
on_refused (const char *reason, gpointer user_data)
{
}

static const HearthFrameOutFuncs out_funcs = { .shown = on_shown, .refused = on_refused };

static void
on_beat (gpointer user_data)
{
}

/* The folder of samples beside the project, or NULL. */
static char *
find_samples (void)
{
  g_autofree char *at = g_strdup (g_test_get_dir (G_TEST_DIST));

  while (!g_str_equal (at, "/") && !g_str_equal (at, ".")) {
    g_autofree char *folder = g_build_filename (at, "shared", "samples", "h264", NULL);
    g_autofree char *up = g_path_get_dirname (at);

    if (g_file_test (folder, G_FILE_TEST_IS_DIR))
      return g_steal_pointer (&folder);
    g_free (at);
    at = g_steal_pointer (&up);
  }
  return NULL;
}

/* ---- pictures as digests ------------------------------------------------------------------------ */

static void
add_plane (GChecksum *sum, const AVFrame *frame, guint plane, gboolean cropped)
{
  guint shift = plane > 0 ? 1 : 0;
  guint left = cropped ? 0 : frame->crop_left >> shift, top = cropped ? 0 : frame->crop_top >> shift;
  guint width = (frame->width - (cropped ? 0 : frame->crop_left + frame->crop_right)) >> shift;
  guint height = (frame->height - (cropped ? 0 : frame->crop_top + frame->crop_bottom)) >> shift;

  for (guint y = 0; y < height; y++)
    g_checksum_update (sum, frame->data[plane] + (gsize) (y + top) * frame->linesize[plane] + left, width);
}

static void
add_picture (GPtrArray *digests, const AVFrame *frame, gboolean cropped)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_MD5);

  for (guint plane = 0; plane < 3; plane++)
    add_plane (sum, frame, plane, cropped);
  g_ptr_array_add (digests, g_strdup (g_checksum_get_string (sum)));
}

/* ---- two ways to decode ----------------------------------------------------------------------------- */

typedef void (*UnitFunc) (AVPacket *unit, gpointer user_data); /* NULL: the end */

static void
split (const char *path, UnitFunc func, gpointer user_data)
{
  AVCodecContext *context = avcodec_alloc_context3 (avcodec_find_decoder (AV_CODEC_ID_H264));
  AVCodecParserContext *parser = av_parser_init (AV_CODEC_ID_H264);
  AVPacket *packet = av_packet_alloc ();
  g_autofree char *bytes = NULL;
  const guint8 *at;
  gsize n_bytes;
  gboolean ended = FALSE;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  at = (const guint8 *) bytes;
  while (!ended) {
    guint8 *unit = NULL;
    int n_unit = 0;
    int used = av_parser_parse2 (parser, context, &unit, &n_unit, at, MIN (n_bytes, 65536), AV_NOPTS_VALUE, AV_NOPTS_VALUE, 0);

    ended = n_bytes == 0 && n_unit == 0;
    at += used;
    n_bytes -= used;
    if (n_unit == 0)
      continue;
    g_assert_cmpint (av_new_packet (packet, n_unit), >=, 0);
    memcpy (packet->data, unit, n_unit);
    func (packet, user_data);
    av_packet_unref (packet);
  }
  func (NULL, user_data);
  av_packet_free (&packet);
  av_parser_close (parser);
  avcodec_free_context (&context);
}

typedef struct {
  AVCodecContext *context;
  HearthVideoDecoder *decoder;
  GPtrArray *digests;
  AVFrame *frame;
  guint n_foreign;
} Run;

static void
decode_plainly (AVPacket *unit, gpointer user_data)
{
  Run *run = user_data;

  avcodec_send_packet (run->context, unit);
  while (avcodec_receive_frame (run->context, run->frame) >= 0)
    add_picture (run->digests, run->frame, TRUE);
}

static void
decode_into_buffers (AVPacket *unit, gpointer user_data)
{
  Run *run = user_data;

  hearth_video_decoder_push (run->decoder, unit);
  while (hearth_video_decoder_pull (run->decoder, run->frame)) {
    if (hearth_video_decoder_get_buffer (run->frame) == NULL)
      run->n_foreign++;
    add_picture (run->digests, run->frame, FALSE);
    av_frame_unref (run->frame);
  }
}

static GPtrArray *
get_reference (const char *path)
{
  Run run = { .digests = g_ptr_array_new_with_free_func (g_free), .frame = av_frame_alloc () };

  run.context = avcodec_alloc_context3 (avcodec_find_decoder (AV_CODEC_ID_H264));
  run.context->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
  g_assert_cmpint (avcodec_open2 (run.context, NULL, NULL), ==, 0);
  split (path, decode_plainly, &run);
  avcodec_free_context (&run.context);
  av_frame_free (&run.frame);
  return run.digests;
}

static void
test_bit_exact (gconstpointer data)
{
  const char *path = data;
  g_autoptr (GPtrArray) reference = get_reference (path);
  g_autoptr (HearthFrameOut) out = hearth_frame_out_new (&out_funcs, NULL);
  g_autoptr (GError) error = NULL;
  Run run = { .digests = g_ptr_array_new_with_free_func (g_free), .frame = av_frame_alloc () };

  run.decoder = hearth_video_decoder_new (out, on_beat, NULL);
  g_assert_true (hearth_video_decoder_open (run.decoder, AV_CODEC_ID_H264, NULL, 0, &error));
  split (path, decode_into_buffers, &run);
  g_assert_cmpuint (run.digests->len, ==, reference->len);
  g_assert_cmpuint (reference->len, >, 0);
  for (guint i = 0; i < reference->len; i++)
    g_assert_cmpstr (g_ptr_array_index (run.digests, i), ==, g_ptr_array_index (reference, i));
  g_assert_cmpuint (run.n_foreign, ==, 0);
  g_assert_cmpuint (hearth_video_decoder_get_copied_bytes (run.decoder), ==, 0);
  hearth_video_decoder_free (run.decoder);
  g_ptr_array_unref (run.digests);
  av_frame_free (&run.frame);
}

typedef struct {
  HearthVideoDecoder *decoder;
  GPtrArray *digests;
  AVFrame *frame;
  gboolean done;
  HearthFirst first;
} Alone;

static void
decode_first (AVPacket *unit, gpointer user_data)
{
  Alone *alone = user_data;

  if (alone->done || unit == NULL)
    return;
  unit->pts = 0;
  alone->first = hearth_video_decoder_decode_first (alone->decoder, unit, alone->frame);
  g_assert_cmpint (alone->first, !=, HEARTH_FIRST_NONE);
  alone->done = alone->first != HEARTH_FIRST_HALF;
  if (!alone->done)
    return;
  add_picture (alone->digests, alone->frame, FALSE);
  av_frame_unref (alone->frame);
}

/* The first picture at once is the same picture, and the decoder is as good as new after it. */
static void
test_first_at_once (gconstpointer data)
{
  const char *path = data;
  g_autoptr (GPtrArray) reference = get_reference (path);
  g_autoptr (HearthFrameOut) out = hearth_frame_out_new (&out_funcs, NULL);
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  Alone alone = { .digests = digests, .frame = av_frame_alloc () };
  Run run = { .digests = digests, .frame = alone.frame };

  alone.decoder = run.decoder = hearth_video_decoder_new (out, on_beat, NULL);
  g_assert_true (hearth_video_decoder_open (alone.decoder, AV_CODEC_ID_H264, NULL, 0, NULL));
  split (path, decode_first, &alone);
  hearth_video_decoder_flush (alone.decoder);
  g_assert_cmpstr (g_ptr_array_index (digests, 0), ==, g_ptr_array_index (reference, 0));
  split (path, decode_into_buffers, &run);
  g_assert_cmpuint (digests->len, ==, reference->len + 1);
  for (guint i = 0; i < reference->len; i++)
    g_assert_cmpstr (g_ptr_array_index (digests, i + 1), ==, g_ptr_array_index (reference, i));
  hearth_video_decoder_free (alone.decoder);
  av_frame_free (&alone.frame);
}

/* ---- the same pictures out of PES packets of other shapes ---------------------------------------------- */

typedef struct {
  HearthTsPictures pictures;
  Run *run;
  GByteArray *open; /* units that share a PES */
  guint n_open, n_units, n_told;
} Packing;

#define UNITS_A_PES 3

static void
on_unit (const HearthTsPes *pes, gpointer user_data)
{
  Packing *packing = user_data;
  AVPacket *packet = av_packet_alloc ();

  packing->n_told++;
  g_assert_cmpint (av_new_packet (packet, pes->n_bytes), >=, 0);
  memcpy (packet->data, pes->data, pes->n_bytes);
  if (packing->run != NULL)
    decode_into_buffers (packet, packing->run);
  av_packet_free (&packet);
}

static void
push_pes (Packing *packing, const guint8 *data, gsize n_bytes)
{
  const HearthTsPes pes = { .data = data, .n_bytes = n_bytes, .pts90k = HEARTH_TS_NO_TIME, .dts90k = HEARTH_TS_NO_TIME };

  hearth_ts_pictures_push (&packing->pictures, &pes, on_unit, packing);
}

static void
gather (AVPacket *unit, gpointer user_data)
{
  Packing *packing = user_data;

  if (unit != NULL) {
    g_byte_array_append (packing->open, unit->data, unit->size);
    packing->n_open++;
    packing->n_units++;
  }
  if (packing->n_open < (unit != NULL ? UNITS_A_PES : 1))
    return;
  push_pes (packing, packing->open->data, packing->open->len);
  g_byte_array_set_size (packing->open, 0);
  packing->n_open = 0;
}

/* Pieces of a length that no picture has. */
static void
chop (Packing *packing, const char *path)
{
  g_autofree char *bytes = NULL;
  gsize n_bytes, n;

  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  for (gsize at = 0; at < n_bytes; at += n) {
    n = MIN (n_bytes - at, 1009);
    push_pes (packing, (guint8 *) bytes + at, n);
  }
  hearth_ts_pictures_flush (&packing->pictures, on_unit, packing);
}

static void
assert_packed (const char *path, gboolean gathered)
{
  g_autoptr (GPtrArray) reference = get_reference (path);
  g_autoptr (HearthFrameOut) out = hearth_frame_out_new (&out_funcs, NULL);
  Run run = { .digests = g_ptr_array_new_with_free_func (g_free), .frame = av_frame_alloc () };
  Packing packing = { .open = g_byte_array_new () };

  hearth_ts_pictures_init (&packing.pictures);
  hearth_ts_pictures_reset (&packing.pictures, HEARTH_TS_VIDEO_H264);
  run.decoder = hearth_video_decoder_new (out, on_beat, NULL);
  g_assert_true (hearth_video_decoder_open (run.decoder, AV_CODEC_ID_H264, NULL, 0, NULL));
  if (!gathered)
    chop (&packing, path); /* the first time it is learnt that pictures go over borders */
  hearth_ts_pictures_reset (&packing.pictures, HEARTH_TS_VIDEO_H264);
  packing.run = &run;
  if (gathered)
    split (path, gather, &packing);
  else
    chop (&packing, path);
  if (gathered) { /* fields that libavcodec's parser has apart are together, but for those that two PES share */
    g_assert_cmpuint (packing.n_told, <=, packing.n_units);
    g_assert_cmpuint (packing.n_told, >=, reference->len);
  }
  decode_into_buffers (NULL, &run);
  g_assert_cmpuint (run.digests->len, ==, reference->len);
  for (guint i = 0; i < reference->len; i++)
    g_assert_cmpstr (g_ptr_array_index (run.digests, i), ==, g_ptr_array_index (reference, i));
  hearth_video_decoder_free (run.decoder);
  hearth_ts_pictures_clear (&packing.pictures);
  g_byte_array_unref (packing.open);
  g_ptr_array_unref (run.digests);
  av_frame_free (&run.frame);
}

static void
test_all_in_one_pes (gconstpointer data)
{
  g_autoptr (GPtrArray) reference = get_reference (data);
  g_autofree char *bytes = NULL;
  Packing packing = { 0 };
  gsize n_bytes;

  g_assert_true (g_file_get_contents (data, &bytes, &n_bytes, NULL));
  hearth_ts_pictures_init (&packing.pictures);
  hearth_ts_pictures_reset (&packing.pictures, HEARTH_TS_VIDEO_H264);
  push_pes (&packing, (guint8 *) bytes, n_bytes);
  g_assert_cmpuint (packing.n_told, ==, reference->len); /* both fields of a frame are one */
  hearth_ts_pictures_clear (&packing.pictures);
}

static void
test_several_a_pes (gconstpointer data)
{
  assert_packed (data, TRUE);
}

static void
test_over_borders (gconstpointer data)
{
  assert_packed (data, FALSE);
}

/* One big picture at a high rate, by libavcodec's own encoder. */
static AVPacket *
make_big_picture (void)
{
  AVCodecContext *context = avcodec_alloc_context3 (avcodec_find_encoder (AV_CODEC_ID_MPEG2VIDEO));
  AVPacket *packet = av_packet_alloc ();
  AVFrame *frame = av_frame_alloc ();

  context->width = frame->width = 1920;
  context->height = frame->height = 1088;
  context->pix_fmt = frame->format = AV_PIX_FMT_YUV420P;
  context->time_base = (AVRational){ 1, 60 };
  context->framerate = (AVRational){ 60, 1 };
  g_assert_cmpint (avcodec_open2 (context, NULL, NULL), ==, 0);
  g_assert_cmpint (av_frame_get_buffer (frame, 0), ==, 0);
  for (guint plane = 0; plane < 3; plane++)
    memset (frame->data[plane], 128, (gsize) frame->linesize[plane] * (plane > 0 ? 544 : 1088));
  frame->pts = 0;
  g_assert_cmpint (avcodec_send_frame (context, frame), ==, 0);
  avcodec_send_frame (context, NULL);
  g_assert_cmpint (avcodec_receive_packet (context, packet), ==, 0);
  packet->pts = packet->dts = 0;
  av_frame_free (&frame);
  avcodec_free_context (&context);
  return packet;
}

static guint
count_threads (HearthVideoDecoder *decoder, AVPacket *unit, gboolean careful)
{
  AVFrame *frame = av_frame_alloc ();

  hearth_video_decoder_set_careful (decoder, careful);
  g_assert_true (hearth_video_decoder_open (decoder, AV_CODEC_ID_MPEG2VIDEO, NULL, 0, NULL));
  g_assert_cmpint (hearth_video_decoder_decode_first (decoder, unit, frame), ==, HEARTH_FIRST_AGAIN);
  av_frame_free (&frame);
  return hearth_video_decoder_get_n_threads (decoder);
}

static void
test_careful_is_one_thread (void)
{
  g_autoptr (HearthFrameOut) out = hearth_frame_out_new (&out_funcs, NULL);
  HearthVideoDecoder *decoder = hearth_video_decoder_new (out, on_beat, NULL);
  AVPacket *unit = make_big_picture ();

  if (g_get_num_processors () > 1)
    g_assert_cmpuint (count_threads (decoder, unit, FALSE), >, 1);
  g_assert_cmpuint (count_threads (decoder, unit, TRUE), ==, 1);
  av_packet_free (&unit);
  hearth_video_decoder_free (decoder);
}

static void
test_no_samples (void)
{
  g_test_skip ("shared/samples/h264 is not beside the project");
}

static void
add_sample (const char *group, const char *folder, const char *name, GTestDataFunc func)
{
  g_autofree char *test = g_strconcat (group, name, NULL);

  g_test_add_data_func_full (test, g_build_filename (folder, name, NULL), func, g_free);
}

int
main (int argc, char **argv)
{
  g_autofree char *samples = NULL;
  g_autoptr (GDir) folder = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/play/decoder/careful-is-one-thread", test_careful_is_one_thread);
  samples = find_samples ();
  folder = samples != NULL ? g_dir_open (samples, 0, NULL) : NULL;
  if (folder == NULL)
    g_test_add_func ("/play/decoder/samples", test_no_samples);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    add_sample ("/play/decoder/bit-exact/", samples, name, test_bit_exact);
    add_sample ("/play/decoder/several-a-pes/", samples, name, test_several_a_pes);
    add_sample ("/play/decoder/all-in-one-pes/", samples, name, test_all_in_one_pes);
    add_sample ("/play/decoder/over-borders/", samples, name, test_over_borders);
    if (!g_str_has_prefix (name, "CI_MW_D"))
      add_sample ("/play/decoder/first-at-once/", samples, name, test_first_at_once);
  }
  return g_test_run ();
}
