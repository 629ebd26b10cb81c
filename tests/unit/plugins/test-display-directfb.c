/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* DirectFB in a window of X11 by the contract of all displays; its choice of a system, its keys, and how it fails. */
#include "dfb-choice.h"
#include "dfb-display.h"
#include "dfb-keys.h"
#include "display-suite.h"
#include "xvfb-testing.h"

#include <linux/input-event-codes.h>

/* DirectFB forgets some memory at each start, in modules that it unloads: who asked for it is seen in whole stacks only. */
__attribute__ ((visibility ("default"))) const char *__asan_default_options (void);
__attribute__ ((visibility ("default"))) const char *__lsan_default_suppressions (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0";
}

const char *
__lsan_default_suppressions (void)
{
  return "leak:libdirect\nleak:libfusion\n";
}

static TestingXvfb xvfb;

static gboolean
directfb_load (HearthPluginContext *context, GError **error)
{
  return hearth_plugin_context_add_display (context, &dfb_display_ops, error);
}

static const HearthPluginDescriptor plugin = { .abi = HEARTH_PLUGIN_ABI,
                                               .struct_size = sizeof (HearthPluginDescriptor),
                                               .name = "display-directfb",
                                               .load = directfb_load };

/* ---- which system ------------------------------------------------------------------------------ */

static const struct {
  const char *options, *device, *display, *frame_buffer;
  const char *system, *where; /* NULL: refused */
} choices[] = {
  { "", "", ":0", "/dev/fb0", "x11", ":0" },
  { "", "", ":0", NULL, "x11", ":0" },
  { "", "", "", "/dev/fb0", "fbdev", "/dev/fb0" },
  { "", "", NULL, "/dev/fb0", "fbdev", "/dev/fb0" },
  { "", "/dev/fb1", ":0", "/dev/fb0", "fbdev", "/dev/fb1" }, /* who names a device wants it */
  { "system=fbdev", "", ":0", "/dev/fb0", "fbdev", "/dev/fb0" },
  { "system=fbdev,fbdev=/dev/fb2", "/dev/fb1", ":0", NULL, "fbdev", "/dev/fb2" },
  { "x11-borderless=0.0,system=x11", "/dev/fb1", ":3", NULL, "x11", ":3" },
  { "", "", NULL, NULL, NULL, NULL },
  { "system=x11", "", NULL, "/dev/fb0", NULL, NULL },
  { "system=sdl", "", ":0", NULL, NULL, NULL },
  { ",", "", ":0", NULL, NULL, NULL },
  { "=x11", "", ":0", NULL, NULL, NULL },
};

static void
test_choice_of_system (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++) {
    const DfbSurroundings around = { choices[i].display, choices[i].frame_buffer };
    g_autoptr (GError) error = NULL;
    DfbChoice choice;

    g_test_message ("options “%s”, device “%s”", choices[i].options, choices[i].device);
    dfb_choice_init (&choice, choices[i].options, choices[i].device, &around, &error);
    g_assert_cmpstr (choice.system, ==, choices[i].system);
    g_assert_cmpstr (choice.where, ==, choices[i].where);
    g_assert_true ((error == NULL) == (choices[i].system != NULL));
    dfb_choice_clear (&choice);
  }
}

/* ---- keys ------------------------------------------------------------------------------------------ */

static guint32
code_of (DFBInputDeviceKeySymbol symbol, DFBInputDeviceKeyIdentifier id, int raw, gboolean are_kernel_codes)
{
  const DFBInputEvent event = { .type = DIET_KEYPRESS, .key_symbol = symbol, .key_id = id, .key_code = raw };

  return dfb_keys_get_code (&event, are_kernel_codes);
}

static void
test_key_codes (void)
{
  static const struct {
    DFBInputDeviceKeySymbol symbol;
    guint32 code;
  } keys[] = {
    { DIKS_CHANNEL_UP, KEY_CHANNELUP }, { DIKS_CURSOR_DOWN, KEY_DOWN }, { DIKS_OK, KEY_OK },          { DIKS_ENTER, KEY_ENTER },
    { DIKS_BACKSPACE, KEY_BACKSPACE },  { DIKS_0, KEY_0 },              { DIKS_1, KEY_1 },            { DIKS_9, KEY_9 },
    { DIKS_F1, KEY_F1 },                { DIKS_F10, KEY_F10 },          { DIKS_F11, KEY_F11 },        { DIKS_F12, KEY_F12 },
    { DIKS_SMALL_M, KEY_M },            { DIKS_CAPITAL_M, KEY_M },      { DIKS_SMALL_A, KEY_A },      { DIKS_SMALL_Z, KEY_Z },
    { DIKS_PLUS_SIGN, KEY_KPPLUS },     { DIKS_RED, KEY_RED },          { DIKS_MUTE, KEY_MUTE },      { DIKS_PAGE_UP, KEY_PAGEUP },
    { DIKS_NULL, 0 },                   { DIKS_EXCLAMATION_MARK, 0 },   { DIKS_DEAD_ACUTE, 0 },       { DIKS_EPG, KEY_EPG },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_assert_cmpuint (code_of (keys[i].symbol, DIKI_UNKNOWN, 999, FALSE), ==, keys[i].code);
  g_assert_cmpuint (code_of (DIKS_COLON, DIKI_SEMICOLON, 47, FALSE), ==, KEY_SEMICOLON); /* no symbol of ours: by its place */
  g_assert_cmpuint (code_of (DIKS_NULL, DIKI_SHIFT_R, 62, FALSE), ==, KEY_RIGHTSHIFT);
  g_assert_cmpuint (code_of (DIKS_0, DIKI_0, KEY_NUMERIC_0, TRUE), ==, KEY_NUMERIC_0); /* the kernel's own says more */
  g_assert_cmpuint (code_of (DIKS_0, DIKI_0, -1, TRUE), ==, KEY_0);
}

static void
test_key_values (void)
{
  const DFBInputEvent released = { .type = DIET_KEYRELEASE }, pressed = { .type = DIET_KEYPRESS };
  const DFBInputEvent repeated = { .type = DIET_KEYPRESS, .flags = DIEF_REPEAT };

  g_assert_cmpuint (dfb_keys_get_value (&released), ==, 0);
  g_assert_cmpuint (dfb_keys_get_value (&pressed), ==, 1);
  g_assert_cmpuint (dfb_keys_get_value (&repeated), ==, 2);
}

/* ---- how it fails ------------------------------------------------------------------------------------ */

static void
test_no_server (gconstpointer subject)
{
  g_autoptr (GError) error = NULL;
  SuiteFixture f;

  g_setenv ("DISPLAY", ":4095", TRUE);
  g_assert_false (suite_try_start (&f, subject, "1280x720@50", &error));
  g_setenv ("DISPLAY", xvfb.display, TRUE);
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, ":4095"));
}

/* When DirectFB cannot start, a thread of it falls a moment later: not in this process. */
static void
test_no_frame_buffer (gconstpointer subject)
{
  static const SuiteSubject absent = { .name = "absent", .plugin = &plugin, .settings = { { "device", "/dev/fb-that-is-not" } } };
  g_autoptr (GError) error = NULL;
  SuiteFixture f;

  g_assert_false (suite_try_start (&f, &absent, "", &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/dev/fb-that-is-not"));
  g_assert_nonnull (strstr (error->message, "Error opening")); /* DirectFB's own words */
  suite_start (&f, subject, "1280x720@50"); /* and is none the worse for it */
  suite_stop (&f);
}

/* A mode that does not fit on the screen: as much of it as there is. */
static void
test_screen_limits_the_mode (gconstpointer subject)
{
  const HearthDisplayMode full_hd = { 1920, 1080, 50000 };
  g_autoptr (GError) error = NULL;
  HearthDisplayMode mode;
  SuiteFixture f;

  suite_start (&f, subject, "1920x1080@50");
  f.ops->get_modes (f.display, &mode, 1);
  g_assert_cmpuint (mode.width, ==, 1280);
  g_assert_cmpuint (mode.height, ==, 720);
  g_assert_false (f.ops->set_mode (f.display, &full_hd, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
  suite_stop (&f);
}

/* ---- other formats -------------------------------------------------------------------------------------- */

static gboolean
differs_much (const guint8 *xrgb, guint32 width, guint32 height, guint32 *x, guint32 *y)
{
  return testing_xvfb_differs (&xvfb, xrgb, width, height, 8, x, y); /* five bits of eight, and six */
}

static const SuiteSubject of_16_bits = { .name = "display-directfb/subprocess/16-bits",
                                         .plugin = &plugin,
                                         .settings = { { "directfb", "system=x11,pixelformat=RGB16" } },
                                         .may_be_late = TRUE,
                                         .find_difference = differs_much };

/* Painted in ordinary memory, and copied. In processes of their own: DirectFB keeps its options. */
static void
test_16_bits (void)
{
  static const char *const cases[] = { "one-to-one-is-exact", "osd-is-blended", "modes" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/%s/%s", of_16_bits.name, cases[i]);

    g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
  }
}

/* ---- */

static gboolean
differs (const guint8 *xrgb, guint32 width, guint32 height, guint32 *x, guint32 *y)
{
  return testing_xvfb_differs (&xvfb, xrgb, width, height, 0, x, y);
}

static void
test_no_xvfb (void)
{
  g_test_skip ("there is no Xvfb (Debian: xvfb)");
}

int
main (int argc, char **argv)
{
  static const SuiteSubject subject = { .name = "display-directfb",
                                        .plugin = &plugin,
                                        .settings = { { "directfb", "system=x11" } },
                                        .may_be_late = TRUE,
                                        .find_difference = differs };
  gboolean has_screen;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/display-directfb/choice-of-system", test_choice_of_system);
  g_test_add_func ("/display-directfb/key-codes", test_key_codes);
  g_test_add_func ("/display-directfb/key-values", test_key_values);
  has_screen = testing_xvfb_start (&xvfb);
  if (has_screen) {
    g_setenv ("DISPLAY", xvfb.display, TRUE);
    suite_add (&subject);
    suite_add (&of_16_bits);
    g_test_add_func ("/display-directfb/16-bits", test_16_bits);
    suite_add_case (&subject, "no-server", test_no_server);
    suite_add_case (&subject, "screen-limits-the-mode", test_screen_limits_the_mode);
    suite_add_case (&subject, "no-frame-buffer", test_no_frame_buffer);
  } else {
    g_test_add_func ("/display-directfb/screen", test_no_xvfb);
  }
  status = g_test_run ();
  if (has_screen)
    testing_xvfb_stop (&xvfb);
  return status;
}
