/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dfb-system.h"

#include "dfb-no-glx.h"

#include <errno.h>
#include <hearth/error.h>
#include <hearth/log.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xcb/xcb.h>

HEARTH_LOG_TOPIC ("directfb")

#define TRIAL_SECONDS 5
#define MOST_WORDS 16384 /* of what a trial says */

gboolean
dfb_check (DFBResult result, const char *what, GError **error)
{
  if (result == DFB_OK)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "DirectFB: %s: %s", what, DirectFBErrorString (result));
  return FALSE;
}

gboolean
dfb_system_get_x11_size (DFBDimension *size, GError **error)
{
  xcb_connection_t *connection = xcb_connect (NULL, NULL);
  gboolean answers = xcb_connection_has_error (connection) == 0;

  if (answers) {
    const xcb_screen_t *screen = xcb_setup_roots_iterator (xcb_get_setup (connection)).data;

    *size = (DFBDimension){ screen->width_in_pixels, screen->height_in_pixels };
  } else {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                 "the X server %s does not answer: look whether it runs and lets this user in (XAUTHORITY, xhost), or change DISPLAY",
                 g_getenv ("DISPLAY"));
  }
  xcb_disconnect (connection);
  return answers;
}

/* ---- options ------------------------------------------------------------------------------- */

static gboolean
set_option (const char *option, GError **error)
{
  g_autofree char *name = g_strdup (option);
  char *value = strchr (name, '=');

  if (value != NULL)
    *value++ = '\0';
  if (DirectFBSetOption (name, value) == DFB_OK)
    return TRUE;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
               "DirectFB does not take the option “%s” of display.directfb: see directfbrc(5)", option);
  return FALSE;
}

/* Ours before the person's, who may know better; but signals are the shell's own, always. On X11 nothing of ours is drawn by GL. */
static gboolean
set_options (const DfbChoice *choice, GError **error)
{
  static const char *const before[] = { "no-banner", "quiet=info", "no-cursor", "no-vt", NULL };
  static const char *const after[] = { "no-sighandler", "no-core-sighandler", "no-deinit-check", NULL };
  g_autofree char *system = g_strconcat ("system=", choice->system, NULL);
  g_autofree char *frame_buffer = choice->is_x11 ? NULL : g_strconcat ("fbdev=", choice->where, NULL);

  for (guint i = 0; before[i] != NULL; i++)
    if (!set_option (before[i], error))
      return FALSE;
  if (choice->is_x11 && !set_option ("no-hardware", error))
    return FALSE;
  if (!set_option (system, error) || (frame_buffer != NULL && !set_option (frame_buffer, error)))
    return FALSE;
  for (guint i = 0; choice->options[i] != NULL; i++)
    if (!set_option (choice->options[i], error))
      return FALSE;
  for (guint i = 0; after[i] != NULL; i++)
    if (!set_option (after[i], error))
      return FALSE;
  return TRUE;
}

/* ---- the trial ------------------------------------------------------------------------------- */

/* In the child. Whatever becomes of it is the answer: it ends without taking anything down. */
static void
try_it (int words)
{
  const struct rlimit none = { 0, 0 };
  IDirectFB *dfb;

  setrlimit (RLIMIT_CORE, &none);
  signal (SIGSEGV, SIG_DFL); /* a sanitizer would tell it as ours */
  signal (SIGBUS, SIG_DFL);
  dup2 (words, STDERR_FILENO);
  alarm (TRIAL_SECONDS);
  _exit (DirectFBCreate (&dfb) == DFB_OK ? 0 : 1);
}

static char *
read_words (int fd)
{
  GString *words = g_string_new (NULL);
  char some[1024];
  gssize n;

  while ((n = read (fd, some, sizeof some)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0 && words->len < MOST_WORDS)
      g_string_append_len (words, some, n);
  return g_string_free (words, FALSE);
}

/* Its complaints are lines with "(!)"; that one of its systems cannot be loaded at all is none of this one's. */
static char *
dup_complaints (const char *words)
{
  g_auto (GStrv) lines = g_strsplit (words, "\n", -1);
  GString *found = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++) {
    const char *text = strstr (lines[i], "(!)");

    if (text != NULL && strstr (text, "Unable to dlopen") == NULL)
      g_string_append_printf (found, "%s%s", found->len > 0 ? "; " : "", g_strstrip (lines[i] + (text - lines[i]) + 3));
  }
  return g_string_free (found, FALSE);
}

static void
set_trial_error (const DfbChoice *choice, int status, const char *words, GError **error)
{
  g_autofree char *complaints = dup_complaints (words);
  const char *what = choice->is_x11 ? "look whether it runs, lets this user in and has MIT-SHM"
                                    : "look whether it is there, whether this user may open it and whether another program has it";

  if (*complaints != '\0' || !WIFSIGNALED (status)) /* once it has failed, it may die too: that is a race, and says no more */
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "DirectFB cannot show anything with the system %s on %s%s%s: %s",
                 choice->system, choice->where, *complaints != '\0' ? ": " : "", complaints, what);
  else
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_SUPPORTED, "DirectFB was tried with the system %s on %s and died of it (%s): %s",
                 choice->system, choice->where, g_strsignal (WTERMSIG (status)), what);
}

static gboolean
pass_trial (const DfbChoice *choice, GError **error)
{
  g_autofree char *words = NULL;
  int ends[2], status = 0;
  pid_t child;

  if (pipe (ends) < 0) {
    hearth_error_set_errno (error, errno, "a pipe for DirectFB's trial");
    return FALSE;
  }
  child = fork ();
  if (child == 0)
    try_it (ends[1]);
  close (ends[1]);
  if (child < 0)
    hearth_error_set_errno (error, errno, "a process for DirectFB's trial");
  else
    words = read_words (ends[0]);
  close (ends[0]);
  while (child > 0 && waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  if (child > 0 && status != 0)
    set_trial_error (choice, status, words, error);
  return child > 0 && status == 0;
}

/* ---- */

IDirectFB *
dfb_system_open (const DfbChoice *choice, GError **error)
{
  char name[] = "hearth-shell", *arguments[] = { name, NULL }, **argv = arguments;
  int argc = 1;
  IDirectFB *dfb = NULL;

  if (choice->is_x11)
    dfb_no_glx_come_first ();
  if (!dfb_check (DirectFBInit (&argc, &argv), "its configuration (directfbrc, DFBARGS)", error) || !set_options (choice, error) ||
      !pass_trial (choice, error) || !dfb_check (DirectFBCreate (&dfb), "starting", error))
    return NULL;
  hearth_info ("DirectFB's system %s on %s", choice->system, choice->where);
  return dfb;
}
