/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "generic-clock.h"

#include <errno.h>
#include <hearth/error.h>
#include <sys/timex.h>
#include <time.h>

/* The kernel knows whether somebody disciplines its clock: adjtimex(2). */
gboolean
generic_clock_is_kept (void)
{
  struct timex state = { .modes = 0 };

  return adjtimex (&state) != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

gboolean
generic_clock_set (gint64 utc_us, GError **error)
{
  const struct timespec time = { .tv_sec = utc_us / G_USEC_PER_SEC, .tv_nsec = utc_us % G_USEC_PER_SEC * 1000 };

  if (generic_clock_is_kept ()) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_BUSY, "the clock is kept by a time server: nobody else sets it");
    return FALSE;
  }
  if (clock_settime (CLOCK_REALTIME, &time) == 0)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, errno == EPERM ? HEARTH_ERROR_PERMISSION_DENIED : HEARTH_ERROR_FAILED, "setting the clock: %s%s",
               g_strerror (errno), errno == EPERM ? " (the platform's worker needs CAP_SYS_TIME)" : "");
  return FALSE;
}
