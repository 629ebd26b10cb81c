/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors of networks, bouquets and services: EN 300 468, 6.2. */
#include "config.h"

#include "ts/hearth-si-descriptors.h"
#include "ts/hearth-si-private.h"

#include <string.h>

void
hearth_si_language_copy (HearthSiLanguage language, const guint8 bytes[3])
{
  memset (language, 0, sizeof (HearthSiLanguage));
  for (guint i = 0; i < 3; i++)
    if (!g_ascii_isalpha (bytes[i]))
      return;
  for (guint i = 0; i < 3; i++)
    language[i] = g_ascii_tolower (bytes[i]);
}

/* A text whose length stands before it, as much of it as there is; moves *@at behind it. */
static HearthSiText
take_text (const HearthSiDescriptor *d, guint *at)
{
  HearthSiText text = { NULL, 0 };

  if (*at >= d->n_bytes)
    return text;
  text.bytes = d->data + *at + 1;
  text.n_bytes = MIN (d->data[*at], d->n_bytes - *at - 1);
  *at += 1 + text.n_bytes;
  return text;
}

/* The next entry of @n_bytes. */
static const guint8 *
take (const HearthSiDescriptor *d, guint *at, guint n_bytes)
{
  const guint8 *entry = d->data + *at;

  if (*at > d->n_bytes || d->n_bytes - *at < n_bytes)
    return NULL;
  *at += n_bytes;
  return entry;
}

/* ---- names --------------------------------------------------------------------------------- */

gboolean
hearth_si_service_descriptor_parse (HearthSiServiceDescriptor *service, const HearthSiDescriptor *d)
{
  guint at = 1;

  if (d->tag != HEARTH_SI_TAG_SERVICE || d->n_bytes < 3)
    return FALSE;
  service->type = d->data[0];
  service->provider = take_text (d, &at);
  service->name = take_text (d, &at);
  return TRUE;
}

gboolean
hearth_si_multilingual_next (const HearthSiDescriptor *d, guint *at, HearthSiMultilingualName *name)
{
  const guint8 *entry;

  if (d->tag < HEARTH_SI_TAG_MULTILINGUAL_NETWORK_NAME || d->tag > HEARTH_SI_TAG_MULTILINGUAL_COMPONENT)
    return FALSE;
  if (*at == 0 && d->tag == HEARTH_SI_TAG_MULTILINGUAL_COMPONENT)
    *at = 1; /* component_tag */
  entry = take (d, at, 3);
  if (entry == NULL)
    return FALSE;
  memset (name, 0, sizeof *name);
  hearth_si_language_copy (name->language, entry);
  if (d->tag == HEARTH_SI_TAG_MULTILINGUAL_SERVICE_NAME)
    name->provider = take_text (d, at);
  name->name = take_text (d, at);
  return TRUE;
}

gboolean
hearth_si_service_list_next (const HearthSiDescriptor *d, guint *at, HearthSiServiceListEntry *entry)
{
  const guint8 *bytes = d->tag == HEARTH_SI_TAG_SERVICE_LIST ? take (d, at, 3) : NULL;

  if (bytes == NULL)
    return FALSE;
  entry->service_id = (guint16) hearth_si_get_16 (bytes);
  entry->type = bytes[2];
  return TRUE;
}

/* Table 87, and what is stated there of the advanced codecs. */
HearthSiKind
hearth_si_service_type_get_kind (guint8 type)
{
  switch (type) {
  case 0x02: /* digital radio sound */
  case 0x07: /* FM radio */
  case 0x0a: /* advanced codec digital radio sound */
    return HEARTH_SI_KIND_RADIO;
  case 0x01:
  case 0x04: /* NVOD reference */
  case 0x05: /* NVOD time-shifted */
  case 0x06: /* mosaic */
  case 0x0b: /* advanced codec mosaic */
    return HEARTH_SI_KIND_TV;
  default:
    return type == 0x11 || (type >= 0x16 && type <= 0x20) ? HEARTH_SI_KIND_TV : HEARTH_SI_KIND_DATA;
  }
}

const char *
hearth_si_service_type_get_name (guint8 type)
{
  static const char *const names[] = {
    [0x01] = "digital television",
    [0x02] = "digital radio",
    [0x03] = "teletext",
    [0x04] = "NVOD reference",
    [0x05] = "NVOD time-shifted",
    [0x06] = "mosaic",
    [0x07] = "FM radio",
    [0x08] = "DVB SRM",
    [0x0a] = "advanced codec radio",
    [0x0b] = "advanced codec mosaic",
    [0x0c] = "data broadcast",
    [0x0e] = "RCS map",
    [0x0f] = "RCS FLS",
    [0x10] = "DVB MHP",
    [0x11] = "MPEG-2 HD television",
    [0x16] = "H.264 SD television",
    [0x17] = "H.264 SD NVOD time-shifted",
    [0x18] = "H.264 SD NVOD reference",
    [0x19] = "H.264 HD television",
    [0x1a] = "H.264 HD NVOD time-shifted",
    [0x1b] = "H.264 HD NVOD reference",
    [0x1c] = "H.264 HD stereoscopic television",
    [0x1d] = "H.264 HD stereoscopic NVOD time-shifted",
    [0x1e] = "H.264 HD stereoscopic NVOD reference",
    [0x1f] = "HEVC television",
    [0x20] = "HEVC UHD television",
  };
  const char *name = type < G_N_ELEMENTS (names) ? names[type] : NULL;

  return name != NULL ? name : type >= 0x80 && type != 0xff ? "user defined" : "reserved";
}

/* ---- channel numbers ------------------------------------------------------------------------ */

typedef void (*LcnFunc) (const HearthSiLcn *lcn, gpointer user_data);

/* Entries of four bytes with a number of @n_bits. */
static void
tell_lcns (const HearthSiDescriptor *d, guint at, guint n_bits, gboolean has_visible, HearthSiLcn *lcn, LcnFunc func, gpointer user_data)
{
  const guint8 *entry;

  while ((entry = take (d, &at, 4)) != NULL) {
    lcn->service_id = (guint16) hearth_si_get_16 (entry);
    lcn->number = (guint16) (hearth_si_get_16 (entry + 2) & ((1u << n_bits) - 1));
    lcn->visible = !has_visible || (entry[2] & 0x80) != 0;
    func (lcn, user_data);
  }
}

/* The four bits between the two numbers' widths are all ones or all zeros in every entry where they are reserved. A channel beyond
 * 1023 sets some of them and not others. */
static guint
guess_bits (const HearthSiDescriptor *d)
{
  const guint8 *entry;
  guint at = 0;

  while ((entry = take (d, &at, 4)) != NULL) {
    guint reserved = (entry[2] >> 2) & 0x0f;

    if (reserved != 0 && reserved != 0x0f)
      return 14;
  }
  return 10;
}

static void
tell_nordig_2 (const HearthSiDescriptor *d, LcnFunc func, gpointer user_data)
{
  guint at = 0;
  const guint8 *list, *rest;

  while ((list = take (d, &at, 1)) != NULL) {
    HearthSiLcn lcn = { .list = list[0], .list_name = take_text (d, &at) };
    HearthSiDescriptor entries = *d;

    rest = take (d, &at, 4); /* country_code, length */
    if (rest == NULL)
      return;
    hearth_si_language_copy (lcn.country, rest);
    entries.n_bytes = MIN (d->n_bytes, at + rest[3]);
    tell_lcns (&entries, at, 10, TRUE, &lcn, func, user_data);
    at = entries.n_bytes;
  }
}

gboolean
hearth_si_lcn_parse (const HearthSiDescriptor *d, LcnFunc func, gpointer user_data)
{
  HearthSiLcn lcn = { 0 };
  gboolean nordig = d->private_data_specifier == HEARTH_SI_PRIVATE_NORDIG, nobody = d->private_data_specifier == 0;

  if (d->tag == HEARTH_SI_TAG_LCN) {
    guint n_bits = nordig ? 14 : nobody ? guess_bits (d) : 10;

    tell_lcns (d, 0, n_bits, d->private_data_specifier != HEARTH_SI_PRIVATE_DTG, &lcn, func, user_data);
    return TRUE;
  }
  if (d->tag == HEARTH_SI_TAG_LCN_HD && (d->private_data_specifier == HEARTH_SI_PRIVATE_EACEM || d->private_data_specifier == HEARTH_SI_PRIVATE_DTG)) {
    lcn.hd = TRUE;
    tell_lcns (d, 0, 10, d->private_data_specifier != HEARTH_SI_PRIVATE_DTG, &lcn, func, user_data);
    return TRUE;
  }
  if (d->tag != HEARTH_SI_TAG_LCN_NORDIG_2 || !nordig)
    return FALSE;
  tell_nordig_2 (d, func, user_data);
  return TRUE;
}

/* ---- the others ------------------------------------------------------------------------------- */

gboolean
hearth_si_linkage_parse (HearthSiLinkage *linkage, const HearthSiDescriptor *d)
{
  if (d->tag != HEARTH_SI_TAG_LINKAGE || d->n_bytes < 7)
    return FALSE;
  linkage->transport_stream_id = (guint16) hearth_si_get_16 (d->data);
  linkage->original_network_id = (guint16) hearth_si_get_16 (d->data + 2);
  linkage->service_id = (guint16) hearth_si_get_16 (d->data + 4);
  linkage->type = d->data[6];
  return TRUE;
}

gboolean
hearth_si_ca_identifier_next (const HearthSiDescriptor *d, guint *at, guint16 *ca_system_id)
{
  const guint8 *entry = d->tag == HEARTH_SI_TAG_CA_IDENTIFIER ? take (d, at, 2) : NULL;

  if (entry == NULL)
    return FALSE;
  *ca_system_id = (guint16) hearth_si_get_16 (entry);
  return TRUE;
}

gboolean
hearth_si_ca_parse (const HearthSiDescriptor *d, guint16 *ca_system_id, guint16 *pid)
{
  if (d->tag != HEARTH_SI_TAG_CA || d->n_bytes < 4)
    return FALSE;
  *ca_system_id = (guint16) hearth_si_get_16 (d->data);
  *pid = hearth_si_get_16 (d->data + 2) & 0x1fff;
  return TRUE;
}

/* Four digits, hours and minutes. */
static gint32
parse_offset (const guint8 bytes[2], gboolean negative)
{
  guint64 digits;
  gint32 seconds;

  if (!hearth_si_bcd (bytes, 4, &digits))
    return 0;
  seconds = (gint32) (digits / 100 * 3600 + digits % 100 * 60);
  return negative ? -seconds : seconds;
}

gboolean
hearth_si_time_offset_next (const HearthSiDescriptor *d, guint *at, HearthSiTimeOffset *offset)
{
  const guint8 *entry = d->tag == HEARTH_SI_TAG_LOCAL_TIME_OFFSET ? take (d, at, 13) : NULL;

  if (entry == NULL)
    return FALSE;
  hearth_si_language_copy (offset->country, entry);
  offset->region = entry[3] >> 2;
  offset->offset_s = parse_offset (entry + 4, (entry[3] & 0x01) != 0);
  offset->change_utc_s = hearth_si_time_parse (entry + 6);
  offset->next_offset_s = parse_offset (entry + 11, (entry[3] & 0x01) != 0);
  return TRUE;
}

gboolean
hearth_si_fta_management_parse (HearthSiFtaManagement *fta, const HearthSiDescriptor *d)
{
  if (d->tag != HEARTH_SI_TAG_FTA_CONTENT_MANAGEMENT || d->n_bytes < 1)
    return FALSE;
  fta->user_defined = (d->data[0] & 0x80) != 0;
  fta->do_not_scramble = (d->data[0] & 0x08) != 0;
  fta->remote_access = (d->data[0] >> 1) & 0x03;
  fta->do_not_apply_revocation = (d->data[0] & 0x01) != 0;
  return TRUE;
}
