/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ts/hearth-si-multiplex.h"
#include "ts/hearth-si-stream.h"
#include "ts/hearth-ts-private.h"

#include <string.h>

#define MAX_NUMBERS 16384
#define UNKNOWN (-1)

/* A service and which editions of the tables told of it. */
typedef struct {
  HearthSiService service;
  guint8 pat_version, sdt_version;
} Entry;

/* A channel number, and how much it counts: the smallest rank wins. */
typedef struct {
  guint16 number;
  gboolean visible;
  guint rank;
} Number;

struct _HearthSiMultiplex {
  HearthDvbText text;
  GHashTable *actual;     /* service_id -> Entry */
  GHashTable *others;     /* triplet -> Entry */
  GHashTable *numbers;    /* triplet -> Number */
  GHashTable *list_types; /* triplet -> type, from service lists */
  GArray *transports;     /* HearthSiTransport */
  GPtrArray *sorted;      /* (nullable) Entry, borrowed; made when asked for */
  gint transport_stream_id, original_network_id, network_id;
  char *network_name;
  gboolean arib, atsc;
};

static guint64
triplet (guint original_network_id, guint transport_stream_id, guint service_id)
{
  return ((guint64) original_network_id << 32) | ((guint64) transport_stream_id << 16) | service_id;
}

/* A table keyed by triplets that stops growing at @max. */
static gpointer
look_up_or_add (GHashTable *table, guint64 key, gsize size, guint max)
{
  gpointer value = g_hash_table_lookup (table, &key);

  if (value == NULL && g_hash_table_size (table) < max) {
    value = g_malloc0 (size);
    g_hash_table_insert (table, g_memdup2 (&key, sizeof key), value);
  }
  return value;
}

/* ---- services -------------------------------------------------------------------------------- */

static void
clear_names (HearthSiService *service)
{
  for (guint i = 0; i < service->n_names; i++)
    g_free (service->names[i].name);
  service->n_names = 0;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  clear_names (&entry->service);
  g_free (entry->service.name);
  g_free (entry->service.provider);
  g_free (entry->service.default_authority);
  g_free (entry->service.streams);
  g_free (entry);
}

static Entry *
get_actual (HearthSiMultiplex *self, guint16 service_id)
{
  Entry *entry = look_up_or_add (self->actual, service_id, sizeof *entry, HEARTH_SI_MULTIPLEX_MAX_SERVICES);

  if (entry != NULL) {
    entry->service.service_id = service_id;
    entry->service.actual = TRUE;
  }
  return entry;
}

static Entry *
get_other (HearthSiMultiplex *self, const HearthSiSdt *sdt, guint16 service_id)
{
  guint64 key = triplet (sdt->original_network_id, sdt->header.extension, service_id);
  Entry *entry = look_up_or_add (self->others, key, sizeof *entry, HEARTH_SI_MULTIPLEX_MAX_SERVICES);

  if (entry != NULL) {
    entry->service.service_id = service_id;
    entry->service.transport_stream_id = sdt->header.extension;
    entry->service.original_network_id = sdt->original_network_id;
  }
  return entry;
}

static void
replace_text (HearthSiMultiplex *self, char **where, HearthSiText text)
{
  g_autofree char *read = hearth_dvb_text_dup (&self->text, text.bytes, text.n_bytes);

  g_free (*where);
  *where = *read != '\0' ? g_steal_pointer (&read) : NULL;
}

/* ---- PAT, PMT ----------------------------------------------------------------------------------- */

/* Services that an older edition told of and this one does not are gone; they are dropped when the list is made. */
static void
end_pat (HearthSiMultiplex *self, guint8 version)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->actual);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;

    entry->service.in_pat &= entry->pat_version == version;
  }
}

static void
take_pat (HearthSiMultiplex *self, const guint8 *section, gsize n_bytes)
{
  g_autofree HearthTsPat *pat = g_new (HearthTsPat, 1);

  if (!hearth_ts_pat_parse (pat, section, n_bytes))
    return;
  self->transport_stream_id = pat->transport_stream_id;
  end_pat (self, pat->version);
  for (guint i = 0; i < pat->n_programs; i++) {
    Entry *entry = get_actual (self, pat->programs[i].program_number);

    if (entry == NULL)
      continue;
    entry->service.in_pat = TRUE;
    entry->service.pmt_pid = pat->programs[i].pmt_pid;
    entry->pat_version = pat->version;
  }
}

static void
read_streams (HearthSiService *service, HearthSiPmt *pmt)
{
  guint32 registration = hearth_ts_programme_describe (pmt->descriptors.at, (gsize) (pmt->descriptors.end - pmt->descriptors.at), &service->has_ca);
  g_autoptr (GArray) streams = g_array_new (FALSE, FALSE, sizeof (HearthSiStream));
  HearthSiPmtStream each;

  while (hearth_si_pmt_next (pmt, &each)) {
    HearthTsStream ts = { .stream_type = each.stream_type, .pid = each.pid };
    HearthSiStream stream;

    hearth_ts_stream_describe (&ts, registration, each.descriptors.at, (gsize) (each.descriptors.end - each.descriptors.at), &service->has_ca);
    hearth_si_stream_read (&stream, &ts, &each.descriptors);
    g_array_append_val (streams, stream);
  }
  g_free (service->streams);
  service->n_streams = streams->len;
  service->streams = (HearthSiStream *) (gpointer) g_array_free (g_steal_pointer (&streams), FALSE);
}

static void
take_pmt (HearthSiMultiplex *self, guint16 pid, const guint8 *section, gsize n_bytes)
{
  HearthSiPmt pmt;
  guint64 key;
  Entry *entry;

  if (!hearth_si_pmt_parse (&pmt, section, n_bytes) || !pmt.header.current)
    return;
  key = pmt.header.extension;
  entry = g_hash_table_lookup (self->actual, &key);
  if (entry == NULL || entry->service.pmt_pid != pid)
    return;
  entry->service.in_pmt = TRUE;
  entry->service.pcr_pid = pmt.pcr_pid;
  entry->service.has_ca = FALSE;
  read_streams (&entry->service, &pmt);
}

/* ---- SDT ------------------------------------------------------------------------------------------ */

static gboolean
has_name_in (const HearthSiService *service, const char *language)
{
  for (guint i = 0; i < service->n_names; i++)
    if (g_str_equal (service->names[i].language, language))
      return TRUE;
  return FALSE;
}

/* Those of a section take the place of all that were there. */
static void
take_names (HearthSiMultiplex *self, HearthSiService *service, const HearthSiDescriptor *d)
{
  HearthSiMultilingualName each;

  clear_names (service);
  for (guint at = 0; service->n_names < HEARTH_SI_SERVICE_NAMES && hearth_si_multilingual_next (d, &at, &each);) {
    HearthSiServiceName *name = &service->names[service->n_names];

    if (has_name_in (service, each.language))
      continue;
    service->n_names++;
    g_strlcpy (name->language, each.language, sizeof name->language);
    name->name = hearth_dvb_text_dup (&self->text, each.name.bytes, each.name.n_bytes);
  }
}

static void
take_service_descriptor (HearthSiMultiplex *self, HearthSiService *service, const HearthSiDescriptor *d)
{
  HearthSiServiceDescriptor names;

  if (hearth_si_service_descriptor_parse (&names, d)) {
    service->type = names.type;
    replace_text (self, &service->name, names.name);
    replace_text (self, &service->provider, names.provider);
  } else if (d->tag == HEARTH_SI_TAG_MULTILINGUAL_SERVICE_NAME) {
    take_names (self, service, d);
  } else if (d->tag == HEARTH_SI_TAG_DEFAULT_AUTHORITY) {
    replace_text (self, &service->default_authority, hearth_si_name_parse (d));
  }
}

static void
note_arib (HearthSiMultiplex *self, guint16 original_network_id)
{
  if (self->arib || !hearth_si_network_is_arib (original_network_id))
    return;
  self->arib = TRUE;
  self->text.fallback = HEARTH_DVB_CHARSET_ARIB;
  self->text.force = TRUE;
}

static void
end_sdt (GHashTable *services, const HearthSiSdt *sdt)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, services);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;

    if (entry->service.actual || (entry->service.transport_stream_id == sdt->header.extension &&
                                  entry->service.original_network_id == sdt->original_network_id))
      entry->service.in_sdt &= entry->sdt_version == sdt->header.version;
  }
}

static void
take_sdt (HearthSiMultiplex *self, const guint8 *section, gsize n_bytes)
{
  HearthSiSdt sdt;
  HearthSiSdtService each;
  gboolean actual;

  if (!hearth_si_sdt_parse (&sdt, section, n_bytes) || !sdt.header.current)
    return;
  actual = sdt.header.table_id == HEARTH_SI_TABLE_SDT_ACTUAL;
  note_arib (self, sdt.original_network_id);
  if (actual) {
    self->original_network_id = sdt.original_network_id;
    if (self->transport_stream_id == UNKNOWN)
      self->transport_stream_id = sdt.header.extension;
  }
  end_sdt (actual ? self->actual : self->others, &sdt);
  while (hearth_si_sdt_next (&sdt, &each)) {
    Entry *entry = actual ? get_actual (self, each.service_id) : get_other (self, &sdt, each.service_id);
    HearthSiDescriptor d;

    if (entry == NULL)
      continue;
    entry->sdt_version = sdt.header.version;
    entry->service.in_sdt = TRUE;
    entry->service.running = each.running;
    entry->service.free_ca_mode = each.free_ca_mode;
    entry->service.has_schedule = each.has_schedule;
    entry->service.has_present_following = each.has_present_following;
    while (hearth_si_descriptor_next (&each.descriptors, &d))
      take_service_descriptor (self, &entry->service, &d);
  }
}

/* ---- NIT, BAT ----------------------------------------------------------------------------------------- */

typedef struct {
  HearthSiMultiplex *self;
  guint16 original_network_id, transport_stream_id;
  guint rank;
} NumberWalk;

static void
on_number (const HearthSiLcn *lcn, gpointer user_data)
{
  NumberWalk *walk = user_data;
  guint64 key = triplet (walk->original_network_id, walk->transport_stream_id, lcn->service_id);
  guint rank = walk->rank + (lcn->hd ? 0 : 1);
  Number *number;

  if (lcn->number == 0)
    return;
  number = look_up_or_add (walk->self->numbers, key, sizeof *number, MAX_NUMBERS);
  if (number == NULL || (number->number != 0 && number->rank < rank))
    return;
  *number = (Number) { .number = lcn->number, .visible = lcn->visible, .rank = rank };
}

static HearthSiTransport *
get_transport (HearthSiMultiplex *self, const HearthSiNitStream *stream)
{
  HearthSiTransport added = { .transport_stream_id = stream->transport_stream_id, .original_network_id = stream->original_network_id };

  for (guint i = 0; i < self->transports->len; i++) {
    HearthSiTransport *each = &g_array_index (self->transports, HearthSiTransport, i);

    if (each->transport_stream_id == stream->transport_stream_id && each->original_network_id == stream->original_network_id)
      return each;
  }
  if (self->transports->len == HEARTH_SI_MULTIPLEX_MAX_TRANSPORTS)
    return NULL;
  g_array_append_val (self->transports, added);
  return &g_array_index (self->transports, HearthSiTransport, self->transports->len - 1);
}

static void
take_delivery (HearthSiMultiplex *self, const HearthSiNitStream *stream, gboolean actual)
{
  HearthSiTransport *transport = get_transport (self, stream);
  HearthSiLoop walk = stream->descriptors;
  HearthSiDelivery delivery;
  HearthSiDescriptor d;
  guint32 khz;

  if (transport == NULL || (transport->actual_network && !actual))
    return;
  transport->actual_network = actual;
  transport->has_delivery = hearth_si_delivery_find (&delivery, &stream->descriptors);
  if (transport->has_delivery)
    transport->delivery = delivery;
  transport->n_frequencies = 0;
  while (hearth_si_descriptor_next (&walk, &d))
    for (guint at = 0; hearth_si_frequency_next (&d, &at, &khz);)
      if (transport->n_frequencies < G_N_ELEMENTS (transport->frequencies_khz))
        transport->frequencies_khz[transport->n_frequencies++] = khz;
}

static void
take_service_list (HearthSiMultiplex *self, const HearthSiNitStream *stream, const HearthSiDescriptor *d)
{
  HearthSiServiceListEntry entry;

  for (guint at = 0; hearth_si_service_list_next (d, &at, &entry);) {
    guint64 key = triplet (stream->original_network_id, stream->transport_stream_id, entry.service_id);
    guint8 *type = look_up_or_add (self->list_types, key, sizeof *type, MAX_NUMBERS);

    if (type != NULL)
      *type = entry.type;
  }
}

/* Numbers of this network before those of others, and those before a bouquet's. */
static guint
rank_of (guint8 table_id)
{
  return table_id == HEARTH_SI_TABLE_NIT_ACTUAL ? 0 : table_id == HEARTH_SI_TABLE_NIT_OTHER ? 2 : 4;
}

static void
take_nit (HearthSiMultiplex *self, const guint8 *section, gsize n_bytes)
{
  HearthSiNit nit;
  HearthSiNitStream stream;
  HearthSiDescriptor d;
  gboolean actual;

  if (!hearth_si_nit_parse (&nit, section, n_bytes) || !nit.header.current)
    return;
  actual = nit.header.table_id == HEARTH_SI_TABLE_NIT_ACTUAL;
  if (actual)
    self->network_id = nit.header.extension;
  while (hearth_si_nit_next (&nit, &stream)) {
    NumberWalk numbers = { self, stream.original_network_id, stream.transport_stream_id, rank_of (nit.header.table_id) };
    HearthSiLoop walk = stream.descriptors;

    note_arib (self, stream.original_network_id);
    if (nit.header.table_id != HEARTH_SI_TABLE_BAT)
      take_delivery (self, &stream, actual);
    while (hearth_si_descriptor_next (&walk, &d)) {
      hearth_si_lcn_parse (&d, on_number, &numbers);
      take_service_list (self, &stream, &d);
    }
  }
  if (actual && hearth_si_descriptor_find (&nit.descriptors, HEARTH_SI_TAG_NETWORK_NAME, &d))
    replace_text (self, &self->network_name, hearth_si_name_parse (&d));
}

void
hearth_si_multiplex_take (HearthSiMultiplex *self, guint16 pid, const guint8 *section, gsize n_bytes)
{
  if (n_bytes == 0)
    return;
  g_clear_pointer (&self->sorted, g_ptr_array_unref);
  switch (section[0]) {
  case HEARTH_SI_TABLE_PAT: take_pat (self, section, n_bytes); break;
  case HEARTH_SI_TABLE_PMT: take_pmt (self, pid, section, n_bytes); break;
  case HEARTH_SI_TABLE_SDT_ACTUAL:
  case HEARTH_SI_TABLE_SDT_OTHER: take_sdt (self, section, n_bytes); break;
  case HEARTH_SI_TABLE_NIT_ACTUAL:
  case HEARTH_SI_TABLE_NIT_OTHER:
  case HEARTH_SI_TABLE_BAT: take_nit (self, section, n_bytes); break;
  default: self->atsc |= hearth_si_table_is_atsc (section[0]); break;
  }
}

/* ---- the list -------------------------------------------------------------------------------------------- */

static HearthSiKind
kind_by_streams (const HearthSiService *service)
{
  HearthSiKind kind = HEARTH_SI_KIND_DATA;

  for (guint i = 0; i < service->n_streams; i++) {
    if (hearth_ts_codec_is_video (service->streams[i].ts.codec))
      return HEARTH_SI_KIND_TV;
    if (hearth_ts_codec_is_audio (service->streams[i].ts.codec))
      kind = HEARTH_SI_KIND_RADIO;
  }
  return kind;
}

/* Without an SDT the NIT tells which network a stream is of. */
static guint16
original_network_of (const HearthSiMultiplex *self)
{
  if (self->original_network_id != UNKNOWN)
    return (guint16) self->original_network_id;
  for (guint i = 0; i < self->transports->len; i++) {
    const HearthSiTransport *each = &g_array_index (self->transports, HearthSiTransport, i);

    if (each->actual_network && each->transport_stream_id == self->transport_stream_id)
      return each->original_network_id;
  }
  return 0;
}

/* Joins what other tables say. */
static void
complete (HearthSiMultiplex *self, HearthSiService *service)
{
  const Number *number;
  const guint8 *list_type;
  guint64 key;

  if (service->actual) {
    service->transport_stream_id = self->transport_stream_id != UNKNOWN ? (guint16) self->transport_stream_id : 0;
    service->original_network_id = original_network_of (self);
  }
  key = triplet (service->original_network_id, service->transport_stream_id, service->service_id);
  number = g_hash_table_lookup (self->numbers, &key);
  service->number = number != NULL ? number->number : 0;
  service->visible = number == NULL || number->visible;
  list_type = g_hash_table_lookup (self->list_types, &key);
  if (service->type == 0 && list_type != NULL)
    service->type = *list_type;
  service->kind = service->type != 0 ? hearth_si_service_type_get_kind (service->type) : kind_by_streams (service);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const HearthSiService *x = *(const HearthSiService *const *) a, *y = *(const HearthSiService *const *) b;
  guint64 left = triplet (x->original_network_id, x->transport_stream_id, x->service_id);
  guint64 right = triplet (y->original_network_id, y->transport_stream_id, y->service_id);

  if (x->actual != y->actual)
    return x->actual ? -1 : 1;
  return left < right ? -1 : left > right;
}

static void
collect (HearthSiMultiplex *self, GHashTable *services)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, services);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Entry *entry = value;

    if (!entry->service.in_pat && !entry->service.in_sdt) {
      g_hash_table_iter_remove (&iter);
      continue;
    }
    complete (self, &entry->service);
    g_ptr_array_add (self->sorted, &entry->service);
  }
}

const HearthSiService *const *
hearth_si_multiplex_get_services (HearthSiMultiplex *self, guint *n_services)
{
  if (self->sorted == NULL) {
    self->sorted = g_ptr_array_new ();
    collect (self, self->actual);
    collect (self, self->others);
    g_ptr_array_sort (self->sorted, compare);
  }
  *n_services = self->sorted->len;
  return (const HearthSiService *const *) self->sorted->pdata;
}

const HearthSiService *
hearth_si_multiplex_find_service (HearthSiMultiplex *self, guint16 service_id)
{
  guint64 key = service_id;
  Entry *entry = g_hash_table_lookup (self->actual, &key);

  if (entry == NULL || (!entry->service.in_pat && !entry->service.in_sdt))
    return NULL;
  complete (self, &entry->service);
  return &entry->service;
}

const HearthSiTransport *
hearth_si_multiplex_get_transports (HearthSiMultiplex *self, guint *n_transports)
{
  *n_transports = self->transports->len;
  return (const HearthSiTransport *) (gpointer) self->transports->data;
}

gint
hearth_si_multiplex_get_transport_stream_id (HearthSiMultiplex *self)
{
  return self->transport_stream_id;
}

gint
hearth_si_multiplex_get_original_network_id (HearthSiMultiplex *self)
{
  return self->original_network_id;
}

gint
hearth_si_multiplex_get_network_id (HearthSiMultiplex *self)
{
  return self->network_id;
}

const char *
hearth_si_multiplex_get_network_name (HearthSiMultiplex *self)
{
  return self->network_name;
}

gboolean
hearth_si_multiplex_is_arib (HearthSiMultiplex *self)
{
  return self->arib;
}

gboolean
hearth_si_multiplex_is_atsc (HearthSiMultiplex *self)
{
  return self->atsc;
}

/* ---- life -------------------------------------------------------------------------------------------------- */

HearthSiMultiplex *
hearth_si_multiplex_new (const char *text_override)
{
  HearthSiMultiplex *self = g_new0 (HearthSiMultiplex, 1);

  hearth_dvb_text_init (&self->text);
  if (text_override != NULL)
    hearth_dvb_text_set_override (&self->text, text_override);
  self->actual = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, entry_free);
  self->others = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, entry_free);
  self->numbers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->list_types = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->transports = g_array_new (FALSE, TRUE, sizeof (HearthSiTransport));
  self->transport_stream_id = self->original_network_id = self->network_id = UNKNOWN;
  return self;
}

void
hearth_si_multiplex_free (HearthSiMultiplex *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->sorted, g_ptr_array_unref);
  g_hash_table_unref (self->actual);
  g_hash_table_unref (self->others);
  g_hash_table_unref (self->numbers);
  g_hash_table_unref (self->list_types);
  g_array_unref (self->transports);
  g_free (self->network_name);
  hearth_dvb_text_clear (&self->text);
  g_free (self);
}
