/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dvb-replay.h"

#include <hearth/error.h>
#include <string.h>

#define PACKET 188
#define PCR_WRAP ((G_GUINT64_CONSTANT (1) << 33) * 300)
#define LONGEST_STEP_US G_USEC_PER_SEC /* ISO/IEC 13818-1, 2.7.2: a PCR at least every 100 ms */

typedef struct {
  gsize offset;
  gint64 us; /* since the first */
} Mark;

struct _DvbReplay {
  GMappedFile *file;
  const guint8 *bytes;
  gsize n_bytes;
  GArray *marks;
  gint64 duration_us;
};

/* ISO/IEC 13818-1, 2.4.3.4 */
static gboolean
get_pcr (const guint8 *p, guint64 *pcr)
{
  if ((p[3] & 0x20) == 0 || p[4] < 7 || (p[5] & 0x10) == 0)
    return FALSE;
  *pcr = (((guint64) p[6] << 25) | ((guint64) p[7] << 17) | ((guint64) p[8] << 9) | ((guint64) p[9] << 1) | (p[10] >> 7)) * 300 +
         (((p[10] & 1u) << 8) | p[11]);
  return TRUE;
}

/* Times at each PCR of the first PID that has one; jumps in it take as long as a usual step. */
static void
mark (DvbReplay *self)
{
  guint pcr_pid = 0;
  guint64 pcr, last = 0;
  gint64 step_us = 0;

  for (gsize at = 0; at + PACKET <= self->n_bytes; at += PACKET) {
    const guint8 *p = self->bytes + at;
    const guint pid = ((p[1] & 0x1fu) << 8) | p[2];
    Mark mark = { .offset = at };

    if (p[0] != 0x47 || (pcr_pid != 0 && pid != pcr_pid) || !get_pcr (p, &pcr))
      continue;
    if (self->marks->len > 0) {
      const gint64 us = (gint64) ((pcr + PCR_WRAP - last) % PCR_WRAP / 27);

      step_us = us > 0 && us <= LONGEST_STEP_US ? us : step_us;
      mark.us = g_array_index (self->marks, Mark, self->marks->len - 1).us + step_us;
    }
    pcr_pid = pid;
    last = pcr;
    g_array_append_val (self->marks, mark);
  }
}

/* What stands before the first PCR and behind the last is taken at the mean rate. */
static gboolean
measure (DvbReplay *self)
{
  const Mark *first, *last;

  mark (self);
  if (self->marks->len < 2)
    return FALSE;
  first = &g_array_index (self->marks, Mark, 0);
  last = &g_array_index (self->marks, Mark, self->marks->len - 1);
  if (last->us <= 0)
    return FALSE;
  self->duration_us = (gint64) ((double) last->us * self->n_bytes / (last->offset - first->offset));
  return TRUE;
}

DvbReplay *
dvb_replay_new (const char *path, GError **error)
{
  GMappedFile *file = g_mapped_file_new (path, FALSE, error);
  DvbReplay *self;

  if (file == NULL) {
    hearth_error_translate (error, "opening a multiplex");
    return NULL;
  }
  self = g_new0 (DvbReplay, 1);
  self->file = file;
  self->bytes = (const guint8 *) g_mapped_file_get_contents (file);
  self->n_bytes = g_mapped_file_get_length (file) / PACKET * PACKET;
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  if (measure (self))
    return self;
  g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "%s has no two clock references (PCR) in packets of 188 bytes: not to be sent", path);
  dvb_replay_free (self);
  return NULL;
}

void
dvb_replay_free (DvbReplay *self)
{
  g_mapped_file_unref (self->file);
  g_array_unref (self->marks);
  g_free (self);
}

/* The offset that is sent at @us of the file's own time: in proportion between two marks. */
static gsize
offset_at (const DvbReplay *self, gint64 us)
{
  guint low = 0, high = self->marks->len - 1;
  const Mark *from, *to;
  const gint64 lead_us = (gint64) ((double) self->duration_us * g_array_index (self->marks, Mark, 0).offset / self->n_bytes);

  us -= lead_us; /* marks count from the first PCR */
  while (high - low > 1) {
    guint middle = (low + high) / 2;

    if (g_array_index (self->marks, Mark, middle).us <= us)
      low = middle;
    else
      high = middle;
  }
  from = &g_array_index (self->marks, Mark, low);
  to = &g_array_index (self->marks, Mark, high);
  if (to->us <= from->us)
    return to->offset;
  return (gsize) CLAMP ((double) from->offset + (double) (to->offset - from->offset) * (us - from->us) / (to->us - from->us), 0,
                        (double) self->n_bytes) / PACKET * PACKET;
}

DvbReplayPosition
dvb_replay_at (const DvbReplay *self, gint64 now_us)
{
  return (DvbReplayPosition) { now_us / self->duration_us, offset_at (self, now_us % self->duration_us) };
}

gsize
dvb_replay_get_size (const DvbReplay *self)
{
  return self->n_bytes;
}

gsize
dvb_replay_read (const DvbReplay *self, DvbReplayPosition *position, gint64 now_us, guint8 *bytes, gsize n_bytes)
{
  const DvbReplayPosition now = dvb_replay_at (self, now_us);
  const gsize end = now.turn > position->turn ? self->n_bytes : now.offset;
  gsize n;

  if (now.turn < position->turn || end <= position->offset)
    return 0;
  n = MIN (end - position->offset, n_bytes / PACKET * PACKET);
  memcpy (bytes, self->bytes + position->offset, n);
  position->offset += n;
  return n;
}
