/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell/display/shell-log.h"

#include "frames/hearth-frames.h"

#include <drm_fourcc.h>

void
shell_log_set_enabled (ShellLog *self, gboolean enabled)
{
  if (enabled == (self->entries != NULL))
    return;
  g_clear_pointer (&self->entries, g_free);
  self->n_total = 0;
  if (enabled)
    self->entries = g_new0 (ShellLogEntry, SHELL_LOG_SIZE);
}

void
shell_log_add (ShellLog *self, const HearthFrame *frame, gint64 shown_us, guint32 channel, guint32 code)
{
  if (self->entries == NULL)
    return;
  self->entries[self->n_total % SHELL_LOG_SIZE] = (ShellLogEntry){
    self->n_total + 1, frame->sequence, frame->serial, shown_us, frame->pts90k, channel, code,
  };
  self->n_total++;
}

GVariant *
shell_log_dup_since (const ShellLog *self, guint64 since)
{
  guint64 first = self->n_total > SHELL_LOG_SIZE ? self->n_total - SHELL_LOG_SIZE : 0;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ttuxxuu)"));
  for (guint64 i = MAX (first, since); i < self->n_total; i++) {
    const ShellLogEntry *e = &self->entries[i % SHELL_LOG_SIZE];

    g_variant_builder_add (&builder, "(ttuxxuu)", e->number, e->sequence, e->serial, e->shown_us, e->pts90k, e->channel,
                           e->frame);
  }
  return g_variant_builder_end (&builder);
}

gboolean
shell_log_read_code (const HearthFramePool *pool, const HearthFrame *frame, guint32 *channel, guint32 *code)
{
  gboolean wide = pool->fourcc == DRM_FORMAT_P010 || pool->fourcc == HEARTH_FORMAT_YUV420_10LE ||
                  pool->fourcc == HEARTH_FORMAT_YUV422_10LE;
  guint word = wide ? 2 : 1;
  const guint8 *luma;

  if (pool->mappings == NULL || pool->fourcc == DRM_FORMAT_XRGB8888)
    return FALSE;
  luma = pool->mappings[frame->index] + pool->offset[0] + (gsize) frame->crop.y * pool->stride[0] + (gsize) frame->crop.x * word;
  return hearth_frames_read_barcode (luma, pool->stride[0], (guint32) frame->crop.width, (guint32) frame->crop.height, word,
                                     channel, code);
}
