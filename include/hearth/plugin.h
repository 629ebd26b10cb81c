/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <hearth/error.h>

G_BEGIN_DECLS

/**
 * SECTION:plugin
 *
 * A plug-in is one folder `plugins/<kind>-<name>/` with one descriptor. The
 * same source builds into the host (with -DHEARTH_PLUGIN_BUILTIN) or as
 * `<kind>-<name>.so` in the plug-in folder ($HEARTH_PLUGIN_DIR, else
 * `<libdir>/hearth/plugins`). It may include only <hearth/...>.
 *
 *     HEARTH_PLUGIN_DEFINE (network_null, "network-null",
 *                           .summary = "A network without services, for tests",
 *                           .load = network_null_load)
 *
 * A `.so` is refused, with the reason, when its @abi differs or its
 * @struct_size is larger than the host's; a smaller one is an older plug-in,
 * whose missing tail reads as zero. The same holds for each ops table.
 */
#define HEARTH_PLUGIN_ABI 1

typedef struct _HearthPluginContext HearthPluginContext;
typedef struct _HearthNetworkOps HearthNetworkOps;
typedef struct _HearthTunerOps HearthTunerOps;
typedef struct _HearthDisplayOps HearthDisplayOps;
typedef struct _HearthPlatformOps HearthPlatformOps;

typedef struct {
  guint32 abi;         /* HEARTH_PLUGIN_ABI */
  guint32 struct_size; /* sizeof (HearthPluginDescriptor) */
  const char *name;    /* "<kind>-<name>", as the folder and the .so */
  const char *summary; /* one line, English, for `hearthctl system plugins` */
  const char *version; /* the plug-in's own */
  /* Called once, main thread, before anything else; adds one or more ops tables to @context.
   * %FALSE with @error: the plug-in is unloaded and the error is told. */
  gboolean (*load) (HearthPluginContext *context, GError **error);
} HearthPluginDescriptor;

#ifdef HEARTH_PLUGIN_BUILTIN
#define HEARTH_PLUGIN_SYMBOL_(c_name) hearth_plugin_##c_name
#else
#define HEARTH_PLUGIN_SYMBOL_(c_name) hearth_plugin
#endif

#define HEARTH_PLUGIN_DEFINE(c_name, plugin_name, ...)                                                \
  extern const HearthPluginDescriptor HEARTH_PLUGIN_SYMBOL_ (c_name);                                 \
  __attribute__ ((visibility ("default"))) const HearthPluginDescriptor HEARTH_PLUGIN_SYMBOL_ (       \
    c_name) = { .abi = HEARTH_PLUGIN_ABI,                                                             \
                .struct_size = sizeof (HearthPluginDescriptor),                                       \
                .name = plugin_name,                                                                  \
                __VA_ARGS__ };

/**
 * hearth_plugin_context_add_network:
 * @ops: (transfer none): static; its strings and functions must stay while the host runs
 *
 * Called from load(), main thread, at most once for each kind.
 *
 * Errors: %HEARTH_ERROR_PLUGIN for a wrong size or a missing mandatory
 * function, %HEARTH_ERROR_NOT_SUPPORTED when this host wants no such kind
 */
gboolean hearth_plugin_context_add_network (HearthPluginContext *context, const HearthNetworkOps *ops,
                                            GError **error);
gboolean hearth_plugin_context_add_display (HearthPluginContext *context, const HearthDisplayOps *ops,
                                            GError **error);
gboolean hearth_plugin_context_add_platform (HearthPluginContext *context, const HearthPlatformOps *ops,
                                             GError **error);

G_END_DECLS
