/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display-suite.h"

#include <drm_fourcc.h>
#include <math.h>
#include <string.h>

#define SEEN_WITHIN_US (5 * G_USEC_PER_SEC) /* what was shown, from outside */

/* ---- the display and its host ----------------------------------------------------------------- */

static void
on_committed (HearthDisplayHost *host, gint64 shown_us)
{
  SuiteFixture *f = (SuiteFixture *) host; /* its first member */

  g_assert_false (f->inside_commit);
  f->n_committed++;
  f->shown_us = shown_us;
}

static const HearthDisplayHostOps host_ops = { .struct_size = sizeof (HearthDisplayHostOps), .committed = on_committed };

static GVariant *
make_settings (const SuiteSubject *subject, const char *mode)
{
  GVariantDict settings;

  g_variant_dict_init (&settings, NULL);
  for (guint i = 0; subject->settings[i].key != NULL; i++)
    g_variant_dict_insert (&settings, subject->settings[i].key, "s", subject->settings[i].value);
  g_variant_dict_insert (&settings, "mode", "s", mode);
  return g_variant_ref_sink (g_variant_dict_end (&settings));
}

gboolean
suite_try_start (SuiteFixture *f, const SuiteSubject *subject, const char *mode, GError **error)
{
  g_autoptr (GVariant) settings = make_settings (subject, mode);
  HearthPluginContext context = { .kinds = HEARTH_PLUGIN_DISPLAY };

  g_assert_true (subject->plugin->load (&context, NULL));
  *f = (SuiteFixture){ .host = { &host_ops }, .subject = subject, .ops = context.display };
  f->display = g_malloc0 (f->ops->instance_size);
  if (f->ops->start (f->display, &f->host, settings, error))
    return TRUE;
  g_clear_pointer (&f->display, g_free);
  return FALSE;
}

void
suite_start (SuiteFixture *f, const SuiteSubject *subject, const char *mode)
{
  g_autoptr (GError) error = NULL;

  suite_try_start (f, subject, mode, &error);
  g_assert_no_error (error);
}

void
suite_stop (SuiteFixture *f)
{
  f->ops->stop (f->display);
  if (f->memory.pool.n_buffers > 0)
    testing_pool_clear (&f->memory);
  g_free (f->display);
  g_free (f->pixels);
}

static void
import (SuiteFixture *f, guint32 fourcc, guint32 width, guint32 height)
{
  static const guint8 *mappings[TESTING_MAX_BUFFERS];
  g_autoptr (GError) error = NULL;

  testing_pool_init (&f->memory, 1, fourcc, width, height, 2);
  memcpy (mappings, f->memory.bytes, sizeof mappings);
  f->memory.pool.mappings = mappings;
  f->ops->import_pool (f->display, SUITE_VIEW, &f->memory.pool, &error);
  g_assert_no_error (error);
}

static void
wait_committed (SuiteFixture *f, guint n)
{
  while (f->n_committed < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->n_committed, ==, n);
}

static gboolean
commit (SuiteFixture *f, const HearthDisplayLayer *layers, guint n_layers, const HearthRect *damage, gint64 target_us, GError **error)
{
  gboolean taken;

  f->inside_commit = TRUE;
  taken = f->ops->commit (f->display, layers, n_layers, damage, damage != NULL ? 1 : 0, target_us, error);
  f->inside_commit = FALSE;
  return taken;
}

static void
read_back (SuiteFixture *f, guint32 width, guint32 height, gboolean with_osd)
{
  g_autoptr (GError) error = NULL;

  g_free (f->pixels);
  f->width = width;
  f->height = height;
  f->pixels = g_malloc ((gsize) width * height * 4);
  f->ops->read_back (f->display, f->pixels, width * 4, width, height, with_osd, &error);
  g_assert_no_error (error);
}

/* Who shows pictures elsewhere must show there what it says that it does, in each pixel. */
static void
look_from_outside (SuiteFixture *f)
{
  gint64 deadline_us = g_get_monotonic_time () + SEEN_WITHIN_US;
  HearthDisplayMode mode;
  guint32 x = 0, y = 0;

  if (f->subject->find_difference == NULL)
    return;
  f->ops->get_modes (f->display, &mode, 1);
  read_back (f, mode.width, mode.height, TRUE);
  while (f->subject->find_difference (f->pixels, mode.width, mode.height, &x, &y)) {
    if (g_get_monotonic_time () > deadline_us)
      g_error ("pixel %u,%u of %ux%u is another one on the screen", x, y, mode.width, mode.height);
    g_usleep (1000);
  }
}

static void
show_layers (SuiteFixture *f, const HearthDisplayLayer *layers, guint n_layers, const HearthRect *damage)
{
  g_autoptr (GError) error = NULL;

  commit (f, layers, n_layers, damage, 0, &error);
  g_assert_no_error (error);
  wait_committed (f, f->n_committed + 1);
  look_from_outside (f);
}

static void
show (SuiteFixture *f, const HearthFrame *frame, HearthRect target)
{
  const HearthDisplayLayer layer = { SUITE_VIEW, frame, target };

  show_layers (f, &layer, 1, NULL);
}

static void
assert_pixel (SuiteFixture *f, guint x, guint y, guint8 red, guint8 green, guint8 blue, int tolerance)
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

typedef struct {
  const SuiteSubject *subject;
  const ColourCase *colours;
} ColourRun;

static void
test_colours (gconstpointer data)
{
  static const guint8 colours[][3] = { { 255, 255, 255 }, { 0, 0, 0 },     { 255, 0, 0 },  { 0, 255, 0 },
                                       { 0, 0, 255 },     { 128, 128, 128 }, { 200, 30, 99 } };
  const ColourRun *run = data;
  const ColourCase *c = run->colours;
  SuiteFixture f;

  suite_start (&f, run->subject, "1280x720@200");
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
  suite_stop (&f);
}

/* ---- shapes -------------------------------------------------------------------------------- */

#define GREY(f, index, level) testing_fill (&(f)->memory, index, level, 128, 128)

static void
test_letterbox_and_crop (gconstpointer data)
{
  SuiteFixture f;
  HearthFrame frame;

  suite_start (&f, data, "1280x720@200");
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
  suite_stop (&f);
}

static void
test_target_beyond_the_edges (gconstpointer data)
{
  SuiteFixture f;
  HearthFrame frame;

  suite_start (&f, data, "1280x720@200");
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
  suite_stop (&f);
}

/* Sharp where nothing is scaled: a line of one sample is one pixel. */
static void
test_one_to_one_is_exact (gconstpointer data)
{
  SuiteFixture f;
  HearthFrame frame;

  suite_start (&f, data, "1280x720@200");
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
  suite_stop (&f);
}

static void
fill_osd (SuiteFixture *f, const HearthRect *rect, guint32 colour)
{
  guint32 stride;
  guint8 *osd = f->ops->get_osd (f->display, &stride);

  for (gint32 y = rect->y; y < rect->y + rect->height; y++)
    for (gint32 x = rect->x; x < rect->x + rect->width; x++)
      memcpy (osd + (gsize) y * stride + (gsize) x * 4, &colour, 4);
}

static void
test_osd_is_blended (gconstpointer data)
{
  const HearthRect square = { 100, 100, 100, 100 };
  SuiteFixture f;
  HearthFrame frame;
  HearthDisplayLayer layer = { SUITE_VIEW, &frame, { 0, 0, 1280, 720 } };

  suite_start (&f, data, "1280x720@200");
  import (&f, DRM_FORMAT_YUV420, 1280, 720);
  GREY (&f, 0, 235);
  frame = testing_frame (&f.memory, 0, 1, 1);
  show (&f, &frame, layer.target);
  fill_osd (&f, &square, 0x80400000); /* half of a dark red */
  show_layers (&f, &layer, 1, &square);
  read_back (&f, 1280, 720, TRUE);
  assert_pixel (&f, 150, 150, 191, 127, 127, 1);
  assert_pixel (&f, 99, 150, 255, 255, 255, 1);
  assert_pixel (&f, 200, 150, 255, 255, 255, 1);
  read_back (&f, 640, 360, TRUE);
  assert_pixel (&f, 75, 75, 191, 127, 127, 2);
  read_back (&f, 1280, 720, FALSE);
  assert_pixel (&f, 150, 150, 255, 255, 255, 1);
  show (&f, &frame, layer.target); /* it stays while pictures come and go, */
  show (&f, &frame, layer.target);
  show_layers (&f, NULL, 0, NULL); /* also over none; each look from outside saw it */
  read_back (&f, 1280, 720, TRUE);
  assert_pixel (&f, 150, 150, 64, 0, 0, 1);
  fill_osd (&f, &square, 0);
  show_layers (&f, &layer, 1, &square);
  read_back (&f, 1280, 720, TRUE);
  assert_pixel (&f, 150, 150, 255, 255, 255, 1);
  suite_stop (&f);
}

/* The last of the array is in front, black around where nothing is. */
static void
test_layers_by_depth (gconstpointer data)
{
  SuiteFixture f;
  HearthFrame frames[2];
  const HearthDisplayLayer layers[] = { { SUITE_VIEW, &frames[0], { 0, 0, 800, 450 } }, { SUITE_VIEW, &frames[1], { 400, 225, 320, 180 } } };
  const HearthDisplayLayer swapped[] = { layers[1], layers[0] };

  suite_start (&f, data, "1280x720@200");
  import (&f, DRM_FORMAT_YUV420, 1280, 720);
  GREY (&f, 0, 235);
  testing_fill (&f.memory, 1, 81, 90, 240);
  frames[0] = testing_frame (&f.memory, 0, 1, 1);
  frames[1] = testing_frame (&f.memory, 1, 2, 1);
  show_layers (&f, layers, 2, NULL);
  read_back (&f, 1280, 720, FALSE);
  assert_pixel (&f, 399, 300, 255, 255, 255, 2);
  assert_pixel (&f, 401, 300, 255, 24, 0, 8);
  assert_pixel (&f, 719, 400, 255, 24, 0, 8);
  assert_pixel (&f, 721, 400, 255, 255, 255, 2);
  assert_pixel (&f, 801, 200, 0, 0, 0, 0);
  show_layers (&f, swapped, 2, NULL);
  read_back (&f, 1280, 720, FALSE);
  assert_pixel (&f, 401, 300, 255, 255, 255, 2);
  suite_stop (&f);
}

/* ---- time -------------------------------------------------------------------------------------- */

static void
test_refresh_grid (gconstpointer data)
{
  SuiteFixture f;
  gint64 first, at;

  suite_start (&f, data, "1280x720@59.94");
  first = f.ops->next_refresh (f.display, g_get_monotonic_time ());
  g_assert_cmpint (f.ops->next_refresh (f.display, first), ==, first); /* at or after */
  at = first;
  for (guint i = 1; i <= 59940; i++) /* a thousand seconds exactly */
    at = f.ops->next_refresh (f.display, at + 1);
  g_assert_cmpint (ABS (at - first - 1000 * G_USEC_PER_SEC), <=, 1);
  g_assert_cmpint (f.ops->next_refresh (f.display, G_MAXINT64 / 4), >=, G_MAXINT64 / 4);
  suite_stop (&f);
}

/* At the refresh that it was for; one of glass may be late, but then says a refresh too. */
static void
assert_shown_at (SuiteFixture *f, gint64 target_us)
{
  g_assert_cmpint (f->shown_us, >=, target_us);
  if (!f->subject->may_be_late)
    g_assert_cmpint (f->shown_us, ==, target_us);
  g_assert_cmpint (f->ops->next_refresh (f->display, f->shown_us), ==, f->shown_us);
  g_assert_cmpint (g_get_monotonic_time (), >=, f->shown_us);
}

static void
test_committed_at_its_refresh (gconstpointer data)
{
  const HearthDisplayLayer none = { SUITE_VIEW, NULL, { 0, 0, 1280, 720 } };
  g_autoptr (GError) error = NULL;
  gint64 now, target;
  SuiteFixture f;

  suite_start (&f, data, "1280x720@50");
  now = g_get_monotonic_time ();
  target = f.ops->next_refresh (f.display, now + 45000);
  g_assert_true (commit (&f, &none, 1, NULL, now + 45000, &error));
  g_assert_false (commit (&f, &none, 1, NULL, 0, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_BUSY);
  wait_committed (&f, 1);
  assert_shown_at (&f, target);
  g_assert_true (commit (&f, &none, 1, NULL, 1, NULL)); /* long past: the next one */
  wait_committed (&f, 2);
  g_assert_cmpint (f.shown_us, >, target);
  suite_stop (&f);
}

static gboolean
on_time_out (gpointer timed_out)
{
  *(gboolean *) timed_out = TRUE;
  return G_SOURCE_REMOVE;
}

/* Exactly one, also where the mode changes while it waits; none after the end. */
static void
test_one_answer_for_a_commit (gconstpointer data)
{
  const HearthDisplayLayer none = { SUITE_VIEW, NULL, { 0, 0, 1280, 720 } };
  HearthDisplayMode modes[16];
  gboolean timed_out = FALSE;
  SuiteFixture f;

  suite_start (&f, data, "1280x720@50");
  g_assert_cmpuint (f.ops->get_modes (f.display, modes, G_N_ELEMENTS (modes)), >, 1);
  g_assert_true (commit (&f, &none, 1, NULL, 0, NULL));
  g_assert_true (f.ops->set_mode (f.display, &modes[1], NULL));
  wait_committed (&f, 1);
  g_timeout_add (200, on_time_out, &timed_out);
  while (!timed_out)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f.n_committed, ==, 1);
  g_assert_true (commit (&f, &none, 1, NULL, g_get_monotonic_time () + 30000, NULL));
  suite_stop (&f);
  timed_out = FALSE;
  g_timeout_add (100, on_time_out, &timed_out);
  while (!timed_out)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f.n_committed, ==, 1);
}

/* What is on glass stays until the next commit's refresh, not until its call. */
static void
test_read_back_is_frame_accurate (gconstpointer data)
{
  SuiteFixture f;
  HearthFrame frames[2];
  HearthDisplayLayer layer = { SUITE_VIEW, &frames[1], { 0, 0, 1280, 720 } };

  suite_start (&f, data, "1280x720@25");
  import (&f, DRM_FORMAT_YUV420, 1280, 720);
  GREY (&f, 0, 16);
  GREY (&f, 1, 235);
  frames[0] = testing_frame (&f.memory, 0, 1, 1);
  frames[1] = testing_frame (&f.memory, 1, 2, 1);
  show (&f, &frames[0], layer.target);
  g_assert_true (commit (&f, &layer, 1, NULL, 0, NULL));
  read_back (&f, 64, 64, FALSE);
  assert_pixel (&f, 32, 32, 0, 0, 0, 0);
  wait_committed (&f, 2);
  look_from_outside (&f);
  read_back (&f, 64, 64, FALSE);
  assert_pixel (&f, 32, 32, 255, 255, 255, 1);
  f.ops->drop_pool (f.display, SUITE_VIEW, 1);
  read_back (&f, 64, 64, FALSE);
  assert_pixel (&f, 32, 32, 0, 0, 0, 0);
  suite_stop (&f);
}

/* ---- settings ------------------------------------------------------------------------------------ */

/* Another mode has an on-screen plane of its own, and shows as well as the first. */
static void
test_modes (gconstpointer data)
{
  HearthDisplayMode modes[16], now;
  SuiteFixture f;
  HearthFrame frame;
  guint32 stride;
  guint n;

  suite_start (&f, data, "640x360@50");
  n = f.ops->get_modes (f.display, modes, G_N_ELEMENTS (modes));
  g_assert_cmpuint (n, >, 1);
  g_assert_cmpuint (modes[0].width, ==, 640);
  g_assert_cmpuint (modes[0].refresh_mhz, ==, 50000);
  import (&f, DRM_FORMAT_YUV420, 64, 36);
  GREY (&f, 0, 235);
  frame = testing_frame (&f.memory, 0, 1, 1);
  show (&f, &frame, (HearthRect){ 0, 0, 640, 360 });
  for (guint i = 1; i < n; i++) {
    const HearthRect corner = { (gint32) modes[i].width - 10, (gint32) modes[i].height - 10, 10, 10 };
    const HearthDisplayLayer layer = { SUITE_VIEW, &frame, { 0, 0, (gint32) modes[i].width, (gint32) modes[i].height } };

    g_assert_true (f.ops->set_mode (f.display, &modes[i], NULL));
    g_assert_cmpuint (f.ops->get_modes (f.display, &now, 1), ==, 1);
    g_assert_cmpmem (&now, sizeof now, &modes[i], sizeof modes[i]);
    f.ops->get_osd (f.display, &stride);
    g_assert_cmpuint (stride, >=, now.width * 4);
    fill_osd (&f, &corner, 0xff00ff00);
    show_layers (&f, &layer, 1, &corner);
    read_back (&f, now.width, now.height, TRUE);
    assert_pixel (&f, now.width - 11, now.height - 5, 255, 255, 255, 2);
    assert_pixel (&f, now.width - 5, now.height - 5, 0, 255, 0, 1);
  }
  suite_stop (&f);
}

static void
test_refuses_wrong_modes (gconstpointer data)
{
  static const char *const wrong[] = { "1920", "1920x", "x1080", "1920x1080@", "1920x1080@0", "1920x1080@50 ", "0x0@50",
                                       "99999999999999999999x2@50", "1920x1080@1e99", "1920x1080@nan", "32x1080@50" };
  const HearthDisplayMode too_small = { 32, 32, 50000 }, too_big = { 20000, 20000, 50000 };
  HearthDisplayMode now;
  SuiteFixture f;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (suite_try_start (&f, data, wrong[i], &error));
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  }
  suite_start (&f, data, "1280x720@50");
  g_assert_false (f.ops->set_mode (f.display, &too_small, NULL));
  g_assert_false (f.ops->set_mode (f.display, &too_big, NULL));
  f.ops->get_modes (f.display, &now, 1);
  g_assert_cmpuint (now.width, ==, 1280);
  show_layers (&f, NULL, 0, NULL);
  suite_stop (&f);
}

static void
test_refuses_what_it_cannot_read (gconstpointer data)
{
  SuiteFixture f;
  HearthFramePool pool = { .pool = 1, .fourcc = DRM_FORMAT_NV12, .memory = HEARTH_MEMORY_DEVICE, .width = 64, .height = 64 };
  HearthFrame frame = { .pool = 9 };
  const HearthDisplayLayer layer = { SUITE_VIEW, &frame, { 0, 0, 64, 64 } };
  g_autoptr (GError) error = NULL;

  suite_start (&f, data, "1280x720@50");
  g_assert_false (f.ops->import_pool (f.display, 1, &pool, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (commit (&f, &layer, 1, NULL, 0, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT);
  suite_stop (&f);
}

/* ---- what it says of itself ------------------------------------------------------------------------- */

static void
test_describes_itself (gconstpointer data)
{
  g_autoptr (GVariant) said = NULL, layers = NULL, planes = NULL;
  SuiteFixture f;
  HearthFrame frame;

  suite_start (&f, data, "1280x720@200");
  import (&f, DRM_FORMAT_YUV420, 1280, 720);
  frame = testing_frame (&f.memory, 0, 1, 1);
  show (&f, &frame, (HearthRect){ 0, 0, 1280, 720 });
  if (f.ops->describe != NULL) {
    said = g_variant_ref_sink (f.ops->describe (f.display));
    layers = g_variant_lookup_value (said, "layers", G_VARIANT_TYPE ("a(sus)"));
    planes = g_variant_lookup_value (said, "planes", G_VARIANT_TYPE ("a(usuas)"));
    g_assert_cmpuint (g_variant_n_children (layers), ==, 1);
    g_assert_cmpuint (g_variant_n_children (planes), >, 0);
  }
  suite_stop (&f);
}

/* ---- */

void
suite_add_case (const SuiteSubject *subject, const char *name, void (*test) (gconstpointer subject))
{
  g_autofree char *path = g_strdup_printf ("/%s/%s", subject->name, name);

  g_test_add_data_func (path, subject, test);
}

void
suite_add (const SuiteSubject *subject)
{
  for (guint i = 0; i < G_N_ELEMENTS (colour_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/%s/colours/%s", subject->name, colour_cases[i].name);
    ColourRun *run = g_new (ColourRun, 1);

    *run = (ColourRun){ subject, &colour_cases[i] };
    g_test_add_data_func_full (path, run, test_colours, g_free);
  }
  suite_add_case (subject, "letterbox-and-crop", test_letterbox_and_crop);
  suite_add_case (subject, "target-beyond-the-edges", test_target_beyond_the_edges);
  suite_add_case (subject, "one-to-one-is-exact", test_one_to_one_is_exact);
  suite_add_case (subject, "osd-is-blended", test_osd_is_blended);
  suite_add_case (subject, "layers-by-depth", test_layers_by_depth);
  suite_add_case (subject, "refresh-grid", test_refresh_grid);
  suite_add_case (subject, "committed-at-its-refresh", test_committed_at_its_refresh);
  suite_add_case (subject, "one-answer-for-a-commit", test_one_answer_for_a_commit);
  suite_add_case (subject, "read-back-is-frame-accurate", test_read_back_is_frame_accurate);
  suite_add_case (subject, "modes", test_modes);
  suite_add_case (subject, "refuses-wrong-modes", test_refuses_wrong_modes);
  suite_add_case (subject, "refuses-what-it-cannot-read", test_refuses_what_it_cannot_read);
  suite_add_case (subject, "describes-itself", test_describes_itself);
}
