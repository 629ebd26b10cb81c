/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The multiplex's tables, read once for all routes. */
#include "stream/broadcast/hearth-router-private.h"

#include <string.h>

#define PID_PAT 0x00
#define PID_CAT 0x01
#define PID_NIT 0x10
#define PID_SDT 0x11
#define PID_EIT 0x12
#define PID_RST 0x13
#define PID_TIME 0x14
#define TABLE_PMT 0x02

HearthRouterProgramme *
hearth_router_find_programme (HearthRouter *self, guint16 number)
{
  for (guint i = 0; i < self->programmes->len; i++) {
    HearthRouterProgramme *programme = g_ptr_array_index (self->programmes, i);

    if (programme->number == number)
      return programme;
  }
  return NULL;
}

gboolean
hearth_router_wants_sections (HearthRouter *self, guint16 pid)
{
  switch (pid) {
  case PID_PAT:
    return TRUE;
  case PID_SDT:
  case PID_EIT:
  case PID_TIME:
    return self->collecting || self->routes->len > 0;
  case PID_CAT:
  case PID_NIT:
  case PID_RST:
    return self->collecting;
  default:
    for (guint i = 0; i < self->programmes->len; i++)
      if (((HearthRouterProgramme *) g_ptr_array_index (self->programmes, i))->pmt_pid == pid)
        return TRUE;
    return FALSE;
  }
}

void
hearth_router_forget_tables (HearthRouter *self)
{
  for (guint i = 0; i < self->routes->len; i++)
    ((HearthRoute *) g_ptr_array_index (self->routes, i))->programme = NULL;
  g_ptr_array_set_size (self->programmes, 0);
  g_hash_table_remove_all (self->sections);
  g_array_set_size (self->pat_programs, 0);
  memset (self->pat_seen, 0, sizeof self->pat_seen);
  self->pat_known = FALSE;
  self->pat_version = 0xff;
}

/* ---- a route's tables ------------------------------------------------------------------ */

static void
emit_pat (HearthRouter *self, HearthRoute *route)
{
  guint8 section[1024];
  gsize n = hearth_ts_pat_build (section, self->transport_stream_id, self->pat_version, route->service_id, route->programme->pmt_pid);

  hearth_router_emit (self, route, section, n, PID_PAT, &route->continuity_pat);
  route->health.pat++;
}

static void
emit_pmt (HearthRouter *self, HearthRoute *route)
{
  const HearthRouterProgramme *programme = route->programme;

  hearth_router_emit (self, route, programme->section, programme->n_section, programme->pmt_pid, &route->continuity_pmt);
  route->health.pmt++;
}

void
hearth_router_set_tables (HearthRouter *self, HearthRoute *route, HearthRouterProgramme *programme)
{
  guint8 pat[1024];
  gsize n_pat = hearth_ts_pat_build (pat, self->transport_stream_id, self->pat_version, programme->number, programme->pmt_pid);

  route->programme = programme;
  route->pcr_known = FALSE;
  hearth_ts_rap_finder_set_pmt (&route->finder, &programme->pmt);
  if (route->descrambling != NULL)
    route->descrambler->set_pmt (route->descrambling, programme->section, programme->n_section);
  hearth_router_begin (self, route);
  hearth_ingest_put_tables (route->ingest, pat, n_pat, programme->section, programme->n_section, &programme->pmt);
  emit_pat (self, route);
  emit_pmt (self, route);
}

/* ---- PAT ----------------------------------------------------------------------------------- */

static HearthRouterProgramme *
steal_programme (HearthRouter *self, const HearthTsProgram *program)
{
  for (guint i = 0; i < self->programmes->len; i++) {
    HearthRouterProgramme *programme = g_ptr_array_index (self->programmes, i);

    if (programme->number == program->program_number)
      return g_ptr_array_steal_index_fast (self->programmes, i);
  }
  return g_new0 (HearthRouterProgramme, 1);
}

/* Programmes that a route still follows stay, though the PAT no longer names them: a moment without them is common. */
static void
take_programmes (HearthRouter *self)
{
  g_autoptr (GPtrArray) old = NULL;
  GPtrArray *programmes = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->pat_programs->len; i++) {
    const HearthTsProgram *program = &g_array_index (self->pat_programs, HearthTsProgram, i);
    HearthRouterProgramme *programme = steal_programme (self, program);

    programme->number = program->program_number;
    programme->pmt_pid = program->pmt_pid;
    g_ptr_array_add (programmes, programme);
  }
  old = self->programmes;
  self->programmes = programmes;
  for (guint i = old->len; i-- > 0;) {
    HearthRouterProgramme *programme = g_ptr_array_index (old, i);

    for (guint r = 0; r < self->routes->len; r++)
      if (((HearthRoute *) g_ptr_array_index (self->routes, r))->programme == programme) {
        g_ptr_array_add (self->programmes, g_ptr_array_steal_index_fast (old, i));
        break;
      }
  }
  self->pat_known = TRUE;
  hearth_router_rebuild (self);
}

static void
begin_pat (HearthRouter *self, const HearthTsPat *pat)
{
  self->pat_version = pat->version;
  self->transport_stream_id = pat->transport_stream_id;
  self->pat_last_section = pat->last_section_number;
  memset (self->pat_seen, 0, sizeof self->pat_seen);
  g_array_set_size (self->pat_programs, 0);
}

static void
on_pat (HearthRouter *self, const guint8 *section, gsize n_bytes)
{
  HearthTsPat pat;
  guint8 bit;

  if (!hearth_ts_pat_parse (&pat, section, n_bytes))
    return;
  if (pat.version != self->pat_version || pat.transport_stream_id != self->transport_stream_id ||
      pat.last_section_number != self->pat_last_section)
    begin_pat (self, &pat);
  bit = 1 << (pat.section_number % 8);
  if (pat.section_number > pat.last_section_number || (self->pat_seen[pat.section_number / 8] & bit) != 0)
    return;
  self->pat_seen[pat.section_number / 8] |= bit;
  g_array_append_vals (self->pat_programs, pat.programs, pat.n_programs);
  for (guint i = 0; i <= pat.last_section_number; i++)
    if ((self->pat_seen[i / 8] & (1 << (i % 8))) == 0)
      return;
  take_programmes (self);
}

/* Each route's own PAT comes as often as the multiplex's. */
static void
repeat_pat (HearthRouter *self, const guint8 *section)
{
  for (guint i = 0; section[6] == 0 && i < self->routes->len; i++) {
    HearthRoute *route = g_ptr_array_index (self->routes, i);

    if (route->programme != NULL)
      emit_pat (self, route);
  }
}

/* ---- PMT -------------------------------------------------------------------------------------- */

/* TRUE: the programme's PMT is another one than before. */
static gboolean
take_pmt (HearthRouterProgramme *programme, const guint8 *section, gsize n_bytes)
{
  HearthTsPmt pmt;

  if (n_bytes == programme->n_section && memcmp (section, programme->section, n_bytes) == 0)
    return FALSE;
  if (n_bytes > sizeof programme->section || !hearth_ts_pmt_parse (&pmt, section, n_bytes))
    return FALSE;
  memcpy (programme->section, section, n_bytes);
  programme->n_section = n_bytes;
  programme->pmt = pmt;
  return TRUE;
}

static void
on_pmt (HearthRouter *self, guint16 pid, const guint8 *section, gsize n_bytes)
{
  HearthRouterProgramme *programme;
  gboolean changed, rebuild = FALSE;

  if (n_bytes < 12 || section[0] != TABLE_PMT)
    return;
  programme = hearth_router_find_programme (self, (section[3] << 8) | section[4]);
  if (programme == NULL || programme->pmt_pid != pid)
    return;
  changed = take_pmt (programme, section, n_bytes);
  for (guint i = 0; programme->n_section > 0 && i < self->routes->len; i++) {
    HearthRoute *route = g_ptr_array_index (self->routes, i);

    if (route->service_id != programme->number)
      continue;
    if (changed || route->programme == NULL) {
      hearth_router_set_tables (self, route, programme);
      rebuild = TRUE;
    } else {
      emit_pmt (self, route);
    }
  }
  if (rebuild)
    hearth_router_rebuild (self);
}

/* ---- sections ------------------------------------------------------------------------------------ */

static void
on_section (const guint8 *section, gsize n_bytes, gpointer user_data)
{
  HearthRouter *self = user_data;
  const guint16 pid = self->section_pid;

  if (pid == PID_PAT) {
    on_pat (self, section, n_bytes);
    repeat_pat (self, section);
  } else if (pid > PID_TIME) {
    on_pmt (self, pid, section, n_bytes);
  } else {
    hearth_router_route_si (self, pid, section, n_bytes);
  }
  if (self->funcs->section != NULL)
    self->funcs->section (pid, section, n_bytes, self->user_data);
}

static void
count_crc_errors (HearthRouter *self, guint16 pid, guint64 errors)
{
  for (guint i = 0; errors > 0 && i < self->routes->len; i++) {
    HearthRoute *route = g_ptr_array_index (self->routes, i);

    if (pid <= PID_TIME || (route->programme != NULL && route->programme->pmt_pid == pid))
      route->health.crc_errors += errors;
  }
}

void
hearth_router_push_section (HearthRouter *self, const guint8 *packet, guint16 pid)
{
  HearthTsSection *assembler = g_hash_table_lookup (self->sections, GUINT_TO_POINTER (pid));
  guint64 errors;

  if (assembler == NULL) {
    assembler = g_new (HearthTsSection, 1);
    hearth_ts_section_init (assembler);
    g_hash_table_insert (self->sections, GUINT_TO_POINTER (pid), assembler);
  }
  errors = assembler->crc_errors;
  self->section_pid = pid;
  hearth_ts_section_push (assembler, packet, on_section, self);
  count_crc_errors (self, pid, assembler->crc_errors - errors);
}
