/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xvfb-testing.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISPLAY_FD 3 /* in the child */

/* The words of an XWD header that matter (X11/XWDFile.h), each of 32 bits, big-endian. */
enum { HEADER_SIZE = 0, WIDTH = 4, HEIGHT = 5, BITS_PER_PIXEL = 11, BYTES_PER_LINE = 12, N_COLOURS = 19 };
#define COLOUR_BYTES 12

static void
end_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

static guint32
get_word (const guint8 *header, guint at)
{
  guint32 word;

  memcpy (&word, header + at * 4, sizeof word);
  return GUINT32_FROM_BE (word);
}

static void
map_screen (TestingXvfb *self)
{
  g_autofree char *path = g_build_filename (self->folder, "Xvfb_screen0", NULL);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);
  const guint8 *header;

  g_assert_nonnull (file);
  header = (const guint8 *) g_mapped_file_get_contents (file);
  g_assert_cmpuint (get_word (header, BITS_PER_PIXEL), ==, 32);
  self->width = get_word (header, WIDTH);
  self->height = get_word (header, HEIGHT);
  self->stride = get_word (header, BYTES_PER_LINE);
  self->pixels = header + get_word (header, HEADER_SIZE) + get_word (header, N_COLOURS) * COLOUR_BYTES;
  self->mapping = g_steal_pointer (&file);
}

static char *
read_display (int fd)
{
  char text[16] = "";
  gsize length = 0;

  while (length < sizeof text - 1 && read (fd, text + length, 1) == 1 && text[length] != '\n')
    length++;
  text[length] = '\0';
  return length > 0 ? g_strconcat (":", text, NULL) : NULL;
}

gboolean
testing_xvfb_start (TestingXvfb *self)
{
  g_autofree char *program = g_find_program_in_path ("Xvfb");
  const int target = DISPLAY_FD;
  int ends[2];

  *self = (TestingXvfb){ 0 };
  if (program == NULL)
    return FALSE;
  self->folder = g_dir_make_tmp ("xvfb-XXXXXX", NULL);
  g_assert_cmpint (pipe (ends), ==, 0);
  {
    const char *argv[] = { program, "-displayfd", G_STRINGIFY (DISPLAY_FD), "-screen", "0", "1280x720x24", "-noreset",
                           "-nolisten", "tcp", "-fbdir", self->folder, NULL };

    g_assert_true (g_spawn_async_with_pipes_and_fds (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                                     end_with_parent, NULL, -1, -1, -1, &ends[1], &target, 1, &self->pid, NULL, NULL,
                                                     NULL, NULL));
  }
  close (ends[1]);
  self->display = read_display (ends[0]);
  close (ends[0]);
  g_assert_nonnull (self->display);
  map_screen (self);
  return TRUE;
}

void
testing_xvfb_stop (TestingXvfb *self)
{
  g_autofree char *path = g_build_filename (self->folder, "Xvfb_screen0", NULL);

  kill (self->pid, SIGTERM);
  waitpid (self->pid, NULL, 0);
  g_mapped_file_unref (self->mapping);
  g_unlink (path);
  g_rmdir (self->folder);
  g_free (self->folder);
  g_free (self->display);
}

gboolean
testing_xvfb_differs (const TestingXvfb *self, const guint8 *xrgb, guint32 width, guint32 height, guint tolerance, guint32 *x, guint32 *y)
{
  for (*y = 0; *y < MIN (height, self->height); (*y)++)
    for (*x = 0; *x < MIN (width, self->width); (*x)++) {
      const guint8 *seen = self->pixels + (gsize) *y * self->stride + *x * 4;
      guint32 wanted;

      memcpy (&wanted, xrgb + ((gsize) *y * width + *x) * 4, 4);
      for (guint i = 0; i < 3; i++)
        if ((guint) ABS ((int) seen[i] - (int) (wanted >> (8 * i) & 0xff)) > tolerance)
          return TRUE;
    }
  return FALSE;
}
