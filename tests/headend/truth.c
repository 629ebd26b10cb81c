/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/truth.h"

#define KEPT_SECONDS 120

typedef struct {
  guint64 serial; /* 0: none */
  guint frame;
  gboolean key, ended;
  gint64 pts90k;
  gint64 first_us, last_us;
  guint lost; /* chunks */
} Entry;

struct _HeadendTruth {
  guint n_entries;
  guint64 newest;
  Entry entries[];
};

HeadendTruth *
headend_truth_new (guint fps)
{
  const guint n = fps * KEPT_SECONDS;
  HeadendTruth *self = g_malloc0 (sizeof *self + n * sizeof (Entry));

  self->n_entries = n;
  return self;
}

void
headend_truth_free (HeadendTruth *self)
{
  g_free (self);
}

static Entry *
find (HeadendTruth *self, guint64 serial)
{
  Entry *entry = &self->entries[serial % self->n_entries];

  return serial != 0 && entry->serial == serial ? entry : NULL;
}

static Entry *
open_entry (HeadendTruth *self, const HeadendChunkMark *mark)
{
  Entry *entry = &self->entries[mark->serial % self->n_entries];

  if (entry->serial != mark->serial)
    *entry = (Entry){ .serial = mark->serial, .frame = mark->frame, .key = mark->key, .pts90k = mark->pts90k };
  self->newest = MAX (self->newest, mark->serial);
  return entry;
}

void
headend_truth_sent (HeadendTruth *self, const HeadendChunk *chunk, gint64 before_us, gint64 after_us)
{
  Entry *entry = find (self, chunk->serial);

  if (chunk->copy)
    return;
  if (entry != NULL) /* was under way when the chunk began; after reordering not always the last to be sent */
    entry->last_us = MAX (entry->last_us, after_us);
  for (guint i = 0; i < chunk->n_marks; i++) {
    const HeadendChunkMark *mark = &chunk->marks[i];

    if (!mark->ends) {
      entry = open_entry (self, mark);
      entry->first_us = before_us;
      entry->last_us = MAX (entry->last_us, after_us);
    } else if ((entry = find (self, mark->serial)) != NULL) {
      entry->ended = TRUE;
    }
  }
}

void
headend_truth_lost (HeadendTruth *self, const HeadendChunk *chunk)
{
  Entry *entry = find (self, chunk->serial);

  if (entry != NULL)
    entry->lost++;
  for (guint i = 0; i < chunk->n_marks; i++)
    if (!chunk->marks[i].ends)
      open_entry (self, &chunk->marks[i])->lost++;
}

static void
append_entry (const Entry *e, GString *json)
{
  g_string_append_printf (json,
                          "%s{\"frame\":%u,\"key\":%s,\"pts90k\":%" G_GINT64_FORMAT ",\"first_us\":%" G_GINT64_FORMAT
                          ",\"last_us\":%" G_GINT64_FORMAT ",\"lost\":%u}",
                          json->str[json->len - 1] == '[' ? "" : ",", e->frame, e->key ? "true" : "false", e->pts90k, e->first_us,
                          e->ended ? e->last_us : 0, e->lost);
}

void
headend_truth_append (HeadendTruth *self, gint64 since_us, gboolean keys, gboolean all, GString *json)
{
  const guint64 first = self->newest >= self->n_entries ? self->newest - self->n_entries + 1 : 1;

  g_string_append_c (json, '[');
  for (guint64 serial = first; serial <= self->newest; serial++) {
    const Entry *e = find (self, serial);

    if (e == NULL || e->first_us < since_us || (keys && !e->key))
      continue;
    if (all || (e->ended && e->lost == 0 && e->first_us != 0))
      append_entry (e, json);
  }
  g_string_append_c (json, ']');
}
