/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ts/hearth-si-delivery.h"

#include "ts/hearth-si-descriptors.h"
#include "ts/hearth-si-private.h"

#define TAG_ISDB_T 0xfa
#define DVB_T_BYTES 11
#define DTMB_BYTES 7

#define PICK(table, index) ((index) < G_N_ELEMENTS (table) ? (table)[index] : (table)[0])

/* Table 35 */
static const HearthTunerRatio inner_codes[16] = { { 0, 0 }, { 1, 2 }, { 2, 3 }, { 3, 4 }, { 5, 6 }, { 7, 8 }, { 8, 9 },
                                                  { 3, 5 }, { 4, 5 }, { 9, 10 } };

static guint32
get_bcd (const guint8 *bytes, guint n_digits)
{
  guint64 value;

  return hearth_si_bcd (bytes, n_digits, &value) ? (guint32) value : 0;
}

/* 6.2.13.1 */
static void
parse_cable (HearthTunerParams *params, const guint8 *p)
{
  static const HearthTunerModulation modulations[] = { HEARTH_TUNER_MODULATION_AUTO, HEARTH_TUNER_QAM16, HEARTH_TUNER_QAM32,
                                                       HEARTH_TUNER_QAM64, HEARTH_TUNER_QAM128, HEARTH_TUNER_QAM256 };

  params->system = HEARTH_TUNER_DVB_C;
  params->frequency_khz = get_bcd (p, 8) / 10;
  params->modulation = PICK (modulations, p[6]);
  params->symbol_rate = get_bcd (p + 7, 7) * 100;
  params->code_rate = inner_codes[p[10] & 0x0f];
}

/* 6.2.13.2 */
static void
parse_satellite (HearthSiDelivery *delivery, const guint8 *p)
{
  static const HearthTunerModulation modulations[] = { HEARTH_TUNER_MODULATION_AUTO, HEARTH_TUNER_QPSK, HEARTH_TUNER_PSK8, HEARTH_TUNER_QAM16 };
  static const HearthTunerPolarization polarizations[] = { HEARTH_TUNER_HORIZONTAL, HEARTH_TUNER_VERTICAL, HEARTH_TUNER_LEFT, HEARTH_TUNER_RIGHT };
  static const guint16 roll_offs[] = { 350, 250, 200, 0 };
  HearthTunerParams *params = &delivery->params;
  gint position = (gint) get_bcd (p + 4, 4);
  gboolean is_s2 = (p[6] & 0x04) != 0;

  params->system = is_s2 ? HEARTH_TUNER_DVB_S2 : HEARTH_TUNER_DVB_S;
  params->frequency_khz = get_bcd (p, 8) * 10;
  params->polarization = polarizations[(p[6] >> 5) & 0x03];
  params->roll_off_permille = is_s2 ? roll_offs[(p[6] >> 3) & 0x03] : 350;
  params->modulation = modulations[p[6] & 0x03];
  params->symbol_rate = get_bcd (p + 7, 7) * 100;
  params->code_rate = inner_codes[p[10] & 0x0f];
  delivery->has_orbital_position = TRUE;
  delivery->orbital_position_decideg = (p[6] & 0x80) != 0 ? position : -position;
}

/* 6.2.13.4 */
static void
parse_terrestrial (HearthSiDelivery *delivery, const guint8 *p)
{
  static const guint32 bandwidths_hz[] = { 8000000, 7000000, 6000000, 5000000 };
  static const HearthTunerModulation modulations[] = { HEARTH_TUNER_QPSK, HEARTH_TUNER_QAM16, HEARTH_TUNER_QAM64, HEARTH_TUNER_MODULATION_AUTO };
  static const HearthTunerRatio codes[8] = { { 1, 2 }, { 2, 3 }, { 3, 4 }, { 5, 6 }, { 7, 8 } };
  static const HearthTunerRatio guards[] = { { 1, 32 }, { 1, 16 }, { 1, 8 }, { 1, 4 } };
  static const guint32 carriers[] = { 2048, 8192, 4096, 0 };
  HearthTunerParams *params = &delivery->params;
  guint bandwidth = p[4] >> 5;

  params->system = HEARTH_TUNER_DVB_T;
  params->frequency_khz = hearth_si_get_32 (p) / 100;
  params->bandwidth_hz = bandwidth < G_N_ELEMENTS (bandwidths_hz) ? bandwidths_hz[bandwidth] : 0;
  params->modulation = modulations[p[5] >> 6];
  params->code_rate = codes[p[5] & 0x07];
  params->guard = guards[(p[6] >> 3) & 0x03];
  params->carriers = carriers[(p[6] >> 1) & 0x03];
  delivery->other_frequencies = (p[6] & 0x01) != 0;
}

/* GB/T 28161, 6.2.10.3: the same tag as DVB-T's, but seven bytes. */
static void
parse_dtmb (HearthSiDelivery *delivery, const guint8 *p)
{
  static const HearthTunerRatio codes[] = { { 0, 0 }, { 2, 5 }, { 3, 5 }, { 4, 5 } };
  static const HearthTunerModulation modulations[] = { HEARTH_TUNER_MODULATION_AUTO, HEARTH_TUNER_QPSK, HEARTH_TUNER_QAM4NR,
                                                       HEARTH_TUNER_QAM16, HEARTH_TUNER_QAM32, HEARTH_TUNER_QAM64 };
  static const HearthTunerRatio headers[] = { { 1, 9 }, { 1, 9 }, { 1, 6 }, { 1, 4 }, { 1, 4 } }; /* PN420, PN595, PN945 */
  static const guint32 carriers[] = { 0, 1, 1, 3780 };
  HearthTunerParams *params = &delivery->params;
  guint header = p[5] & 0x0f;

  params->system = HEARTH_TUNER_DTMB;
  params->frequency_khz = hearth_si_get_32 (p) / 100;
  params->bandwidth_hz = 8000000;
  params->code_rate = PICK (codes, p[4] >> 4);
  params->modulation = PICK (modulations, p[4] & 0x0fu);
  params->carriers = PICK (carriers, p[5] >> 4);
  params->guard = header < G_N_ELEMENTS (headers) ? headers[header] : (HearthTunerRatio) { 0, 0 };
  params->interleaving = (p[6] >> 4) == 0 ? 240 : (p[6] >> 4) == 1 ? 720 : 0;
  delivery->other_frequencies = (p[6] & 0x08) != 0;
}

/* 6.4.6.2; only the PLP is always there. */
static void
parse_t2 (HearthSiDelivery *delivery, const HearthSiDescriptor *d)
{
  static const guint32 bandwidths_hz[] = { 8000000, 7000000, 6000000, 5000000, 10000000, 1712000 };
  static const HearthTunerRatio guards[8] = { { 1, 32 }, { 1, 16 }, { 1, 8 }, { 1, 4 }, { 1, 128 }, { 19, 128 }, { 19, 256 } };
  static const guint32 carriers[8] = { 2048, 8192, 4096, 1024, 16384, 32768 };
  HearthTunerParams *params = &delivery->params;
  guint at = 0, bandwidth;

  params->system = HEARTH_TUNER_DVB_T2;
  params->stream_id = d->data[0];
  if (d->n_bytes < 5)
    return;
  bandwidth = (d->data[3] >> 2) & 0x0f;
  params->bandwidth_hz = bandwidth < G_N_ELEMENTS (bandwidths_hz) ? bandwidths_hz[bandwidth] : 0;
  params->guard = guards[d->data[4] >> 5];
  params->carriers = carriers[(d->data[4] >> 2) & 0x07];
  delivery->other_frequencies = (d->data[4] & 0x02) != 0;
  hearth_si_frequency_next (d, &at, &params->frequency_khz);
}

/* ARIB STD-B10: frequencies in sevenths of a MHz. The tag is anybody's in DVB, so what it says must be possible. */
static gboolean
parse_isdb_t (HearthSiDelivery *delivery, const HearthSiDescriptor *d)
{
  static const HearthTunerRatio guards[] = { { 1, 32 }, { 1, 16 }, { 1, 8 }, { 1, 4 } };
  static const guint32 carriers[] = { 2048, 4096, 8192, 0 };
  HearthTunerParams *params = &delivery->params;
  guint32 khz;

  if (d->private_data_specifier != 0 || d->n_bytes < 4 || d->n_bytes % 2 != 0)
    return FALSE;
  khz = hearth_si_get_16 (d->data + 2) * 1000 / 7;
  if (khz < 90000 || khz > 862000)
    return FALSE;
  params->system = HEARTH_TUNER_ISDB_T;
  params->frequency_khz = khz;
  params->bandwidth_hz = 6000000;
  params->guard = guards[(d->data[1] >> 2) & 0x03];
  params->carriers = carriers[d->data[1] & 0x03];
  delivery->other_frequencies = d->n_bytes > 4;
  return TRUE;
}

gboolean
hearth_si_delivery_parse (HearthSiDelivery *delivery, const HearthSiDescriptor *d)
{
  *delivery = (HearthSiDelivery) { .params = HEARTH_TUNER_PARAMS_INIT };
  if (d->tag == HEARTH_SI_TAG_CABLE_DELIVERY && d->n_bytes >= 11)
    parse_cable (&delivery->params, d->data);
  else if (d->tag == HEARTH_SI_TAG_SATELLITE_DELIVERY && d->n_bytes >= 11)
    parse_satellite (delivery, d->data);
  else if (d->tag == HEARTH_SI_TAG_TERRESTRIAL_DELIVERY && d->n_bytes >= DVB_T_BYTES)
    parse_terrestrial (delivery, d->data);
  else if (d->tag == HEARTH_SI_TAG_TERRESTRIAL_DELIVERY && d->n_bytes >= DTMB_BYTES)
    parse_dtmb (delivery, d->data);
  else if (d->tag == HEARTH_SI_TAG_T2_DELIVERY && d->n_bytes >= 3)
    parse_t2 (delivery, d);
  else
    return d->tag == TAG_ISDB_T && parse_isdb_t (delivery, d);
  return delivery->params.system == HEARTH_TUNER_DVB_T2 || delivery->params.frequency_khz != 0;
}

/* 6.2.13.3: which stream of several a transponder carries. */
static void
complete_s2 (HearthSiDelivery *delivery, const HearthSiLoop *loop)
{
  HearthSiDescriptor d;
  guint at = 1;

  if (!hearth_si_descriptor_find (loop, HEARTH_SI_TAG_S2_DELIVERY, &d) || d.n_bytes < 1)
    return;
  delivery->params.system = HEARTH_TUNER_DVB_S2;
  if ((d.data[0] & 0x80) != 0) /* scrambling_sequence_index, which no tuner here takes */
    at += 3;
  if ((d.data[0] & 0x40) != 0 && at < d.n_bytes)
    delivery->params.stream_id = d.data[at];
}

gboolean
hearth_si_delivery_find (HearthSiDelivery *delivery, const HearthSiLoop *loop)
{
  HearthSiLoop walk = *loop;
  HearthSiDescriptor d;
  gboolean found = hearth_si_descriptor_find (loop, HEARTH_SI_TAG_T2_DELIVERY, &d) && hearth_si_delivery_parse (delivery, &d);

  while (!found && hearth_si_descriptor_next (&walk, &d))
    found = hearth_si_delivery_parse (delivery, &d);
  if (found && delivery->has_orbital_position)
    complete_s2 (delivery, loop);
  return found;
}

/* ---- further frequencies --------------------------------------------------------------------- */

/* 6.2.17 */
static gboolean
next_of_list (const HearthSiDescriptor *d, guint *at, guint32 *frequency_khz)
{
  const guint8 *p;

  *at = MAX (*at, 1);
  if (d->n_bytes < *at + 4)
    return FALSE;
  p = d->data + *at;
  *at += 4;
  switch (d->data[0] & 0x03) {
  case 1: *frequency_khz = get_bcd (p, 8) * 10; return TRUE;
  case 2: *frequency_khz = get_bcd (p, 8) / 10; return TRUE;
  case 3: *frequency_khz = hearth_si_get_32 (p) / 100; return TRUE;
  default: return FALSE;
  }
}

/* One frequency a cell, or several with time-frequency slicing, of which the first is told; transposers are stepped over. */
static gboolean
next_of_t2 (const HearthSiDescriptor *d, guint *at, guint32 *frequency_khz)
{
  gboolean sliced = d->n_bytes >= 5 && (d->data[4] & 0x01) != 0;
  guint next;

  *at = MAX (*at, 5);
  next = *at + 2 + (sliced ? 1 : 0);
  if (d->n_bytes < next + 4)
    return FALSE;
  *frequency_khz = hearth_si_get_32 (d->data + next) / 100;
  next += sliced ? d->data[*at + 2] : 4;
  if (next < d->n_bytes)
    next += 1 + d->data[next];
  *at = MAX (next, *at + 7);
  return TRUE;
}

gboolean
hearth_si_frequency_next (const HearthSiDescriptor *d, guint *at, guint32 *frequency_khz)
{
  if (d->tag == HEARTH_SI_TAG_FREQUENCY_LIST)
    return next_of_list (d, at, frequency_khz);
  return d->tag == HEARTH_SI_TAG_T2_DELIVERY && next_of_t2 (d, at, frequency_khz);
}
