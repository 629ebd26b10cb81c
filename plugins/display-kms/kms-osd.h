/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "display/hearth-osd.h"
#include "kms-buffer.h"

G_BEGIN_DECLS

/* The on-screen plane's picture: painted in ordinary memory, which is fast to read, and copied where it changed into one of two
 * buffers of the device, of which the other one is on glass. */
typedef struct {
  HearthOsd plane;
  KmsBuffer buffers[2];
  guint front;          /* the one that was shown last */
  HearthRect stale[2];  /* what each buffer lacks; no width: nothing */
} KmsOsd;

gboolean kms_osd_init (KmsOsd *self, guint32 width, guint32 height, GError **error);
void kms_osd_clear (KmsOsd *self, int device);

void kms_osd_wipe (KmsOsd *self); /* transparent as at the start */
void kms_osd_damage (KmsOsd *self, const HearthRect *damage, guint n_damage);
gboolean kms_osd_is_empty (const KmsOsd *self);
/* The buffer that holds what is painted: the one on glass when nothing has changed since. NULL with @error: none can be made. */
const KmsBuffer *kms_osd_get_buffer (KmsOsd *self, int device, GError **error);
/* The device's buffers go when they are not shown; they come again when they are asked for. */
void kms_osd_drop_buffers (KmsOsd *self, int device);

G_END_DECLS
