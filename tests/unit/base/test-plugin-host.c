/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-plugin-host.h"

#include <hearth/error.h>
#include <string.h>

extern const HearthPluginDescriptor hearth_plugin_platform_test; /* plugin-testing.c, built in */

const HearthPluginDescriptor *const hearth_plugin_builtins[] = { &hearth_plugin_platform_test, NULL };

static void
test_module (void)
{
  g_autoptr (GError) error = NULL;
  const HearthPlugin *plugin = hearth_plugin_host_load ("platform-test-right", HEARTH_PLUGIN_PLATFORM, &error);

  g_assert_no_error (error);
  g_assert_false (plugin->builtin);
  g_assert_nonnull (plugin->platform);
  g_assert_null (plugin->network);
  g_assert_true (hearth_plugin_host_load ("platform-test-right", HEARTH_PLUGIN_PLATFORM, &error) == plugin);
  g_assert_null (hearth_plugin_host_load ("platform-test-right", HEARTH_PLUGIN_DISPLAY, &error));
  g_assert_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED);
}

/* The same source as above, in the host. */
static void
test_builtin (void)
{
  g_autoptr (GError) error = NULL;
  const HearthPlugin *plugin = hearth_plugin_host_load ("platform-test-builtin", HEARTH_PLUGIN_PLATFORM, &error);

  g_assert_no_error (error);
  g_assert_true (plugin->builtin);
  g_assert_true (plugin->descriptor == &hearth_plugin_platform_test);
  g_assert_true (hearth_ops_has (plugin->platform, describe));
  g_assert_false (hearth_ops_has (plugin->platform, set_power)); /* there, and NULL */
}

/* Built against a header that ended earlier: what it does not have is not read. */
static void
test_older (void)
{
  g_autoptr (GError) error = NULL;
  const HearthPlugin *plugin = hearth_plugin_host_load ("platform-test-older", HEARTH_PLUGIN_PLATFORM, &error);

  g_assert_no_error (error);
  g_assert_true (hearth_ops_has (plugin->platform, describe));
  g_assert_false (hearth_ops_has (plugin->platform, set_power));
  g_assert_false (hearth_ops_has (plugin->platform, get_decoders));
}

typedef struct {
  const char *name;
  HearthError code;
  const char *words; /* that a maker needs to see */
} Wrong;

static const Wrong wrongs[] = {
  { "platform-test-abi", HEARTH_ERROR_PLUGIN, "built for plug-in ABI 2, this Hearth has 1" },
  { "platform-test-large", HEARTH_ERROR_PLUGIN, "descriptor of" },
  { "platform-test-large-ops", HEARTH_ERROR_PLUGIN, "platform table has" },
  { "platform-test-lacks", HEARTH_ERROR_PLUGIN, "lacks a mandatory member" },
  { "platform-test-misnamed", HEARTH_ERROR_PLUGIN, "holds platform-test-other" },
  { "platform-test-no-symbol", HEARTH_ERROR_PLUGIN, "HEARTH_PLUGIN_DEFINE" },
  { "platform-test-refuses", HEARTH_ERROR_NOT_SUPPORTED, "no such chip in this box" },
  { "platform-test-silent", HEARTH_ERROR_PLUGIN, "without a reason" },
  { "platform-test-nothing", HEARTH_ERROR_PLUGIN, "adds nothing" },
  { "platform-test-twice", HEARTH_ERROR_PLUGIN, "two platform tables" },
  { "platform-test-kind", HEARTH_ERROR_NOT_SUPPORTED, "hosts no network plug-ins" },
  { "platform-test-unresolved", HEARTH_ERROR_PLUGIN, "hearth_of_the_future" },
  { "platform-absent", HEARTH_ERROR_NOT_FOUND, "not built in, and" },
  { "../platform-test-right", HEARTH_ERROR_INVALID_ARGUMENT, "no plug-in's name" },
  { "", HEARTH_ERROR_INVALID_ARGUMENT, "no plug-in's name" },
};

static void
test_wrong (gconstpointer data)
{
  const Wrong *wrong = data;

  for (guint time = 0; time < 2; time++) { /* the second time too: nothing of the first stays */
    g_autoptr (GError) error = NULL;

    g_assert_null (hearth_plugin_host_load (wrong->name, HEARTH_PLUGIN_PLATFORM, &error));
    g_assert_error (error, HEARTH_ERROR, (int) wrong->code);
    g_assert_nonnull (strstr (error->message, wrong->words));
    g_assert_nonnull (strstr (error->message, wrong->name));
  }
}

static void
test_list (void)
{
  g_auto (GStrv) names = hearth_plugin_host_list ();

  g_assert_true (g_strv_contains ((const char *const *) names, "platform-test-builtin"));
  g_assert_true (g_strv_contains ((const char *const *) names, "platform-test-right"));
  for (guint i = 0; names[i] != NULL; i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (names[i], !=, names[j]);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "tests", "unit", "base", ".libs", NULL);

  g_setenv ("HEARTH_PLUGIN_DIR", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/plugin-host/module", test_module);
  g_test_add_func ("/base/plugin-host/builtin", test_builtin);
  g_test_add_func ("/base/plugin-host/older", test_older);
  for (gsize i = 0; i < G_N_ELEMENTS (wrongs); i++) {
    g_autofree char *path = g_strdup_printf ("/base/plugin-host/wrong/%zu-%s", i, wrongs[i].words);

    g_strdelimit (path + strlen ("/base/plugin-host/wrong/"), "/ ", '-');
    g_test_add_data_func (path, &wrongs[i], test_wrong);
  }
  g_test_add_func ("/base/plugin-host/list", test_list);
  return g_test_run ();
}
