/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "display/hearth-compose.h"

#include "display/hearth-scale.h"
#include "frames/hearth-frames.h"

#include <drm_fourcc.h>
#include <string.h>

#define PEAK_BITS 14 /* of a scaled sample */

const guint32 hearth_compose_fourccs[] = { DRM_FORMAT_YUV420,
                                           DRM_FORMAT_NV12,
                                           DRM_FORMAT_P010,
                                           HEARTH_FORMAT_YUV420_10LE,
                                           DRM_FORMAT_YUV422,
                                           HEARTH_FORMAT_YUV422_10LE,
                                           DRM_FORMAT_NV16,
                                           DRM_FORMAT_XRGB8888,
                                           0 };

gboolean
hearth_compose_reads (guint32 fourcc)
{
  for (guint i = 0; hearth_compose_fourccs[i] != 0; i++)
    if (hearth_compose_fourccs[i] == fourcc)
      return TRUE;
  return FALSE;
}

typedef struct {
  guint bits;
  gboolean rgb, interleaved;
  guint shift_x, shift_y; /* of chroma */
  int shift;              /* of a word to 14 bits */
} Format;

static Format
get_format (guint32 fourcc)
{
  switch (fourcc) {
  case DRM_FORMAT_YUV420:
    return (Format){ 8, FALSE, FALSE, 1, 1, 6 };
  case DRM_FORMAT_NV12:
    return (Format){ 8, FALSE, TRUE, 1, 1, 6 };
  case DRM_FORMAT_YUV422:
    return (Format){ 8, FALSE, FALSE, 1, 0, 6 };
  case DRM_FORMAT_NV16:
    return (Format){ 8, FALSE, TRUE, 1, 0, 6 };
  case DRM_FORMAT_P010: /* ten bits at the top of sixteen */
    return (Format){ 10, FALSE, TRUE, 1, 1, -2 };
  case HEARTH_FORMAT_YUV420_10LE:
    return (Format){ 10, FALSE, FALSE, 1, 1, 4 };
  case HEARTH_FORMAT_YUV422_10LE:
    return (Format){ 10, FALSE, FALSE, 1, 0, 4 };
  default:
    return (Format){ 8, TRUE, FALSE, 0, 0, 6 };
  }
}

/* ---- colours --------------------------------------------------------------------------- */

/* Products of 14-bit samples, to 8 bits by a shift of 16. */
typedef struct {
  gint32 luma_offset, chroma_offset;
  gint32 luma, red_v, green_u, green_v, blue_u;
} Matrix;

/* ITU-T H.273, table 4: Kr and Kb by MatrixCoefficients; unspecified ones by the picture's height, as everybody does. */
static void
get_weights (guint matrix, guint32 height, double *kr, double *kb)
{
  if (matrix == 9 || matrix == 10) {
    *kr = 0.2627;
    *kb = 0.0593;
  } else if (matrix == 7) {
    *kr = 0.212;
    *kb = 0.087;
  } else if (matrix == 4) {
    *kr = 0.30;
    *kb = 0.11;
  } else if (matrix == 5 || matrix == 6 || (matrix != 1 && height < 720)) {
    *kr = 0.299;
    *kb = 0.114;
  } else {
    *kr = 0.2126;
    *kb = 0.0722;
  }
}

/* H.273, 8.3: narrow range has luma 16 to 235 and chroma 16 to 240 in 8 bits, times 4 in 10. */
static Matrix
make_matrix (const HearthFrame *frame, guint bits, guint32 height)
{
  gboolean full = frame->colorimetry.full_range != 0;
  double unit = 1 << (PEAK_BITS - 8), peak = ((1 << bits) - 1) << (PEAK_BITS - bits);
  double luma = 255 * 65536 / (full ? peak : 219 * unit), chroma = 255 * 65536 / (full ? peak : 224 * unit);
  double kr, kb, kg;

  get_weights (frame->colorimetry.matrix, height, &kr, &kb);
  kg = 1 - kr - kb;
  return (Matrix){
    .luma_offset = full ? 0 : 16 << (PEAK_BITS - 8),
    .chroma_offset = 128 << (PEAK_BITS - 8),
    .luma = (gint32) (luma + 0.5),
    .red_v = (gint32) (chroma * 2 * (1 - kr) + 0.5),
    .green_u = (gint32) (chroma * 2 * kb * (1 - kb) / kg + 0.5),
    .green_v = (gint32) (chroma * 2 * kr * (1 - kr) / kg + 0.5),
    .blue_u = (gint32) (chroma * 2 * (1 - kb) + 0.5),
  };
}

static inline guint32
to_byte (gint32 value)
{
  value >>= 16;
  return (guint32) (value < 0 ? 0 : value > 255 ? 255 : value);
}

static void
convert_row (const Matrix *m, const gint32 *y, const gint32 *u, const gint32 *v, guint32 *out, guint32 n)
{
  for (guint32 i = 0; i < n; i++) {
    gint32 luma = (y[i] - m->luma_offset) * m->luma + 32768;
    gint32 cb = u[i] - m->chroma_offset, cr = v[i] - m->chroma_offset;
    guint32 red = to_byte (luma + cr * m->red_v);
    guint32 green = to_byte (luma - cb * m->green_u - cr * m->green_v);
    guint32 blue = to_byte (luma + cb * m->blue_u);

    out[i] = 0xff000000u | red << 16 | green << 8 | blue;
  }
}

static void
pack_row (const gint32 *red, const gint32 *green, const gint32 *blue, guint32 *out, guint32 n)
{
  for (guint32 i = 0; i < n; i++)
    out[i] = 0xff000000u | (guint32) (red[i] >> 6) << 16 | (guint32) (green[i] >> 6) << 8 | (guint32) (blue[i] >> 6);
}

/* ---- a frame --------------------------------------------------------------------------- */

typedef struct {
  Format format;
  HearthScalePlane planes[3];
  HearthAxis columns[2], rows[2]; /* luma, chroma */
  Matrix matrix;
} Job;

static guint
native_byte (guint position) /* of a 32-bit word, 0 the least */
{
  return G_BYTE_ORDER == G_LITTLE_ENDIAN ? position : 3 - position;
}

static void
set_planes (Job *job, const HearthFramePool *pool, const guint8 *bytes)
{
  guint word = job->format.bits > 8 ? 2 : 1;

  for (guint i = 0; i < 3; i++) {
    guint from = job->format.rgb ? 0 : job->format.interleaved ? MIN (i, 1) : i;
    gsize inside = job->format.rgb ? native_byte (2 - i) : job->format.interleaved && i == 2 ? word : 0;

    job->planes[i] = (HearthScalePlane){ .bytes = bytes + pool->offset[from] + inside,
                                      .stride = pool->stride[from],
                                      .step = job->format.rgb ? 4 : job->format.interleaved && i > 0 ? 2 * word : word,
                                      .word = word,
                                      .shift = job->format.shift };
  }
}

/* Chroma of 4:2:0 and 4:2:2 stands on the left luma sample of its two, and in 4:2:0 between its two rows (H.264 figure 6-1). */
static void
set_axes (Job *job, const HearthRect *crop, const HearthRect *where)
{
  double ratio_x = (double) crop->width / where->width, ratio_y = (double) crop->height / where->height;
  guint32 right = (guint32) (crop->x + crop->width - 1), bottom = (guint32) (crop->y + crop->height - 1);
  guint shift_x = job->format.shift_x, shift_y = job->format.shift_y;

  hearth_axis_init (&job->columns[0], where->width, crop->x, ratio_x, crop->x, right);
  hearth_axis_init (&job->rows[0], where->height, crop->y, ratio_y, crop->y, bottom);
  hearth_axis_init (&job->columns[1], where->width, crop->x / (double) (1 << shift_x) + (shift_x > 0 ? 0.25 : 0),
                      ratio_x / (1 << shift_x), crop->x >> shift_x, right >> shift_x);
  hearth_axis_init (&job->rows[1], where->height, crop->y / (double) (1 << shift_y), ratio_y / (1 << shift_y),
                      crop->y >> shift_y, bottom >> shift_y);
}

static void
clear_axes (Job *job)
{
  for (guint i = 0; i < 2; i++) {
    hearth_axis_clear (&job->columns[i]);
    hearth_axis_clear (&job->rows[i]);
  }
}

/* Paints the part of a row that is on the canvas. */
static void
paint_row (const Job *job, const HearthCanvas *canvas, const HearthRect *where, gint32 row, guint32 *line, gint32 *samples[3],
           guint32 *pixels)
{
  gint32 y = where->y + row, left = MAX (0, where->x), right = MIN ((gint32) canvas->width, where->x + where->width);

  if (y < 0 || y >= (gint32) canvas->height || left >= right)
    return;
  for (guint i = 0; i < 3; i++) {
    guint axis = i > 0 && !job->format.rgb ? 1 : 0;

    hearth_scale_row (&job->planes[i], &job->rows[axis].taps[row], &job->columns[axis], line, samples[i]);
  }
  if (job->format.rgb)
    pack_row (samples[0], samples[1], samples[2], pixels, where->width);
  else
    convert_row (&job->matrix, samples[0], samples[1], samples[2], pixels, where->width);
  memcpy (canvas->pixels + (gsize) y * canvas->stride + (gsize) left * 4, pixels + (left - where->x), (gsize) (right - left) * 4);
}

void
hearth_compose_frame (const HearthCanvas *canvas, const HearthFramePool *pool, const guint8 *bytes, const HearthFrame *frame,
                        const HearthRect *where)
{
  Job job = { .format = get_format (pool->fourcc) };
  g_autofree guint32 *line = g_new (guint32, (gsize) pool->width * 2 + 2);
  g_autofree gint32 *samples = NULL;
  g_autofree guint32 *pixels = NULL;

  if (where->width <= 0 || where->height <= 0)
    return;
  samples = g_new (gint32, (gsize) where->width * 3);
  pixels = g_new (guint32, where->width);
  set_planes (&job, pool, bytes);
  set_axes (&job, &frame->crop, where);
  job.matrix = make_matrix (frame, job.format.bits, (guint32) frame->crop.height);
  for (gint32 row = 0; row < where->height; row++)
    paint_row (&job, canvas, where, row, line,
               (gint32 *[]){ samples, samples + where->width, samples + 2 * (gsize) where->width }, pixels);
  clear_axes (&job);
}

HearthRect
hearth_compose_fit (const HearthFrame *frame, const HearthRect *target)
{
  guint64 shape_x = (guint64) frame->crop.width * MAX (1, frame->sar_num);
  guint64 shape_y = (guint64) frame->crop.height * MAX (1, frame->sar_den);
  HearthRect fit = *target;

  if (target->width <= 0 || target->height <= 0)
    return fit;
  if (shape_x * target->height > shape_y * target->width)
    fit.height = (gint32) MAX (1, (shape_y * target->width + shape_x / 2) / shape_x);
  else
    fit.width = (gint32) MAX (1, (shape_x * target->height + shape_y / 2) / shape_y);
  fit.x += (target->width - fit.width) / 2;
  fit.y += (target->height - fit.height) / 2;
  return fit;
}

void
hearth_compose_black (const HearthCanvas *canvas)
{
  for (guint32 y = 0; y < canvas->height; y++) {
    guint32 *row = (guint32 *) (gpointer) (canvas->pixels + (gsize) y * canvas->stride);

    for (guint32 x = 0; x < canvas->width; x++)
      row[x] = 0xff000000u;
  }
}

/* ---- the on-screen plane ------------------------------------------------------------------ */

static inline guint32
blend (guint32 below, guint32 over)
{
  guint32 rest = 255 - (over >> 24);
  guint32 red_blue = (below & 0xff00ff) * rest + 0x800080, green = ((below >> 8) & 0xff) * rest + 0x80;

  red_blue = ((red_blue + ((red_blue >> 8) & 0xff00ff)) >> 8) & 0xff00ff;
  green = (green + (green >> 8)) & 0xff00;
  return 0xff000000u | (((over & 0xff00ff) + red_blue) & 0xff00ff) | ((over & 0xff00) + green);
}

static void
blend_row (guint32 *below, const guint32 *over, guint32 n)
{
  for (guint32 i = 0; i < n; i++)
    if (over[i] != 0)
      below[i] = blend (below[i], over[i]);
}

/* Most of the plane is: the banner is at the bottom, and then nothing at all. */
static gboolean
is_empty (const guint8 *osd, guint32 stride, guint32 width, const HearthTap *rows)
{
  for (guint32 y = rows->first; y <= rows->last; y++) {
    const guint32 *row = (const guint32 *) (gconstpointer) (osd + (gsize) y * stride);
    guint32 any = 0;

    for (guint32 x = 0; x < width; x++)
      any |= row[x];
    if (any != 0)
      return FALSE;
  }
  return TRUE;
}

static void
blend_scaled (const HearthCanvas *canvas, const guint8 *osd, guint32 stride, guint32 width, guint32 height)
{
  HearthAxis columns, rows;
  g_autofree guint32 *line = g_new (guint32, (gsize) width * 2 + 2);
  g_autofree gint32 *samples = g_new (gint32, (gsize) canvas->width * 4);
  g_autofree guint32 *over = g_new (guint32, canvas->width);

  hearth_axis_init (&columns, canvas->width, 0, (double) width / canvas->width, 0, width - 1);
  hearth_axis_init (&rows, canvas->height, 0, (double) height / canvas->height, 0, height - 1);
  for (guint32 y = 0; y < canvas->height; y++) {
    if (is_empty (osd, stride, width, &rows.taps[y]))
      continue;
    memset (over, 0, (gsize) canvas->width * 4);
    for (guint i = 0; i < 4; i++) {
      const HearthScalePlane plane = { osd + native_byte (i), stride, 4, 1, 6 };

      hearth_scale_row (&plane, &rows.taps[y], &columns, line, samples);
      for (guint32 x = 0; x < canvas->width; x++)
        over[x] |= (guint32) (samples[x] >> 6) << (8 * i);
    }
    blend_row ((guint32 *) (gpointer) (canvas->pixels + (gsize) y * canvas->stride), over, canvas->width);
  }
  hearth_axis_clear (&columns);
  hearth_axis_clear (&rows);
}

void
hearth_compose_osd (const HearthCanvas *canvas, const guint8 *osd, guint32 stride, guint32 width, guint32 height)
{
  if (canvas->width != width || canvas->height != height) {
    blend_scaled (canvas, osd, stride, width, height);
    return;
  }
  for (guint32 y = 0; y < height; y++)
    blend_row ((guint32 *) (gpointer) (canvas->pixels + (gsize) y * canvas->stride),
               (const guint32 *) (gconstpointer) (osd + (gsize) y * stride), width);
}
