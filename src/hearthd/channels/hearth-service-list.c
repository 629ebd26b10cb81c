/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hearthd/channels/hearth-service-list.h"

#include <errno.h>
#include <fcntl.h>
#include <hearth/error.h>
#include <string.h>
#include <sys/stat.h>

#define TYPE "a(susssssuua(ss))"
#define MOST_BYTES (512u << 20)
#define MOST_SERVICES 1000000u

struct _HearthServiceList {
  GVariant *services;
  GBytes *bytes;
  guint n;
};

static HearthServiceList *
take_mapping (GMappedFile *mapping, gsize n_bytes, GError **error)
{
  HearthServiceList *self;
  g_autoptr (GBytes) whole = g_mapped_file_get_bytes (mapping);
  g_autoptr (GBytes) bytes = g_bytes_new_from_bytes (whole, 0, n_bytes);
  g_autoptr (GVariant) foreign = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (TYPE), bytes, FALSE));
  g_autoptr (GVariant) services = NULL;

  if (!g_variant_is_normal_form (foreign)) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the list of services breaks its own format");
    return NULL;
  }
  /* Checked whole, so it may be trusted: of what is not, GVariant checks all earlier offsets again at each access, which is
   * quadratic. The bytes cannot change: sealed, or a file that is only ever replaced. */
  services = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (TYPE), bytes, TRUE));
  if (g_variant_n_children (services) > MOST_SERVICES) {
    g_set_error (error, HEARTH_ERROR, HEARTH_ERROR_LIMIT, "the list has over %u services", MOST_SERVICES);
    return NULL;
  }
  self = g_atomic_rc_box_new0 (HearthServiceList);
  self->services = g_steal_pointer (&services);
  self->bytes = g_steal_pointer (&bytes);
  self->n = (guint) g_variant_n_children (self->services);
  return self;
}

HearthServiceList *
hearth_service_list_new_for_fd (int fd, guint64 bytes, GError **error)
{
  const int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  int seals = fcntl (fd, F_GET_SEALS);
  g_autoptr (GMappedFile) mapping = NULL;
  struct stat status;

  if (seals < 0 || (seals & needed) != needed) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the list of services is not sealed");
    return NULL;
  }
  if (bytes > MOST_BYTES || fstat (fd, &status) < 0 || (guint64) status.st_size < bytes) {
    g_set_error_literal (error, HEARTH_ERROR, HEARTH_ERROR_CORRUPT, "the list of services has a wrong size");
    return NULL;
  }
  mapping = g_mapped_file_new_from_fd (fd, FALSE, error);
  if (mapping == NULL) {
    hearth_error_translate (error, "mapping a list of services");
    return NULL;
  }
  return take_mapping (mapping, bytes, error);
}

HearthServiceList *
hearth_service_list_new_for_file (const char *path, GError **error)
{
  g_autoptr (GMappedFile) mapping = g_mapped_file_new (path, FALSE, error);

  if (mapping == NULL) {
    hearth_error_translate (error, "reading the stored list %s", path);
    return NULL;
  }
  return take_mapping (mapping, g_mapped_file_get_length (mapping), error);
}

HearthServiceList *
hearth_service_list_ref (HearthServiceList *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
list_clear (gpointer data)
{
  HearthServiceList *self = data;

  g_variant_unref (self->services);
  g_bytes_unref (self->bytes);
}

void
hearth_service_list_unref (HearthServiceList *self)
{
  g_atomic_rc_box_release_full (self, list_clear);
}

guint
hearth_service_list_get_size (HearthServiceList *self)
{
  return self->n;
}

/* ---- one service -----------------------------------------------------------------------
 * Its first nine members, (susssssuu...), lie one behind the other: strings with their zero, numbers at the next multiple of 4 (the
 * GVariant specification, 2.3.2 and 2.3.5). The list was found in normal form, so they are walked without asking again; g_variant_get()
 * is ten times slower, which a list of 100,000 feels. */

typedef struct {
  const char *start;
  gsize at;
} Walk;

static const char *
walk_string (Walk *walk)
{
  const char *string = walk->start + walk->at;

  walk->at += strlen (string) + 1;
  return string;
}

static guint32
walk_number (Walk *walk)
{
  guint32 number;

  walk->at = (walk->at + 3) & ~(gsize) 3;
  memcpy (&number, walk->start + walk->at, sizeof number);
  walk->at += sizeof number;
  return number;
}

void
hearth_service_list_get (HearthServiceList *self, guint index, HearthServiceEntry *entry)
{
  g_autoptr (GVariant) service = g_variant_get_child_value (self->services, index);
  Walk walk = { g_variant_get_data (service), 0 }; /* shares the list's bytes, so the strings live as long as the list */
  guint32 kind;

  entry->uri = walk_string (&walk);
  entry->line = walk_number (&walk);
  entry->name = walk_string (&walk);
  entry->number = walk_string (&walk);
  entry->logo = walk_string (&walk);
  entry->group = walk_string (&walk);
  entry->guide_id = walk_string (&walk);
  kind = walk_number (&walk);
  entry->kind = kind <= HEARTH_SERVICE_DATA ? (HearthServiceKind) kind : HEARTH_SERVICE_DATA;
  entry->delivery = walk_number (&walk) == HEARTH_DELIVERY_DIRECT ? HEARTH_DELIVERY_DIRECT : HEARTH_DELIVERY_RING;
}

GVariant *
hearth_service_list_dup_variant (HearthServiceList *self)
{
  return g_variant_ref (self->services);
}

GVariant *
hearth_service_list_dup_attributes (HearthServiceList *self, guint index)
{
  g_autoptr (GVariant) service = g_variant_get_child_value (self->services, index);

  return g_variant_get_child_value (service, 9);
}

gboolean
hearth_service_list_save (HearthServiceList *self, const char *path, GError **error)
{
  gsize n_bytes;
  const char *bytes = g_bytes_get_data (self->bytes, &n_bytes);

  if (g_file_set_contents_full (path, bytes, n_bytes, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return TRUE;
  hearth_error_translate (error, "keeping a list of services");
  return FALSE;
}
