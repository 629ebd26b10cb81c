/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Starts hearthd again whenever it dies: what systemd does on a box
 * (Restart=always, KillMode=process), for laptops and tests. Workers outlive
 * hearthd; they are this process's to reap, for it is their sub-reaper.
 *
 *   hearth-supervise PROGRAM [ARGUMENT ...]
 *
 * SIGTERM or SIGINT: hearthd ends in order, and so does this.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_NAME_TAKEN 3 /* hearthd's word for "there is another one": no use in trying again */
#define STEADY_S 1        /* who lived shorter is started again only after a second */

static volatile sig_atomic_t ending;
static volatile pid_t child;

static void
on_end (int signal_number)
{
  ending = 1;
  if (child > 0)
    kill (child, SIGTERM);
}

static time_t
now_s (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

static pid_t
start (char **argv, const sigset_t *mask)
{
  pid_t pid = fork ();

  if (pid == 0) {
    sigprocmask (SIG_SETMASK, mask, NULL);
    execv (argv[0], argv);
    fprintf (stderr, "hearth-supervise: %s: %s\n", argv[0], strerror (errno));
    _exit (127);
  }
  return pid;
}

/* Reaps whoever ends, orphaned workers too, until hearthd does; its status. */
static int
wait_for_child (void)
{
  int status;
  pid_t pid;

  do
    pid = waitpid (-1, &status, 0);
  while (pid != child && (pid >= 0 || errno == EINTR));
  return pid == child ? status : -1;
}

int
main (int argc, char **argv)
{
  struct sigaction action = { .sa_handler = on_end };
  sigset_t block, old;
  time_t started;
  int status;

  if (argc < 2 || argv[1][0] == '-') {
    fprintf (stderr, "Usage: hearth-supervise PROGRAM [ARGUMENT ...]\nStarts the program again whenever it dies.\n");
    return 2;
  }
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGINT, &action, NULL);
  sigemptyset (&block);
  sigaddset (&block, SIGTERM);
  sigaddset (&block, SIGINT);
  while (!ending) {
    sigprocmask (SIG_BLOCK, &block, &old); /* or an end between the fork and its note would be lost */
    started = now_s ();
    child = start (argv + 1, &old);
    sigprocmask (SIG_SETMASK, &old, NULL);
    if (child < 0)
      return EXIT_FAILURE;
    status = wait_for_child ();
    child = 0;
    if (WIFEXITED (status) && (WEXITSTATUS (status) == EXIT_NAME_TAKEN || WEXITSTATUS (status) == 127))
      return WEXITSTATUS (status);
    if (!ending && now_s () - started < STEADY_S)
      sleep (1); /* ended early by SIGTERM */
  }
  return EXIT_SUCCESS;
}
