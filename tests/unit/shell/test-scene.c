/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What banner and notice paint: where, how readable, how little. With SCENE_TEST_SAVE=FOLDER the pictures are kept to be looked
 * at, over a white sky. */
#include "shell/scene/shell-scene.h"
#include "shell/screens/shell-banner.h"
#include "shell/screens/shell-notice.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

const char *__lsan_default_suppressions (void);

/* What fontconfig keeps for the life of a process. */
__attribute__ ((visibility ("default"))) const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

typedef struct {
  guint32 width, height;
  ShellTheme theme;
  ShellScene *scene;
  cairo_surface_t *osd;
  guint n_damaged;
  HearthRect damage[SHELL_SCENE_MAX_DAMAGE];
  guint n_damage;
} Fixture;

static const HearthDisplayMode modes[] = { { 1280, 720, 50000 }, { 1920, 1080, 50000 }, { 3840, 2160, 50000 } };

#define FULL                                                                                                                 \
  "{'milliseconds': <uint32 60000>, 'number': <'1'>, 'name': <'CCTV-1综合'>, "                                               \
  "'names': <{'zh': 'CCTV-1 综合', 'en': 'CCTV-1 General'}>, 'network': <'有线'>, 'pills': <['1080p · HEVC', '国语 5.1']>}"
#define LONG                                                                                                                 \
  "{'milliseconds': <uint32 60000>, 'number': <'123456789'>, 'names': <{'zh': "                                              \
  "'名字长得不像话的电视频道名字长得不像话的电视频道名字长得不像话的电视频道名字长得不像话的电视频道', 'en': "                         \
  "'A channel with a name of such a length that nobody ever reads it to its end, on any screen'}>, 'pills': "                \
  "<['一个很长的标签一个很长的标签一个很长的标签', 'another pill of great length, for the sake of it', "                          \
  "'third pill that certainly does not fit any more, or does it', '2160p']>}"
#define NOTICE                                                                                                               \
  "{'title': <{'zh': '没有信号', 'en': 'No signal'}>, 'text': <{'zh': "                                                      \
  "'有线电视信号中断了，Hearth 每隔几秒会再试一次。请检查墙上的插座和电缆。', 'en': "                                                 \
  "'Nothing comes in over the cable. Hearth tries again every few seconds; check the socket in the wall and the lead.'}>, "  \
  "'details': <'NoPackets: udp://239.1.2.3:5000'>}"

static void
on_damaged (gpointer user_data)
{
  ((Fixture *) user_data)->n_damaged++;
}

static void
fixture_init (Fixture *f, const HearthDisplayMode *mode)
{
  memset (f, 0, sizeof *f);
  f->width = mode->width;
  f->height = mode->height;
  shell_theme_init (&f->theme, NULL);
  f->scene = shell_scene_new (&f->theme, on_damaged, f);
  f->osd = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) f->width, (int) f->height);
}

static void
fixture_clear (Fixture *f)
{
  cairo_surface_destroy (f->osd);
  shell_scene_free (f->scene);
  shell_theme_clear (&f->theme);
}

static void
paint (Fixture *f, gboolean whole)
{
  f->n_damage = shell_scene_paint (f->scene, cairo_image_surface_get_data (f->osd),
                                   (guint32) cairo_image_surface_get_stride (f->osd), f->width, f->height, whole, f->damage);
  cairo_surface_mark_dirty (f->osd);
}

static void
set_banner (Fixture *f, const char *text)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (text));

  shell_scene_set_banner (f->scene, values);
}

static void
set_notice (Fixture *f, const char *text)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (text));

  shell_scene_set_notice (f->scene, values);
}

/* Over white: the brightest picture there can be. */
static cairo_surface_t *
over_white (Fixture *f)
{
  cairo_surface_t *picture = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) f->width, (int) f->height);
  cairo_t *cr = cairo_create (picture);

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_set_source_surface (cr, f->osd, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (picture);
  return picture;
}

static guint32
get_pixel (cairo_surface_t *surface, gint32 x, gint32 y)
{
  guint32 pixel;

  memcpy (&pixel, cairo_image_surface_get_data (surface) + (gsize) y * cairo_image_surface_get_stride (surface) + (gsize) x * 4, 4);
  return pixel;
}

static void
save (Fixture *f, const char *name)
{
  const char *folder = g_getenv ("SCENE_TEST_SAVE");
  g_autofree char *path = NULL;
  cairo_surface_t *picture;

  if (folder == NULL)
    return;
  path = g_strdup_printf ("%s/%s-%u.png", folder, name, f->height);
  picture = over_white (f);
  cairo_surface_write_to_png (picture, path);
  cairo_surface_destroy (picture);
}

/* ---- contrast, by WCAG 2: of relative luminances --------------------------------------------- */

static double
linear (guint32 byte)
{
  double v = byte / 255.0;

  return v <= 0.04045 ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4);
}

static double
luminance (guint32 pixel)
{
  return 0.2126 * linear (pixel >> 16 & 0xff) + 0.7152 * linear (pixel >> 8 & 0xff) + 0.0722 * linear (pixel & 0xff);
}

/* Brightest against darkest pixel in a place where text is: text is light, its ground must be dark even over white. */
static double
get_contrast (cairo_surface_t *picture, HearthRect where)
{
  double most = 0, least = 1;

  for (gint32 y = where.y; y < where.y + where.height; y++)
    for (gint32 x = where.x; x < where.x + where.width; x++) {
      double l = luminance (get_pixel (picture, x, y));

      most = MAX (most, l);
      least = MIN (least, l);
    }
  return (most + 0.05) / (least + 0.05);
}

static HearthRect
scaled (Fixture *f, double x, double y, double width, double height)
{
  double s = f->height / 1080.0;

  return (HearthRect){ (gint32) (x * s), (gint32) (y * s), (gint32) (width * s), (gint32) (height * s) };
}

/* ---- tests --------------------------------------------------------------------------------------- */

static void
test_banner_is_readable (gconstpointer mode)
{
  cairo_surface_t *picture;
  Fixture f;

  fixture_init (&f, mode);
  set_banner (&f, FULL);
  g_assert_cmpuint (f.n_damaged, ==, 1);
  paint (&f, TRUE);
  save (&f, "banner");
  picture = over_white (&f);
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 96, 925, 60, 75)), >, 4.5);   /* number */
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 210, 960, 200, 45)), >, 4.5); /* name */
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 200, 910, 80, 36)), >, 4.5);  /* a pill */
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 1735, 60, 90, 30)), >, 4.5);  /* clock */
  /* The darkest edge of each ground is still dark enough for the weakest colour that is read. */
  g_assert_cmpfloat ((luminance (0xf4f6f9) + 0.05) / (luminance (get_pixel (picture, scaled (&f, 1725, 50, 1, 1).x,
                                                                            scaled (&f, 1725, 50, 1, 1).y)) + 0.05), >, 4.5);
  g_assert_cmpfloat ((luminance (0xb3bcc9) + 0.05) / (luminance (get_pixel (picture, 5, scaled (&f, 0, 905, 1, 1).y)) + 0.05),
                     >, 4.5);
  cairo_surface_destroy (picture);
  fixture_clear (&f);
}

/* Columns outside of the safe area may hold ground, but no text: their pixels do not jump. */
static void
assert_margins_smooth (Fixture *f)
{
  gint32 margin = (gint32) (96 * f->height / 1080.0) - 4;

  for (gint32 y = (gint32) f->height * 6 / 10; y < (gint32) f->height; y++)
    for (gint32 x = 0; x < margin; x++) {
      g_assert_cmphex (get_pixel (f->osd, x, y), ==, get_pixel (f->osd, 0, y));
      g_assert_cmphex (get_pixel (f->osd, (gint32) f->width - 1 - x, y), ==, get_pixel (f->osd, 0, y));
    }
}

static void
test_long_names_stay_inside (gconstpointer mode)
{
  Fixture f;

  fixture_init (&f, mode);
  set_banner (&f, LONG);
  paint (&f, TRUE);
  save (&f, "long");
  assert_margins_smooth (&f);
  fixture_clear (&f);
}

/* Numbers of every length; a name that brings a line break stays one line. */
static void
test_numbers_of_every_length (gconstpointer mode)
{
  static const char *const numbers[] = { "1", "88", "5.1", "1001" };
  Fixture f;

  fixture_init (&f, mode);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autoptr (GVariant) values = NULL;
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "milliseconds", "u", 60000);
    g_variant_dict_insert (&dict, "number", "s", numbers[i]);
    g_variant_dict_insert (&dict, "name", "s", "湖南卫视 HD \n line two");
    values = g_variant_ref_sink (g_variant_dict_end (&dict));
    shell_scene_set_banner (f.scene, values);
    paint (&f, i == 0);
    assert_margins_smooth (&f);
  }
  fixture_clear (&f);
}

/* ---- what is on ---- */

static void
add_event (GVariantDict *banner, const char *key, const char *title, gint64 start_us, gint64 duration_us)
{
  GVariantDict event;

  g_variant_dict_init (&event, NULL);
  g_variant_dict_insert (&event, "title", "s", title);
  g_variant_dict_insert (&event, "start", "x", start_us);
  g_variant_dict_insert (&event, "duration", "x", duration_us);
  g_variant_dict_insert_value (banner, key, g_variant_dict_end (&event));
}

/* A third of what is on is over, by a guide whose clock is an hour ahead. */
static GVariant *
make_programme (const char *base, const char *title, const char *next)
{
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (base));
  const gint64 minute_us = G_USEC_PER_SEC * 60, start_us = g_get_real_time () + 60 * minute_us - 16 * minute_us;
  GVariantDict banner;

  g_variant_dict_init (&banner, values);
  add_event (&banner, "present", title, start_us, 48 * minute_us);
  if (next != NULL)
    add_event (&banner, "following", next, start_us + 48 * minute_us, 30 * minute_us);
  g_variant_dict_insert (&banner, "clock-offset", "x", 60 * minute_us);
  return g_variant_ref_sink (g_variant_dict_end (&banner));
}

/* Pixels of the line through the bar's middle that have the accent. */
static guint
count_accent (Fixture *f)
{
  gint32 y = scaled (f, 0, 982, 0, 0).y;
  guint n = 0;

  for (guint32 x = 0; x < f->width; x++)
    n += get_pixel (f->osd, (gint32) x, y) == 0xffffb454;
  return n;
}

static void
test_what_is_on (gconstpointer mode)
{
  g_autoptr (GVariant) values = make_programme (FULL, "航拍中国：四川", "晚间新闻");
  cairo_surface_t *picture;
  double third;
  Fixture f;

  fixture_init (&f, mode);
  set_banner (&f, FULL);
  paint (&f, TRUE);
  g_assert_cmpuint (count_accent (&f), ==, 0); /* no guide, no bar */
  shell_scene_set_banner (f.scene, values);
  paint (&f, FALSE);
  save (&f, "programme");
  third = (f.width - 2 * 96 * f.height / 1080.0) / 3;
  g_assert_cmpfloat (fabs (count_accent (&f) - third), <, 4);
  picture = over_white (&f);
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 190, 895, 300, 55)), >, 4.5);   /* title */
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 190, 850, 150, 34)), >, 4.5);   /* channel */
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 1690, 910, 130, 40)), >, 4.5);  /* next title */
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 96, 998, 60, 28)), >, 4.5);     /* its start */
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 1765, 998, 60, 28)), >, 4.5);   /* its end */
  cairo_surface_destroy (picture);
  fixture_clear (&f);
}

static void
test_long_titles_stay_inside (gconstpointer mode)
{
  g_autoptr (GVariant) zh = make_programme (LONG, "题目长得不像话的节目题目长得不像话的节目题目长得不像话的节目题目长得不像话的节目题目长得不像话的节目",
                                            "接下来的节目题目也长得不像话接下来的节目题目也长得不像话");
  g_autoptr (GVariant) en = make_programme (LONG, "A programme with a title of such a length that nobody ever reads it to its end, on any screen",
                                            "And what follows it has a title that is no shorter than that of the one before");
  Fixture f;

  fixture_init (&f, mode);
  shell_scene_set_banner (f.scene, zh);
  paint (&f, TRUE);
  save (&f, "programme-long");
  assert_margins_smooth (&f);
  shell_scene_set_language (f.scene, "en");
  shell_scene_set_banner (f.scene, en);
  paint (&f, FALSE);
  save (&f, "programme-long-en");
  assert_margins_smooth (&f);
  fixture_clear (&f);
}

/* What a guide may say at worst. */
static void
test_events_out_of_bounds (void)
{
  g_autoptr (GVariant) untitled = make_programme (FULL, "", NULL);
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (
    "{'milliseconds': <uint32 60000>, 'present': <{'title': <'a'>, 'start': <int64 9223372036854775807>, 'duration': <int64 9223372036854775807>}>,"
    " 'following': <{'title': <'b'>, 'start': <int64 -9223372036854775808>}>, 'clock-offset': <int64 -9223372036854775808>}"));
  ShellEvents events;
  Fixture f;

  shell_events_init (&events, untitled, "zh");
  g_assert_null (events.present.title);
  shell_events_clear (&events);
  fixture_init (&f, &modes[0]);
  shell_scene_set_banner (f.scene, values);
  paint (&f, TRUE);
  g_assert_cmpuint (count_accent (&f), ==, 0);
  fixture_clear (&f);
}

/* A clip that the guide's clock says has not quite begun: its bar does not wait for the next minute. */
static void
test_bar_grows (void)
{
  g_autoptr (GVariant) hour = make_programme (FULL, "航拍中国：四川", NULL);
  g_autoptr (GVariant) clip = NULL;
  GVariantDict banner;
  ShellEvents events;
  Fixture f;

  shell_events_init (&events, hour, "zh");
  g_assert_cmpuint (shell_events_get_step (&events), ==, 48 * 60 / 200);
  shell_events_clear (&events);
  g_assert_cmpuint (shell_events_get_step (&events), ==, G_MAXUINT);
  clip = g_variant_ref_sink (g_variant_new_parsed (FULL));
  g_variant_dict_init (&banner, clip);
  add_event (&banner, "present", "clip", g_get_real_time () + G_USEC_PER_SEC / 4, 60 * G_USEC_PER_SEC);
  g_variant_unref (clip);
  clip = g_variant_ref_sink (g_variant_dict_end (&banner));
  shell_events_init (&events, clip, "zh");
  g_assert_cmpuint (shell_events_get_step (&events), ==, 1);
  shell_events_clear (&events);

  fixture_init (&f, &modes[0]);
  shell_scene_set_banner (f.scene, clip);
  paint (&f, TRUE);
  g_assert_cmpuint (count_accent (&f), ==, 0);
  for (guint had = f.n_damaged; f.n_damaged == had;)
    g_main_context_iteration (NULL, TRUE);
  paint (&f, FALSE);
  g_assert_cmpuint (count_accent (&f), >, 0);
  fixture_clear (&f);
}

static gboolean
is_transparent (Fixture *f)
{
  for (guint32 y = 0; y < f->height; y++)
    for (guint32 x = 0; x < f->width; x++)
      if (get_pixel (f->osd, (gint32) x, (gint32) y) != 0)
        return FALSE;
  return TRUE;
}

static gboolean
in_damage (Fixture *f, gint32 x, gint32 y)
{
  for (guint i = 0; i < f->n_damage; i++)
    if (x >= f->damage[i].x && x < f->damage[i].x + f->damage[i].width && y >= f->damage[i].y &&
        y < f->damage[i].y + f->damage[i].height)
      return TRUE;
  return FALSE;
}

static void
test_only_damage_is_touched (gconstpointer mode)
{
  guint64 area = 0;
  Fixture f;

  fixture_init (&f, mode);
  set_banner (&f, FULL);
  paint (&f, TRUE);
  for (guint i = 0; i < f.n_damage; i++)
    area += (guint64) f.damage[i].width * (guint64) f.damage[i].height;
  g_assert_cmpuint (area, <, (guint64) f.width * f.height / 2);
  for (guint32 y = 0; y < f.height; y++)
    for (guint32 x = 0; x < f.width; x++)
      if (get_pixel (f.osd, (gint32) x, (gint32) y) != 0)
        g_assert_true (in_damage (&f, (gint32) x, (gint32) y));
  paint (&f, FALSE);
  g_assert_cmpuint (f.n_damage, ==, 0); /* nothing changed */
  set_banner (&f, "{'milliseconds': <uint32 0>}");
  paint (&f, FALSE);
  g_assert_true (is_transparent (&f));
  fixture_clear (&f);
}

static void
test_banner_hides_by_itself (void)
{
  Fixture f;

  fixture_init (&f, &modes[0]);
  set_banner (&f, "{'milliseconds': <uint32 50>, 'number': <'7'>}");
  paint (&f, TRUE);
  g_assert_false (is_transparent (&f));
  while (shell_scene_has_banner (f.scene))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f.n_damaged, ==, 2);
  paint (&f, FALSE);
  g_assert_true (is_transparent (&f));
  g_assert_false (g_main_context_pending (NULL)); /* no clock ticks under nobody's eyes */
  fixture_clear (&f);
}

static void
test_notice (gconstpointer mode)
{
  cairo_surface_t *picture;
  Fixture f;

  fixture_init (&f, mode);
  set_notice (&f, NOTICE);
  paint (&f, TRUE);
  save (&f, "notice");
  picture = over_white (&f);
  g_assert_cmpfloat (get_contrast (picture, scaled (&f, 600, 440, 700, 160)), >, 7);
  cairo_surface_destroy (picture);
  set_banner (&f, FULL);
  paint (&f, FALSE);
  shell_scene_set_language (f.scene, "en"); /* what stands is written anew */
  paint (&f, FALSE);
  g_assert_cmpuint (f.n_damage, >, 0);
  save (&f, "notice-en");
  set_notice (&f, "@a{sv} {}");
  set_banner (&f, "@a{sv} {}");
  paint (&f, FALSE);
  g_assert_true (is_transparent (&f));
  fixture_clear (&f);
}

static void
test_blank_hides_all (void)
{
  Fixture f;

  fixture_init (&f, &modes[0]);
  set_notice (&f, NOTICE);
  set_banner (&f, FULL);
  paint (&f, TRUE);
  shell_scene_set_blank (f.scene, TRUE);
  paint (&f, FALSE);
  g_assert_true (is_transparent (&f));
  shell_scene_set_blank (f.scene, FALSE);
  paint (&f, FALSE);
  g_assert_false (is_transparent (&f));
  fixture_clear (&f);
}

static void
test_words (void)
{
  g_autofree char *met = shell_painter_dup_spaced ("CCTV1综合HD");
  g_autofree char *spaced = shell_painter_dup_spaced ("CCTV-1 综合 HD");
  g_autofree char *left = shell_painter_dup_spaced ("News · 24, 湖南（高清）");
  g_autofree char *broken = shell_painter_dup_spaced ("a\nb\xff");
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_parsed (FULL));
  ShellBanner banner;
  ShellNotice notice;
  g_autoptr (GVariant) empty = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));

  g_assert_cmpstr (met, ==, "CCTV1\u2009综合\u2009HD");
  g_assert_cmpstr (spaced, ==, "CCTV-1\u2009综合\u2009HD");
  g_assert_cmpstr (left, ==, "News · 24, 湖南（高清）");
  g_assert_cmpstr (broken, ==, "a b\ufffd");
  shell_banner_init (&banner, values, "en");
  g_assert_cmpstr (banner.name, ==, "CCTV-1 General");
  g_assert_cmpstr (banner.second, ==, "CCTV-1 综合");
  g_assert_cmpstr (banner.pills[0], ==, "有线");
  shell_banner_clear (&banner);
  g_assert_false (shell_notice_init (&notice, empty, "zh"));
}

static void
test_theme (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "theme.ini", NULL);
  g_autofree char *own = g_build_filename (g_get_tmp_dir (), "hearth-test-theme-XXXXXX", NULL);
  ShellTheme built_in, shipped, changed;
  int fd = g_mkstemp (own);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents (own, "[Colours]\nAccent=#010203\nLive=red\n", -1, NULL));
  shell_theme_init (&built_in, NULL);
  shell_theme_init (&shipped, path);
  shell_theme_init (&changed, own);
  g_assert_cmpmem (built_in.colours, sizeof built_in.colours, shipped.colours, sizeof shipped.colours);
  g_assert_cmphex (changed.colours[SHELL_COLOUR_ACCENT], ==, 0x010203);
  g_assert_cmphex (changed.colours[SHELL_COLOUR_LIVE], ==, built_in.colours[SHELL_COLOUR_LIVE]);
  shell_theme_clear (&built_in);
  shell_theme_clear (&shipped);
  shell_theme_clear (&changed);
  g_assert_cmpint (g_remove (own), ==, 0);
}

static void
add_for_modes (const char *name, GTestDataFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autofree char *path = g_strdup_printf ("/shell/scene/%s/%u", name, modes[i].height);

    g_test_add_data_func (path, &modes[i], func);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_for_modes ("what-is-on", test_what_is_on);
  add_for_modes ("long-titles-stay-inside", test_long_titles_stay_inside);
  g_test_add_func ("/shell/scene/events-out-of-bounds", test_events_out_of_bounds);
  add_for_modes ("banner-is-readable", test_banner_is_readable);
  add_for_modes ("long-names-stay-inside", test_long_names_stay_inside);
  add_for_modes ("numbers-of-every-length", test_numbers_of_every_length);
  add_for_modes ("only-damage-is-touched", test_only_damage_is_touched);
  add_for_modes ("notice", test_notice);
  g_test_add_func ("/shell/scene/bar-grows", test_bar_grows);
  g_test_add_func ("/shell/scene/banner-hides-by-itself", test_banner_hides_by_itself);
  g_test_add_func ("/shell/scene/blank-hides-all", test_blank_hides_all);
  g_test_add_func ("/shell/scene/words", test_words);
  g_test_add_func ("/shell/scene/theme", test_theme);
  return g_test_run ();
}
