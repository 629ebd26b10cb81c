/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/impair.h"

struct _HeadendImpair {
  HeadendImpairments set;
  GRand *dice;
  GQueue line; /* HeadendChunk, by release */
  GQueue held; /* to be overtaken */
  gint64 last_ns;
};

HeadendImpair *
headend_impair_new (guint32 seed)
{
  HeadendImpair *self = g_new0 (HeadendImpair, 1);

  self->dice = g_rand_new_with_seed (seed);
  self->set.reorder_depth = 3;
  g_queue_init (&self->line);
  g_queue_init (&self->held);
  return self;
}

void
headend_impair_free (HeadendImpair *self)
{
  g_queue_clear_full (&self->line, g_free);
  g_queue_clear_full (&self->held, g_free);
  g_rand_free (self->dice);
  g_free (self);
}

void
headend_impair_seed (HeadendImpair *self, guint32 seed)
{
  g_rand_set_seed (self->dice, seed);
}

HeadendImpairments *
headend_impair_get (HeadendImpair *self)
{
  return &self->set;
}

/* Never before the one that went into the line last: jitter alone does not reorder. */
static void
line_up (HeadendImpair *self, HeadendChunk *chunk, gint64 release_ns)
{
  self->last_ns = MAX (self->last_ns, release_ns);
  chunk->release_ns = self->last_ns;
  g_queue_push_tail (&self->line, chunk);
}

/* One more has gone first; who has waited enough follows it. */
static void
let_held_go (HeadendImpair *self)
{
  for (GList *l = self->held.head; l != NULL; l = l->next)
    ((HeadendChunk *) l->data)->held--;
  while (self->held.head != NULL && ((HeadendChunk *) self->held.head->data)->held <= 0)
    line_up (self, g_queue_pop_head (&self->held), 0);
}

static void
line_up_copy (HeadendImpair *self, const HeadendChunk *chunk)
{
  HeadendChunk *copy = g_memdup2 (chunk, sizeof *chunk);

  copy->copy = TRUE;
  line_up (self, copy, 0);
}

HeadendChunk *
headend_impair_push (HeadendImpair *self, HeadendChunk *chunk)
{
  const HeadendImpairments *set = &self->set;
  const gint64 due_ns = chunk->release_ns;
  const gboolean stalled = due_ns < set->stall_until_ns;
  /* All dice are thrown for each chunk, so that one fault does not change another's. */
  const gboolean lost = g_rand_double_range (self->dice, 0, 100) < set->loss_percent;
  const gboolean twice = g_rand_double_range (self->dice, 0, 100) < set->duplicate_percent;
  const gboolean late = g_rand_double_range (self->dice, 0, 100) < set->reorder_percent;
  const gint64 jitter_ns = (gint64) (g_rand_double (self->dice) * (double) set->jitter_ns);

  if (lost || (stalled && set->stall == HEADEND_STALL_LOST))
    return chunk;
  if (late && set->reorder_depth > 0) {
    chunk->held = (gint) set->reorder_depth;
    g_queue_push_tail (&self->held, chunk);
    return NULL;
  }
  line_up (self, chunk, due_ns + jitter_ns);
  if (twice)
    line_up_copy (self, chunk);
  let_held_go (self);
  return NULL;
}

HeadendChunk *
headend_impair_pull (HeadendImpair *self, gint64 now_ns)
{
  HeadendChunk *first = g_queue_peek_head (&self->line);

  if (first == NULL || first->release_ns > now_ns || now_ns < self->set.stall_until_ns)
    return NULL;
  return g_queue_pop_head (&self->line);
}
