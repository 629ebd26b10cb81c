/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/broadcast/hearth-guide-told.h"

#include <string.h>

#define FIRST_SIZE 1024u
#define MOST_SIZE (1u << 18)
#define EIT_HEADER 14 /* up to the first event: EN 300 468, 5.2.4 */
#define CRC_BYTES 4

typedef struct {
  guint64 key, hash; /* hash 0: the entry is free */
} Entry;

struct _HearthGuideTold {
  Entry *entries; /* open addressing; a power of two */
  guint size, used;
};

HearthGuideTold *
hearth_guide_told_new (void)
{
  HearthGuideTold *self = g_new0 (HearthGuideTold, 1);

  self->size = FIRST_SIZE;
  self->entries = g_new0 (Entry, self->size);
  return self;
}

void
hearth_guide_told_free (HearthGuideTold *self)
{
  g_free (self->entries);
  g_free (self);
}

void
hearth_guide_told_clear (HearthGuideTold *self)
{
  memset (self->entries, 0, self->size * sizeof *self->entries);
  self->used = 0;
}

static Entry *
find (HearthGuideTold *self, guint64 key)
{
  guint at = (guint) ((key * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 40) & (self->size - 1);

  while (self->entries[at].hash != 0 && self->entries[at].key != key)
    at = (at + 1) & (self->size - 1);
  return &self->entries[at];
}

static void
make_room (HearthGuideTold *self)
{
  g_autofree Entry *old = NULL;
  const guint old_size = self->size;

  if (self->used < self->size / 4 * 3)
    return;
  if (self->size == MOST_SIZE) {
    hearth_guide_told_clear (self);
    return;
  }
  old = self->entries;
  self->size *= 2;
  self->entries = g_new0 (Entry, self->size);
  for (guint i = 0; i < old_size; i++)
    if (old[i].hash != 0)
      *find (self, old[i].key) = old[i];
}

/* FNV-1a over the events alone: whose multiplex tells them, and in which version, is not news. */
static guint64
get_hash (const guint8 *section, gsize n_bytes)
{
  guint64 hash = G_GUINT64_CONSTANT (14695981039346656037);

  for (gsize i = EIT_HEADER; i + CRC_BYTES < n_bytes; i++)
    hash = (hash ^ section[i]) * G_GUINT64_CONSTANT (1099511628211);
  return hash != 0 ? hash : 1;
}

gboolean
hearth_guide_told_is_news (HearthGuideTold *self, const HearthGuideRecord *record, const guint8 *section, gsize n_bytes)
{
  const guint64 key = ((guint64) record->original_network_id << 48) | ((guint64) record->transport_stream_id << 32) |
                      ((guint64) record->service_id << 16) | ((guint64) record->table << 8) | record->section;
  const guint64 hash = get_hash (section, n_bytes);
  Entry *entry;

  make_room (self);
  entry = find (self, key);
  if (entry->hash == hash)
    return FALSE;
  self->used += entry->hash == 0;
  *entry = (Entry) { key, hash };
  return TRUE;
}
