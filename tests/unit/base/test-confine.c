/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each kind of worker may and may not do once it is confined. */
#include "config.h"

#include "base/hearth-worker-link.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  const char *name;
  HearthConfine profile;
  gboolean internet, file_changes, reboot;
} Profile;

static const Profile profiles[] = {
  { "stream", HEARTH_CONFINE_STREAM, TRUE, FALSE, FALSE },
  { "play", HEARTH_CONFINE_PLAY, FALSE, FALSE, FALSE },
  { "play-network", HEARTH_CONFINE_PLAY_NETWORK, TRUE, FALSE, FALSE },
  { "shell", HEARTH_CONFINE_SHELL, FALSE, FALSE, FALSE },
  { "web", HEARTH_CONFINE_WEB, TRUE, TRUE, FALSE },
  { "record", HEARTH_CONFINE_RECORD, FALSE, TRUE, FALSE },
  { "platform", HEARTH_CONFINE_PLATFORM, FALSE, FALSE, TRUE },
};

/* 0, or why @result, a call's, is a failure. */
static int
failure_of (long result)
{
  return result < 0 ? errno : 0;
}

static int
try_socket (int family)
{
  int fd = socket (family, SOCK_STREAM, 0);
  int failure = failure_of (fd);

  if (fd >= 0)
    close (fd);
  return failure;
}

static int
try_write (const char *path)
{
  int fd = open (path, O_WRONLY | O_TRUNC);
  int failure = failure_of (fd);

  if (fd >= 0)
    close (fd);
  return failure;
}

/* In a process of its own; the number of the first rule that does not hold, or 0. */
static int
check (const Profile *profile, const char *file)
{
  static char *const arguments[] = { (char *) "false", NULL };
  int changed = profile->file_changes ? ENOENT : EPERM;

  if (!hearth_confine (profile->profile, NULL))
    return 1;
  if (failure_of (execv ("/bin/false", arguments)) != EPERM)
    return 2;
  if (try_socket (AF_UNIX) != 0)
    return 3;
  if (try_socket (AF_INET) != (profile->internet ? 0 : EAFNOSUPPORT))
    return 4;
  if (failure_of (rename ("/nonexistent/a", "/nonexistent/b")) != changed || failure_of (unlink ("/nonexistent/a")) != changed)
    return 5;
  if (try_write (file) != 0) /* what is there may be written: so the kernel is told things */
    return 6;
  /* Without reboot(2)'s magic numbers: nothing happens. Who is not root is refused by the kernel itself. */
  if (geteuid () == 0 && failure_of (syscall (SYS_reboot, 0, 0, 0, NULL)) != (profile->reboot ? EINVAL : EPERM))
    return 7;
  if (failure_of (ptrace (PTRACE_TRACEME, 0, NULL, NULL)) != EPERM)
    return 8;
  return 0;
}

static void
test_profile (gconstpointer data)
{
  const Profile *profile = data;
  g_autofree char *file = NULL;
  int fd, status = -1;
  pid_t pid;

#ifndef HAVE_SECCOMP
  g_test_skip ("built without libseccomp");
  return;
#endif
  fd = g_file_open_tmp ("hearth-confine-XXXXXX", &file, NULL);
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    _exit (check (profile, file));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_remove (file);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

int
main (int argc, char **argv)
{
  g_unsetenv ("HEARTH_CONFINE");
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++) {
    g_autofree char *path = g_strconcat ("/base/confine/", profiles[i].name, NULL);

    g_test_add_data_func (path, &profiles[i], test_profile);
  }
  return g_test_run ();
}
