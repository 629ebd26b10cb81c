/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dfb-choice.h"

#include <hearth/error.h>
#include <string.h>

static const char *
find_value (char **options, const char *name)
{
  gsize length = strlen (name);

  for (guint i = 0; options[i] != NULL; i++)
    if (strncmp (options[i], name, length) == 0 && options[i][length] == '=')
      return options[i] + length + 1;
  return NULL;
}

/* The options name none: a device asks for the frame buffer, a desktop for a window on it. */
static const char *
guess_system (const char *device, const DfbSurroundings *around)
{
  if (*device != '\0')
    return "fbdev";
  if (around->display != NULL && *around->display != '\0')
    return "x11";
  return around->frame_buffer != NULL ? "fbdev" : NULL;
}

static gboolean
check_options (char **options, GError **error)
{
  for (guint i = 0; options[i] != NULL; i++)
    if (*options[i] == '\0' || *options[i] == '=') {
      g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                   "option %u of display.directfb has no name: they read name or name=value, with commas between them", i + 1);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_system (DfbChoice *self, const DfbSurroundings *around, GError **error)
{
  if (self->system == NULL)
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                         "there is no screen for DirectFB: DISPLAY names no X server and there is no /dev/fb0. Start hearthd with DISPLAY set, "
                         "or name a frame buffer by the setting display.device");
  else if (!self->is_x11 && !g_str_equal (self->system, "fbdev"))
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_INVALID_ARGUMENT,
                 "display.directfb asks for DirectFB's system “%s”: this plug-in shows television on x11 and fbdev", self->system);
  else if (self->is_x11 && (around->display == NULL || *around->display == '\0'))
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_NOT_FOUND,
                         "DirectFB's system x11 needs an X server, and DISPLAY names none: start hearthd with DISPLAY set");
  else
    return TRUE;
  return FALSE;
}

gboolean
dfb_choice_init (DfbChoice *self, const char *options, const char *device, const DfbSurroundings *around, GError **error)
{
  const char *frame_buffer;

  *self = (DfbChoice){ .options = g_strsplit (options, ",", -1) };
  if (!check_options (self->options, error)) {
    dfb_choice_clear (self);
    return FALSE;
  }
  self->system = g_strdup (find_value (self->options, "system"));
  if (self->system == NULL)
    self->system = g_strdup (guess_system (device, around));
  self->is_x11 = g_strcmp0 (self->system, "x11") == 0;
  if (!check_system (self, around, error)) {
    dfb_choice_clear (self);
    return FALSE;
  }
  frame_buffer = find_value (self->options, "fbdev");
  if (frame_buffer == NULL)
    frame_buffer = *device != '\0' ? device : "/dev/fb0";
  self->where = g_strdup (self->is_x11 ? around->display : frame_buffer);
  return TRUE;
}

void
dfb_choice_clear (DfbChoice *self)
{
  g_strfreev (self->options);
  g_free (self->system);
  g_free (self->where);
  *self = (DfbChoice){ 0 };
}
