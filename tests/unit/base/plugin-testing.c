/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Platform plug-ins that are right or wrong in one thing each; PLUGIN_WRONG chooses, PLUGIN_NAME names. As a plug-in does, it
 * includes only <hearth/...>. */
#include <hearth/platform.h>

#define RIGHT 0
#define WRONG_ABI 1
#define LARGE_DESCRIPTOR 2
#define LACKS_OP 3
#define REFUSES 4
#define SILENT 5
#define ADDS_NOTHING 6
#define LARGE_OPS 7
#define OLDER 8
#define UNRESOLVED 9
#define OTHER_KIND 10
#define ADDS_TWICE 11

static gboolean
test_start (gpointer self, GVariant *settings, GError **error)
{
  return TRUE;
}

static void
test_stop (gpointer self)
{
}

static GVariant *
test_describe (gpointer self)
{
  return g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0);
}

static const HearthPlatformOps test_ops = {
  .struct_size = PLUGIN_WRONG == OLDER       ? G_STRUCT_OFFSET (HearthPlatformOps, set_power)
                 : PLUGIN_WRONG == LARGE_OPS ? sizeof (HearthPlatformOps) + 8
                                             : sizeof (HearthPlatformOps),
  .name = "test",
  .start = test_start,
  .stop = test_stop,
  .describe = PLUGIN_WRONG == LACKS_OP ? NULL : test_describe,
};

#if PLUGIN_WRONG == UNRESOLVED
extern void hearth_of_the_future (void);
#else
#define hearth_of_the_future()
#endif

static gboolean
test_load (HearthPluginContext *context, GError **error)
{
  hearth_of_the_future ();
  switch (PLUGIN_WRONG) {
  case REFUSES:
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "no such chip in this box");
    return FALSE;
  case SILENT: return FALSE;
  case ADDS_NOTHING: return TRUE;
  case OTHER_KIND: return hearth_plugin_context_add_network (context, (gconstpointer) &test_ops, error);
  case ADDS_TWICE:
    return hearth_plugin_context_add_platform (context, &test_ops, error) &&
           hearth_plugin_context_add_platform (context, &test_ops, error);
  default: return hearth_plugin_context_add_platform (context, &test_ops, error);
  }
}

#if PLUGIN_WRONG == WRONG_ABI || PLUGIN_WRONG == LARGE_DESCRIPTOR
extern const HearthPluginDescriptor hearth_plugin;
__attribute__ ((visibility ("default"))) const HearthPluginDescriptor hearth_plugin = {
  .abi = PLUGIN_WRONG == WRONG_ABI ? HEARTH_PLUGIN_ABI + 1 : HEARTH_PLUGIN_ABI,
  .struct_size = PLUGIN_WRONG == WRONG_ABI ? sizeof (HearthPluginDescriptor) : sizeof (HearthPluginDescriptor) + 8,
  .name = PLUGIN_NAME,
  .load = test_load,
};
#else
HEARTH_PLUGIN_DEFINE (platform_test, PLUGIN_NAME, .summary = "For tests", .version = "1", .load = test_load);
#endif
