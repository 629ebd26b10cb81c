/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recording/hearth-recording-manifest.h"

#include <hearth/error.h>
#include <string.h>

static HearthRecordingManifest *
parse (const char *text, GError **error)
{
  return hearth_recording_manifest_parse (text, strlen (text), error);
}

static void
test_there_and_back (void)
{
  g_autofree char *id = hearth_recording_dup_new_id ();
  g_autoptr (HearthRecordingManifest) manifest = hearth_recording_manifest_new (id), back = NULL;
  const HearthRecordingGap gap = { .from_us = 1700000000000000, .to_us = 0, .offset = 376, .cause = HEARTH_RECORDING_OVERRUN };
  g_autofree char *text = NULL;
  gsize n;

  g_assert_true (hearth_recording_is_id (id));
  hearth_recording_set_string (&manifest->title, "星河 “news” \\ \n");
  hearth_recording_set_string (&manifest->network, "cable");
  manifest->started_us = 1763860000123456;
  manifest->bytes = G_GUINT64_CONSTANT (123456789012);
  manifest->leg = 2;
  g_array_append_val (manifest->gaps, gap);
  text = hearth_recording_manifest_print (manifest, &n);
  back = hearth_recording_manifest_parse (text, n, NULL);
  g_assert_nonnull (back);
  g_assert_cmpstr (back->id, ==, id);
  g_assert_cmpstr (back->title, ==, manifest->title);
  g_assert_cmpstr (back->network, ==, "cable");
  g_assert_cmpint (back->started_us, ==, manifest->started_us);
  g_assert_cmpuint (back->bytes, ==, manifest->bytes);
  g_assert_cmpuint (back->leg, ==, 2);
  g_assert_false (back->finished);
  g_assert_cmpuint (back->gaps->len, ==, 1);
  g_assert_true (g_array_index (back->gaps, HearthRecordingGap, 0).cause == g_array_index (manifest->gaps, HearthRecordingGap, 0).cause ||
                 g_str_equal (g_array_index (back->gaps, HearthRecordingGap, 0).cause, HEARTH_RECORDING_OVERRUN));
}

static void
test_unknown_is_passed_over (void)
{
  g_autoptr (HearthRecordingManifest) manifest =
    parse ("{\"version\":1,\"id\":\"abcdefghijklmnop\",\"state\":\"finished\",\"later\":{\"a\":[1]},"
           "\"gaps\":[{\"from_us\":1,\"to_us\":2,\"cause\":\"meteor\"}]}", NULL);

  g_assert_nonnull (manifest);
  g_assert_true (manifest->finished);
  g_assert_cmpstr (g_array_index (manifest->gaps, HearthRecordingGap, 0).cause, ==, "unknown");
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "", "[]", "{", "null", "{}", "{\"version\":2,\"id\":\"abcdefghijklmnop\",\"state\":\"finished\"}",
    "{\"version\":1,\"id\":\"../../../../etc/\",\"state\":\"finished\"}",
    "{\"version\":1,\"id\":\"abcdefghijklmnop\",\"state\":\"maybe\"}",
    "{\"version\":1,\"id\":\"abcdefghijklmnop\",\"state\":\"finished\",\"bytes\":-1}",
    "{\"version\":1,\"id\":\"abcdefghijklmnop\",\"state\":\"finished\",\"bytes\":1.5}",
    "{\"version\":1,\"id\":\"abcdefghijklmnop\",\"state\":\"finished\",\"gaps\":[1]}",
    "{\"version\":1,\"id\":\"abcdefghijklmnop\",\"state\":\"finished\",\"channel\":{\"name\":7}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (texts[i], &error));
    g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
  }
}

static void
test_deep_is_refused (void)
{
  g_autofree char *text = g_strnfill (100000, '[');
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (text, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recording/manifest/there-and-back", test_there_and_back);
  g_test_add_func ("/recording/manifest/unknown-is-passed-over", test_unknown_is_passed_over);
  g_test_add_func ("/recording/manifest/refused", test_refused);
  g_test_add_func ("/recording/manifest/deep-is-refused", test_deep_is_refused);
  return g_test_run ();
}
