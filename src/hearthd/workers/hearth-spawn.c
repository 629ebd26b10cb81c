/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/workers/hearth-spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <hearth/error.h>
#include <pwd.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <unistd.h>

#define TOKEN_BYTES 16
#define TOKEN_FD 3 /* in the child */

char *
hearth_spawn_dup_token (void)
{
  guint8 bytes[TOKEN_BYTES];
  GString *hex = g_string_new (NULL);

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    g_error ("the kernel gives no random bytes: %s", g_strerror (errno));
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (hex, "%02x", bytes[i]);
  return g_string_free (hex, FALSE);
}

guint64
hearth_spawn_get_start_ticks (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *after_name;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  after_name = strrchr (text, ')'); /* the name may hold spaces and brackets */
  if (after_name == NULL)
    return 0;
  fields = g_strsplit (after_name + 2, " ", -1);
  /* proc(5): "starttime" is field 22; the first after the name is field 3 */
  return g_strv_length (fields) > 19 ? g_ascii_strtoull (fields[19], NULL, 10) : 0;
}

#define MAX_GROUPS 32

typedef struct {
  const struct passwd *user; /* NULL: stay who we are */
  gid_t groups[MAX_GROUPS];  /* its own and those that the maker put it into: video, audio, input */
  int n_groups;
} ChildSetup;

/* Between fork and exec: only async-signal-safe calls. */
static void
set_up_child (gpointer user_data)
{
  const ChildSetup *setup = user_data;

  setsid ();
  if (setup->user == NULL)
    return;
  if (setgroups ((size_t) setup->n_groups, setup->groups) < 0 || setgid (setup->user->pw_gid) < 0 || setuid (setup->user->pw_uid) < 0)
    _exit (126);
}

static gboolean
make_token_pipe (const char *token, int *fd, GError **error)
{
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) < 0) {
    hearth_error_set_errno (error, errno, "making a pipe for a worker's token");
    return FALSE;
  }
  if (write (ends[1], token, strlen (token)) != (gssize) strlen (token)) /* fits any pipe's buffer */
    g_warn_if_reached ();
  close (ends[1]);
  *fd = ends[0];
  return TRUE;
}

gboolean
hearth_spawn (const char *const *argv, const char *token, const char *user, int *pid, int *pidfd, GError **error)
{
  ChildSetup setup = { .user = user != NULL && geteuid () == 0 ? getpwnam (user) : NULL, .n_groups = MAX_GROUPS };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "HEARTH_TOKEN_FD", G_STRINGIFY (TOKEN_FD), TRUE);
  const int target = TOKEN_FD;
  GPid child = 0;
  gboolean spawned;
  int token_fd = -1;

  if (setup.user != NULL && getgrouplist (user, setup.user->pw_gid, setup.groups, &setup.n_groups) < 0)
    setup.n_groups = MAX_GROUPS; /* the first of them */
  if (!make_token_pipe (token, &token_fd, error))
    return FALSE;
  spawned = g_spawn_async_with_pipes_and_fds (NULL, argv, (const char *const *) environment, G_SPAWN_DO_NOT_REAP_CHILD,
                                              set_up_child, &setup, -1, -1, -1, &token_fd, &target, 1, &child, NULL, NULL, NULL,
                                              error);
  close (token_fd);
  if (!spawned) {
    hearth_error_translate (error, "starting %s", argv[0]);
    return FALSE;
  }
  *pid = child;
  *pidfd = pidfd_open (child, 0); /* not reaped by anybody else, so still ours */
  if (*pidfd < 0) {
    hearth_error_set_errno (error, errno, "watching %s", argv[0]);
    return FALSE;
  }
  return TRUE;
}
