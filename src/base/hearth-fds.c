/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-fds.h"

#include <hearth/error.h>

int
hearth_fds_dup (GUnixFDList *fds, gint32 index, GError **error)
{
  int fd;

  if (fds == NULL || index < 0 || index >= g_unix_fd_list_get_length (fds)) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the message names descriptor %d and brings %d", index,
                 fds != NULL ? g_unix_fd_list_get_length (fds) : 0);
    return -1;
  }
  fd = g_unix_fd_list_get (fds, index, error);
  if (fd < 0)
    hearth_error_translate (error, "duplicating a descriptor");
  return fd;
}
