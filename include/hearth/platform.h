/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/plugin.h>

G_BEGIN_DECLS

/**
 * SECTION:platform
 *
 * A platform plug-in knows the box it runs on: power, wake alarm, lights,
 * serial number, the maker's decoders. It runs in `hearth-worker`, the one
 * worker that may be root. All ops run on that process's main thread; an op
 * that is %NULL means "this box has no such thing". The worker is confined: it
 * may open devices and the kernel's files, ask daemons over local sockets, and
 * call reboot(2); it may not start programs, reach a network, or make, rename
 * or remove files.
 */
typedef enum {
  HEARTH_POWER_ON = 0,
  HEARTH_POWER_STANDBY,  /* screen off, streams closed, recordings and alarms go on */
  HEARTH_POWER_SUSPEND,  /* to memory, until wake_at or a key */
  HEARTH_POWER_OFF,
  HEARTH_POWER_REBOOT,
} HearthPower;

struct _HearthPlatformOps {
  guint32 struct_size;
  const char *name; /* "generic" */
  gsize instance_size;

  gboolean (*start) (gpointer self, GVariant *settings, GError **error);
  void (*stop) (gpointer self);
  /* (transfer full) a{sv}: "vendor" s, "model" s, "serial" s, "memory-bytes" t, "soc" s, ... what is known. Mandatory. */
  GVariant *(*describe) (gpointer self);
  /* Asks for a state; it has been entered when this returns, but for SUSPEND, OFF and REBOOT, which have been begun.
   * Errors: NOT_SUPPORTED, IO, PERMISSION_DENIED. */
  gboolean (*set_power) (gpointer self, HearthPower power, GError **error);
  /* Wakes the box at @utc_us (µs UTC, 0: never). Errors: NOT_SUPPORTED, IO. */
  gboolean (*set_wake) (gpointer self, gint64 utc_us, GError **error);
  /* The maker's GStreamer decoders in order of preference, %NULL-terminated, borrowed. */
  const char *const *(*get_decoders) (gpointer self);
  /* Sets the system's clock to @utc_us (µs UTC), as the broadcasts have it; only asked where the household allows it. Errors: BUSY while
   * something better keeps the clock (NTP), NOT_SUPPORTED, PERMISSION_DENIED. Since 1.0; a plug-in whose struct_size ends before has none. */
  gboolean (*set_time) (gpointer self, gint64 utc_us, GError **error);
};

G_END_DECLS
