/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-guide-batch.h"

G_BEGIN_DECLS

/* Which sections of EITs hearthd has been told, in what words: 16 bytes each, 4 MiB at most; when that is full all is forgotten, and
 * told once more. Pure but for memory. */
typedef struct _HearthGuideTold HearthGuideTold;

HearthGuideTold *hearth_guide_told_new (void);
void hearth_guide_told_free (HearthGuideTold *self);
void hearth_guide_told_clear (HearthGuideTold *self);
/* Whether @section, whose place @record tells, is another one than the last one there; that it is known from now on. */
gboolean hearth_guide_told_is_news (HearthGuideTold *self, const HearthGuideRecord *record, const guint8 *section, gsize n_bytes);

G_END_DECLS
