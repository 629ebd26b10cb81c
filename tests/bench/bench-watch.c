/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench-watch FILE: reads the bar code of what stands on a virtual X screen, from the frame buffer file that `Xvfb -fbdir` makes
 * (an XWD dump, X11/XWDFile.h), a thousand times a second, and prints a line whenever it changes:
 *
 *   time (µs, CLOCK_MONOTONIC) channel frame
 *
 * So a peer's picture counts when its pixels are there, not when the peer says so. It ends with its standard input. */
#include "frames/hearth-frames.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define XWD_VERSION 7
#define XWD_LEAST_WORDS 25
#define XWD_COLOUR_BYTES 12

/* The header's 32-bit words, most significant byte first. */
enum {
  WORD_HEADER_BYTES = 0,
  WORD_VERSION = 1,
  WORD_WIDTH = 4,
  WORD_HEIGHT = 5,
  WORD_BITS_PER_PIXEL = 11,
  WORD_BYTES_PER_LINE = 12,
  WORD_COLOURS = 19
};

typedef struct {
  const guint8 *pixels; /* B G R X */
  guint width, height, stride;
  guint8 *luma; /* only the rows in which the code is read are filled */
} Screen;

static guint32
get_word (const guint8 *header, guint word)
{
  guint32 value;

  memcpy (&value, header + 4 * word, sizeof value);
  return GUINT32_FROM_BE (value);
}

static gboolean
open_screen (Screen *self, const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  struct stat info;
  const guint8 *file;
  gsize head;

  if (fd < 0 || fstat (fd, &info) < 0 || info.st_size < XWD_LEAST_WORDS * 4)
    return FALSE;
  file = mmap (NULL, (gsize) info.st_size, PROT_READ, MAP_SHARED, fd, 0);
  close (fd);
  if (file == MAP_FAILED || get_word (file, WORD_VERSION) != XWD_VERSION || get_word (file, WORD_BITS_PER_PIXEL) != 32)
    return FALSE;
  self->width = get_word (file, WORD_WIDTH);
  self->height = get_word (file, WORD_HEIGHT);
  self->stride = get_word (file, WORD_BYTES_PER_LINE);
  head = get_word (file, WORD_HEADER_BYTES) + (gsize) get_word (file, WORD_COLOURS) * XWD_COLOUR_BYTES;
  self->pixels = file + head;
  self->luma = g_malloc0 ((gsize) self->width * self->height);
  return head + (gsize) self->stride * self->height <= (gsize) info.st_size;
}

/* Green stands for luma: the code is black and white. It fills rows 2 and 3 of 32. */
static gboolean
read_code (Screen *self, guint32 *channel, guint32 *frame)
{
  for (guint y = self->height * 2 / 32; y < self->height * 4 / 32; y++)
    for (guint x = 0; x < self->width; x++)
      self->luma[(gsize) y * self->width + x] = self->pixels[(gsize) y * self->stride + x * 4 + 1];
  return hearth_frames_read_barcode (self->luma, self->width, self->width, self->height, 1, channel, frame);
}

int
main (int argc, char **argv)
{
  Screen screen = { 0 };
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
  guint32 channel, frame, last_channel = 0, last_frame = G_MAXUINT32;

  if (argc != 2 || !open_screen (&screen, argv[1])) {
    fprintf (stderr, "bench-watch: give it the frame buffer file of Xvfb -fbdir, with 32 bits a pixel\n");
    return 2;
  }
  setvbuf (stdout, NULL, _IOLBF, 0);
  while (poll (&input, 1, 1) == 0) {
    gint64 now_us = g_get_monotonic_time ();

    if (!read_code (&screen, &channel, &frame) || (channel == last_channel && frame == last_frame))
      continue;
    printf ("%" G_GINT64_FORMAT " %u %u\n", now_us, channel, frame);
    last_channel = channel;
    last_frame = frame;
  }
  return 0;
}
