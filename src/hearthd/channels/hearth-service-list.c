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
  const guint8 *start, *offsets; /* of the array, and of its framing offsets */
  guint n, offset_width;
};

/* As wide as the array needs them, in its own bytes (the GVariant specification, 2.3.6). */
static void
find_offsets (HearthServiceList *self)
{
  gsize n_bytes;

  self->start = g_bytes_get_data (self->bytes, &n_bytes);
  self->offset_width = n_bytes <= G_MAXUINT8 ? 1 : n_bytes <= G_MAXUINT16 ? 2 : n_bytes <= G_MAXUINT32 ? 4 : 8;
  self->offsets = self->start + n_bytes - (gsize) self->n * self->offset_width;
}

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
  if (self->n > 0)
    find_offsets (self);
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
 * It begins at the next multiple of 4 after the one before it. Its first nine members, (susssssuu...), lie one behind the other:
 * strings with their zero, numbers at the next multiple of 4 (the GVariant specification, 2.3.2, 2.3.5 and 2.3.6). The list was found
 * in normal form, so they are walked without asking again; GVariant's own ways are ten times slower, which a list of 100,000 feels. */

typedef struct {
  const char *start;
  gsize at;
} Walk;

static gsize
align (gsize at)
{
  return (at + 3) & ~(gsize) 3;
}

static gsize
find_service (HearthServiceList *self, guint index)
{
  guint64 end = 0; /* of the one before; little-endian on every machine */

  if (index > 0)
    memcpy (&end, self->offsets + (gsize) (index - 1) * self->offset_width, self->offset_width);
  return align (GUINT64_FROM_LE (end));
}

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

  walk->at = align (walk->at);
  memcpy (&number, walk->start + walk->at, sizeof number);
  walk->at += sizeof number;
  return number;
}

void
hearth_service_list_get (HearthServiceList *self, guint index, HearthServiceEntry *entry)
{
  Walk walk = { (const char *) self->start, find_service (self, index) };
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
