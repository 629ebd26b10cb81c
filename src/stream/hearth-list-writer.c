/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream/hearth-list-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK_BYTES (1u << 20)

struct _HearthListWriter {
  int fd;
  GByteArray *chunk; /* not written yet */
  guint64 written;   /* to fd */
  GArray *ends;      /* guint64: where each service ends, for the array's framing offsets */
  GByteArray *service, *attributes; /* reused */
  GArray *attribute_ends;           /* guint64 */
  GError *error;                    /* the first one */
};

/* ---- GVariant's ways -------------------------------------------------------------------
 * A container of variable size ends with framing offsets: where each child ends, in bytes from its own start. They are as wide
 * as the whole container needs, they themselves counted in ("2.3.6 Framing Offsets"). An array frames all its children, in
 * order; a structure those of variable size but the last, the last one first. */

static guint
offset_width (guint64 n_bytes, guint64 n_offsets)
{
  if (n_bytes + n_offsets <= G_MAXUINT8)
    return 1;
  if (n_bytes + 2 * n_offsets <= G_MAXUINT16)
    return 2;
  return n_bytes + 4 * n_offsets <= G_MAXUINT32 ? 4 : 8;
}

/* Framing offsets are little-endian on every machine, unlike the numbers in the value. */
static void
append_offset (GByteArray *bytes, guint64 offset, guint width)
{
  const guint64 little = GUINT64_TO_LE (offset);

  g_byte_array_append (bytes, (const guint8 *) &little, width);
}

/* To the next multiple of 4 from the value's start, which lies @before bytes before @bytes. */
static void
append_padding (GByteArray *bytes, guint64 before)
{
  static const guint8 zeroes[4];

  g_byte_array_append (bytes, zeroes, -(before + bytes->len) % 4);
}

static void
append_number (GByteArray *bytes, guint32 number)
{
  append_padding (bytes, 0);
  g_byte_array_append (bytes, (const guint8 *) &number, sizeof number);
}

/* Eight bytes at a time: most strings of a list are plain ASCII, and then there is nothing to validate. */
static gboolean
is_ascii (const char *string, gsize length)
{
  guint64 seen = 0;
  gsize at = 0;

  for (; at + sizeof seen <= length; at += sizeof seen) {
    guint64 bytes;

    memcpy (&bytes, string + at, sizeof bytes);
    seen |= bytes;
  }
  for (; at < length; at++)
    seen |= (guchar) string[at];
  return (seen & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

/* (nullable) string */
static void
append_string (GByteArray *bytes, const char *string)
{
  const char *text = string != NULL ? string : "";
  const gsize length = strlen (text);

  if (G_UNLIKELY (!is_ascii (text, length) && !g_utf8_validate (text, length, NULL))) {
    g_autofree char *valid = g_utf8_make_valid (text, length);

    g_byte_array_append (bytes, (const guint8 *) valid, strlen (valid) + 1);
    return;
  }
  g_byte_array_append (bytes, (const guint8 *) text, length + 1);
}

/* (ss): its own framing offset is where the key ends. */
static void
append_attribute (GByteArray *bytes, const HearthAttribute *attribute)
{
  const guint start = bytes->len;
  guint key_end;

  append_string (bytes, attribute->key);
  key_end = bytes->len - start;
  append_string (bytes, attribute->value);
  append_offset (bytes, key_end, offset_width (bytes->len - start, 1));
}

/* a(ss) */
static void
build_attributes (HearthListWriter *self, const HearthAttribute *attributes, guint n_attributes)
{
  guint width;

  g_byte_array_set_size (self->attributes, 0);
  g_array_set_size (self->attribute_ends, 0);
  for (guint i = 0; i < n_attributes; i++) {
    guint64 end;

    append_attribute (self->attributes, &attributes[i]);
    end = self->attributes->len;
    g_array_append_val (self->attribute_ends, end);
  }
  width = offset_width (self->attributes->len, n_attributes);
  for (guint i = 0; i < n_attributes; i++)
    append_offset (self->attributes, g_array_index (self->attribute_ends, guint64, i), width);
}

static guint
append_framed_string (GByteArray *bytes, const char *string)
{
  append_string (bytes, string);
  return bytes->len;
}

/* (susssssuua(ss)) */
static void
build_service (HearthListWriter *self, const HearthService *service)
{
  GByteArray *bytes = self->service;
  guint ends[6], width;

  build_attributes (self, service->attributes, service->n_attributes);
  g_byte_array_set_size (bytes, 0);
  ends[0] = append_framed_string (bytes, service->uri);
  append_number (bytes, service->line);
  ends[1] = append_framed_string (bytes, service->name);
  ends[2] = append_framed_string (bytes, service->number);
  ends[3] = append_framed_string (bytes, service->logo);
  ends[4] = append_framed_string (bytes, service->group);
  ends[5] = append_framed_string (bytes, service->guide_id);
  append_number (bytes, service->kind);
  append_number (bytes, service->delivery);
  g_byte_array_append (bytes, self->attributes->data, self->attributes->len);
  width = offset_width (bytes->len, G_N_ELEMENTS (ends));
  for (guint i = G_N_ELEMENTS (ends); i > 0; i--)
    append_offset (bytes, ends[i - 1], width);
}

/* ---- the memfd -------------------------------------------------------------------------- */

static void
flush_chunk (HearthListWriter *self)
{
  gsize done = 0;

  while (self->error == NULL && done < self->chunk->len) {
    gssize n = write (self->fd, self->chunk->data + done, self->chunk->len - done);

    if (n < 0 && errno != EINTR)
      hearth_error_set_errno (&self->error, errno, "writing a list of services");
    done += MAX (n, 0);
  }
  self->written += self->chunk->len;
  g_byte_array_set_size (self->chunk, 0);
}

HearthListWriter *
hearth_list_writer_new (GError **error)
{
  HearthListWriter *self;
  int fd = memfd_create ("hearth-services", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0) {
    hearth_error_set_errno (error, errno, "making memory for a list of services");
    return NULL;
  }
  self = g_new0 (HearthListWriter, 1);
  self->fd = fd;
  self->chunk = g_byte_array_sized_new (CHUNK_BYTES + 65536);
  self->ends = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->service = g_byte_array_new ();
  self->attributes = g_byte_array_new ();
  self->attribute_ends = g_array_new (FALSE, FALSE, sizeof (guint64));
  return self;
}

void
hearth_list_writer_free (HearthListWriter *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_byte_array_unref (self->chunk);
  g_array_unref (self->ends);
  g_byte_array_unref (self->service);
  g_byte_array_unref (self->attributes);
  g_array_unref (self->attribute_ends);
  g_clear_error (&self->error);
  g_free (self);
}

static void
refuse_size (HearthListWriter *self)
{
  if (self->error == NULL)
    g_set_error (&self->error, HEARTH_ERROR, HEARTH_ERROR_LIMIT,
                 "the list is too large: at most %u services and %u MiB are taken; split it into several networks",
                 HEARTH_LIST_MAX_SERVICES, HEARTH_LIST_MAX_BYTES >> 20);
}

void
hearth_list_writer_add (HearthListWriter *self, const HearthService *service)
{
  guint64 end;

  if (self->error != NULL)
    return;
  if (self->ends->len >= HEARTH_LIST_MAX_SERVICES || self->written >= HEARTH_LIST_MAX_BYTES) {
    refuse_size (self);
    return;
  }
  build_service (self, service);
  append_padding (self->chunk, self->written);
  g_byte_array_append (self->chunk, self->service->data, self->service->len);
  end = self->written + self->chunk->len;
  g_array_append_val (self->ends, end);
  if (self->chunk->len >= CHUNK_BYTES)
    flush_chunk (self);
}

guint
hearth_list_writer_get_size (HearthListWriter *self)
{
  return self->ends->len;
}

int
hearth_list_writer_finish (HearthListWriter *self, guint64 *n_bytes, GError **error)
{
  guint width = offset_width (self->written + self->chunk->len, self->ends->len);
  int fd = self->fd;

  for (guint i = 0; i < self->ends->len; i++)
    append_offset (self->chunk, g_array_index (self->ends, guint64, i), width);
  flush_chunk (self);
  if (self->written > HEARTH_LIST_MAX_BYTES)
    refuse_size (self);
  if (self->error == NULL && fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
    hearth_error_set_errno (&self->error, errno, "sealing a list of services");
  if (self->error != NULL) {
    g_propagate_error (error, g_steal_pointer (&self->error));
    return -1;
  }
  *n_bytes = self->written;
  self->fd = -1;
  return fd;
}
