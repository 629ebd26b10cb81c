/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/section.h"

#include <string.h>

#define CRC_BYTES 4

void
headend_section_put8 (HeadendSection *self, guint value)
{
  g_assert (self->n < sizeof self->bytes);
  self->bytes[self->n++] = (guint8) value;
}

void
headend_section_put16 (HeadendSection *self, guint value)
{
  headend_section_put8 (self, value >> 8 & 0xff);
  headend_section_put8 (self, value & 0xff);
}

void
headend_section_put32 (HeadendSection *self, guint32 value)
{
  headend_section_put16 (self, value >> 16);
  headend_section_put16 (self, value & 0xffff);
}

void
headend_section_put_bytes (HeadendSection *self, gconstpointer bytes, gsize n_bytes)
{
  g_assert (n_bytes <= sizeof self->bytes - self->n);
  memcpy (self->bytes + self->n, bytes, n_bytes);
  self->n += (guint) n_bytes;
}

void
headend_section_put_bcd (HeadendSection *self, guint64 value, guint n_digits)
{
  guint64 packed = 0;

  g_assert (n_digits % 2 == 0 && n_digits <= 16);
  for (guint i = 0; i < n_digits; i++, value /= 10)
    packed |= (value % 10) << (4 * i);
  for (guint i = n_digits / 2; i-- > 0;)
    headend_section_put8 (self, (guint) (packed >> (8 * i)) & 0xff);
}

/* ISO/IEC 13818-1, annex A. */
static guint32
crc32_mpeg (const guint8 *bytes, guint n)
{
  guint32 crc = 0xffffffff;

  for (guint i = 0; i < n; i++)
    for (int bit = 7; bit >= 0; bit--)
      crc = crc << 1 ^ ((crc >> 31 ^ (bytes[i] >> bit & 1)) ? 0x04c11db7 : 0);
  return crc;
}

void
headend_section_begin (HeadendSection *self, guint8 table_id, guint extension, guint version)
{
  self->n = 0;
  headend_section_put8 (self, table_id);
  headend_section_put16 (self, 0); /* the length comes at the end */
  headend_section_put16 (self, extension);
  headend_section_put8 (self, 0xc1 | (version & 0x1f) << 1);
  headend_section_put16 (self, 0);
}

void
headend_section_number (HeadendSection *self, guint number, guint last)
{
  self->bytes[6] = (guint8) number;
  self->bytes[7] = (guint8) last;
}

static void
end_with (HeadendSection *self, guint flags)
{
  const guint length = self->n - 3 + CRC_BYTES;

  self->bytes[1] = (guint8) (flags | length >> 8);
  self->bytes[2] = (guint8) length;
  headend_section_put32 (self, crc32_mpeg (self->bytes, self->n));
}

void
headend_section_end (HeadendSection *self, gboolean private)
{
  end_with (self, private ? 0xf0 : 0xb0);
}

void
headend_section_end_short (HeadendSection *self)
{
  end_with (self, 0x70);
}

guint
headend_section_open (HeadendSection *self, guint field_bytes)
{
  for (guint i = 0; i < field_bytes; i++)
    headend_section_put8 (self, 0);
  return self->n;
}

void
headend_section_close (HeadendSection *self, guint at, guint field_bytes, guint upper)
{
  const guint length = self->n - at;

  if (field_bytes == 2)
    self->bytes[at - 2] = (guint8) (upper << 4 | length >> 8);
  self->bytes[at - 1] = (guint8) length;
}
