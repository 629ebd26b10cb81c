/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-device.h"

#include "kms-output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "/dev/dri"

/* NULL: it can; else why it cannot. */
static const char *
find_fault (int device)
{
  drmModeRes *resources = drmModeGetResources (device);
  guint64 dumb = 0;
  gboolean has_crtc = resources != NULL && resources->count_crtcs > 0;

  drmModeFreeResources (resources);
  if (!has_crtc)
    return "it drives no screens";
  if (drmSetClientCap (device, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1) != 0 || drmSetClientCap (device, DRM_CLIENT_CAP_ATOMIC, 1) != 0)
    return "its driver knows no atomic commits";
  if (drmGetCap (device, DRM_CAP_DUMB_BUFFER, &dumb) != 0 || dumb == 0)
    return "its driver has no buffers that the CPU can paint";
  return NULL;
}

static int
open_one (const char *path, GString *faults)
{
  int device = open (path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  const char *fault = device < 0 ? g_strerror (errno) : find_fault (device);

  if (fault == NULL)
    return device;
  g_string_append_printf (faults, "%s%s: %s", faults->len > 0 ? "; " : "", path, fault);
  if (device >= 0)
    close (device);
  return -1;
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  const char *first = *(const char *const *) a, *second = *(const char *const *) b;
  gsize n_first = strlen (first), n_second = strlen (second);

  return n_first != n_second ? (n_first < n_second ? -1 : 1) : strcmp (first, second); /* card2 before card10 */
}

static GPtrArray *
list_cards (void)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (FOLDER, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "card"))
      g_ptr_array_add (paths, g_build_filename (FOLDER, name, NULL));
  g_ptr_array_sort (paths, compare_paths);
  return paths;
}

static int
open_best (GPtrArray *paths, GString *faults, char **path)
{
  int best = -1;

  for (guint i = 0; i < paths->len; i++) {
    int device = open_one (g_ptr_array_index (paths, i), faults);
    gboolean has_screen = device >= 0 && kms_output_count_connected (device) > 0;

    if (device >= 0 && (best < 0 || has_screen)) {
      if (best >= 0)
        close (best);
      best = device;
      g_free (*path);
      *path = g_strdup (g_ptr_array_index (paths, i));
    } else if (device >= 0)
      close (device);
    if (has_screen)
      break;
  }
  return best;
}

int
kms_device_open (const char *wanted, char **path, GError **error)
{
  g_autoptr (GString) faults = g_string_new (NULL);
  g_autoptr (GPtrArray) paths = *wanted == '\0' ? list_cards () : g_ptr_array_new_with_free_func (g_free);
  int device;

  if (*wanted != '\0')
    g_ptr_array_add (paths, g_strdup (wanted));
  *path = NULL;
  device = open_best (paths, faults, path);
  if (device < 0)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND, "no graphics device that can show anything (%s)",
                 faults->len > 0 ? faults->str : "there is none in " FOLDER);
  return device;
}

void
kms_device_set_taken (GError **error)
{
  g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_PERMISSION_DENIED, "another program has the screen");
}

gboolean
kms_device_is_ours (int device)
{
  return drmIsMaster (device);
}

gboolean
kms_device_take (int device, GError **error)
{
  if (drmIsMaster (device) || drmSetMaster (device) == 0)
    return TRUE;
  kms_device_set_taken (error);
  return FALSE;
}
