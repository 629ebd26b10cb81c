/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:si-descriptors
 *
 * Readers of single descriptors: EN 300 468, 6.2 to 6.4; ISO/IEC 13818-1, 2.6;
 * TS 102 323 (CRID), TS 102 809 (applications), and the private ones that carry
 * channel numbers. Each returns FALSE when the descriptor is another one or too
 * short. Texts stay bytes, to be read by hearth-dvb-text.h; they point into the
 * section. How a multiplex is sent: hearth-si-delivery.h.
 */

#include "ts/hearth-si.h"

G_BEGIN_DECLS

/* Tags. 0x7fNN: the extension descriptor's NN (EN 300 468, table 109). */
enum {
  HEARTH_SI_TAG_REGISTRATION = 0x05,
  HEARTH_SI_TAG_CA = 0x09,
  HEARTH_SI_TAG_ISO_639 = 0x0a,
  HEARTH_SI_TAG_NETWORK_NAME = 0x40,
  HEARTH_SI_TAG_SERVICE_LIST = 0x41,
  HEARTH_SI_TAG_SATELLITE_DELIVERY = 0x43,
  HEARTH_SI_TAG_CABLE_DELIVERY = 0x44,
  HEARTH_SI_TAG_BOUQUET_NAME = 0x47,
  HEARTH_SI_TAG_SERVICE = 0x48,
  HEARTH_SI_TAG_COUNTRY_AVAILABILITY = 0x49,
  HEARTH_SI_TAG_LINKAGE = 0x4a,
  HEARTH_SI_TAG_TIME_SHIFTED_SERVICE = 0x4c,
  HEARTH_SI_TAG_SHORT_EVENT = 0x4d,
  HEARTH_SI_TAG_EXTENDED_EVENT = 0x4e,
  HEARTH_SI_TAG_TIME_SHIFTED_EVENT = 0x4f,
  HEARTH_SI_TAG_COMPONENT = 0x50,
  HEARTH_SI_TAG_STREAM_IDENTIFIER = 0x52,
  HEARTH_SI_TAG_CA_IDENTIFIER = 0x53,
  HEARTH_SI_TAG_CONTENT = 0x54,
  HEARTH_SI_TAG_PARENTAL_RATING = 0x55,
  HEARTH_SI_TAG_TELETEXT = 0x56,
  HEARTH_SI_TAG_LOCAL_TIME_OFFSET = 0x58,
  HEARTH_SI_TAG_SUBTITLING = 0x59,
  HEARTH_SI_TAG_TERRESTRIAL_DELIVERY = 0x5a, /* 11 bytes: DVB-T; 7 bytes: DTMB (GB/T 28161) */
  HEARTH_SI_TAG_MULTILINGUAL_NETWORK_NAME = 0x5b,
  HEARTH_SI_TAG_MULTILINGUAL_BOUQUET_NAME = 0x5c,
  HEARTH_SI_TAG_MULTILINGUAL_SERVICE_NAME = 0x5d,
  HEARTH_SI_TAG_MULTILINGUAL_COMPONENT = 0x5e,
  HEARTH_SI_TAG_PRIVATE_DATA_SPECIFIER = 0x5f,
  HEARTH_SI_TAG_FREQUENCY_LIST = 0x62,
  HEARTH_SI_TAG_DATA_BROADCAST = 0x64,
  HEARTH_SI_TAG_DATA_BROADCAST_ID = 0x66,
  HEARTH_SI_TAG_AC3 = 0x6a,
  HEARTH_SI_TAG_APPLICATION_SIGNALLING = 0x6f,
  HEARTH_SI_TAG_DEFAULT_AUTHORITY = 0x73,
  HEARTH_SI_TAG_CONTENT_IDENTIFIER = 0x76,
  HEARTH_SI_TAG_S2_DELIVERY = 0x79,
  HEARTH_SI_TAG_EAC3 = 0x7a,
  HEARTH_SI_TAG_DTS = 0x7b,
  HEARTH_SI_TAG_AAC = 0x7c,
  HEARTH_SI_TAG_FTA_CONTENT_MANAGEMENT = 0x7e,
  HEARTH_SI_TAG_LCN = 0x83,         /* private, see HearthSiLcn */
  HEARTH_SI_TAG_LCN_NORDIG_2 = 0x87,
  HEARTH_SI_TAG_LCN_HD = 0x88,
  HEARTH_SI_TAG_T2_DELIVERY = 0x7f04,
  HEARTH_SI_TAG_SUPPLEMENTARY_AUDIO = 0x7f06,
};

/* TS 101 162: who defined the private descriptors. */
enum {
  HEARTH_SI_PRIVATE_EACEM = 0x00000028,
  HEARTH_SI_PRIVATE_NORDIG = 0x00000029,
  HEARTH_SI_PRIVATE_DTG = 0x0000233a, /* United Kingdom */
};

/* Bytes of text, borrowed. */
typedef struct {
  const guint8 *bytes;
  guint n_bytes;
} HearthSiText;

/* ISO 639-2 or ISO 3166, small letters as they are sent else; "" for what is no letters. */
typedef char HearthSiLanguage[4];

void hearth_si_language_copy (HearthSiLanguage language, const guint8 bytes[3]);

/* ---- networks and services --------------------------------------------------------------- */

/* 6.2.28 and 6.2.4: the whole descriptor is the text. */
static inline HearthSiText
hearth_si_name_parse (const HearthSiDescriptor *d)
{
  return (HearthSiText) { d->data, d->n_bytes };
}

/* 6.2.33 */
typedef struct {
  guint8 type; /* table 87: 1 television, 2 radio ... */
  HearthSiText provider, name;
} HearthSiServiceDescriptor;

gboolean hearth_si_service_descriptor_parse (HearthSiServiceDescriptor *service, const HearthSiDescriptor *d);

typedef enum {
  HEARTH_SI_KIND_TV,
  HEARTH_SI_KIND_RADIO,
  HEARTH_SI_KIND_DATA,
} HearthSiKind;

HearthSiKind hearth_si_service_type_get_kind (guint8 type);
const char *hearth_si_service_type_get_name (guint8 type); /* "digital television" */

/* 6.2.24 (multilingual service name), 6.2.23, 6.2.21, 6.2.22: one entry after the other from *@at, which begins at 0. */
typedef struct {
  HearthSiLanguage language;
  HearthSiText provider; /* of a service name only */
  HearthSiText name;
} HearthSiMultilingualName;

gboolean hearth_si_multilingual_next (const HearthSiDescriptor *d, guint *at, HearthSiMultilingualName *name);

/* 6.2.35 */
typedef struct {
  guint16 service_id;
  guint8 type;
} HearthSiServiceListEntry;

gboolean hearth_si_service_list_next (const HearthSiDescriptor *d, guint *at, HearthSiServiceListEntry *entry);

/* Logical channel numbers: no standard of DVB, but of its users.
 *   0x83 of EACEM (0x28; Italy, France, Spain, Australia ...), of DTG (0x233a, United Kingdom): 10 bits
 *   0x83 of NorDig 1 (0x29): 14 bits
 *   0x87 of NorDig 2 (0x29): named lists by country, 10 bits
 *   0x88 of EACEM: the number of an HD service that takes the place of its SD twin
 *   0x83 of nobody, as Chinese operators and many others send it: 10 bits, or 14 where an entry's reserved bits say so
 * IEC 62216, 8.3.13; NorDig Unified 2.6, 12.2.9.2. */
typedef struct {
  guint16 service_id;
  guint16 number;  /* 0: no number is given */
  gboolean visible;
  gboolean hd;           /* of 0x88: goes before a number of 0x83 */
  guint8 list;           /* of NorDig 2: channel_list_id, else 0 */
  HearthSiText list_name;
  HearthSiLanguage country;
} HearthSiLcn;

/* Calls @func for each entry of a descriptor of these forms; FALSE for another one. */
gboolean hearth_si_lcn_parse (const HearthSiDescriptor *d, void (*func) (const HearthSiLcn *lcn, gpointer user_data), gpointer user_data);

/* 6.2.19 */
typedef struct {
  guint16 transport_stream_id, original_network_id, service_id;
  guint8 type; /* table 58: 4 a transport stream with all bouquets' and networks' SI, 5 replacement, 9 system software update */
} HearthSiLinkage;

gboolean hearth_si_linkage_parse (HearthSiLinkage *linkage, const HearthSiDescriptor *d);

/* 6.2.5 (CA identifier): one after the other; 13818-1, 2.6.16 (CA) tells one system and its PID. */
gboolean hearth_si_ca_identifier_next (const HearthSiDescriptor *d, guint *at, guint16 *ca_system_id);
gboolean hearth_si_ca_parse (const HearthSiDescriptor *d, guint16 *ca_system_id, guint16 *pid);

/* 6.2.20 */
typedef struct {
  HearthSiLanguage country; /* ISO 3166 */
  guint8 region;            /* 0: the whole country */
  gint32 offset_s;          /* now: local time is UTC + this */
  gint64 change_utc_s;      /* HEARTH_SI_NO_TIME: nonsense */
  gint32 next_offset_s;     /* from then on */
} HearthSiTimeOffset;

gboolean hearth_si_time_offset_next (const HearthSiDescriptor *d, guint *at, HearthSiTimeOffset *offset);

/* 6.2.18: FTA content management: whether unscrambled content may be kept and passed on. */
typedef struct {
  gboolean user_defined, do_not_scramble;
  guint8 remote_access; /* 0 to anywhere, 1 within the managed domain, 2 at home, 3 not at all */
  gboolean do_not_apply_revocation;
} HearthSiFtaManagement;

gboolean hearth_si_fta_management_parse (HearthSiFtaManagement *fta, const HearthSiDescriptor *d);

/* ---- events -------------------------------------------------------------------------------- */

/* 6.2.37 */
typedef struct {
  HearthSiLanguage language;
  HearthSiText name, text;
} HearthSiShortEvent;

gboolean hearth_si_short_event_parse (HearthSiShortEvent *event, const HearthSiDescriptor *d);

/* 6.2.15: one of a row of descriptors, number 0 to last. Their texts, and an item's two halves, go on from one to the next. */
typedef struct {
  guint8 number, last;
  HearthSiLanguage language;
  HearthSiLoop items;
  HearthSiText text;
} HearthSiExtendedEvent;

gboolean hearth_si_extended_event_parse (HearthSiExtendedEvent *event, const HearthSiDescriptor *d);
gboolean hearth_si_extended_event_next_item (HearthSiExtendedEvent *event, HearthSiText *description, HearthSiText *item);

/* 6.2.8 */
typedef struct {
  guint8 stream_content, stream_content_ext, type, tag;
  HearthSiLanguage language;
  HearthSiText text;
} HearthSiComponent;

gboolean hearth_si_component_parse (HearthSiComponent *component, const HearthSiDescriptor *d);

/* 6.2.9 */
typedef struct {
  guint8 level_1, level_2; /* the two nibbles: table 29 */
  guint8 user;
} HearthSiContent;

gboolean hearth_si_content_next (const HearthSiDescriptor *d, guint *at, HearthSiContent *content);
/* Table 29 in words: "movie: comedy"; NULL for what is reserved or the network's own. */
const char *hearth_si_content_get_name (guint8 level_1, guint8 level_2);
/* Of the first nibble alone: "movie". */
const char *hearth_si_content_get_group (guint8 level_1);

/* 6.2.30 */
typedef struct {
  HearthSiLanguage country;
  guint8 rating;      /* as sent */
  guint8 minimum_age; /* 4 to 18; 0: undefined, or by the network's own rules */
} HearthSiParentalRating;

gboolean hearth_si_parental_rating_next (const HearthSiDescriptor *d, guint *at, HearthSiParentalRating *rating);

/* TS 102 323, 12.1 */
typedef struct {
  guint8 type;       /* table 113: 1, 0x31 the programme; 2, 0x32 its series; 3, 0x33 a recommendation */
  HearthSiText crid; /* without its authority it begins with '/'; NULL bytes: by reference, see @reference */
  guint16 reference; /* into a content identifier table */
} HearthSiCrid;

gboolean hearth_si_crid_next (const HearthSiDescriptor *d, guint *at, HearthSiCrid *crid);

/* 6.2.43 (time shifted service), 6.2.44 (time shifted event): where the name or description is found; event_id 0 for a service. */
gboolean hearth_si_time_shifted_parse (const HearthSiDescriptor *d, guint16 *service_id, guint16 *event_id);

/* ---- elementary streams ------------------------------------------------------------------------ */

/* 6.2.39 */
gboolean hearth_si_stream_identifier_parse (const HearthSiDescriptor *d, guint8 *component_tag);

/* 13818-1, 2.6.18 */
typedef struct {
  HearthSiLanguage language;
  guint8 audio_type; /* 1 clean effects, 2 for the hard of hearing, 3 commentary for the visually impaired */
} HearthSiIso639;

gboolean hearth_si_iso_639_next (const HearthSiDescriptor *d, guint *at, HearthSiIso639 *language);

/* 6.2.43 */
typedef struct {
  HearthSiLanguage language;
  guint8 type;  /* 1 initial page, 2 subtitles, 3 additional information, 4 schedule, 5 subtitles for the hard of hearing */
  guint16 page; /* as people read it: 0x888 */
} HearthSiTeletext;

gboolean hearth_si_teletext_next (const HearthSiDescriptor *d, guint *at, HearthSiTeletext *teletext);

/* 6.2.41 */
typedef struct {
  HearthSiLanguage language;
  guint8 type; /* table 26: 0x10 to 0x16 plain, 0x20 to 0x26 for the hard of hearing */
  guint16 composition_page, ancillary_page;
} HearthSiSubtitling;

gboolean hearth_si_subtitling_next (const HearthSiDescriptor *d, guint *at, HearthSiSubtitling *subtitling);

/* Annexes D, G and H: AC-3 and E-AC-3 (component_type), DTS, AAC (profile_and_level, AAC_type). What is not sent is -1. */
typedef struct {
  gint component_type;
  gint main_id, associated_id; /* AC-3: mainid, asvc */
} HearthSiAc3;

gboolean hearth_si_ac3_parse (HearthSiAc3 *ac3, const HearthSiDescriptor *d);

typedef struct {
  gint profile_and_level, type;
} HearthSiAac;

gboolean hearth_si_aac_parse (HearthSiAac *aac, const HearthSiDescriptor *d);

typedef struct {
  guint32 sample_rate_hz; /* 0: not known */
  guint32 bit_rate_bps;   /* 0: open, variable or lossless */
  guint8 lfe;
} HearthSiDts;

gboolean hearth_si_dts_parse (HearthSiDts *dts, const HearthSiDescriptor *d);

/* 13818-1, 2.6.8: "HEVC", "AVSV" ... as four bytes, most significant first. */
gboolean hearth_si_registration_parse (const HearthSiDescriptor *d, guint32 *format);

/* 6.2.11 and 6.2.12 */
typedef struct {
  guint16 id; /* TS 101 162: 0x0005 multiprotocol encapsulation, 0x0006 data carousel, 0x0007 object carousel, 0x000a system software update, 0x0123 HbbTV */
  gint component_tag; /* -1: data broadcast id has none */
} HearthSiDataBroadcast;

gboolean hearth_si_data_broadcast_parse (HearthSiDataBroadcast *data, const HearthSiDescriptor *d);
const char *hearth_si_data_broadcast_get_name (guint16 id); /* (nullable) */

/* TS 102 809, 5.3.5.1 */
typedef struct {
  guint16 application_type;
  guint8 ait_version;
} HearthSiApplicationSignalling;

gboolean hearth_si_application_signalling_next (const HearthSiDescriptor *d, guint *at, HearthSiApplicationSignalling *signalling);

/* ---- applications: descriptors of the AIT have tags of their own (TS 102 809, 5.3.5) ---------------- */

/* 5.3.5.6.1: 0x01, names by language */
gboolean hearth_si_application_name_next (const HearthSiDescriptor *d, guint *at, HearthSiMultilingualName *name);
/* 5.3.7: 0x15, the path behind the base */
gboolean hearth_si_application_location_parse (const HearthSiDescriptor *d, HearthSiText *path);
/* 5.3.6: 0x02, the base address where it is HTTP (protocol 3) */
gboolean hearth_si_application_base_parse (const HearthSiDescriptor *d, HearthSiText *base);

G_END_DECLS
