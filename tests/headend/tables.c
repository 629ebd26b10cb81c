/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "headend/tables.h"

#include <string.h>

#define NETWORK_ID 0x2342 /* original network and transport stream ids: of nobody */

static void
make_pat (const HeadendTables *self, HeadendSection *s)
{
  headend_section_begin (s, 0x00, NETWORK_ID, self->version);
  headend_section_put16 (s, self->channel->number);
  headend_section_put16 (s, 0xe000 | self->first_pid);
  headend_section_end (s, FALSE);
}

/* A stream with the descriptors that tell what its type does not: language; AC-3 (EN 300 468, 6.2.1 and annex D). */
static void
put_stream (HeadendSection *s, guint8 type, guint pid, const char *language)
{
  const gboolean ac3 = type == 0x06;

  headend_section_put8 (s, type);
  headend_section_put16 (s, 0xe000 | pid);
  if (language == NULL) {
    headend_section_put16 (s, 0xf000);
    return;
  }
  headend_section_put16 (s, 0xf000 | (ac3 ? 6 + 3 : 6));
  headend_section_put16 (s, 0x0a04);
  headend_section_put_bytes (s, language, 3);
  headend_section_put8 (s, 0);
  if (ac3) {
    headend_section_put16 (s, 0x6a01);
    headend_section_put8 (s, 0);
  }
}

static gboolean
has_stream (const HeadendTables *self, HeadendSlot slot)
{
  return (self->without & 1u << slot) == 0 && (slot == HEADEND_SLOT_VIDEO || slot < HEADEND_SLOT_AUDIO0 + self->n_audio);
}

void
headend_tables_put_streams (const HeadendTables *self, gboolean with_video, HeadendSection *section)
{
  const HeadendChannel *content = self->content;

  if (with_video && has_stream (self, HEADEND_SLOT_VIDEO))
    put_stream (section, headend_video_get_stream_type (content->video), headend_tables_get_pid (self, HEADEND_SLOT_VIDEO), NULL);
  for (guint i = 0; i < self->n_audio; i++)
    if (has_stream (self, HEADEND_SLOT_AUDIO0 + i))
      put_stream (section, headend_audio_format_get (content->audio[i])->stream_type, headend_tables_get_pid (self, HEADEND_SLOT_AUDIO0 + i),
                  content->language[i]);
}

static void
make_pmt (const HeadendTables *self, HeadendSection *s)
{
  HeadendSlot clock = HEADEND_SLOT_VIDEO;

  while (clock < HEADEND_SLOT_AUDIO1 && !has_stream (self, clock))
    clock++;
  headend_section_begin (s, 0x02, self->channel->number, self->version);
  headend_section_put16 (s, 0xe000 | headend_tables_get_pid (self, clock)); /* PCR */
  headend_section_put16 (s, 0xf000);
  headend_tables_put_streams (self, TRUE, s);
  headend_section_end (s, FALSE);
}

/* The name in UTF-8 (EN 300 468, annex A, table A.3: 0x15). */
static void
make_sdt (const HeadendTables *self, HeadendSection *s)
{
  g_autofree char *name = g_strdup_printf ("\x15%s %s", self->channel->name_zh, self->channel->name_en);
  const guint n = (guint) strlen (name);
  static const char provider[] = "Hearth";

  headend_section_begin (s, 0x42, NETWORK_ID, 0);
  headend_section_put16 (s, NETWORK_ID);
  headend_section_put8 (s, 0xff);
  headend_section_put16 (s, self->channel->number);
  headend_section_put8 (s, 0xfc);                                                   /* no EIT */
  headend_section_put16 (s, 0x8000 | (guint) (2 + 3 + sizeof provider - 1 + n));    /* running, not scrambled */
  headend_section_put8 (s, 0x48);
  headend_section_put8 (s, (guint) (3 + sizeof provider - 1 + n));
  headend_section_put8 (s, self->channel->height >= 720 ? 0x19 : 0x01);             /* advanced codec HD */
  headend_section_put8 (s, sizeof provider - 1);
  headend_section_put_bytes (s, provider, sizeof provider - 1);
  headend_section_put8 (s, n);
  headend_section_put_bytes (s, name, n);
  headend_section_end (s, TRUE);
}

void
headend_tables_write (const HeadendTables *self, HeadendSlot slot, guint8 *packet)
{
  const guint pid = headend_tables_get_pid (self, slot);
  const guint8 head[5] = { 0x47, (guint8) (0x40 | pid >> 8), (guint8) pid, 0x10, 0 };
  HeadendSection section;

  if (slot == HEADEND_SLOT_PAT)
    make_pat (self, &section);
  else if (slot == HEADEND_SLOT_PMT)
    make_pmt (self, &section);
  else
    make_sdt (self, &section);
  memcpy (packet, head, sizeof head);
  g_assert (section.n <= HEADEND_PACKET - 5);
  memcpy (packet + 5, section.bytes, section.n);
  memset (packet + 5 + section.n, 0xff, HEADEND_PACKET - 5 - section.n);
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
