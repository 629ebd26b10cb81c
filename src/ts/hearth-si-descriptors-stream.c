/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors of elementary streams and applications: EN 300 468, 6.2 and annexes D, G, H; 13818-1, 2.6; TS 102 809, 5.3. */
#include "config.h"

#include "ts/hearth-si-descriptors.h"
#include "ts/hearth-si-private.h"

#include <string.h>

/* The next entry of @n_bytes of a descriptor with @tag. */
static const guint8 *
take (const HearthSiDescriptor *d, guint16 tag, guint *at, guint n_bytes)
{
  const guint8 *entry = d->data + *at;

  if (d->tag != tag || *at > d->n_bytes || d->n_bytes - *at < n_bytes)
    return NULL;
  *at += n_bytes;
  return entry;
}

gboolean
hearth_si_stream_identifier_parse (const HearthSiDescriptor *d, guint8 *component_tag)
{
  if (d->tag != HEARTH_SI_TAG_STREAM_IDENTIFIER || d->n_bytes < 1)
    return FALSE;
  *component_tag = d->data[0];
  return TRUE;
}

gboolean
hearth_si_iso_639_next (const HearthSiDescriptor *d, guint *at, HearthSiIso639 *language)
{
  const guint8 *entry = take (d, HEARTH_SI_TAG_ISO_639, at, 4);

  if (entry == NULL)
    return FALSE;
  hearth_si_language_copy (language->language, entry);
  language->audio_type = entry[3];
  return TRUE;
}

gboolean
hearth_si_teletext_next (const HearthSiDescriptor *d, guint *at, HearthSiTeletext *teletext)
{
  const guint8 *entry = take (d, HEARTH_SI_TAG_TELETEXT, at, 5);
  guint magazine;

  if (entry == NULL)
    return FALSE;
  hearth_si_language_copy (teletext->language, entry);
  teletext->type = entry[3] >> 3;
  magazine = (entry[3] & 0x07) != 0 ? entry[3] & 0x07 : 8;
  teletext->page = (guint16) ((magazine << 8) | entry[4]);
  return TRUE;
}

gboolean
hearth_si_subtitling_next (const HearthSiDescriptor *d, guint *at, HearthSiSubtitling *subtitling)
{
  const guint8 *entry = take (d, HEARTH_SI_TAG_SUBTITLING, at, 8);

  if (entry == NULL)
    return FALSE;
  hearth_si_language_copy (subtitling->language, entry);
  subtitling->type = entry[3];
  subtitling->composition_page = (guint16) hearth_si_get_16 (entry + 4);
  subtitling->ancillary_page = (guint16) hearth_si_get_16 (entry + 6);
  return TRUE;
}

/* Flags in the first byte tell which of the bytes behind it are there: D.3 (AC-3), D.5 (enhanced AC-3). */
gboolean
hearth_si_ac3_parse (HearthSiAc3 *ac3, const HearthSiDescriptor *d)
{
  guint at = 1;
  guint8 flags;

  *ac3 = (HearthSiAc3) { -1, -1, -1 };
  if ((d->tag != HEARTH_SI_TAG_AC3 && d->tag != HEARTH_SI_TAG_EAC3) || d->n_bytes < 1)
    return FALSE;
  flags = d->data[0];
  if ((flags & 0x80) != 0 && at < d->n_bytes)
    ac3->component_type = d->data[at++];
  if ((flags & 0x40) != 0 && at < d->n_bytes)
    at++; /* bsid */
  if ((flags & 0x20) != 0 && at < d->n_bytes)
    ac3->main_id = d->data[at++];
  if ((flags & 0x10) != 0 && at < d->n_bytes)
    ac3->associated_id = d->data[at];
  return TRUE;
}

/* H.2.1 */
gboolean
hearth_si_aac_parse (HearthSiAac *aac, const HearthSiDescriptor *d)
{
  *aac = (HearthSiAac) { -1, -1 };
  if (d->tag != HEARTH_SI_TAG_AAC || d->n_bytes < 1)
    return FALSE;
  aac->profile_and_level = d->data[0];
  if (d->n_bytes >= 3 && (d->data[1] & 0x80) != 0)
    aac->type = d->data[2];
  return TRUE;
}

/* G.2.1, tables G.2 and G.3 */
gboolean
hearth_si_dts_parse (HearthSiDts *dts, const HearthSiDescriptor *d)
{
  static const guint32 rates_hz[16] = { [1] = 8000, [2] = 16000, [3] = 32000, [6] = 11025, [7] = 22050, [8] = 44100,
                                        [11] = 12000, [12] = 24000, [13] = 48000 };
  static const guint16 kbps[29] = { [5] = 128, [6] = 192, [7] = 224, [8] = 256, [9] = 320, [10] = 384, [11] = 448, [12] = 512, [13] = 576,
                                    [14] = 640, [15] = 768, [16] = 960, [17] = 1024, [18] = 1152, [19] = 1280, [20] = 1344, [21] = 1408,
                                    [22] = 1411, [23] = 1472, [24] = 1536, [25] = 1920, [26] = 2048, [27] = 3072, [28] = 3840 };
  guint bit_rate;

  if (d->tag != HEARTH_SI_TAG_DTS || d->n_bytes < 5)
    return FALSE;
  dts->sample_rate_hz = rates_hz[d->data[0] >> 4];
  bit_rate = (hearth_si_get_16 (d->data) >> 6) & 0x1f;
  dts->bit_rate_bps = bit_rate < G_N_ELEMENTS (kbps) ? kbps[bit_rate] * 1000u : 0;
  dts->lfe = (d->data[4] >> 2) & 0x01;
  return TRUE;
}

gboolean
hearth_si_registration_parse (const HearthSiDescriptor *d, guint32 *format)
{
  if (d->tag != HEARTH_SI_TAG_REGISTRATION || d->n_bytes < 4)
    return FALSE;
  *format = hearth_si_get_32 (d->data);
  return TRUE;
}

gboolean
hearth_si_data_broadcast_parse (HearthSiDataBroadcast *data, const HearthSiDescriptor *d)
{
  gboolean whole = d->tag == HEARTH_SI_TAG_DATA_BROADCAST;

  if ((!whole && d->tag != HEARTH_SI_TAG_DATA_BROADCAST_ID) || d->n_bytes < (whole ? 3 : 2))
    return FALSE;
  data->id = (guint16) hearth_si_get_16 (d->data);
  data->component_tag = whole ? d->data[2] : -1;
  return TRUE;
}

const char *
hearth_si_data_broadcast_get_name (guint16 id)
{
  static const struct {
    guint16 id;
    const char *name;
  } names[] = {
    { 0x0001, "data pipe" },           { 0x0002, "asynchronous data" },         { 0x0003, "synchronous data" },
    { 0x0004, "synchronised data" },   { 0x0005, "multiprotocol encapsulation" }, { 0x0006, "data carousel" },
    { 0x0007, "object carousel" },     { 0x0008, "DVB ATM" },                   { 0x0009, "higher protocols" },
    { 0x000a, "system software update" }, { 0x000b, "IP/MAC notification" },    { 0x00f0, "MHP object carousel" },
    { 0x00f1, "MHP multiprotocol encapsulation" }, { 0x0106, "MHEG-5" },        { 0x0123, "HbbTV carousel" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].id == id)
      return names[i].name;
  return NULL;
}

/* ---- applications ---------------------------------------------------------------------------------- */

gboolean
hearth_si_application_signalling_next (const HearthSiDescriptor *d, guint *at, HearthSiApplicationSignalling *signalling)
{
  const guint8 *entry = take (d, HEARTH_SI_TAG_APPLICATION_SIGNALLING, at, 3);

  if (entry == NULL)
    return FALSE;
  signalling->application_type = hearth_si_get_16 (entry) & 0x7fff;
  signalling->ait_version = entry[2] & 0x1f;
  return TRUE;
}

#define TAG_TRANSPORT_PROTOCOL 0x02
#define TAG_APPLICATION_NAME 0x01
#define TAG_APPLICATION_LOCATION 0x15
#define PROTOCOL_HTTP 0x0003

gboolean
hearth_si_application_name_next (const HearthSiDescriptor *d, guint *at, HearthSiMultilingualName *name)
{
  const guint8 *entry = take (d, TAG_APPLICATION_NAME, at, 4);

  if (entry == NULL)
    return FALSE;
  memset (name, 0, sizeof *name);
  hearth_si_language_copy (name->language, entry);
  name->name = (HearthSiText) { entry + 4, MIN (entry[3], d->n_bytes - *at) };
  *at += name->name.n_bytes;
  return TRUE;
}

gboolean
hearth_si_application_location_parse (const HearthSiDescriptor *d, HearthSiText *path)
{
  if (d->tag != TAG_APPLICATION_LOCATION || d->n_bytes < 1)
    return FALSE;
  *path = (HearthSiText) { d->data, d->n_bytes };
  return TRUE;
}

gboolean
hearth_si_application_base_parse (const HearthSiDescriptor *d, HearthSiText *base)
{
  if (d->tag != TAG_TRANSPORT_PROTOCOL || d->n_bytes < 4 || hearth_si_get_16 (d->data) != PROTOCOL_HTTP)
    return FALSE;
  *base = (HearthSiText) { d->data + 4, MIN (d->data[3], d->n_bytes - 4) };
  return TRUE;
}
