/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/display.h>
#include <hearth/network.h>
#include <hearth/platform.h>

G_BEGIN_DECLS

/**
 * SECTION:plugin-host
 *
 * Finds and loads one plug-in for the process that hosts it. Built-in ones come
 * from hearth_plugin_builtins, a NULL-terminated array that each host links;
 * others from the plug-in folder. Main thread.
 */
typedef enum {
  HEARTH_PLUGIN_NETWORK = 1 << 0,
  HEARTH_PLUGIN_DISPLAY = 1 << 1,
  HEARTH_PLUGIN_PLATFORM = 1 << 2,
} HearthPluginKinds;

typedef struct {
  const HearthPluginDescriptor *descriptor;
  const HearthNetworkOps *network; /* NULL where it adds none */
  const HearthDisplayOps *display;
  const HearthPlatformOps *platform;
  gboolean builtin;
  gpointer module; /* GModule, NULL when built in */
} HearthPlugin;

/* @name: "network-iptv". @kinds: what this host wants. Errors: PLUGIN (each reason in words), NOT_FOUND. Kept loaded for life. */
const HearthPlugin *hearth_plugin_host_load (const char *name, HearthPluginKinds kinds, GError **error);
/* Names of all plug-ins that could be loaded, built in or .so, of kinds by name prefix. (transfer full) */
char **hearth_plugin_host_list (void);

/* Ops tables of older plug-ins may be smaller than ours: reads a member only where the plug-in has it. */
#define hearth_ops_has(ops, member)                                                                      \
  ((ops)->struct_size >= G_STRUCT_OFFSET (__typeof__ (*(ops)), member) + sizeof ((ops)->member) &&       \
   (ops)->member != NULL)

/* Defined once in each host program (or in the test). */
extern const HearthPluginDescriptor *const hearth_plugin_builtins[];

G_END_DECLS
