/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/plugin.h>

G_BEGIN_DECLS

/* Opens a graphics device that sets modes by atomic commits: @wanted ("/dev/dri/card0"; "": of all, the first with a screen
 * connected, else the first). @path: which one it is (transfer full). Errors: NOT_FOUND, with what was tried and why not. */
int kms_device_open (const char *wanted, char **path, GError **error);

/* Asks for the right to set modes, which one process at a time has. Errors: PERMISSION_DENIED: another one has it. */
gboolean kms_device_take (int device, GError **error);
gboolean kms_device_is_ours (int device);
void kms_device_set_taken (GError **error); /* as take() says it */

G_END_DECLS
