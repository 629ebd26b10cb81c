/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/hearth-worker-link.h"

G_BEGIN_DECLS

/* hearth-record's face to hearthd: Record1. Main thread. */
typedef struct _HearthRecordService HearthRecordService;

HearthRecordService *hearth_record_service_new (void);
void hearth_record_service_free (HearthRecordService *self);
GDBusInterfaceSkeleton *hearth_record_service_get_skeleton (HearthRecordService *self);
/* (transfer floating): a{sv}, what Manager1.Hello wants to know: folder s, recordings a(ss) (id, state). */
GVariant *hearth_record_service_describe (HearthRecordService *self);
/* hearthd came back: it hears all states anew. */
void hearth_record_service_tell_all (HearthRecordService *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthRecordService, hearth_record_service_free)

G_END_DECLS
