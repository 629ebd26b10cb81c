/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The headless display by its contract: what was committed is what is read back, and when. */
#include "base/hearth-plugin-context.h"
#include "base/hearth-plugin-host.h"
#include "frames-testing.h"

#include <drm_fourcc.h>
#include <math.h>
#include <string.h>

extern const HearthPluginDescriptor hearth_plugin_display_headless;

typedef struct {
  HearthDisplayHost host;
  const HearthDisplayOps *ops;
  gpointer display;
  guint n_committed;
  gint64 shown_us;
  gboolean inside_commit;
  TestingPool memory;
  guint8 *pixels; /* as read back */
  guint32 width, height;
} Fixture;

static void
on_committed (HearthDisplayHost *host, gint64 shown_us)
{
  Fixture *f = (Fixture *) host; /* its first member */

  g_assert_false (f->inside_commit);
  f->n_committed++;
  f->shown_us = shown_us;
}

static const HearthDisplayHostOps host_ops = { sizeof (HearthDisplayHostOps), on_committed, NULL };

static void
start (Fixture *f, const char *mode)
{
  g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_new_parsed ("{'mode': <%s>}", mode));
  HearthPluginContext context = { .kinds = HEARTH_PLUGIN_DISPLAY };
  g_autoptr (GError) error = NULL;

  g_assert_true (hearth_plugin_display_headless.load (&context, &error));
  f->host.ops = &host_ops;
  f->ops = context.display;
  f->display = g_malloc0 (f->ops->instance_size);
  f->ops->start (f->display, &f->host, settings, &error);
  g_assert_no_error (error);
}

static void
stop (Fixture *f)
{
  f->ops->stop (f->display);
  if (f->memory.pool.n_buffers > 0)
    testing_pool_clear (&f->memory);
  g_free (f->display);
  g_free (f->pixels);
}

static void
import (Fixture *f, guint32 fourcc, guint32 width, guint32 height)
{
  static const guint8 *mappings[TESTING_MAX_BUFFERS];
  g_autoptr (GError) error = NULL;

  testing_pool_init (&f->memory, 1, fourcc, width, height, 2);
  memcpy (mappings, f->memory.bytes, sizeof mappings);
  f->memory.pool.mappings = mappings;
  f->ops->import_pool (f->display, 7, &f->memory.pool, &error);
  g_assert_no_error (error);
}

static void
show (Fixture *f, const HearthFrame *frame, HearthRect target)
{
  const HearthDisplayLayer layer = { 7, frame, target };
  guint before = f->n_committed;
  g_autoptr (GError) error = NULL;

  f->inside_commit = TRUE;
  f->ops->commit (f->display, &layer, 1, NULL, 0, 0, &error);
  f->inside_commit = FALSE;
  g_assert_no_error (error);
  while (f->n_committed == before)
    g_main_context_iteration (NULL, TRUE);
}

static void
read_back (Fixture *f, guint32 width, guint32 height, gboolean with_osd)
{
  g_autoptr (GError) error = NULL;

  g_free (f->pixels);
  f->width = width;
  f->height = height;
  f->pixels = g_malloc ((gsize) width * height * 4);
  f->ops->read_back (f->display, f->pixels, width * 4, width, height, with_osd, &error);
  g_assert_no_error (error);
}

static void
assert_pixel (Fixture *f, guint x, guint y, guint8 red, guint8 green, guint8 blue, int tolerance)
{
  guint32 pixel;

  memcpy (&pixel, f->pixels + ((gsize) y * f->width + x) * 4, 4);
  if (ABS ((int) (pixel >> 16 & 0xff) - red) > tolerance || ABS ((int) (pixel >> 8 & 0xff) - green) > tolerance ||
      ABS ((int) (pixel & 0xff) - blue) > tolerance)
    g_error ("pixel %u,%u is #%06x, not #%02x%02x%02x", x, y, pixel & 0xffffff, red, green, blue);
}

/* ---- colours ---------------------------------------------------------------------------- */

/* ITU-T H.273, 8.3: forward, in 8 bits. */
static void
encode (const guint8 rgb[3], double kr, double kb, gboolean full, guint8 yuv[3])
{
  double r = rgb[0] / 255.0, g = rgb[1] / 255.0, b = rgb[2] / 255.0;
  double y = kr * r + (1 - kr - kb) * g + kb * b, u = (b - y) / (2 - 2 * kb), v = (r - y) / (2 - 2 * kr);

  yuv[0] = (guint8) lrint (full ? 255 * y : 16 + 219 * y);
  yuv[1] = (guint8) CLAMP (lrint (128 + (full ? 255 : 224) * u), 0, 255);
  yuv[2] = (guint8) CLAMP (lrint (128 + (full ? 255 : 224) * v), 0, 255);
}

typedef struct {
  const char *name;
  guint32 fourcc, width, height;
  guint8 matrix, full_range;
  double kr, kb;
} ColourCase;

static const ColourCase colour_cases[] = {
  { "i420-709", DRM_FORMAT_YUV420, 1280, 720, 1, 0, 0.2126, 0.0722 },
  { "i420-unspecified-hd", DRM_FORMAT_YUV420, 1280, 720, 2, 0, 0.2126, 0.0722 },
  { "i420-unspecified-sd", DRM_FORMAT_YUV420, 720, 576, 2, 0, 0.299, 0.114 },
  { "i420-601-hd", DRM_FORMAT_YUV420, 1280, 720, 6, 0, 0.299, 0.114 },
  { "i420-full", DRM_FORMAT_YUV420, 1280, 720, 1, 1, 0.2126, 0.0722 },
  { "nv12-709", DRM_FORMAT_NV12, 1280, 720, 1, 0, 0.2126, 0.0722 },
  { "i422-601", DRM_FORMAT_YUV422, 720, 576, 5, 0, 0.299, 0.114 },
  { "nv16-709", DRM_FORMAT_NV16, 1280, 720, 1, 0, 0.2126, 0.0722 },
  { "p010-2020", DRM_FORMAT_P010, 1280, 720, 9, 0, 0.2627, 0.0593 },
  { "i010-2020", HEARTH_FORMAT_YUV420_10LE, 1280, 720, 9, 0, 0.2627, 0.0593 },
  { "i210-709", HEARTH_FORMAT_YUV422_10LE, 1280, 720, 1, 0, 0.2126, 0.0722 },
  { "xrgb", DRM_FORMAT_XRGB8888, 1280, 720, 2, 0, 0, 0 },
};

static void
test_colours (gconstpointer data)
{
  static const guint8 colours[][3] = { { 255, 255, 255 }, { 0, 0, 0 },     { 255, 0, 0 },  { 0, 255, 0 },
                                       { 0, 0, 255 },     { 128, 128, 128 }, { 200, 30, 99 } };
  const ColourCase *c = data;
  Fixture f = { 0 };

  start (&f, "1280x720@200");
  import (&f, c->fourcc, c->width, c->height);
  for (guint i = 0; i < G_N_ELEMENTS (colours); i++) {
    HearthFrame frame = testing_frame (&f.memory, i & 1, i + 1, 1);
    guint8 yuv[3] = { colours[i][0], colours[i][1], colours[i][2] };

    if (c->fourcc != DRM_FORMAT_XRGB8888)
      encode (colours[i], c->kr, c->kb, c->full_range, yuv);
    testing_fill (&f.memory, i & 1, yuv[0], yuv[1], yuv[2]);
    frame.colorimetry.matrix = c->matrix;
    frame.colorimetry.full_range = c->full_range;
    show (&f, &frame, (HearthRect){ 0, 0, 1280, 720 });
    read_back (&f, 1280, 720, FALSE);
    assert_pixel (&f, 640, 360, colours[i][0], colours[i][1], colours[i][2], 3);
    read_back (&f, 320, 180, TRUE);
    assert_pixel (&f, 160, 90, colours[i][0], colours[i][1], colours[i][2], 3);
  }
  stop (&f);
}

/* ---- shapes -------------------------------------------------------------------------------- */

#define GREY(f, index, level) testing_fill (&(f)->memory, index, level, 128, 128)

static void
test_letterbox_and_crop (void)
{
  Fixture f = { 0 };
  HearthFrame frame;

  start (&f, "1280x720@200");
  import (&f, DRM_FORMAT_YUV420, 720, 592); /* 576 lines, coded in whole macroblocks and more */
  GREY (&f, 0, 235);
  testing_fill_rect (&f.memory, 0, &(HearthRect){ 0, 576, 720, 16 }, 16, 240, 240); /* not to be seen */
  frame = testing_frame (&f.memory, 0, 1, 1);
  frame.crop.height = 576;
  frame.sar_num = 16;
  frame.sar_den = 15; /* 720x576 of 4:3 */
  show (&f, &frame, (HearthRect){ 0, 0, 1280, 720 });
  read_back (&f, 1280, 720, FALSE);
  assert_pixel (&f, 159, 360, 0, 0, 0, 0); /* 960 wide in the middle */
  assert_pixel (&f, 160, 360, 255, 255, 255, 2);
  assert_pixel (&f, 1119, 360, 255, 255, 255, 2);
  assert_pixel (&f, 1120, 360, 0, 0, 0, 0);
  assert_pixel (&f, 640, 719, 255, 255, 255, 2);
  frame.sar_num = 64;
  frame.sar_den = 45; /* 16:9 */
  show (&f, &frame, (HearthRect){ 100, 100, 400, 400 });
  read_back (&f, 640, 360, FALSE);
  assert_pixel (&f, 49, 150, 0, 0, 0, 0);
  assert_pixel (&f, 51, 150, 255, 255, 255, 2);
  assert_pixel (&f, 150, 92, 0, 0, 0, 0); /* 225 high from 187 on */
  assert_pixel (&f, 150, 95, 255, 255, 255, 2);
  stop (&f);
}

static void
test_target_beyond_the_edges (void)
{
  Fixture f = { 0 };
  HearthFrame frame;

  start (&f, "1280x720@200");
  import (&f, DRM_FORMAT_NV12, 64, 36);
  GREY (&f, 0, 235);
  frame = testing_frame (&f.memory, 0, 1, 1);
  show (&f, &frame, (HearthRect){ -200, -200, 1920, 1080 });
  read_back (&f, 1280, 720, FALSE);
  assert_pixel (&f, 0, 0, 255, 255, 255, 2);
  assert_pixel (&f, 1279, 719, 255, 255, 255, 2);
  show (&f, &frame, (HearthRect){ 5000, 5000, 100, 100 });
  read_back (&f, 1280, 720, FALSE);
  assert_pixel (&f, 1279, 719, 0, 0, 0, 0);
  stop (&f);
}

/* Sharp where nothing is scaled: a line of one sample is one pixel. */
static void
test_one_to_one_is_exact (void)
{
  Fixture f = { 0 };
  HearthFrame frame;

  start (&f, "1280x720@200");
  import (&f, DRM_FORMAT_YUV420, 1280, 720);
  GREY (&f, 0, 16);
  for (guint y = 0; y < 720; y++)
    f.memory.bytes[0][y * f.memory.pool.stride[0] + 301] = 235;
  frame = testing_frame (&f.memory, 0, 1, 1);
  show (&f, &frame, (HearthRect){ 0, 0, 1280, 720 });
  read_back (&f, 1280, 720, FALSE);
  assert_pixel (&f, 300, 5, 0, 0, 0, 0);
  assert_pixel (&f, 301, 5, 255, 255, 255, 1);
  assert_pixel (&f, 302, 5, 0, 0, 0, 0);
  stop (&f);
}

static void
test_osd_is_blended (void)
{
  Fixture f = { 0 };
  HearthFrame frame;
  guint32 stride;
  guint8 *osd;

  start (&f, "1280x720@200");
  import (&f, DRM_FORMAT_YUV420, 1280, 720);
  GREY (&f, 0, 235);
  frame = testing_frame (&f.memory, 0, 1, 1);
  show (&f, &frame, (HearthRect){ 0, 0, 1280, 720 });
  osd = f.ops->get_osd (f.display, &stride);
  for (guint y = 100; y < 200; y++)
    for (guint x = 100; x < 200; x++)
      memcpy (osd + y * stride + x * 4, &(guint32){ 0x80400000 }, 4); /* half of a dark red */
  read_back (&f, 1280, 720, TRUE);
  assert_pixel (&f, 150, 150, 191, 127, 127, 1);
  assert_pixel (&f, 99, 150, 255, 255, 255, 1);
  read_back (&f, 640, 360, TRUE);
  assert_pixel (&f, 75, 75, 191, 127, 127, 2);
  read_back (&f, 1280, 720, FALSE);
  assert_pixel (&f, 150, 150, 255, 255, 255, 1);
  stop (&f);
}

/* ---- time -------------------------------------------------------------------------------------- */

static void
test_refresh_grid (void)
{
  Fixture f = { 0 };
  gint64 first, at;

  start (&f, "1280x720@59.94");
  first = f.ops->next_refresh (f.display, g_get_monotonic_time ());
  g_assert_cmpint (f.ops->next_refresh (f.display, first), ==, first); /* at or after */
  at = first;
  for (guint i = 1; i <= 59940; i++) /* a thousand seconds exactly */
    at = f.ops->next_refresh (f.display, at + 1);
  g_assert_cmpint (ABS (at - first - 1000 * G_USEC_PER_SEC), <=, 1);
  g_assert_cmpint (f.ops->next_refresh (f.display, G_MAXINT64 / 4), >=, G_MAXINT64 / 4);
  stop (&f);
}

static void
test_committed_at_its_refresh (void)
{
  Fixture f = { 0 };
  const HearthDisplayLayer none = { 7, NULL, { 0, 0, 1280, 720 } };
  g_autoptr (GError) error = NULL;
  gint64 now, target;

  start (&f, "1280x720@50");
  now = g_get_monotonic_time ();
  target = f.ops->next_refresh (f.display, now + 45000);
  g_assert_true (f.ops->commit (f.display, &none, 1, NULL, 0, now + 45000, &error));
  g_assert_false (f.ops->commit (f.display, &none, 1, NULL, 0, 0, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY);
  while (f.n_committed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (f.shown_us, ==, target);
  g_assert_cmpint (g_get_monotonic_time (), >=, target);
  g_assert_true (f.ops->commit (f.display, &none, 1, NULL, 0, 1, NULL)); /* long past: the next one */
  while (f.n_committed == 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (f.shown_us, >, target);
  g_assert_cmpint (f.n_committed, ==, 2);
  stop (&f);
}

/* What is on glass stays until the next commit's refresh, not until its call. */
static void
test_read_back_is_frame_accurate (void)
{
  Fixture f = { 0 };
  HearthFrame frames[2];
  HearthDisplayLayer layer = { 7, &frames[1], { 0, 0, 1280, 720 } };

  start (&f, "1280x720@25");
  import (&f, DRM_FORMAT_YUV420, 1280, 720);
  GREY (&f, 0, 16);
  GREY (&f, 1, 235);
  frames[0] = testing_frame (&f.memory, 0, 1, 1);
  frames[1] = testing_frame (&f.memory, 1, 2, 1);
  show (&f, &frames[0], layer.target);
  g_assert_true (f.ops->commit (f.display, &layer, 1, NULL, 0, 0, NULL));
  read_back (&f, 64, 64, FALSE);
  assert_pixel (&f, 32, 32, 0, 0, 0, 0);
  while (f.n_committed == 1)
    g_main_context_iteration (NULL, TRUE);
  read_back (&f, 64, 64, FALSE);
  assert_pixel (&f, 32, 32, 255, 255, 255, 1);
  f.ops->drop_pool (f.display, 7, 1);
  read_back (&f, 64, 64, FALSE);
  assert_pixel (&f, 32, 32, 0, 0, 0, 0);
  stop (&f);
}

/* ---- settings ------------------------------------------------------------------------------------ */

static void
test_modes (void)
{
  static const char *const wrong[] = { "1920", "1920x", "x1080", "1920x1080@", "1920x1080@0", "1920x1080@50 ", "0x0@50",
                                       "99999999999999999999x2@50", "1920x1080@1e99", "1920x1080@nan", "32x1080@50" };
  HearthDisplayMode modes[16];
  Fixture f = { 0 };

  start (&f, "");
  g_assert_cmpuint (f.ops->get_modes (f.display, modes, G_N_ELEMENTS (modes)), >, 4);
  g_assert_cmpuint (modes[0].width, ==, 1920);
  g_assert_cmpuint (modes[0].refresh_mhz, ==, 50000);
  g_assert_true (f.ops->set_mode (f.display, &modes[3], NULL));
  g_assert_cmpuint (f.ops->get_modes (f.display, modes + 8, 1), ==, 1);
  g_assert_cmpmem (&modes[8], sizeof modes[8], &modes[3], sizeof modes[3]);
  stop (&f);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_new_parsed ("{'mode': <%s>}", wrong[i]));
    g_autofree gpointer display = g_malloc0 (f.ops->instance_size);
    g_autoptr (GError) error = NULL;

    g_assert_false (f.ops->start (display, &f.host, settings, &error));
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  }
}

static void
test_refuses_what_it_cannot_read (void)
{
  Fixture f = { 0 };
  HearthFramePool pool = { .pool = 1, .fourcc = DRM_FORMAT_NV12, .memory = HEARTH_MEMORY_DEVICE, .width = 64, .height = 64 };
  HearthFrame frame = { .pool = 9 };
  const HearthDisplayLayer layer = { 7, &frame, { 0, 0, 64, 64 } };
  g_autoptr (GError) error = NULL;

  start (&f, "1280x720@50");
  g_assert_false (f.ops->import_pool (f.display, 1, &pool, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (f.ops->commit (f.display, &layer, 1, NULL, 0, 0, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  stop (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (colour_cases); i++) {
    g_autofree char *path = g_strconcat ("/display-headless/colours/", colour_cases[i].name, NULL);

    g_test_add_data_func (path, &colour_cases[i], test_colours);
  }
  g_test_add_func ("/display-headless/letterbox-and-crop", test_letterbox_and_crop);
  g_test_add_func ("/display-headless/target-beyond-the-edges", test_target_beyond_the_edges);
  g_test_add_func ("/display-headless/one-to-one-is-exact", test_one_to_one_is_exact);
  g_test_add_func ("/display-headless/osd-is-blended", test_osd_is_blended);
  g_test_add_func ("/display-headless/refresh-grid", test_refresh_grid);
  g_test_add_func ("/display-headless/committed-at-its-refresh", test_committed_at_its_refresh);
  g_test_add_func ("/display-headless/read-back-is-frame-accurate", test_read_back_is_frame_accurate);
  g_test_add_func ("/display-headless/modes", test_modes);
  g_test_add_func ("/display-headless/refuses-what-it-cannot-read", test_refuses_what_it_cannot_read);
  return g_test_run ();
}
