/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Loads one of GStreamer's plug-ins, "pulseaudio" from libgstpulseaudio.so, out of HEARTH_GST_PLUGIN_DIR, else GStreamer's own
 * folder. FALSE, with a word in the log: it is not there. Main thread. */
gboolean hearth_plugins_load (const char *name);

G_END_DECLS
