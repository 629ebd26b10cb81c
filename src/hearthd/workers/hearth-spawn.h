/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Starts a worker in a session of its own, so that it outlives us; only standard descriptors and the token's pass. With @user,
 * and as root, the process becomes that user before it runs. Errors: NOT_FOUND, IO. */
gboolean hearth_spawn (const char *const *argv, const char *token, const char *user, int *pid, int *pidfd, GError **error);
/* When a process began, in clock ticks since boot; 0: there is none. */
guint64 hearth_spawn_get_start_ticks (int pid);
/* 128 random bits, as hex. */
char *hearth_spawn_dup_token (void);

G_END_DECLS
