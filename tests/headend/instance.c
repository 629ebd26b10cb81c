/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which number is free tells the kernel, by abstract sockets, which are of one network namespace, as are groups. */
#include "headend/instance.h"

#include <hearth/error.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_INSTANCES 64

static int
try_instance (guint instance)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int n = g_snprintf (address.sun_path + 1, sizeof address.sun_path - 1, "hearth-headend-%u", instance);

  if (fd >= 0 && bind (fd, (struct sockaddr *) &address, (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + 1 + n)) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

int
headend_instance_take (gint wanted, guint *instance, GError **error)
{
  const guint first = wanted >= 0 ? (guint) wanted : 0, end = wanted >= 0 ? first + 1 : MAX_INSTANCES;

  for (guint i = first; i < end && i < MAX_INSTANCES; i++) {
    const int fd = try_instance (i);

    if (fd >= 0) {
      *instance = i;
      return fd;
    }
  }
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "instance %d: another hearth-headend has it, or it is not below %d; "
               "leave --instance out to get a free one", wanted, MAX_INSTANCES);
  return -1;
}
