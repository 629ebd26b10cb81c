/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ts/hearth-si-collector.h"
#include "ts/hearth-si-descriptors.h"
#include "ts/hearth-si-known.h"

#include <string.h>

#define N_PIDS 8192
#define FIRST_FREE_PID 0x10
#define LAST_RESERVED_PID 0x1f
#define MAX_PROGRAMMES 1024
#define MAX_AITS 4 /* a programme */
#define STREAM_TYPE_PRIVATE_SECTIONS 0x05

/* Which tables a PID carries. */
enum {
  ROLE_PAT = 1 << 0,
  ROLE_CAT = 1 << 1,
  ROLE_PMT = 1 << 2,
  ROLE_NIT = 1 << 3,
  ROLE_SDT = 1 << 4,
  ROLE_EIT = 1 << 5,
  ROLE_SHORT = 1 << 6, /* RST, TDT, TOT */
  ROLE_AIT = 1 << 7,
  ROLE_PSIP = 1 << 8,
};

typedef struct {
  guint16 number, pid; /* number 0: where the NIT is */
  guint8 pat_version, pat_section;
  guint n_aits;
  guint16 aits[MAX_AITS];
} Programme;

struct _HearthSiCollector {
  guint16 roles[N_PIDS];             /* first, for this alone is read for each packet */
  HearthTsSection *sections[N_PIDS]; /* of those with a role, once a packet of theirs came */
  guint n_pids;
  HearthSiCollect what;
  HearthSiCollectorFuncs funcs;
  gpointer user_data;
  GArray *programmes; /* Programme */
  gboolean roles_stale; /* a table that says where others are came with the packet at hand */
  HearthSiKnowns knowns;
  gint64 utc_s;
  gboolean arib; /* its times are Japan's */
  guint64 n_sections, n_crc_errors, n_new;
  guint16 pid; /* of the packet at hand */
};

/* ---- which PIDs ------------------------------------------------------------------------------ */

static void
give_role (guint16 roles[N_PIDS], guint *n_given, guint16 pid, guint16 role, gboolean wanted)
{
  if (!wanted || pid >= HEARTH_TS_NO_PID || (roles[pid] == 0 && *n_given == HEARTH_SI_COLLECTOR_MAX_PIDS))
    return;
  *n_given += roles[pid] == 0;
  roles[pid] |= role;
}

static void
give_roles (HearthSiCollector *self, guint16 roles[N_PIDS])
{
  HearthSiCollect what = self->what;
  gboolean applications = (what & HEARTH_SI_COLLECT_APPLICATIONS) != 0;
  guint n = 0;

  give_role (roles, &n, HEARTH_SI_PID_PAT, ROLE_PAT, what & (HEARTH_SI_COLLECT_PSI | HEARTH_SI_COLLECT_NETWORK | HEARTH_SI_COLLECT_APPLICATIONS));
  give_role (roles, &n, HEARTH_SI_PID_CAT, ROLE_CAT, what & HEARTH_SI_COLLECT_PSI);
  give_role (roles, &n, HEARTH_SI_PID_PSIP, ROLE_PSIP, what & HEARTH_SI_COLLECT_PSI);
  give_role (roles, &n, HEARTH_SI_PID_NIT, ROLE_NIT, what & HEARTH_SI_COLLECT_NETWORK);
  give_role (roles, &n, HEARTH_SI_PID_SDT, ROLE_SDT, what & HEARTH_SI_COLLECT_SERVICES);
  give_role (roles, &n, HEARTH_SI_PID_EIT, ROLE_EIT, what & (HEARTH_SI_COLLECT_PRESENT | HEARTH_SI_COLLECT_SCHEDULE));
  give_role (roles, &n, HEARTH_SI_PID_RST, ROLE_SHORT, what & HEARTH_SI_COLLECT_PRESENT);
  give_role (roles, &n, HEARTH_SI_PID_TDT, ROLE_SHORT, what & HEARTH_SI_COLLECT_TIME);
  for (guint i = 0; i < self->programmes->len; i++) {
    const Programme *p = &g_array_index (self->programmes, Programme, i);

    if (p->number == 0)
      give_role (roles, &n, p->pid, ROLE_NIT, what & HEARTH_SI_COLLECT_NETWORK);
    else
      give_role (roles, &n, p->pid, ROLE_PMT, what & (HEARTH_SI_COLLECT_PSI | HEARTH_SI_COLLECT_APPLICATIONS));
    for (guint k = 0; k < p->n_aits; k++)
      give_role (roles, &n, p->aits[k], ROLE_AIT, applications);
  }
  self->n_pids = n;
}

static void
update_roles (HearthSiCollector *self)
{
  g_autofree guint16 *roles = g_new0 (guint16, N_PIDS);
  gboolean changed = FALSE;

  self->roles_stale = FALSE;
  give_roles (self, roles);
  for (guint pid = 0; pid < N_PIDS; pid++) {
    changed |= (roles[pid] != 0) != (self->roles[pid] != 0);
    if (roles[pid] == 0)
      g_clear_pointer (&self->sections[pid], g_free);
  }
  memcpy (self->roles, roles, N_PIDS * sizeof *roles);
  if (changed)
    hearth_si_knowns_drop_pids (&self->knowns, roles);
  if (changed && self->funcs.pids_changed != NULL)
    self->funcs.pids_changed (self->user_data);
}

/* A PAT of several sections is read piece by piece; a new version ends all pieces of the old one. */
static void
follow_pat (HearthSiCollector *self, const HearthSiHeader *header, const guint8 *section, gsize n_bytes)
{
  for (guint i = self->programmes->len; i > 0; i--) {
    const Programme *old = &g_array_index (self->programmes, Programme, i - 1);

    if (old->pat_version != header->version || old->pat_section == header->section_number)
      g_array_remove_index_fast (self->programmes, i - 1);
  }
  for (gsize at = 8; at + 4 <= n_bytes - 4 && self->programmes->len < MAX_PROGRAMMES; at += 4) {
    Programme programme = { .number = (guint16) ((section[at] << 8) | section[at + 1]),
                            .pid = (guint16) (((section[at + 2] & 0x1f) << 8) | section[at + 3]),
                            .pat_version = header->version, .pat_section = header->section_number };

    if (programme.pid >= FIRST_FREE_PID)
      g_array_append_val (self->programmes, programme);
  }
  self->roles_stale = TRUE;
}

static void
add_ait (Programme *programme, const HearthSiPmtStream *stream)
{
  HearthSiDescriptor d;

  if (stream->stream_type == STREAM_TYPE_PRIVATE_SECTIONS && stream->pid > LAST_RESERVED_PID && programme->n_aits < MAX_AITS &&
      hearth_si_descriptor_find (&stream->descriptors, HEARTH_SI_TAG_APPLICATION_SIGNALLING, &d))
    programme->aits[programme->n_aits++] = stream->pid;
}

static void
follow_pmt (HearthSiCollector *self, const guint8 *section, gsize n_bytes)
{
  HearthSiPmt pmt;

  if (!hearth_si_pmt_parse (&pmt, section, n_bytes))
    return;
  for (guint i = 0; i < self->programmes->len; i++) {
    Programme *programme = &g_array_index (self->programmes, Programme, i);
    HearthSiPmt walk = pmt;
    HearthSiPmtStream stream;

    if (programme->number != pmt.header.extension || programme->pid != self->pid)
      continue;
    programme->n_aits = 0;
    while (hearth_si_pmt_next (&walk, &stream))
      add_ait (programme, &stream);
    self->roles_stale = TRUE;
  }
}

/* ---- which tables ------------------------------------------------------------------------------ */

static guint16
role_of (guint8 table_id)
{
  switch (table_id) {
  case HEARTH_SI_TABLE_PAT: return ROLE_PAT;
  case HEARTH_SI_TABLE_CAT: return ROLE_CAT;
  case HEARTH_SI_TABLE_PMT: return ROLE_PMT;
  case HEARTH_SI_TABLE_NIT_ACTUAL:
  case HEARTH_SI_TABLE_NIT_OTHER: return ROLE_NIT;
  case HEARTH_SI_TABLE_SDT_ACTUAL:
  case HEARTH_SI_TABLE_SDT_OTHER:
  case HEARTH_SI_TABLE_BAT: return ROLE_SDT;
  case HEARTH_SI_TABLE_RST:
  case HEARTH_SI_TABLE_TDT:
  case HEARTH_SI_TABLE_TOT: return ROLE_SHORT;
  case HEARTH_SI_TABLE_AIT: return ROLE_AIT;
  default:
    if (hearth_si_table_is_atsc (table_id))
      return ROLE_PSIP;
    return hearth_si_table_is_eit (table_id) ? ROLE_EIT : 0;
  }
}

static gboolean
is_of_others (guint8 table_id)
{
  return table_id == HEARTH_SI_TABLE_NIT_OTHER || table_id == HEARTH_SI_TABLE_SDT_OTHER || table_id == HEARTH_SI_TABLE_EIT_PF_OTHER ||
         (table_id >= HEARTH_SI_TABLE_EIT_SCHEDULE_OTHER && table_id <= 0x6f);
}

static gboolean
is_wanted (const HearthSiCollector *self, guint8 table_id)
{
  if ((self->roles[self->pid] & role_of (table_id)) == 0)
    return FALSE;
  if (is_of_others (table_id) && !(self->what & HEARTH_SI_COLLECT_OTHER))
    return FALSE;
  if (hearth_si_table_is_schedule (table_id))
    return (self->what & HEARTH_SI_COLLECT_SCHEDULE) != 0;
  return !hearth_si_table_is_eit (table_id) || (self->what & HEARTH_SI_COLLECT_PRESENT) != 0;
}

/* RST, TDT and TOT have no syntax of their own to be checked; all others do. */
static gboolean
is_plausible (const HearthSiHeader *header, gsize n_bytes)
{
  if (role_of (header->table_id) == ROLE_SHORT)
    return TRUE;
  return header->is_long && header->current && (!hearth_si_table_is_eit (header->table_id) || n_bytes >= 18) &&
         (role_of (header->table_id) != ROLE_SDT || n_bytes >= 14);
}

static gboolean
is_arib (const HearthSiTable *table, const guint8 *section, gsize n_bytes)
{
  HearthSiNit nit;
  HearthSiNitStream stream;

  if (hearth_si_network_is_arib (table->original_network_id))
    return TRUE;
  return table->table_id == HEARTH_SI_TABLE_NIT_ACTUAL && hearth_si_nit_parse (&nit, section, n_bytes) && hearth_si_nit_next (&nit, &stream) &&
         hearth_si_network_is_arib (stream.original_network_id);
}

static void
on_section (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthSiCollector *self = user_data;
  HearthSiHeader header;
  HearthSiKnown *known;
  HearthSiTime time;

  self->n_sections++;
  if (!hearth_si_header_parse (&header, section, n_bytes) || !is_wanted (self, header.table_id) || !is_plausible (&header, n_bytes))
    return;
  if (role_of (header.table_id) == ROLE_SHORT) /* a TOT has a CRC and no such header */
    header = (HearthSiHeader) { .table_id = header.table_id };
  if (hearth_si_knowns_take (&self->knowns, self->pid, &header, section, n_bytes, self->utc_s, &known) == HEARTH_SI_SECTION_REPEATED)
    return;
  self->n_new++;
  self->arib |= is_arib (&known->table, section, n_bytes);
  if (hearth_si_tdt_parse (&time, section, n_bytes) && time.utc_s != HEARTH_SI_NO_TIME)
    self->utc_s = time.utc_s - (self->arib ? HEARTH_SI_ARIB_OFFSET_S : 0);
  if (header.table_id == HEARTH_SI_TABLE_PAT)
    follow_pat (self, &header, section, n_bytes);
  else if (header.table_id == HEARTH_SI_TABLE_PMT)
    follow_pmt (self, section, n_bytes);
  self->funcs.section (&known->table, section, n_bytes, self->user_data);
  if (self->funcs.complete != NULL && hearth_si_table_is_complete (&known->table))
    self->funcs.complete (&known->table, self->user_data);
}

void
hearth_si_collector_push_section (HearthSiCollector *self, guint16 pid, const guint8 *section, gsize n_bytes)
{
  if (pid >= N_PIDS || self->roles[pid] == 0)
    return;
  self->pid = pid;
  on_section (section, n_bytes, self);
  if (self->roles_stale)
    update_roles (self);
}

/* ---- packets ------------------------------------------------------------------------------------- */

static HearthTsSection *
get_section (HearthSiCollector *self, guint16 pid)
{
  if (self->sections[pid] == NULL) {
    self->sections[pid] = g_new (HearthTsSection, 1);
    hearth_ts_section_init (self->sections[pid]);
  }
  return self->sections[pid];
}

void
hearth_si_collector_push_packet (HearthSiCollector *self, const guint8 *packet, guint16 pid)
{
  HearthTsSection *section;
  guint64 n_errors;

  if (pid >= N_PIDS || self->roles[pid] == 0 || hearth_ts_error (packet))
    return;
  section = get_section (self, pid);
  n_errors = section->crc_errors;
  self->pid = pid;
  hearth_ts_section_push (section, packet, on_section, self);
  if (G_UNLIKELY (section->crc_errors != n_errors)) {
    HearthSiKnown *known = hearth_si_knowns_blame (&self->knowns, pid, section->damaged);

    self->n_crc_errors += section->crc_errors - n_errors;
    if (known != NULL)
      known->table.crc_errors += section->crc_errors - n_errors;
  }
  if (G_UNLIKELY (self->roles_stale))
    update_roles (self); /* not before: the section that said so lies in one of those that may go */
}

void
hearth_si_collector_push (HearthSiCollector *self, const guint8 *packets, gsize n_packets)
{
  for (gsize i = 0; i < n_packets; i++) {
    const guint8 *packet = packets + i * HEARTH_TS_PACKET;
    guint16 pid = hearth_ts_pid (packet);

    if (self->roles[pid] != 0)
      hearth_si_collector_push_packet (self, packet, pid);
  }
}

gboolean
hearth_si_collector_wants (HearthSiCollector *self, guint16 pid)
{
  return pid < N_PIDS && self->roles[pid] != 0;
}

void
hearth_si_collector_gap (HearthSiCollector *self)
{
  for (guint pid = 0; pid < N_PIDS; pid++)
    if (self->sections[pid] != NULL) {
      guint64 n_errors = self->sections[pid]->crc_errors;

      hearth_ts_section_init (self->sections[pid]);
      self->sections[pid]->crc_errors = n_errors;
    }
}

/* ---- what is known ------------------------------------------------------------------------------- */

gint64
hearth_si_collector_get_utc_s (HearthSiCollector *self)
{
  return self->utc_s;
}

void
hearth_si_collector_foreach (HearthSiCollector *self, void (*func) (const HearthSiTable *table, gpointer user_data), gpointer user_data)
{
  for (HearthSiKnown *known = self->knowns.oldest; known != NULL; known = known->newer) {
    hearth_si_known_count_wanted (known, self->utc_s);
    func (&known->table, user_data);
  }
}

void
hearth_si_collector_get_stats (HearthSiCollector *self, HearthSiCollectorStats *stats)
{
  *stats = (HearthSiCollectorStats) {
    .sections = self->n_sections,
    .crc_errors = self->n_crc_errors,
    .new_sections = self->n_new,
    .forgotten = self->knowns.n_forgotten,
    .n_tables = g_hash_table_size (self->knowns.by_key),
    .n_bytes = self->knowns.n_bytes,
    .n_pids = self->n_pids,
  };
}

/* ---- life ------------------------------------------------------------------------------------------ */

static void
forget_all (HearthSiCollector *self)
{
  for (guint pid = 0; pid < N_PIDS; pid++)
    g_clear_pointer (&self->sections[pid], g_free);
  hearth_si_knowns_clear (&self->knowns);
}

HearthSiCollector *
hearth_si_collector_new (HearthSiCollect what, const HearthSiCollectorFuncs *funcs, gpointer user_data)
{
  HearthSiCollector *self = g_new0 (HearthSiCollector, 1);

  self->what = what;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->programmes = g_array_new (FALSE, FALSE, sizeof (Programme));
  self->utc_s = HEARTH_SI_NO_TIME;
  hearth_si_knowns_init (&self->knowns);
  give_roles (self, self->roles);
  return self;
}

void
hearth_si_collector_reset (HearthSiCollector *self)
{
  forget_all (self);
  hearth_si_knowns_init (&self->knowns);
  g_array_set_size (self->programmes, 0);
  self->utc_s = HEARTH_SI_NO_TIME;
  self->arib = FALSE;
  update_roles (self);
}

void
hearth_si_collector_free (HearthSiCollector *self)
{
  if (self == NULL)
    return;
  forget_all (self);
  g_array_unref (self->programmes);
  g_free (self);
}
