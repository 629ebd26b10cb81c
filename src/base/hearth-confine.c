/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "base/hearth-worker-link.h"

#include <errno.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

HEARTH_LOG_TOPIC ("confine")

#ifdef HAVE_SECCOMP

/* What no worker ever needs: other programs, other processes' memory, the system's configuration, kernel interfaces with a
 * history of holes. Refused with EPERM, so that a library that merely tries goes on. */
static const int never[] = {
  SCMP_SYS (execve), SCMP_SYS (execveat), SCMP_SYS (ptrace), SCMP_SYS (process_vm_readv), SCMP_SYS (process_vm_writev),
  SCMP_SYS (kcmp), SCMP_SYS (pidfd_getfd), SCMP_SYS (mount), SCMP_SYS (umount2), SCMP_SYS (pivot_root), SCMP_SYS (chroot),
  SCMP_SYS (open_tree), SCMP_SYS (move_mount), SCMP_SYS (fsopen), SCMP_SYS (fsconfig), SCMP_SYS (fsmount), SCMP_SYS (fspick),
  SCMP_SYS (setns), SCMP_SYS (unshare), SCMP_SYS (init_module), SCMP_SYS (finit_module), SCMP_SYS (delete_module),
  SCMP_SYS (kexec_load), SCMP_SYS (kexec_file_load), SCMP_SYS (swapon), SCMP_SYS (swapoff),
  SCMP_SYS (sethostname), SCMP_SYS (setdomainname), SCMP_SYS (settimeofday),
  SCMP_SYS (bpf), SCMP_SYS (perf_event_open), SCMP_SYS (userfaultfd), SCMP_SYS (keyctl),
  SCMP_SYS (add_key), SCMP_SYS (request_key), SCMP_SYS (io_uring_setup), SCMP_SYS (io_uring_enter),
  SCMP_SYS (io_uring_register), SCMP_SYS (open_by_handle_at), SCMP_SYS (name_to_handle_at), SCMP_SYS (quotactl),
  SCMP_SYS (acct), SCMP_SYS (syslog), SCMP_SYS (personality), SCMP_SYS (iopl), SCMP_SYS (ioperm), SCMP_SYS (setuid),
  SCMP_SYS (setgid), SCMP_SYS (setreuid), SCMP_SYS (setregid), SCMP_SYS (setresuid), SCMP_SYS (setresgid),
  SCMP_SYS (setgroups), SCMP_SYS (mknod), SCMP_SYS (mknodat), SCMP_SYS (vhangup), SCMP_SYS (nfsservctl),
};

/* Only the platform's worker switches the box off, where there is no systemd-logind to ask, and sets its clock. */
static const int never_but_platform[] = { SCMP_SYS (reboot), SCMP_SYS (clock_settime), SCMP_SYS (adjtimex), SCMP_SYS (clock_adjtime) };

/* What a worker without files of its own may not change. */
static const int no_file_changes[] = {
  SCMP_SYS (unlink), SCMP_SYS (unlinkat), SCMP_SYS (rename), SCMP_SYS (renameat), SCMP_SYS (renameat2), SCMP_SYS (mkdir),
  SCMP_SYS (mkdirat), SCMP_SYS (rmdir), SCMP_SYS (link), SCMP_SYS (linkat), SCMP_SYS (symlink), SCMP_SYS (symlinkat),
  SCMP_SYS (chmod), SCMP_SYS (fchmodat), SCMP_SYS (chown), SCMP_SYS (lchown), SCMP_SYS (fchownat), SCMP_SYS (truncate),
  SCMP_SYS (creat), SCMP_SYS (setxattr), SCMP_SYS (lsetxattr), SCMP_SYS (removexattr),
};

static int
refuse (scmp_filter_ctx filter, const int *calls, gsize n_calls)
{
  for (gsize i = 0; i < n_calls; i++) {
    int result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), calls[i], 0);

    if (result < 0 && result != -EDOM) /* EDOM: a call that this architecture does not have */
      return result;
  }
  return 0;
}

/* Only local sockets, and netlink, by which libraries look up interfaces. */
static int
refuse_internet (scmp_filter_ctx filter)
{
  static const int families[] = { AF_INET, AF_INET6, AF_PACKET, AF_BLUETOOTH, AF_VSOCK, AF_ALG };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++) {
    int result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 1,
                                   SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) families[i]));

    if (result < 0)
      return result;
  }
  return 0;
}

static int
fill (scmp_filter_ctx filter, HearthConfine profile)
{
  gboolean internet = profile == HEARTH_CONFINE_STREAM || profile == HEARTH_CONFINE_PLAY_NETWORK || profile == HEARTH_CONFINE_WEB;
  int result = refuse (filter, never, G_N_ELEMENTS (never));

  if (result == 0 && profile != HEARTH_CONFINE_PLATFORM)
    result = refuse (filter, never_but_platform, G_N_ELEMENTS (never_but_platform));
  if (result == 0 && profile != HEARTH_CONFINE_WEB && profile != HEARTH_CONFINE_RECORD)
    result = refuse (filter, no_file_changes, G_N_ELEMENTS (no_file_changes));
  if (result == 0 && !internet)
    result = refuse_internet (filter);
  if (result == 0) /* all threads, also those that libraries have started */
    result = seccomp_attr_set (filter, SCMP_FLTATR_CTL_TSYNC, 1);
  return result;
}

gboolean
hearth_confine (HearthConfine profile, GError **error)
{
  scmp_filter_ctx filter;
  int result;

  if (g_strcmp0 (g_getenv ("HEARTH_CONFINE"), "0") == 0) {
    hearth_notice ("not confined: HEARTH_CONFINE=0");
    return TRUE;
  }
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  filter = seccomp_init (SCMP_ACT_ALLOW);
  result = filter != NULL ? fill (filter, profile) : -ENOMEM;
  if (result == 0)
    result = seccomp_load (filter);
  if (filter != NULL)
    seccomp_release (filter);
  if (result < 0) {
    hearth_error_set_errno (error, -result, "confining this worker by seccomp (HEARTH_CONFINE=0 goes without)");
    return FALSE;
  }
  return TRUE;
}

#else

gboolean
hearth_confine (HearthConfine profile, GError **error)
{
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  hearth_notice ("not confined by a system call filter: built without libseccomp");
  return TRUE;
}

#endif
