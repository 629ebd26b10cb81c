/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Hearth's folders: by FHS for the box's users (root, hearth), by XDG on a laptop; each with its override
 * (HEARTH_STATE_DIR, HEARTH_CACHE_DIR, HEARTH_RUNTIME_DIR, HEARTH_RECORDINGS_DIR). (transfer full); not made. */
char *hearth_paths_dup_state (void);
char *hearth_paths_dup_cache (void);
char *hearth_paths_dup_runtime (void);
char *hearth_paths_dup_recordings (void);
/* <runtime>/hearthd.sock, or $HEARTH_SOCKET. */
char *hearth_paths_dup_socket (void);
/* Finds a worker's program: $HEARTH_LIBEXEC_DIR/<name>, else the installed one. (transfer full) */
char *hearth_paths_dup_program (const char *name);
/* A file of the package's data: $HEARTH_DATA_DIR/<name>, else the installed one. (transfer full) */
char *hearth_paths_dup_data (const char *name);
