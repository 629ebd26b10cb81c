/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hearth-paths.h"

#include <unistd.h>

/* Owned by the box: started by root, or by the service's user whose home is the state folder. */
static gboolean
on_box (void)
{
  return geteuid () == 0 || g_strcmp0 (g_get_user_name (), "hearth") == 0;
}

static char *
dup_folder (const char *variable, const char *on_the_box, const char *xdg)
{
  const char *override = g_getenv (variable);

  if (override != NULL && *override != '\0')
    return g_strdup (override);
  if (on_box ())
    return g_strdup (on_the_box);
  return g_build_filename (xdg, "hearth", NULL);
}

char *
hearth_paths_dup_state (void)
{
  return dup_folder ("HEARTH_STATE_DIR", HEARTH_LOCALSTATE_DIR "/lib/hearth", g_get_user_data_dir ());
}

char *
hearth_paths_dup_cache (void)
{
  return dup_folder ("HEARTH_CACHE_DIR", HEARTH_LOCALSTATE_DIR "/cache/hearth", g_get_user_cache_dir ());
}

char *
hearth_paths_dup_runtime (void)
{
  return dup_folder ("HEARTH_RUNTIME_DIR", "/run/hearth", g_get_user_runtime_dir ());
}

char *
hearth_paths_dup_recordings (void)
{
  g_autofree char *state = NULL;
  const char *override = g_getenv ("HEARTH_RECORDINGS_DIR");

  if (override != NULL && *override != '\0')
    return g_strdup (override);
  state = hearth_paths_dup_state ();
  return g_build_filename (state, "recordings", NULL);
}

char *
hearth_paths_dup_socket (void)
{
  g_autofree char *runtime = NULL;
  const char *override = g_getenv ("HEARTH_SOCKET");

  if (override != NULL && *override != '\0')
    return g_strdup (override);
  runtime = hearth_paths_dup_runtime ();
  return g_build_filename (runtime, "hearthd.sock", NULL);
}

static char *
dup_file (const char *variable, const char *installed, const char *name)
{
  const char *override = g_getenv (variable);

  return g_build_filename (override != NULL && *override != '\0' ? override : installed, name, NULL);
}

char *
hearth_paths_dup_program (const char *name)
{
  return dup_file ("HEARTH_LIBEXEC_DIR", HEARTH_LIBEXEC_DIR, name);
}

char *
hearth_paths_dup_data (const char *name)
{
  return dup_file ("HEARTH_DATA_DIR", HEARTH_DATA_DIR, name);
}
