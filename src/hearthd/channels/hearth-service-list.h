/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <hearth/network.h>

G_BEGIN_DECLS

/**
 * SECTION:service-list
 *
 * One network's list as its worker serialised it (Manager1.PutServices):
 * a(susssssuua(ss)) in native order, mapped, never unpacked: 100,000 services
 * cost their bytes and nothing more. Foreign: checked whole once. Immutable, reference counted; any thread.
 */
typedef struct _HearthServiceList HearthServiceList;

/* Strings are borrowed from the list. */
typedef struct {
  const char *uri, *name, *number, *logo, *group, *guide_id;
  guint32 line;
  HearthServiceKind kind;
  HearthDelivery delivery;
} HearthServiceEntry;

/* @fd: sealed against change, of @bytes. Errors: CORRUPT, IO. */
HearthServiceList *hearth_service_list_new_for_fd (int fd, guint64 bytes, GError **error);
HearthServiceList *hearth_service_list_new_for_file (const char *path, GError **error);
HearthServiceList *hearth_service_list_ref (HearthServiceList *list);
void hearth_service_list_unref (HearthServiceList *list);
guint hearth_service_list_get_size (HearthServiceList *list);
void hearth_service_list_get (HearthServiceList *list, guint index, HearthServiceEntry *entry);
/* All of it, a(susssssuua(ss)); (transfer full). */
GVariant *hearth_service_list_dup_variant (HearthServiceList *list);
/* a(ss), (transfer full). */
GVariant *hearth_service_list_dup_attributes (HearthServiceList *list, guint index);
/* Writes it whole to @path or leaves the old file. Errors: IO, LIMIT. */
gboolean hearth_service_list_save (HearthServiceList *list, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthServiceList, hearth_service_list_unref)

G_END_DECLS
