/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/tables.h"

#include <string.h>

#define NETWORK_ID 0x2342 /* original network and transport stream ids: of nobody */

typedef struct {
  guint8 bytes[HEADEND_PACKET - 5];
  guint n;
} Section;

static void
put8 (Section *s, guint value)
{
  g_assert (s->n < sizeof s->bytes);
  s->bytes[s->n++] = (guint8) value;
}

static void
put16 (Section *s, guint value)
{
  put8 (s, value >> 8);
  put8 (s, value & 0xff);
}

static void
put_bytes (Section *s, const void *bytes, guint n)
{
  for (guint i = 0; i < n; i++)
    put8 (s, ((const guint8 *) bytes)[i]);
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

static void
begin (Section *s, guint8 table, guint extension, guint8 version)
{
  s->n = 0;
  put8 (s, table);
  put16 (s, 0); /* the length comes at the end */
  put16 (s, extension);
  put8 (s, 0xc1 | (version & 0x1f) << 1);
  put16 (s, 0); /* section 0 of 0 */
}

static void
end (Section *s, guint8 flags)
{
  const guint length = s->n - 3 + 4;
  guint32 crc;

  s->bytes[1] = (guint8) (flags | length >> 8);
  s->bytes[2] = (guint8) length;
  crc = crc32_mpeg (s->bytes, s->n);
  put16 (s, crc >> 16);
  put16 (s, crc & 0xffff);
}

static void
make_pat (const HeadendTables *self, Section *s)
{
  begin (s, 0x00, NETWORK_ID, self->version);
  put16 (s, self->channel->number);
  put16 (s, 0xe000 | self->first_pid);
  end (s, 0xb0);
}

/* A stream with the descriptors that tell what its type does not: language; AC-3 (EN 300 468, 6.2.1 and annex D). */
static void
put_stream (Section *s, guint8 type, guint pid, const char *language)
{
  const gboolean ac3 = type == 0x06;

  put8 (s, type);
  put16 (s, 0xe000 | pid);
  if (language == NULL) {
    put16 (s, 0xf000);
    return;
  }
  put16 (s, 0xf000 | (ac3 ? 6 + 3 : 6));
  put16 (s, 0x0a04);
  put_bytes (s, language, 3);
  put8 (s, 0);
  if (ac3) {
    put16 (s, 0x6a01);
    put8 (s, 0);
  }
}

static void
make_pmt (const HeadendTables *self, Section *s)
{
  const HeadendChannel *content = self->content;

  begin (s, 0x02, self->channel->number, self->version);
  put16 (s, 0xe000 | headend_tables_get_pid (self, HEADEND_SLOT_VIDEO)); /* PCR */
  put16 (s, 0xf000);
  put_stream (s, headend_video_get_stream_type (content->video), headend_tables_get_pid (self, HEADEND_SLOT_VIDEO), NULL);
  for (guint i = 0; i < self->n_audio; i++)
    put_stream (s, headend_audio_format_get (content->audio[i])->stream_type, headend_tables_get_pid (self, HEADEND_SLOT_AUDIO0 + i),
                content->language[i]);
  end (s, 0xb0);
}

/* The name in UTF-8 (EN 300 468, annex A, table A.3: 0x15). */
static void
make_sdt (const HeadendTables *self, Section *s)
{
  g_autofree char *name = g_strdup_printf ("\x15%s %s", self->channel->name_zh, self->channel->name_en);
  const guint n = (guint) strlen (name);
  static const char provider[] = "Hearth";

  begin (s, 0x42, NETWORK_ID, 0);
  put16 (s, NETWORK_ID);
  put8 (s, 0xff);
  put16 (s, self->channel->number);
  put8 (s, 0xfc);                                                   /* no EIT */
  put16 (s, 0x8000 | (guint) (2 + 3 + sizeof provider - 1 + n));    /* running, not scrambled */
  put8 (s, 0x48);
  put8 (s, (guint) (3 + sizeof provider - 1 + n));
  put8 (s, self->channel->height >= 720 ? 0x19 : 0x01);             /* advanced codec HD */
  put8 (s, sizeof provider - 1);
  put_bytes (s, provider, sizeof provider - 1);
  put8 (s, n);
  put_bytes (s, name, n);
  end (s, 0xf0);
}

void
headend_tables_write (const HeadendTables *self, HeadendSlot slot, guint8 *packet)
{
  const guint pid = headend_tables_get_pid (self, slot);
  const guint8 head[5] = { 0x47, (guint8) (0x40 | pid >> 8), (guint8) pid, 0x10, 0 };
  Section section;

  if (slot == HEADEND_SLOT_PAT)
    make_pat (self, &section);
  else if (slot == HEADEND_SLOT_PMT)
    make_pmt (self, &section);
  else
    make_sdt (self, &section);
  memcpy (packet, head, sizeof head);
  memcpy (packet + 5, section.bytes, section.n);
  memset (packet + 5 + section.n, 0xff, sizeof section.bytes - section.n);
}

guint16
headend_tables_get_pid (const HeadendTables *self, HeadendSlot slot)
{
  if (slot == HEADEND_SLOT_PAT)
    return 0;
  if (slot == HEADEND_SLOT_SDT)
    return 0x11;
  if (slot == HEADEND_SLOT_NULL)
    return 0x1fff;
  return (guint16) (self->first_pid + (slot == HEADEND_SLOT_PMT ? 0 : slot - HEADEND_SLOT_VIDEO + 1));
}
