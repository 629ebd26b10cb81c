/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "si-maker.h"

#include <string.h>

void
si_8 (SiSection *self, guint value)
{
  const guint8 byte = (guint8) value;

  g_byte_array_append (self, &byte, 1);
}

void
si_16 (SiSection *self, guint value)
{
  si_8 (self, value >> 8);
  si_8 (self, value & 0xff);
}

void
si_bytes (SiSection *self, const void *bytes, gsize n_bytes)
{
  g_byte_array_append (self, bytes, (guint) n_bytes);
}

SiSection *
si_begin (guint8 table_id, guint16 extension, guint8 version, guint8 number, guint8 last)
{
  SiSection *self = g_byte_array_new ();

  si_8 (self, table_id);
  si_16 (self, 0xf000);
  si_16 (self, extension);
  si_8 (self, 0xc1 | (version << 1));
  si_8 (self, number);
  si_8 (self, last);
  return self;
}

SiSection *
si_finish (SiSection *self)
{
  guint length = self->len + 4 - 3;
  guint32 crc;

  self->data[1] = 0xf0 | (length >> 8);
  self->data[2] = length & 0xff;
  crc = hearth_ts_crc32 (self->data, self->len);
  si_16 (self, crc >> 16);
  si_16 (self, crc & 0xffff);
  return self;
}

guint
si_open (SiSection *self, guint flags)
{
  si_16 (self, flags << 12);
  return self->len;
}

void
si_close (SiSection *self, guint at)
{
  guint length = self->len - at;

  self->data[at - 2] |= length >> 8;
  self->data[at - 1] = length & 0xff;
}

SiSection *
si_make_sdt (guint8 table_id, guint16 transport_stream_id, guint16 original_network_id, guint8 version, guint16 service_id, const char *name)
{
  SiSection *self = si_begin (table_id, transport_stream_id, version, 0, 0);
  guint loop;

  si_16 (self, original_network_id);
  si_8 (self, 0xff);
  si_16 (self, service_id);
  si_8 (self, 0xff);
  loop = si_open (self, 0x8); /* running, clear */
  si_8 (self, 0x48);
  si_8 (self, 3 + (guint) strlen (name));
  si_8 (self, 1);
  si_8 (self, 0);
  si_8 (self, (guint) strlen (name));
  si_bytes (self, name, strlen (name));
  si_descriptor (self, 0x5d, "eng\x01P\x03" "Onechi\x00\x05\x13\xd2\xbb\xcc\xa8");
  si_close (self, loop);
  return si_finish (self);
}

SiSection *
si_make_eit (guint8 table_id, guint16 service_id, guint8 version, guint8 number, guint8 last, guint8 segment_last)
{
  SiSection *self = si_begin (table_id, service_id, version, number, last);
  guint loop;

  si_16 (self, 7);
  si_16 (self, 1);
  si_8 (self, segment_last);
  si_8 (self, table_id);
  si_16 (self, 0x4000 + number);
  si_16 (self, 59595); /* 2022-01-16 */
  si_8 (self, ((number / 8 * 3 / 10) << 4) | (number / 8 * 3 % 10));
  si_16 (self, 0x0000);
  si_8 (self, 0x01);
  si_16 (self, 0x3000);
  loop = si_open (self, 0);
  si_descriptor (self, 0x4d, "eng\x04News\x05today");
  si_close (self, loop);
  return si_finish (self);
}
