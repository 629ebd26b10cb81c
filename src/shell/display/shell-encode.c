/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/display/shell-encode.h"

#include <cairo.h>
#include <errno.h>
#include <fcntl.h>
#include <hearth/error.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jpeglib.h> /* wants FILE before it */

#define QUALITY 85

static gsize
get_n_bytes (const ShellPixels *self)
{
  return (gsize) self->width * self->height * 4;
}

gboolean
shell_pixels_allocate (ShellPixels *self, GError **error)
{
  gpointer bytes = mmap (NULL, get_n_bytes (self), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (bytes == MAP_FAILED) {
    hearth_error_set_errno (error, errno, "memory for a picture of %ux%u", self->width, self->height);
    return FALSE;
  }
  self->bytes = bytes;
  return TRUE;
}

void
shell_pixels_clear (ShellPixels *self)
{
  if (self->bytes != NULL)
    munmap (self->bytes, get_n_bytes (self));
  self->bytes = NULL;
}

/* ---- where it goes: a memfd, by stdio ----------------------------------------------------- */

static FILE *
open_memfd (GError **error)
{
  int fd = memfd_create ("screenshot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  FILE *file = fd >= 0 ? fdopen (fd, "w") : NULL;

  if (file != NULL)
    return file;
  hearth_error_set_errno (error, errno, "making the screenshot's file");
  if (fd >= 0)
    close (fd);
  return NULL;
}

/* Closes @file, gives its memfd, sealed. */
static int
seal (FILE *file, gsize *n_bytes, GError **error)
{
  int fd = -1;
  long end = -1;

  if (fflush (file) == 0) {
    end = ftell (file);
    fd = fcntl (fileno (file), F_DUPFD_CLOEXEC, 3);
  }
  if (fd < 0 || end < 0 || lseek (fd, 0, SEEK_SET) < 0 ||
      fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0) {
    hearth_error_set_errno (error, errno, "writing the screenshot");
    if (fd >= 0)
      close (fd);
    fd = -1;
  }
  fclose (file);
  *n_bytes = (gsize) end;
  return fd;
}

/* ---- PNG ------------------------------------------------------------------------------------- */

static cairo_status_t
write_png (void *closure, const unsigned char *bytes, unsigned int n_bytes)
{
  return fwrite (bytes, 1, n_bytes, closure) == n_bytes ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static gboolean
encode_png (const ShellPixels *pixels, FILE *file, GError **error)
{
  cairo_surface_t *surface = cairo_image_surface_create_for_data (pixels->bytes, CAIRO_FORMAT_RGB24, (int) pixels->width,
                                                                  (int) pixels->height, (int) pixels->width * 4);
  cairo_status_t status = cairo_surface_write_to_png_stream (surface, write_png, file);

  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "encoding the screenshot as PNG: %s", cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}

/* ---- JPEG ------------------------------------------------------------------------------------- */

typedef struct {
  struct jpeg_error_mgr manager; /* first: libjpeg gives us its address */
  jmp_buf failed;                /* libjpeg's only way out */
  char message[JMSG_LENGTH_MAX];
} JpegError;

static void
on_jpeg_error (j_common_ptr common)
{
  JpegError *self = (JpegError *) common->err;

  self->manager.format_message (common, self->message);
  longjmp (self->failed, 1);
}

static void
pack_row (const guint8 *row, guint32 width, guint8 *rgb)
{
  const guint32 *pixels = (const guint32 *) (gconstpointer) row;

  for (guint32 x = 0; x < width; x++) {
    rgb[3 * x] = pixels[x] >> 16 & 0xff;
    rgb[3 * x + 1] = pixels[x] >> 8 & 0xff;
    rgb[3 * x + 2] = pixels[x] & 0xff;
  }
}

static void
run_jpeg (struct jpeg_compress_struct *jpeg, const ShellPixels *pixels, FILE *file, guint8 *rgb)
{
  jpeg_create_compress (jpeg);
  jpeg_stdio_dest (jpeg, file);
  jpeg->image_width = pixels->width;
  jpeg->image_height = pixels->height;
  jpeg->input_components = 3;
  jpeg->in_color_space = JCS_RGB;
  jpeg_set_defaults (jpeg);
  jpeg_set_quality (jpeg, QUALITY, TRUE);
  jpeg_start_compress (jpeg, TRUE);
  while (jpeg->next_scanline < jpeg->image_height) {
    pack_row (pixels->bytes + (gsize) jpeg->next_scanline * pixels->width * 4, pixels->width, rgb);
    jpeg_write_scanlines (jpeg, &rgb, 1);
  }
  jpeg_finish_compress (jpeg);
}

static gboolean
encode_jpeg (const ShellPixels *pixels, FILE *file, GError **error)
{
  struct jpeg_compress_struct jpeg = { 0 };
  JpegError failure = { 0 };
  guint8 *rgb = g_malloc ((gsize) pixels->width * 3); /* no autofree: longjmp passes it by */
  gboolean good;

  jpeg.err = jpeg_std_error (&failure.manager);
  failure.manager.error_exit = on_jpeg_error;
  good = setjmp (failure.failed) == 0;
  if (good)
    run_jpeg (&jpeg, pixels, file, rgb);
  else
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_FAILED, "encoding the screenshot as JPEG: %s", failure.message);
  jpeg_destroy_compress (&jpeg);
  g_free (rgb);
  return good;
}

int
shell_encode (const ShellPixels *pixels, gboolean jpeg, gsize *n_bytes, GError **error)
{
  FILE *file = open_memfd (error);
  gboolean good;

  if (file == NULL)
    return -1;
  good = jpeg ? encode_jpeg (pixels, file, error) : encode_png (pixels, file, error);
  if (good)
    return seal (file, n_bytes, error);
  fclose (file);
  return -1;
}
