/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/**
 * SECTION:si-multiplex
 *
 * What a multiplex says of its services and its network, put together from PAT,
 * PMT, SDT, NIT and BAT: give it each section that a collector tells. Bounded,
 * whatever is sent. One thread; what it returns is borrowed and stays until the
 * next section.
 */

#include "ts/hearth-dvb-text.h"
#include "ts/hearth-si-delivery.h"
#include "ts/hearth-si-descriptors.h"

G_BEGIN_DECLS

#define HEARTH_SI_MULTIPLEX_MAX_SERVICES 8192
#define HEARTH_SI_MULTIPLEX_MAX_TRANSPORTS 1024

/* What an elementary stream is for. */
typedef enum {
  HEARTH_SI_FOR_DATA,              /* anything else */
  HEARTH_SI_FOR_VIDEO,
  HEARTH_SI_FOR_AUDIO,
  HEARTH_SI_FOR_AUDIO_DESCRIPTION, /* for the visually impaired */
  HEARTH_SI_FOR_AUDIO_IMPAIRED,    /* for the hard of hearing */
  HEARTH_SI_FOR_AUDIO_CLEAN,       /* without speech */
  HEARTH_SI_FOR_SUBTITLES,
  HEARTH_SI_FOR_SUBTITLES_IMPAIRED,
  HEARTH_SI_FOR_TELETEXT,
  HEARTH_SI_FOR_CAPTIONS,          /* ARIB */
  HEARTH_SI_FOR_APPLICATION,       /* an AIT */
  HEARTH_SI_FOR_CAROUSEL,
  HEARTH_SI_FOR_SPLICING,          /* SCTE 35 */
  HEARTH_SI_FOR_UPDATE,            /* of receivers' software */
  HEARTH_SI_FOR_N
} HearthSiPurpose;

const char *hearth_si_purpose_get_name (HearthSiPurpose purpose); /* "audio-description" */

typedef struct {
  HearthTsStream ts; /* pid, stream_type, codec, language ... */
  gint component_tag; /* -1: none */
  HearthSiPurpose purpose;
  guint n_languages;  /* of sound in two channels' languages, of teletext pages: all that are named, each once */
  HearthSiLanguage languages[8];
} HearthSiStream;

/* "h264"; what a stream without codec of ours is by its type: "dsm-cc", "sections", "arib-caption", "scte-35", "private". */
const char *hearth_si_stream_get_codec_name (const HearthSiStream *stream);

#define HEARTH_SI_SERVICE_NAMES 6

typedef struct {
  HearthSiLanguage language;
  char *name;
} HearthSiServiceName;

typedef struct {
  guint16 service_id, transport_stream_id, original_network_id;
  gboolean actual;         /* of the multiplex that is received; else told by it of others */
  gboolean in_pat, in_pmt, in_sdt;
  char *name, *provider;   /* UTF-8; NULL: not told */
  guint n_names;           /* where it has names by language (6.2.24) */
  HearthSiServiceName names[HEARTH_SI_SERVICE_NAMES];
  guint8 type;             /* as the SDT or NIT says: table 87; 0: not told */
  HearthSiKind kind;       /* by that, else by its streams */
  guint8 running;
  gboolean has_schedule, has_present_following;
  gboolean free_ca_mode;   /* SDT: some of it may be scrambled */
  gboolean has_ca;         /* PMT: a conditional access system is named */
  guint16 number;          /* channel number, 0: none */
  gboolean visible;        /* by its channel number's descriptor */
  guint16 pmt_pid, pcr_pid; /* 0: not known; pcr_pid HEARTH_TS_NO_PID: has none */
  guint n_streams;
  HearthSiStream *streams;
  char *default_authority; /* (nullable): before CRIDs that begin with '/' */
} HearthSiService;

typedef struct {
  guint16 transport_stream_id, original_network_id;
  gboolean actual_network; /* told by NIT actual */
  gboolean has_delivery;
  HearthSiDelivery delivery;
  guint n_frequencies;
  guint32 frequencies_khz[16]; /* further ones */
} HearthSiTransport;

typedef struct _HearthSiMultiplex HearthSiMultiplex;

/* @text_override: see hearth_dvb_text_set_override(); an unknown one counts as none. */
HearthSiMultiplex *hearth_si_multiplex_new (const char *text_override);
void hearth_si_multiplex_free (HearthSiMultiplex *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HearthSiMultiplex, hearth_si_multiplex_free)

/* One whole section that came on @pid, with a right CRC; tables that say nothing of services are passed over. */
void hearth_si_multiplex_take (HearthSiMultiplex *self, guint16 pid, const guint8 *section, gsize n_bytes);

gint hearth_si_multiplex_get_transport_stream_id (HearthSiMultiplex *self);  /* -1: not known yet */
gint hearth_si_multiplex_get_original_network_id (HearthSiMultiplex *self);  /* -1 */
gint hearth_si_multiplex_get_network_id (HearthSiMultiplex *self);           /* of NIT actual; -1 */
const char *hearth_si_multiplex_get_network_name (HearthSiMultiplex *self);  /* (nullable) */

/* Sorted by original network, transport stream, service; those of the PAT are there before the SDT comes. */
const HearthSiService *const *hearth_si_multiplex_get_services (HearthSiMultiplex *self, guint *n_services);
const HearthSiService *hearth_si_multiplex_find_service (HearthSiMultiplex *self, guint16 service_id); /* of the actual one; (nullable) */
const HearthSiTransport *hearth_si_multiplex_get_transports (HearthSiMultiplex *self, guint *n_transports);

/* It carries ARIB's service information (ISDB) or ATSC's: names are then not to be read by DVB's rules. */
gboolean hearth_si_multiplex_is_arib (HearthSiMultiplex *self);
gboolean hearth_si_multiplex_is_atsc (HearthSiMultiplex *self);

G_END_DECLS
