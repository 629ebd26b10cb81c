/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:list-writer
 *
 * Writes services as one GVariant of type a(susssssuua(ss)), native order,
 * straight into a memfd: uri, line, name, number, logo, group, guide id, kind,
 * delivery, attributes. By hand, because a list may have 100,000 services of
 * a dozen strings each: GVariantBuilder makes millions of objects of them and
 * holds all at once. The format is that of the GVariant Specification 1.0.
 */
#define HEARTH_LIST_TYPE "a(susssssuua(ss))"
#define HEARTH_LIST_MAX_BYTES (512u << 20)
#define HEARTH_LIST_MAX_SERVICES 1000000u

typedef struct _HearthListWriter HearthListWriter;

/* Errors: IO. */
HearthListWriter *hearth_list_writer_new (GError **error);
void hearth_list_writer_free (HearthListWriter *self);
/* Copies @service. What goes wrong is kept and told by finish(). */
void hearth_list_writer_add (HearthListWriter *self, const HearthService *service);
guint hearth_list_writer_get_size (HearthListWriter *self);
/* Ends and seals the list; returns its descriptor (transfer full), -1 with @error. Errors: IO, LIMIT. */
int hearth_list_writer_finish (HearthListWriter *self, guint64 *n_bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthListWriter, hearth_list_writer_free)

G_END_DECLS
