/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kms-buffer.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

static gboolean
map (KmsBuffer *self, int device)
{
  struct drm_mode_map_dumb where = { .handle = self->handle };
  gpointer pixels;

  if (drmIoctl (device, DRM_IOCTL_MODE_MAP_DUMB, &where) != 0)
    return FALSE;
  pixels = mmap (NULL, self->n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, device, (off_t) where.offset);
  if (pixels == MAP_FAILED)
    return FALSE;
  self->pixels = pixels;
  return TRUE;
}

static gboolean
make (KmsBuffer *self, int device, guint32 fourcc)
{
  struct drm_mode_create_dumb dumb = { .width = self->width, .height = self->height, .bpp = 32 };
  guint32 handles[4] = { 0 }, strides[4] = { 0 }, offsets[4] = { 0 };

  if (drmIoctl (device, DRM_IOCTL_MODE_CREATE_DUMB, &dumb) != 0)
    return FALSE;
  handles[0] = self->handle = dumb.handle;
  strides[0] = self->stride = dumb.pitch;
  self->n_bytes = dumb.size;
  return drmModeAddFB2 (device, self->width, self->height, fourcc, handles, strides, offsets, &self->framebuffer, 0) == 0 &&
         map (self, device);
}

gboolean
kms_buffer_init (KmsBuffer *self, int device, guint32 fourcc, guint32 width, guint32 height, GError **error)
{
  *self = (KmsBuffer){ .width = width, .height = height };
  if (make (self, device, fourcc)) {
    memset (self->pixels, 0, self->n_bytes);
    return TRUE;
  }
  hearth_error_set_errno (error, errno, "a buffer of %ux%u in the graphics device", width, height);
  kms_buffer_clear (self, device);
  return FALSE;
}

void
kms_buffer_clear (KmsBuffer *self, int device)
{
  struct drm_mode_destroy_dumb dumb = { .handle = self->handle };

  if (self->framebuffer != 0)
    drmModeRmFB (device, self->framebuffer);
  if (self->pixels != NULL)
    munmap (self->pixels, self->n_bytes);
  if (self->handle != 0)
    drmIoctl (device, DRM_IOCTL_MODE_DESTROY_DUMB, &dumb);
  *self = (KmsBuffer){ 0 };
}
