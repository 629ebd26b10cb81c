/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/guide/hearth-guide-slots.h"

void
hearth_guide_service_free (gpointer data)
{
  HearthGuideService *self = data;

  g_clear_pointer (&self->slots, g_array_unref);
  g_free (self->key);
  g_free (self);
}

HearthGuideSlot *
hearth_guide_service_find (HearthGuideService *self, guint32 number)
{
  for (guint i = 0; i < self->slots->len; i++)
    if (g_array_index (self->slots, HearthGuideSlot, i).number == number)
      return &g_array_index (self->slots, HearthGuideSlot, i);
  return NULL;
}

void
hearth_guide_service_remove (HearthGuideService *self, guint32 number)
{
  for (guint i = 0; i < self->slots->len; i++)
    if (g_array_index (self->slots, HearthGuideSlot, i).number == number) {
      g_array_remove_index_fast (self->slots, i);
      return;
    }
}

static gboolean
collide (const HearthGuideSlot *a, const HearthGuideSlot *b)
{
  const gint64 from = MAX (a->start_s, b->start_s), to = MIN (a->start_s + a->duration_s, b->start_s + b->duration_s);

  return to > from && 2 * (to - from) > (gint64) MIN (a->duration_s, b->duration_s);
}

HearthGuideFit
hearth_guide_service_fit (HearthGuideService *self, const HearthGuideSlot *slot, guint32 *other)
{
  HearthGuideFit fit = HEARTH_GUIDE_FITS;

  for (guint i = 0; i < self->slots->len; i++) {
    const HearthGuideSlot *there = &g_array_index (self->slots, HearthGuideSlot, i);

    if (there->number == slot->number || !collide (there, slot))
      continue;
    if (there->present && !slot->present)
      return HEARTH_GUIDE_YIELDS;
    *other = there->number;
    fit = HEARTH_GUIDE_DISPLACES;
  }
  return fit;
}
