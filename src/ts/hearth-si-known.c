/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ts/hearth-si-known.h"

#include "ts/hearth-si-private.h"

#include <string.h>

#define SECTIONS_A_SEGMENT 8
#define SEGMENT_S (3 * 3600)
#define DAY_S 86400

/* ---- the books ------------------------------------------------------------------------------ */

static gsize
size_of (const HearthSiKnown *known)
{
  return sizeof *known + (known->last_section + 1u) * sizeof *known->crcs;
}

static void
known_free (gpointer data)
{
  HearthSiKnown *known = data;

  g_free (known->crcs);
  g_free (known);
}

void
hearth_si_knowns_init (HearthSiKnowns *self)
{
  *self = (HearthSiKnowns) { .by_key = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, known_free) };
}

void
hearth_si_knowns_clear (HearthSiKnowns *self)
{
  g_clear_pointer (&self->by_key, g_hash_table_unref);
}

static void
unlink_known (HearthSiKnowns *self, HearthSiKnown *known)
{
  *(known->older != NULL ? &known->older->newer : &self->oldest) = known->newer;
  *(known->newer != NULL ? &known->newer->older : &self->newest) = known->older;
  known->older = known->newer = NULL;
}

static void
link_newest (HearthSiKnowns *self, HearthSiKnown *known)
{
  known->older = self->newest;
  *(self->newest != NULL ? &self->newest->newer : &self->oldest) = known;
  self->newest = known;
}

static void
forget (HearthSiKnowns *self, HearthSiKnown *known)
{
  unlink_known (self, known);
  self->n_bytes -= size_of (known);
  g_hash_table_remove (self->by_key, &known->key);
}

void
hearth_si_knowns_drop_pids (HearthSiKnowns *self, const guint16 *roles)
{
  HearthSiKnown *newer;

  for (HearthSiKnown *known = self->oldest; known != NULL; known = newer) {
    newer = known->newer;
    if (roles[known->table.pid] == 0)
      forget (self, known);
  }
}

/* What makes a table one of its own: EN 300 468, 5.1.1. PMT and AIT by their PID too. */
static guint64
key_of (guint16 pid, guint8 table_id, guint16 extension, guint16 transport_stream_id, guint16 original_network_id)
{
  guint16 third = table_id == HEARTH_SI_TABLE_PMT || table_id == HEARTH_SI_TABLE_AIT ? pid : transport_stream_id;

  return ((guint64) original_network_id << 40) | ((guint64) third << 24) | ((guint64) extension << 8) | table_id;
}

/* The two that stand behind the header in some tables; @bytes: 12 of them. */
static void
read_ids (guint8 table_id, const guint8 *bytes, guint16 *transport_stream_id, guint16 *original_network_id)
{
  *transport_stream_id = *original_network_id = 0;
  if (hearth_si_table_is_eit (table_id)) {
    *transport_stream_id = (guint16) hearth_si_get_16 (bytes + 8);
    *original_network_id = (guint16) hearth_si_get_16 (bytes + 10);
  } else if (table_id == HEARTH_SI_TABLE_SDT_ACTUAL || table_id == HEARTH_SI_TABLE_SDT_OTHER) {
    *transport_stream_id = (guint16) hearth_si_get_16 (bytes + 3);
    *original_network_id = (guint16) hearth_si_get_16 (bytes + 8);
  }
}

/* ---- one table --------------------------------------------------------------------------------- */

/* Begins anew, with the version and length that @header tells. */
static void
begin (HearthSiKnowns *self, HearthSiKnown *known, const HearthSiHeader *header)
{
  self->n_bytes -= known->crcs != NULL ? size_of (known) : 0;
  g_free (known->crcs);
  known->last_section = header->last_section_number;
  known->crcs = g_new0 (guint32, known->last_section + 1);
  known->table.version = header->version;
  known->table.n_seen = 0;
  memset (known->segment_last, 0, sizeof known->segment_last);
  self->n_bytes += size_of (known);
}

static HearthSiKnown *
add (HearthSiKnowns *self, guint64 key, guint16 pid, const HearthSiHeader *header, guint16 transport_stream_id, guint16 original_network_id)
{
  HearthSiKnown *known = g_new0 (HearthSiKnown, 1);

  known->key = key;
  known->table = (HearthSiTable) { .pid = pid, .table_id = header->table_id, .extension = header->extension,
                                   .transport_stream_id = transport_stream_id, .original_network_id = original_network_id };
  begin (self, known, header);
  link_newest (self, known);
  g_hash_table_insert (self->by_key, &known->key, known);
  while (self->n_bytes > HEARTH_SI_COLLECTOR_MAX_BYTES && self->oldest != known) {
    forget (self, self->oldest);
    self->n_forgotten++;
  }
  return known;
}

static gboolean
any_seen (const HearthSiKnown *known, guint segment)
{
  for (guint n = segment * SECTIONS_A_SEGMENT; n < (segment + 1) * SECTIONS_A_SEGMENT && n <= known->last_section; n++)
    if (known->crcs[n] != 0)
      return TRUE;
  return FALSE;
}

/* Only the first table of a schedule begins today. */
static guint
first_segment_now (const HearthSiKnown *known, gint64 utc_s)
{
  if ((known->table.table_id & 0x0f) != 0 || utc_s == HEARTH_SI_NO_TIME)
    return 0;
  return (guint) (utc_s % DAY_S / SEGMENT_S);
}

void
hearth_si_known_count_wanted (HearthSiKnown *known, gint64 utc_s)
{
  guint n_wanted = 0, now;

  if (!hearth_si_table_is_schedule (known->table.table_id)) {
    known->table.n_wanted = known->last_section + 1u;
    return;
  }
  now = first_segment_now (known, utc_s);
  for (guint segment = 0; segment <= known->last_section / SECTIONS_A_SEGMENT; segment++)
    if (segment >= now || any_seen (known, segment))
      n_wanted += MAX (known->segment_last[segment], 1);
  known->table.n_wanted = n_wanted;
}

/* segment_last_section_number says how many of the segment's eight sections there are: 5.2.4. Some operators send the table's last one
 * there; then the segment is taken to end with its eighth section, or with the table. */
static void
note_segment (HearthSiKnown *known, guint8 number, guint8 segment_last)
{
  guint segment = number / SECTIONS_A_SEGMENT;
  guint last = MIN (segment_last, segment * SECTIONS_A_SEGMENT + SECTIONS_A_SEGMENT - 1);

  last = CLAMP (last, number, MAX (known->last_section, number));
  known->segment_last[segment] = (guint8) (last - segment * SECTIONS_A_SEGMENT + 1);
}

static guint32
crc_of (const HearthSiHeader *header, const guint8 *section, gsize n_bytes)
{
  guint32 crc = header->is_long ? hearth_si_get_32 (section + n_bytes - 4) : 1;

  return MAX (crc, 1);
}

HearthSiNews
hearth_si_knowns_take (HearthSiKnowns *self, guint16 pid, const HearthSiHeader *header, const guint8 *section, gsize n_bytes, gint64 utc_s,
                       HearthSiKnown **out)
{
  guint16 transport_stream_id = 0, original_network_id = 0;
  guint32 crc = crc_of (header, section, n_bytes);
  HearthSiKnown *known;
  guint64 key;

  if (header->is_long)
    read_ids (header->table_id, section, &transport_stream_id, &original_network_id);
  key = key_of (pid, header->table_id, header->extension, transport_stream_id, original_network_id);
  *out = known = g_hash_table_lookup (self->by_key, &key);
  if (known == NULL) {
    *out = known = add (self, key, pid, header, transport_stream_id, original_network_id);
  } else {
    unlink_known (self, known);
    link_newest (self, known);
    if (known->table.version != header->version || known->last_section != header->last_section_number)
      begin (self, known, header);
  }
  if (header->section_number > known->last_section || (header->is_long && known->crcs[header->section_number] == crc))
    return HEARTH_SI_SECTION_REPEATED; /* or nonsense */
  known->table.n_seen += known->crcs[header->section_number] == 0;
  known->crcs[header->section_number] = crc;
  if (hearth_si_table_is_schedule (header->table_id))
    note_segment (known, header->section_number, section[12]);
  hearth_si_known_count_wanted (known, utc_s);
  return HEARTH_SI_SECTION_NEW;
}

HearthSiKnown *
hearth_si_knowns_blame (HearthSiKnowns *self, guint16 pid, const guint8 damaged[12])
{
  guint16 transport_stream_id, original_network_id;
  HearthSiKnown *known;
  guint64 key;

  read_ids (damaged[0], damaged, &transport_stream_id, &original_network_id);
  key = key_of (pid, damaged[0], (guint16) hearth_si_get_16 (damaged + 3), transport_stream_id, original_network_id);
  known = g_hash_table_lookup (self->by_key, &key);
  for (HearthSiKnown *each = self->newest; known == NULL && each != NULL; each = each->older)
    if (each->table.pid == pid && each->table.table_id == damaged[0])
      known = each;
  return known;
}
