/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "headend/impair.h"

/* The log of truth: when each frame of a channel left, for the last two minutes. One thread at a time. */
typedef struct _HeadendTruth HeadendTruth;

HeadendTruth *headend_truth_new (guint fps);
void headend_truth_free (HeadendTruth *self);
/* Times: CLOCK_MONOTONIC, before and after the call that sent the chunk. */
void headend_truth_sent (HeadendTruth *self, const HeadendChunk *chunk, gint64 before_us, gint64 after_us);
void headend_truth_lost (HeadendTruth *self, const HeadendChunk *chunk);
/* Appends a JSON array of the frames whose first byte left at or after @since_us, oldest first. @keys: only key frames.
 * @all: also those that are not (yet) wholly sent or lost a part; their last_us is 0 or what it was, their lost says more. */
void headend_truth_append (HeadendTruth *self, gint64 since_us, gboolean keys, gboolean all, GString *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeadendTruth, headend_truth_free)
