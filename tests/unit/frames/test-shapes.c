/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pool shapes and the bar code: pure functions. */
#include "frames-testing.h"

#include <drm_fourcc.h>
#include <string.h>

static const guint32 formats[] = {
  DRM_FORMAT_YUV420, DRM_FORMAT_NV12, DRM_FORMAT_YUV422, DRM_FORMAT_NV16, DRM_FORMAT_P010,
  HEARTH_FORMAT_YUV420_10LE, HEARTH_FORMAT_YUV422_10LE, DRM_FORMAT_XRGB8888,
};

static void
assert_good (const HearthFramePool *pool)
{
  g_autoptr (GError) error = NULL;

  hearth_frames_pool_check (pool, &error);
  g_assert_no_error (error);
}

static void
assert_bad (const HearthFramePool *pool)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (hearth_frames_pool_check (pool, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
}

static void
test_every_format_fits_exactly (void)
{
  const guint32 sizes[][2] = { { 1, 1 }, { 1920, 1080 }, { 1919, 1079 }, { 7680, 4320 }, { 16384, 16384 } };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    for (guint j = 0; j < G_N_ELEMENTS (sizes); j++) {
      HearthFramePool pool;

      testing_shape (&pool, 1, formats[i], sizes[j][0], sizes[j][1]);
      assert_good (&pool);
      for (guint k = 0; k < pool.n_planes; k++) {
        HearthFramePool bad = pool;

        bad.offset[k] += (guint32) pool.buffer_bytes; /* beyond the end, or wrapped round 2^32 */
        assert_bad (&bad);
        bad = pool;
        bad.stride[k] = 0;
        assert_bad (&bad);
        bad.stride[k] = G_MAXUINT32 & ~31u;
        if (sizes[j][1] > 2)
          assert_bad (&bad);
      }
    }
}

static void
test_one_byte_too_short (void)
{
  HearthFramePool pool;

  testing_shape (&pool, 1, DRM_FORMAT_YUV420, 64, 64);
  pool.stride[2] = 32;
  assert_good (&pool);
  pool.buffer_bytes -= 1;
  assert_bad (&pool);
}

static void
test_wrong_numbers (void)
{
  HearthFramePool good, bad;

  testing_shape (&good, 1, DRM_FORMAT_P010, 64, 64);
#define WITH(member, value) bad = good; bad.member = value; assert_bad (&bad)
  WITH (fourcc, 0x12345678);
  WITH (width, 0);
  WITH (height, 0);
  WITH (width, HEARTH_FRAMES_MAX_SIDE + 1);
  WITH (height, G_MAXUINT32);
  WITH (n_planes, 1);
  WITH (n_planes, 4);
  WITH (n_buffers, 0);
  WITH (n_buffers, HEARTH_FRAMES_MAX_BUFFERS + 1);
  WITH (memory, 0);
  WITH (memory, HEARTH_MEMORY_MEMFD | HEARTH_MEMORY_DMABUF);
  WITH (memory, 1 << 20);
  WITH (modifier, 1);
  WITH (offset[0], 1); /* a word would not be aligned */
#undef WITH
}

static void
test_opaque_and_tunnel (void)
{
  HearthFramePool pool = { .memory = HEARTH_MEMORY_DEVICE, .modifier = 1, .fourcc = DRM_FORMAT_NV12, .width = 64, .height = 64,
                           .n_buffers = 4, .n_planes = 2, .offset = { 0, 4096 }, .buffer_bytes = 8192 };

  assert_good (&pool);
  pool.offset[1] = 8192;
  assert_bad (&pool);
  pool.memory = HEARTH_MEMORY_TUNNEL;
  assert_good (&pool);
}

/* ---- bar code ------------------------------------------------------------------------ */

typedef struct {
  guint32 width, height, stride;
  guint bytes;
  guint8 *luma;
} Luma;

static void
luma_init (Luma *self, guint32 width, guint32 height, guint bytes)
{
  *self = (Luma){ width, height, width * bytes + 64, bytes, NULL };
  self->luma = g_malloc ((gsize) self->stride * height);
  memset (self->luma, bytes == 1 ? 128 : 1, (gsize) self->stride * height);
}

static gboolean
luma_read (const Luma *self, guint32 *channel, guint32 *frame)
{
  return hearth_frames_read_barcode (self->luma, self->stride, self->width, self->height, self->bytes, channel, frame);
}

static void
test_barcode_round_trip (void)
{
  const guint32 sizes[][2] = { { 128, 64 }, { 720, 576 }, { 1280, 720 }, { 1366, 768 }, { 1920, 1080 }, { 3840, 2160 } };
  const guint32 codes[][2] = { { 0, 0 }, { 1, 1 }, { 255, 0xfffff }, { 170, 0x55555 }, { 7, 123456 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (codes); j++)
      for (guint bytes = 1; bytes <= 2; bytes++) {
        Luma luma;
        guint32 channel = 0, frame = 0;

        luma_init (&luma, sizes[i][0], sizes[i][1], bytes);
        testing_paint_barcode (luma.luma, luma.stride, luma.width, luma.height, bytes, codes[j][0], codes[j][1]);
        g_assert_true (luma_read (&luma, &channel, &frame));
        g_assert_cmpuint (channel, ==, codes[j][0]);
        g_assert_cmpuint (frame, ==, codes[j][1]);
        g_free (luma.luma);
      }
}

/* The CRC's own check value: CRC-8/07 from 0xff over 28 bits, worked out by hand for 28 zeros would prove little; instead any
 * single wrong cell must be found. */
static void
test_barcode_one_wrong_cell (void)
{
  Luma luma;
  guint32 channel, frame;

  luma_init (&luma, 1280, 720, 1);
  for (guint cell = 0; cell < 40; cell++) {
    testing_paint_barcode (luma.luma, luma.stride, 1280, 720, 1, 5, 1000 + cell);
    for (guint y = 45; y < 90; y++)
      for (guint x = (12 + cell) * 20; x < (13 + cell) * 20; x++)
        luma.luma[y * luma.stride + x] = 251 - luma.luma[y * luma.stride + x];
    g_assert_false (luma_read (&luma, &channel, &frame));
  }
  g_free (luma.luma);
}

static void
test_barcode_needs_contrast (void)
{
  Luma luma;
  guint32 channel, frame;

  luma_init (&luma, 1280, 720, 1);
  g_assert_false (luma_read (&luma, &channel, &frame));
  testing_paint_barcode (luma.luma, luma.stride, 1280, 720, 1, 5, 7);
  for (gsize i = 0; i < (gsize) luma.stride * 720; i++)
    luma.luma[i] = 100 + luma.luma[i] / 5; /* 103 and 147 */
  g_assert_false (luma_read (&luma, &channel, &frame));
  testing_paint_barcode (luma.luma, luma.stride, 1280, 720, 1, 5, 7);
  for (gsize i = 0; i < (gsize) luma.stride * 720; i++)
    luma.luma[i] = 100 + luma.luma[i] / 3; /* 105 and 178 */
  g_assert_true (luma_read (&luma, &channel, &frame));
  g_free (luma.luma);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frames/shape/every-format-fits-exactly", test_every_format_fits_exactly);
  g_test_add_func ("/frames/shape/one-byte-too-short", test_one_byte_too_short);
  g_test_add_func ("/frames/shape/wrong-numbers", test_wrong_numbers);
  g_test_add_func ("/frames/shape/opaque-and-tunnel", test_opaque_and_tunnel);
  g_test_add_func ("/frames/barcode/round-trip", test_barcode_round_trip);
  g_test_add_func ("/frames/barcode/one-wrong-cell", test_barcode_one_wrong_cell);
  g_test_add_func ("/frames/barcode/needs-contrast", test_barcode_needs_contrast);
  return g_test_run ();
}
